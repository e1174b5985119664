"""Subtitle files joined with what they are held against: the picture's rate and shots, the voices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from pathlib import Path

import msgspec

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.time import Range, Time
from answerprint.departments.footage.shots.in_file import shots_of
from answerprint.departments.footage.sound.events import sound_events
from answerprint.departments.footage.speech.sound_in_file import sound_in
from answerprint.departments.release.subtitles import SpokenWord, subtitle_cues
from answerprint.departments.release.subtitling.checking import RULES, Timed, Violation, check, timed
from answerprint.departments.release.subtitling.fixing import Fixed, fix
from answerprint.departments.release.subtitling.hearing import with_sounds, with_speakers
from answerprint.departments.release.subtitling.profiles import SubtitleRules, profiles
from answerprint.departments.release.subtitling.syncing import Sync, sync_of
from answerprint.formats.subtitles.files import read_subtitle_file
from answerprint.formats.subtitles.model import Cue, SubtitleFile
from answerprint.formats.transcripts.model import Passage
from answerprint.formats.transcripts.reading import read_transcript
from answerprint.media.probe import probe

FALLBACK_RATE = Fraction(24)  # where neither the file nor a picture says one: Netflix writes for 24
DAY = 24 * 3600  # seconds

Tell = Callable[[str, float], None]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What subtitles are timed to. rate: of the picture; frames: its length; shots: frames on which one
    begins; sync: how the cues lie on the speech. Of what was not looked at, nothing."""

    rate: Fraction
    rate_from: str  # "the picture", "the file", "--rate", "24 for want of any"
    frames: int | None = None
    shots: tuple[int, ...] = ()
    sync: Sync | None = None


def profile_named(name: str) -> SubtitleRules:
    """Raises UsageError AP-USE-695 for a profile that is none."""
    found = profiles().get(name)
    if found is None:
        raise UsageError(
            "AP-USE-695", f"there is no subtitle profile {name!r}", remedy="one of " + ", ".join(profiles())
        )
    return found


def rules_named(only: Sequence[str]) -> tuple[str, ...]:
    """Raises UsageError AP-USE-696 for a rule that is none."""
    unknown = [one for one in only if one not in RULES]
    if unknown:
        raise UsageError(
            "AP-USE-696", f"there is no rule {unknown[0]!r}", remedy="one of " + ", ".join(RULES)
        )
    return tuple(only) or RULES


def seen(
    file: SubtitleFile, video: Path | None, rate: Fraction | None, tell: Tell = lambda what, done: None
) -> Seen:
    """What a file's cues are held against. Raises MediaError as `probe` and `shots_of`."""
    if video is None:
        said = rate or file.rate
        told = "--rate" if rate else "the file" if file.rate else "24 for want of any"
        return Seen(rate=said or FALLBACK_RATE, rate_from=told)
    found = probe(video)
    picture = found.stream("video")
    own = rate or (picture.rate if picture is not None else None) or file.rate or FALLBACK_RATE
    told = "--rate" if rate else "the picture" if picture is not None and picture.rate else "the file"
    shots: tuple[int, ...] = ()
    frames = None
    if picture is not None:
        start = picture.start.seconds if picture.start is not None else Fraction(0)
        document = shots_of(video, progress=lambda done: tell("shots", done))
        shots = tuple(
            round((Fraction(one.start.time) - start) * own)
            for one in document.boundaries
            if one.type == "cut"
        )
        if found.duration is not None:
            frames = int(found.duration.seconds * own)
    sync = None
    if found.stream("audio") is not None:
        with sound_in(video, lambda done: tell("voices", done)) as sound:
            voice = [
                (float(sound.time_at(first).seconds), float(sound.time_at(last).seconds))
                for first, last in sound.voice
            ]
        sync = sync_of(
            [(float(one.range.start.seconds), float(one.range.end.seconds)) for one in file.cues], voice
        )
    return Seen(rate=own, rate_from=told, frames=frames, shots=shots, sync=sync)


def read(path: Path) -> SubtitleFile:
    """A subtitle file with cues in it, in time order. Raises what `read_subtitle_file` raises, FormatError
    AP-FORMAT-160 where there is none, AP-FORMAT-161 for a time beyond a day."""
    file = read_subtitle_file(path)
    if not file.cues:
        raise FormatError(
            "AP-FORMAT-160", "there is no cue in it", file=str(path), remedy="export it again with its text"
        )
    late = next((number for number, one in enumerate(file.cues, 1) if one.range.end.seconds >= DAY), None)
    if late is not None:
        raise FormatError(
            "AP-FORMAT-161",
            "this cue ends a day and more after the film begins",
            file=str(path),
            at=f"cue {late}",
            remedy="correct its times",
        )
    ordered = sorted(file.cues, key=lambda one: (one.range.start, one.range.end))
    return msgspec.structs.replace(file, cues=tuple(ordered))


