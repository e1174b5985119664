"""Separate sound to picture: by LTC, by timecode, or by what both recordings heard. Refuses where unsure.

Common audio is found by generalised cross-correlation with the phase transform (Knapp and Carter 1976):
stretches of the shorter recording are looked for in the longer one at 4 kHz, then placed to the sample at
16 kHz. Whitening every frequency makes one sharp peak where the same sound is, and none for the same hum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from answerprint.core.logged import SoundMatch, SyncMap, Unmatched
from answerprint.core.records import StartTimecode
from answerprint.core.time import Range, Time
from answerprint.departments.footage.sync.correlation import (
    FINE_RATE,
    Listener,
    Peak,
    Place,
    place_to_the_sample,
    probes_of,
)
from answerprint.departments.footage.sync.fingerprints import candidates, landmarks

Method = Literal["ltc", "timecode", "common audio", "none"]

RATE = Fraction(FINE_RATE)
# A peak's weight is its height in deviations of the correlation's own noise, times how far it stands above
# the second peak (at most 3). 840 pairs of unrelated speech, half of them with the same mains hum, reach
# 16.8; those whose parts also agree on the place reach 5.8. The same speech through another microphone, in a
# room, with noise as loud as itself, gives 18 to 60 (bench/footage.py prints both).
SURE = 34.0  # enough alone
SUPPORTED = 12.0  # enough where every stretch of the shared part is found at the same place
FAINT = 7.0  # deviations below which nothing counts
DISTINCT = 1.35  # a loop or a song has a second peak as high as the first
MOST_DISTINCT = 3.0
PLAIN = 70.0  # so heavy that no other stretch need be tried
CONFIRMED = 5.0  # deviations that are enough where timecode says where to look
NEAR = Fraction(1, 4)  # seconds a timecode may be off (jam-sync drift, frame rounding) and still be right
FEW_PAIRS = 400  # pairs that are all compared, whatever timecode and fingerprints say
HELD = 3 * 3600 * FINE_RATE  # samples of the recordings whose spectra are held at the same time
SPARE = Fraction(1)  # seconds two recordings have to share


@dataclass(frozen=True)
class Stamp:
    """The frame that a timecode names begins at `at` on the file's own clock."""

    timecode: StartTimecode
    at: Time

    @property
    def midnight(self) -> Fraction:
        """The file's time, in seconds, at which this timecode's clock was at zero."""
        return self.at.seconds - self.timecode.frame / self.timecode.rate


@dataclass(frozen=True)
class SyncSide:
    """One recording. samples (n,) mono at 16 kHz, int16 or float32, may be a memory map or empty; they begin
    at `start` (samples) on the file's clock. extent: what of that clock the file covers, where there is no
    sound to tell. timecode_ppm: how much faster its LTC runs than its clock, in millionths."""

    samples: NDArray[np.int16] | NDArray[np.float32]
    start: int = 0
    timecode: Stamp | None = None
    ltc: Stamp | None = None
    extent: Range | None = None
    timecode_ppm: float | None = None

    @property
    def covers(self) -> Range:
        if self.extent is not None:
            return self.extent
        return Range.of_ticks(self.start, self.start + len(self.samples), RATE)


@dataclass(frozen=True)
class SyncResult:
    """offset: sound's clock less picture's clock at the same moment (with drift, at `reference`, a time of
    the picture's clock). drift_ppm: how much faster the sound's clock runs; None where it cannot be told."""

    offset: Time | None
    method: Method
    confidence: float
    evidence: Mapping[str, float | str] = field(default_factory=dict)
    drift_ppm: float | None = None
    reference: Time | None = None


def sync_offset(picture: SyncSide, sound: SyncSide) -> SyncResult:
    """Where the sound lies against the picture; method "none" with the reason where that is not clear."""
    return _offset(_Ear(picture), _Ear(sound))


