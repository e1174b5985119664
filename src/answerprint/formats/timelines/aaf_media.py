"""Media in AAF: of every file a master mob, mobs of its picture and sound, and its tape with timecode."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from urllib.parse import quote, unquote

from aaf2.rational import AAFRational

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack
from answerprint.core.errors import FormatError
from answerprint.core.timecode import frames_a_day, nominal
from answerprint.formats.timelines.aaf_own import fields_of, keep, mob_id_of, packed, plain
from answerprint.formats.timelines.model import MediaLink

MADE = datetime(2000, 1, 1)  # every date written: the same cut is the same bytes
PICTURE_SLOT = 1  # of a master mob; sound channel k (from 0) is slot 2 + k
SAMPLES = 48_000  # a second, where a link does not say
_WHOLE_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_SOP = re.compile(r"[\s,)(]+".join([_NUMBER] * 9))


class MediaMobs:
    """Makes the media mobs of one file, each once."""

    def __init__(self, file: Any, cut: Cut, media: Mapping[str, MediaLink], media_root: str) -> None:
        self._make = file.create.from_name
        self._media = media
        self._root = media_root
        self._masters: dict[tuple[str, Cdl | None], Any] = {}
        self._tapes: dict[tuple[str, Fraction, bool], Any] = {}
        self._files: dict[str, tuple[Any, list[Any]]] = {}
        self._pictures: set[str] = set()
        self._channels: dict[str, int] = {}
        self._names: dict[tuple[str, Cdl | None], set[str]] = {}
        for track, clip in _clips(cut):
            self._count(track, clip)
        self.mobs: list[Any] = []

    def master(self, clip: Clip) -> Any:
        """The master mob a clip refers to: one for each grade of a file, as grades stand on master clips."""
        key = (clip.asset, clip.cdl)
        if key not in self._masters:
            self._masters[key] = self._master(clip.asset, clip.cdl)
        return self._masters[key]

    def name(self, clip: Clip) -> str:
        """What its master mob is called: as all clips of it are, else as its file is."""
        names = self._names[(clip.asset, clip.cdl)]
        return next(iter(names)) if len(names) == 1 else self._media[clip.asset].name

    def _count(self, track: CutTrack, clip: Clip) -> None:
        link = link_of(clip, self._media)
        if track.kind == "video" or link.picture:
            self._pictures.add(clip.asset)
        heard = [channel + 1 for channel in channels_of(clip, link)] if track.kind == "audio" else []
        self._channels[clip.asset] = max(self._channels.get(clip.asset, link.channels), *heard, 0)
        self._names.setdefault((clip.asset, clip.cdl), set()).add(clip.name or link.name)

    def _master(self, asset: str, cdl: Cdl | None) -> Any:
        link = self._media[asset]
        picture, sounds = self._file(asset, link)
        (name,) = names if len(names := self._names[(asset, cdl)]) == 1 else (link.name,)
        mob = self._mob(
            "MasterMob",
            name,
            "master",
            asset,
            link,
            "" if cdl is None else sop(cdl) + sat(cdl) + (cdl.space or ""),
        )
        slots = []
        if picture is not None:
            slots.append(self._slot(PICTURE_SLOT, 1, "picture", link, picture, 1, 0))
        for channel, sound in enumerate(sounds):
            slots.append(self._slot(2 + channel, channel + 1, "sound", link, sound, 1 + channel, 0))
        mob.slots.extend(slots)
        if cdl is not None:
            said = {"ASC_SOP": sop(cdl), "ASC_SAT": sat(cdl), "ASC_SPACE": cdl.space}
            mob["UserComments"].extend([self._make("TaggedValue", *one) for one in said.items() if one[1]])
        fields = fields_of(link, without=("frame_times",))
        keep(mob, {"asset": asset, "link": fields, "times": packed(link.frame_times)})
        return mob

    def _file(self, asset: str, link: MediaLink) -> tuple[Any, list[Any]]:
        """The mob of a file's picture, if any, and that of its sound once for every channel."""
        if asset in self._files:
            return self._files[asset]
        channels = self._channels[asset]
        tape, first = self._tape(link, asset, channels)
        picture = None
        if asset in self._pictures:
            picture = self._mob("SourceMob", link.name, "picture", asset, link)
            picture.descriptor = self._picture(link)
            picture.slots.extend([self._slot(1, 1, "picture", link, tape, 1, first)])
        sound = None
        if channels:
            sound = self._mob("SourceMob", link.name, "sound", asset, link)
            sound.descriptor = self._sound(link, channels)
            sound.slots.extend(
                [self._slot(1 + k, 1 + k, "sound", link, tape, 3 + k, first) for k in range(channels)]
            )
        self._files[asset] = (picture, [sound] * channels)
        return self._files[asset]

    def _tape(self, link: MediaLink, asset: str, channels: int) -> tuple[Any, int]:
        """The mob that has the timecode, and the file's place on it: the reel of a day's timecode, or where
        there is none the file as it was taken in, which begins with its own timecode."""
        if link.reel is None:
            mob = self._mob("SourceMob", link.name, "import", asset, link)
            mob.descriptor = self._make("ImportDescriptor")
            self._tape_slots(mob, link, link.start_frame, link.frames, channels)
            return mob, 0
        key = (link.reel, link.rate, link.drop)
        if key not in self._tapes:
            mob = self._mob("SourceMob", link.reel, "reel", str(link.rate), str(link.drop))
            mob.descriptor = self._make("TapeDescriptor")
            length = 2 * frames_a_day(link.rate, link.drop)  # a file may run past midnight
            self._tape_slots(mob, link, 0, length, max(self._channels.values(), default=0))
            self._tapes[key] = mob
        return self._tapes[key], link.start_frame

    def _tape_slots(self, mob: Any, link: MediaLink, start: int, length: int, channels: int) -> None:
        timecode = self._make("Timecode", nominal(link.rate), link.drop, length)
        timecode.length, timecode.start = length, start
        slots = [self._make("TimelineMobSlot", 2, "TC1", timecode, 0, rational(link.rate))]
        for slot, kind in ((1, "picture"), *((3 + k, "sound") for k in range(channels))):
            clip = self._make("SourceClip", 0, length, None, 0, kind)
            slots.append(self._make("TimelineMobSlot", slot, "", clip, 0, rational(link.rate)))
        for slot in slots:
            slot["PhysicalTrackNumber"].value = max(slot.slot_id - 2, 1)
        mob.slots.extend(slots)

    def _slot(
        self, slot: int, number: int, kind: str, link: MediaLink, of: Any, of_slot: int, start: int
    ) -> Any:
        """A slot of so many frames of another mob's slot."""
        clip = self._make("SourceClip", start, link.frames, of.mob_id, of_slot, kind)
        made = self._make("TimelineMobSlot", slot, plain(link.name), clip, 0, rational(link.rate))
        made["PhysicalTrackNumber"].value = number
        return made

    def _picture(self, link: MediaLink) -> Any:
        made = self._make("CDCIDescriptor")
        width, height = link.width or 1920, link.height or 1080
        for name, value in (
            ("SampleRate", rational(link.rate)),
            ("Length", link.frames),
            ("StoredWidth", width),
            ("StoredHeight", height),
            ("FrameLayout", "FullFrame"),
            ("VideoLineMap", [42, 0]),  # of a picture that is not interlaced no line is meant
            ("ImageAspectRatio", AAFRational(width, height)),
            ("ComponentWidth", 8),
            ("HorizontalSubsampling", 2),
        ):
            made[name].value = value
        made["Locator"].extend([self._locator(link)])
        return made

    def _sound(self, link: MediaLink, channels: int) -> Any:
        made = self._make("PCMDescriptor")
        rate = link.sample_rate or SAMPLES
        for name, value in (
            ("SampleRate", AAFRational(rate, 1)),
            ("AudioSamplingRate", AAFRational(rate, 1)),
            ("Length", int(link.frames / link.rate * rate)),
            ("Channels", channels),
            ("QuantizationBits", 24),
            ("BlockAlign", 3 * channels),
            ("AverageBPS", 3 * channels * rate),
        ):
            made[name].value = value
        made["Locator"].extend([self._locator(link)])
        return made

    def _locator(self, link: MediaLink) -> Any:
        made = self._make("NetworkLocator")
        made["URLString"].value = plain(locator_of(link, self._root))
        return made

    def _mob(self, kind: str, name: str, *identity: Any) -> Any:
        made = self._make(kind, plain(name) or " ")
        made.mob_id = mob_id_of(kind, name, *(repr(one) for one in identity))
        dated(made)
        self.mobs.append(made)
        return made


