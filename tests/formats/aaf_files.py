"""AAF files for tests: ours, ours after a change, and ones of another program made piece by piece."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2
from aaf2.auid import AUID

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.aaf import write_aaf
from answerprint.formats.timelines.aaf_reading import read_aaf
from answerprint.formats.timelines.model import MediaLink, TimelineFile, source_of

NTSC, PAL = Fraction(30000, 1001), Fraction(25)
LINK = MediaLink(
    name="A001.mov",
    url="footage/card 1/A001.mov",
    rate=PAL,
    frames=5000,
    start_frame=90000,
    reel="A001",
    channels=2,
)


def clip(at: int, length: int, offset: int = 100, **more: Any) -> Clip:
    speed = more.get("speed", Fraction(1))
    return Clip(
        id=f"c{at}",
        asset="a",
        record=Range.of_ticks(at, at + length, PAL),
        source=source_of(Time(offset, PAL), length, PAL, speed),
        **{"name": f"clip {at}", **more},
    )


def cut_of(*clips: Clip, kind: Any = "video", **more: Any) -> Cut:
    track = CutTrack(name="V1" if kind == "video" else "A1", kind=kind, clips=clips)
    return Cut(name="made", rate=PAL, tracks=(track,), start_frame=90000, **more)


def again(cut: Cut, link: MediaLink = LINK) -> TimelineFile:
    return read_aaf(write_aaf(cut, {"a": link}))


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.aaf"
        path.write_bytes(data)
        with aaf2.open(str(path), "r") as file:
            yield file


def changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    """A file after somebody changed something in it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.aaf"
        path.write_bytes(data)
        with aaf2.open(str(path), "rw") as file:
            change(file)
        return path.read_bytes()


def top(file: Any) -> Any:
    return next(file.content.toplevel())


def sequence(file: Any, kind: str = "Picture") -> Any:
    return next(one.segment for one in top(file).slots if one.media_kind == kind)


def made(build: Callable[[Any, Any], Any], *, rate: Any = 25, kind: str = "picture") -> bytes:
    """A file of another program: a master clip of 5 000 frames, and one track of what build gives."""
    with aaf2.open() as file:
        make = file.create.from_name
        master = make("MasterMob", "A001")
        master.slots.extend(
            [make("TimelineMobSlot", 1, "", make("SourceClip", 0, 5000, None, 0, kind), 0, rate)]
        )
        mob = make("CompositionMob", "theirs")
        mob.usage = "Usage_TopLevel"
        timecode = make("TimelineMobSlot", 1, "TC", make("Timecode", 25), 0, 25)
        track = make("Sequence", kind)
        track.components.value = build(file, master)
        mob.slots.extend([timecode, make("TimelineMobSlot", 2, "", track, 0, rate)])
        file.content.mobs.extend([master, mob])
        file.save()
        file.manager.remove_temp()
        file.cfb.close()
        return bytes(file.f.getvalue())


def effect(file: Any, auid: str, name: str, segments: list[Any], length: int, **more: Any) -> Any:
    """An operation group as another program would make it; more: parameters by name."""
    make = file.create.from_name
    operation = make("OperationDef", AUID(auid), name, "")
    file.dictionary.register_def(operation)
    operation.media_kind = "picture"
    operation["NumberInputs"].value = len(segments)
    operation["IsTimeWarp"].value = bool(more.pop("warps", False))
    group = make("OperationGroup", operation, length, "picture")
    group["Parameters"].extend([one for one in more.values()])
    group.segments.extend(segments)
    return group


def source(file: Any, master: Any, start: int, length: int, kind: str = "picture") -> Any:
    return file.create.from_name("SourceClip", start, length, master.mob_id, 1, kind)