def match_sound(pictures: Mapping[str, SyncSide], sounds: Mapping[str, SyncSide]) -> SyncMap:
    """Which sound belongs to which picture, by asset id. One recording may cover many clips, and a clip may
    have been recorded by several machines. What is doubtful is left unmatched, with the reason.

    In a large production only those are compared whose timecodes meet or whose fingerprints do: a clip of a
    few seconds in much noise may then be missed that a small one would find.
    """
    worth = _worth_comparing(pictures, sounds)
    clips = _Ears(pictures)
    matches: list[SoundMatch] = []
    unmatched: list[Unmatched] = []
    for sound_name in sorted(sounds):
        ear = _Ear(sounds[sound_name])
        closest: tuple[float, str, str] | None = None
        found = False
        for clip_name in sorted(pictures):
            if worth is not None and (clip_name, sound_name) not in worth:
                continue
            clip = clips.of(clip_name)
            result = _offset(clip, ear)
            if result.offset is None or result.method == "none":
                height = float(result.evidence.get("peak", 0.0))
                if closest is None or height > closest[0]:
                    closest = (height, clip_name, str(result.evidence.get("reason", "")))
                continue
            heard = clip.side.covers.intersection(ear.side.covers.moved(-result.offset))
            if heard is None:
                continue
            found = True
            matches.append(
                SoundMatch(
                    picture=clip_name,
                    sound=sound_name,
                    offset=result.offset,
                    method=result.method,
                    confidence=result.confidence,
                    heard=heard,
                    evidence=result.evidence,
                    drift_ppm=result.drift_ppm,
                    reference=result.reference,
                )
            )
        if not found:
            nothing = "no picture shares a timecode or a fingerprint with it"
            reason = f"closest to {closest[1]}: {closest[2]}" if closest else nothing
            unmatched.append(Unmatched(sound=sound_name, reason=reason))
    return SyncMap(matches=tuple(matches), unmatched=tuple(unmatched))


class _Ear:
    """A side with its whitened spectra, made once however many it is compared with."""

    def __init__(self, side: SyncSide) -> None:
        self.side = side
        self.listener = Listener(side.samples)


class _Ears:
    """Ears made when they are asked for; the longest unasked go when those held grow long."""

    def __init__(self, sides: Mapping[str, SyncSide]) -> None:
        self._sides = sides
        self._held: dict[str, _Ear] = {}

    def of(self, name: str) -> _Ear:
        ear = self._held.pop(name, None) or _Ear(self._sides[name])
        self._held[name] = ear
        while len(self._held) > 1 and sum(len(one.side.samples) for one in self._held.values()) > HELD:
            del self._held[next(iter(self._held))]
        return ear


def _worth_comparing(
    pictures: Mapping[str, SyncSide], sounds: Mapping[str, SyncSide]
) -> set[tuple[str, str]] | None:
    """The pairs of picture and sound to compare; None for all of them, where there are few."""
    length = sum(len(side.samples) for side in (*pictures.values(), *sounds.values()))
    if len(pictures) * len(sounds) <= FEW_PAIRS and length <= HELD:
        return None
    pairs = {
        (picture, sound)
        for picture, ours in pictures.items()
        for sound, theirs in sounds.items()
        if timecodes_meet(ours, theirs)
    }
    sides = {**pictures, **sounds}
    heard = {name: landmarks(side.samples) for name, side in sides.items() if len(side.samples)}
    for one in candidates(heard):
        for picture, sound in ((one.first, one.second), (one.second, one.first)):
            if picture in pictures and sound in sounds:
                pairs.add((picture, sound))
    return pairs


def timecodes_meet(one: SyncSide, two: SyncSide) -> bool:
    """Whether their timecodes say that both ran at some moment."""
    ours, theirs = one.ltc or one.timecode, two.ltc or two.timecode
    if ours is None or theirs is None:
        return False
    offset = Time.of_seconds(theirs.midnight - ours.midnight)
    return one.covers.overlaps(two.covers.moved(-offset))


def _offset(picture: _Ear, sound: _Ear) -> SyncResult:
    heard = _common_audio(picture, sound)
    contradicted: dict[str, float | str] = {}
    for method, ours, theirs in (
        ("ltc", picture.side.ltc, sound.side.ltc),
        ("timecode", picture.side.timecode, sound.side.timecode),
        ("ltc", picture.side.ltc, sound.side.timecode),
        ("timecode", picture.side.timecode, sound.side.ltc),
    ):
        if ours is None or theirs is None:
            continue
        offset = theirs.midnight - ours.midnight
        shared = picture.side.covers.intersection(sound.side.covers.moved(Time.of_seconds(-offset)))
        if heard.offset is not None and abs(heard.offset.seconds - offset) > NEAR:
            contradicted = {f"{method}_contradicted_by_seconds": float(heard.offset.seconds - offset)}
            continue
        if shared is None or shared.duration.seconds < min(SPARE, picture.side.covers.duration.seconds / 2):
            contradicted = {f"{method}_covers_nothing_in_common": 1.0}
            continue
        return _by_timecode("ltc" if method == "ltc" else "timecode", ours, theirs, picture, sound, heard)
    if contradicted and heard.offset is None:
        reason = "their timecodes do not meet, and no common audio was found"
        return SyncResult(None, "none", 0.0, {**heard.evidence, **contradicted, "reason": reason})
    return replace(heard, evidence={**heard.evidence, **contradicted})