def violations(
    file: SubtitleFile, rules: SubtitleRules, against: Seen, only: Collection[str]
) -> list[Violation]:
    """As `check`, for a file."""
    return check(timed(file.cues, against.rate), rules, against.rate, shots=against.shots, only=only)


def mended(
    file: SubtitleFile, rules: SubtitleRules, against: Seen, only: Collection[str]
) -> tuple[SubtitleFile, Fixed]:
    """As `fix`, for a file: a time that did not change is kept as it was written."""
    made = fix(
        timed(file.cues, against.rate),
        rules,
        against.rate,
        shots=against.shots,
        only=only,
        frames=against.frames,
    )
    cues = tuple(
        _with(file.cues[origin - 1], one, against.rate)
        for one, origin in zip(made.cues, made.origins, strict=True)
    )
    return msgspec.structs.replace(file, cues=cues, rate=file.rate or against.rate), made


def shifted(file: SubtitleFile, sync: Sync) -> SubtitleFile:
    """Every cue where the speech is, to a hundredth of a second; what would begin before the film is cut."""
    offset = Fraction(round(sync.offset * 100), 100)

    def moved(time: Time) -> Time:
        return Time.of_seconds(max(Fraction(0), time.seconds * sync.ratio + offset))

    cues = tuple(
        msgspec.structs.replace(one, range=Range(moved(one.range.start), moved(one.range.end)))
        for one in file.cues
    )
    return msgspec.structs.replace(file, cues=tuple(one for one in cues if one.range.start < one.range.end))


def cues_from(
    path: Path, rules: SubtitleRules, rate: Fraction, *, frames: int | None = None
) -> tuple[SubtitleFile, bool]:
    """Subtitles made of a transcript (Whisper JSON, SRT, VTT), and whether its words had times of their own.

    Where they have none they are spread over their passage by their letters.
    """
    transcript = read_transcript(path)
    exact = all(one.words and all(word.range for word in one.words) for one in transcript.passages)
    words = [word for number, one in enumerate(transcript.passages) for word in _words(one, str(number))]
    written = {str(number): one.text for number, one in enumerate(transcript.passages)}
    made = subtitle_cues(words, written, rate, frames=frames, rules=rules)
    file = SubtitleFile(
        cues=made.cues, format="srt", rate=rate, language=transcript.language or "", title=path.stem
    )
    return file, exact


def for_those_who_do_not_hear(
    file: SubtitleFile,
    rules: SubtitleRules,
    rate: Fraction,
    video: Path | None,
    tell: Callable[[float], None] | None = None,
) -> tuple[SubtitleFile, dict[str, int]]:
    """A file with who speaks and, of a video, music, applause and laughter; and how much of it found room."""
    cues, narrow = with_speakers(file.cues, rules, rate)
    told = {"speakers": sum(one.text != two.text for one, two in zip(cues, file.cues, strict=True))}
    told["speakers_without_room"] = len(narrow)
    if video is not None:
        with sound_in(video, tell) as sound:
            heard = [
                (sound.time_at(one.start).frame(rate), sound.time_at(one.end).frame(rate), one.sound)
                for one in sound_events(sound.samples, sound.voice)
                if one.sound != "silence"
            ]
        before = len(cues)
        cues, left = with_sounds(cues, heard, rules, rate)
        told |= {"sounds": len(cues) - before, "sounds_without_room": len(left)}
    return msgspec.structs.replace(file, cues=tuple(cues)), told


def _with(cue: Cue, one: Timed, rate: Fraction) -> Cue:
    edges = [
        edge if edge.frame(rate) == frame else Time(frame, rate)
        for edge, frame in ((cue.range.start, one.start), (cue.range.end, one.end))
    ]
    return msgspec.structs.replace(cue, range=Range(*edges), text=one.text)


def _words(passage: Passage, line: str) -> list[SpokenWord]:
    timed_words = [word for word in passage.words if word.range is not None]
    if passage.words and len(timed_words) == len(passage.words):
        return [
            SpokenWord(text=word.text, range=word.range, line=line, speaker=passage.speaker)
            for word in timed_words
            if word.range is not None
        ]
    texts = passage.text.split()
    start, whole = passage.range.start.seconds, passage.range.end.seconds - passage.range.start.seconds
    letters = sum(len(one) + 1 for one in texts)
    found, spent = [], 0
    for text in texts:
        first = start + whole * spent / letters
        spent += len(text) + 1
        range_ = Range(Time.of_seconds(first), Time.of_seconds(start + whole * spent / letters))
        found.append(SpokenWord(text=text, range=range_, line=line, speaker=passage.speaker))
    return found