def dated(mob: Any) -> None:
    mob["CreationTime"].value = MADE
    mob["LastModified"].value = MADE


def rational(rate: Fraction) -> Any:
    return AAFRational(rate.numerator, rate.denominator)


def link_of(clip: Clip, media: Mapping[str, MediaLink]) -> MediaLink:
    """A clip's media. Raises FormatError AP-FORMAT-026 where the production has none."""
    link = media.get(clip.asset)
    if link is None:
        raise FormatError(
            "AP-FORMAT-026",
            f"{clip.name or clip.id} uses an asset that is not in the production: {clip.asset[:12]}",
            remedy="add the footage again",
        )
    return link


def channels_of(clip: Clip, link: MediaLink) -> tuple[int, ...]:
    """The channels a clip of a sound track is heard with: its own, else all of its file."""
    return clip.channels or tuple(range(max(link.channels, 1)))


def locator_of(link: MediaLink, root: str) -> str:
    """Where a file is: relative to root, or as it is where its place is a whole URL already."""
    if _WHOLE_URL.match(link.url):
        return quote(link.url, safe="/.~-_:@?=&+,;", errors="surrogateescape")
    prefix = root.rstrip("/") + "/" if root else ""
    return prefix + quote(link.url, safe="/.~-_", errors="surrogateescape")


def url_of(locator: str) -> str:
    """The inverse."""
    return unquote(locator, errors="surrogateescape")


def sop(cdl: Cdl) -> str:
    """Slope, offset and power as bins and lists have them."""
    return "".join(f"({' '.join(map(repr, one))})" for one in (cdl.slope, cdl.offset, cdl.power))


def sat(cdl: Cdl) -> str:
    return repr(cdl.saturation)


def cdl_of(said: Mapping[str, Any]) -> Cdl | None:
    """The grade that a mob's comments or attributes carry."""
    text = said.get("ASC_SOP") or said.get("_ASC_CC_SOP")
    match = _SOP.search(str(text)) if text else None
    saturation = said.get("ASC_SAT") or said.get("_ASC_CC_SAT")
    single = re.fullmatch(rf"\s*{_NUMBER}\s*", str(saturation)) if saturation else None
    if match is None and single is None:
        return None
    n = [float(one) for one in match.groups()] if match else [1.0] * 3 + [0.0] * 3 + [1.0] * 3
    slope, offset, power = ((n[at], n[at + 1], n[at + 2]) for at in (0, 3, 6))
    saturated = float(single[1]) if single else 1.0
    return Cdl(slope, offset, power, saturated, str(said.get("ASC_SPACE") or "") or None)


def _clips(cut: Cut) -> Iterator[tuple[CutTrack, Clip]]:
    for track in cut.tracks:
        for clip in track.clips:
            if clip.nested is None:
                yield track, clip
            else:
                yield from _clips(clip.nested)