def _by_timecode(
    method: Literal["ltc", "timecode"],
    ours: Stamp,
    theirs: Stamp,
    picture: _Ear,
    sound: _Ear,
    heard: SyncResult,
) -> SyncResult:
    """The timecode's offset; placed to the sample where the audio confirms it."""
    offset = Time.of_seconds(theirs.midnight - ours.midnight)
    evidence: dict[str, float | str] = {"stated_seconds": float(offset.seconds)}
    if ours.timecode.rate != theirs.timecode.rate:
        evidence["rates_differ"] = f"{ours.timecode.rate} and {theirs.timecode.rate}"
    near = heard
    if near.offset is None:
        near = _common_audio(picture, sound, around=offset)
    if near.offset is not None:
        moved = float((near.offset - offset).seconds)
        evidence |= {**near.evidence, "audio": "confirms", "moved_seconds": moved}
        return replace(near, method=method, confidence=0.99, evidence=evidence)
    drift = _drift_by_timecode(picture.side, sound.side, theirs)
    if drift is not None:
        evidence["drift"] = "by timecode"
    silent = not (picture.listener.heard and sound.listener.heard)
    evidence["audio"] = "one side is silent" if silent else "does not confirm, does not contradict"
    confidence = 0.9 if silent else 0.6
    confidence = confidence if "rates_differ" not in evidence else 0.5
    return SyncResult(offset, method, confidence, evidence, drift, ours.at if drift is not None else None)


def _drift_by_timecode(picture: SyncSide, sound: SyncSide, theirs: Stamp) -> float | None:
    """How much faster the sound's clock runs than the picture's, by the timecode both were given.

    A recorder that wrote its timecode into the file's header counted it by its own clock; one that recorded
    LTC did not.
    """
    if picture.timecode_ppm is None:
        return None
    if theirs.timecode.source == "bwf":
        return picture.timecode_ppm
    return None if sound.timecode_ppm is None else round(picture.timecode_ppm - sound.timecode_ppm, 2)


def _common_audio(picture: _Ear, sound: _Ear, around: Time | None = None) -> SyncResult:
    """The offset both recordings agree on by ear. around: look only near a stated offset, and ask less."""
    if not picture.listener.heard or not sound.listener.heard:
        return SyncResult(None, "none", 0.0, {"reason": "one side is silent", "peak": 0.0})
    turned = len(picture.side.samples) > len(sound.side.samples)
    short, long = (sound, picture) if turned else (picture, sound)
    asked = None
    if around is not None:
        # lag: where the short recording's first sample lies in the long one, in samples
        seconds = -around.seconds if turned else around.seconds
        asked = int((seconds + (short.side.start - long.side.start) / RATE) * RATE)
    best: Peak | None = None
    for probe in probes_of(short.listener):
        peak = long.listener.find(probe, asked, int(NEAR * RATE))
        if best is None or weight(peak) > weight(best):
            best = peak
        if weight(best) >= PLAIN:
            break
    if best is None:
        return SyncResult(None, "none", 0.0, {"reason": "one side is silent", "peak": 0.0})
    place = place_to_the_sample(short.listener, long.listener, best)
    evidence: dict[str, float | str] = {
        "peak": round(best.height, 2),
        "times_second_peak": round(best.distinct, 2),
        "stretches_agreeing": float(place.agreeing),
        "stretches": float(place.asked),
    }
    objection = _objection(best, place, asked is not None)
    if objection:
        return SyncResult(None, "none", 0.0, {**evidence, "reason": objection})
    offset, drift = Time(place.lag + long.side.start - short.side.start, RATE), place.drift
    at = Time(place.centre + short.side.start, RATE)
    if turned:
        at, offset, drift = at + offset, -offset, None if drift is None else -drift
    return SyncResult(offset, "common audio", _confidence(best, place), evidence, drift, at)


def weight(peak: Peak) -> float:
    """How much a peak says for common audio."""
    return peak.height * min(peak.distinct, MOST_DISTINCT)


def _objection(peak: Peak, place: Place, stated: bool) -> str | None:
    """Why a peak is not believed, or None."""
    supported = place.agreeing == place.asked and place.asked > 1
    if stated and peak.height >= CONFIRMED and place.agreeing:
        return None
    if peak.height < FAINT:
        return f"no common audio (peak {peak.height:.1f} deviations, {FAINT:.0f} needed)"
    if peak.distinct < DISTINCT:
        return f"the same sound seems to come more than once (peak {peak.distinct:.2f} times the second)"
    if weight(peak) >= SURE or (supported and weight(peak) >= SUPPORTED):
        return None
    return (
        f"no common audio is sure (weight {weight(peak):.0f} of {SURE:.0f}, "
        f"{place.agreeing} of {place.asked} stretches agree)"
    )


def _confidence(peak: Peak, place: Place) -> float:
    share = place.agreeing / place.asked
    return round(min(0.99, 1.0 - 0.5 * SUPPORTED / max(weight(peak), SUPPORTED) * (1.5 - 0.5 * share)), 3)
