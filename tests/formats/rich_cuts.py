"""One cut with everything in it that timelines are compared by, at any rate."""

from __future__ import annotations

from fractions import Fraction

from answerprint.core.cut import Cdl, Clip, Cut, CutTrack, Marker, Transition
from answerprint.core.time import Range, Time
from answerprint.core.timecode import can_drop, nominal
from answerprint.formats.timelines.model import MediaLink, source_of

NAMES = ("A001C003", "Zoë – 東京 ☕", "B002C011 " + "long " * 30)


def rich_cut(rate: Fraction = Fraction(24000, 1001)) -> tuple[Cut, dict[str, MediaLink]]:
    """Two picture tracks and three of sound: a dissolve, a wipe, a fade out, speeds forward, back and none, a
    gap, a disabled clip, a CDL, notes on the cut and on a clip, links, one nested cut. Media at the cut's
    rate start at 10:00:00:00 and last 4 000 frames; each clip keeps 100 frames and more before it."""
    hour = 3600 * nominal(rate)
    media = {
        f"footage/A001/A00{n}.mov": MediaLink(
            name=f"A00{n}.mov",
            url=f"footage/A001/A00{n}.mov",
            rate=rate,
            frames=4000,
            start_frame=10 * hour,
            reel=f"A00{n}",
            time_base=1 / rate,
            width=1920,
            height=1080,
            channels=4,
            sample_rate=48000,
        )
        for n in (1, 2, 3)
    }
    first, second, third = media
    graded = Cdl((1.1, 1.0, 0.9), (0.01, 0.0, -0.02), (1.0, 1.05, 1.0), 0.9)

    def clip(name: str, asset: str, at: int, length: int, offset: int, **more: object) -> Clip:
        speed = more.get("speed", Fraction(1))
        assert isinstance(speed, Fraction)
        source = source_of(Time(offset, rate), length, rate, speed)
        return Clip(
            id=f"{name}@{at}",
            asset=asset,
            record=Range.of_ticks(at, at + length, rate),
            source=source,
            **{"name": name, **more},  # type: ignore[arg-type]
        )

    inside = Cut(
        name="a scene within",
        rate=rate,
        tracks=(
            CutTrack(
                name="V1",
                kind="video",
                clips=(clip("in 1", first, 0, 60, 500), clip("in 2", second, 60, 60, 700)),
            ),
        ),
    )
    nested = Clip(
        id="nested",
        asset="",
        record=Range.of_ticks(720, 800, rate),
        source=Range.of_ticks(10, 90, rate),
        name="a scene within",
        nested=inside,
    )
    note = Marker(Range.of_ticks(230, 231, rate), "eyeline", "check it", "GREEN")
    pictures = (
        clip(NAMES[0], first, 0, 100, 200, link="L1", markers=(note,)),
        clip(NAMES[1], second, 100, 80, 300, link="L2", transition=Transition("dissolve", 12, 6)),
        clip(NAMES[2], third, 180, 90, 150, transition=Transition("wipe", 10, 5, "001")),
        clip("twice", first, 300, 50, 900, speed=Fraction(2)),
        clip("half", first, 350, 50, 900, speed=Fraction(1, 2)),
        clip("back", second, 400, 40, 1200, speed=Fraction(-1)),
        clip("still", second, 440, 30, 640, speed=Fraction(0)),
        clip("graded", third, 470, 60, 400, cdl=graded),
        clip("off", third, 530, 70, 600, muted=True),
        clip("last", first, 600, 100, 1500, fade_out=Transition("dissolve", 24, 24)),
        nested,
    )
    tracks = (
        CutTrack(name="V1", kind="video", clips=pictures),
        CutTrack(name="V2", kind="video", clips=(clip("over", third, 320, 40, 2000),)),
        CutTrack(
            name="A1",
            kind="audio",
            role="dialogue",
            clips=(
                clip(NAMES[0], first, 0, 110, 200, link="L1", stream=1, channels=(0,)),
                clip(NAMES[1], second, 110, 70, 310, link="L2", stream=1, channels=(0,), gain_db=-3.0),
            ),
        ),
        CutTrack(
            name="A2",
            kind="audio",
            clips=(clip(NAMES[0], first, 0, 100, 200, link="L1", stream=1, channels=(1,)),),
        ),
        CutTrack(
            name="A3", kind="audio", role="music", muted=True, clips=(clip("bed", second, 50, 600, 100),)
        ),
    )
    cut = Cut(
        name="Rich – reel 1",
        rate=rate,
        drop=can_drop(rate),
        start_frame=hour,
        tracks=tracks,
        markers=(
            Marker(Range.of_ticks(40, 41, rate), "look", "twice", "GREEN"),
            Marker(Range.of_ticks(120, 150, rate), "music in", "", "BLUE"),
        ),
    )
    return cut, media
