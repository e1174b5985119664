"""What the engine runs for release: segments, the joined film, subtitles, timelines and stills.

What only a run needs is imported in it: a make in which nothing is due loads no decoder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.records import Track
from answerprint.core.time import Range, Time
from answerprint.departments.release.segment_plans import SegmentPlan, Shown, look_id
from answerprint.departments.release.transcript import SpokenWord
from answerprint.engine.step import Context, Inputs, Step
from answerprint.formats.timelines.model import MediaLink

STILL_WIDTH = 352  # twice the width shown, for fine screens


@dataclass(frozen=True)
class SegmentStep(Step):
    """The pictures between two edits, encoded once; a segment that shows the same is never made again."""

    encoder: str = "libx264"
    quality: int = 20
    preset: str = "medium"
    threads: int = 1

    name: ClassVar[str] = "segment"
    version: ClassVar[int] = 5
    reads: ClassVar[tuple[str, ...]] = ("plan", "media")
    optional: ClassVar[tuple[str, ...]] = ("names", "looks")  # of what is not there; grades' tables
    writes: ClassVar[tuple[str, ...]] = ("segment",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.release.rendering import draw_segment
        from answerprint.media.encode import VideoSettings
        from answerprint.media.segments import encode_segment

        plan = inputs["plan"].record(SegmentPlan)
        media = {asset: item.path() for asset, item in inputs.many("media").items()}
        settings = VideoSettings(
            encoder=self.encoder, crf=self.quality, preset=self.preset, threads=self.threads
        )
        names = inputs["names"].record(dict[str, str]) if "names" in inputs else {}
        looks = (
            {name: item.path() for name, item in inputs.many("looks").items()} if "looks" in inputs else {}
        )
        pictures = draw_segment(plan, media, names, looks)
        encode_segment(pictures, plan.rate, settings, context.new_file("segment", ".mp4"))


@dataclass(frozen=True)
class JoinStep(Step):
    """The film: segments copied one after another, with the mix and a timecode track."""

    rate: Fraction
    start_timecode: str
    language: str

    name: ClassVar[str] = "join"
    version: ClassVar[int] = 2
    reads: ClassVar[tuple[str, ...]] = ("segments",)
    optional: ClassVar[tuple[str, ...]] = ("mix",)
    writes: ClassVar[tuple[str, ...]] = ("film",)
    libraries: ClassVar[tuple[str, ...]] = ("av",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.media.segments import join_segments

        segments = [item.path() for _, item in sorted(inputs.many("segments").items())]
        join_segments(
            segments,
            inputs["mix"].path() if "mix" in inputs else None,
            context.new_file("film", ".mp4"),
            rate=self.rate,
            start_timecode=self.start_timecode,
            language=self.language,
        )


def assets_of(plan: SegmentPlan) -> list[str]:
    """The assets that a segment shows, those of nested cuts with them."""
    outgoing = plan.dissolve.outgoing if plan.dissolve is not None else None
    return sorted(
        {one for shown in (plan.picture, outgoing) if shown is not None for one in _shown_by(shown)}
    )


def looks_of(plan: SegmentPlan) -> list[str]:
    """The tables of grades that a segment's shots have, by `look_id`."""
    outgoing = plan.dissolve.outgoing if plan.dissolve is not None else None
    return sorted(
        {
            look_id(shown.asset, shown.cdl)
            for shown in (plan.picture, outgoing)
            if shown is not None and shown.cdl is not None and shown.cdl.space is not None
        }
    )


def _shown_by(shown: Shown) -> Iterator[str]:
    if shown.nested is None:
        yield shown.asset
    else:
        yield from assets_in(shown.nested)


def assets_in(cut: Cut) -> Iterator[str]:
    """The assets of a cut, those of nested cuts with them."""
    for track in cut.tracks:
        for clip in track.clips:
            if clip.nested is None:
                yield clip.asset
            else:
                yield from assets_in(clip.nested)


class SubtitledSlot(msgspec.Struct, frozen=True, kw_only=True):
    """A clip of the cut in which a line is heard; source in the asset's own time, record in the cut's."""

    line: str
    speaker: str
    text: str
    asset: str
    source: Range
    record: Range


class SubtitleBrief(msgspec.Struct, frozen=True, kw_only=True):
    """What is heard in the cut, in order. shots: frames on which another picture begins."""

    rate: Fraction
    frames: int
    slots: tuple[SubtitledSlot, ...]
    shots: tuple[int, ...] = ()


@dataclass(frozen=True)
class SubtitleStep(Step):
    """Subtitles of the cut as SubRip and WebVTT, timed by the words that are heard."""

    name: ClassVar[str] = "subtitles"
    version: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ("brief", "words")
    writes: ClassVar[tuple[str, ...]] = ("srt", "vtt", "cues")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.release.subtitles import subtitle_cues
        from answerprint.formats.subtitles.srt import write_srt
        from answerprint.formats.subtitles.vtt import write_vtt

        brief = inputs["brief"].record(SubtitleBrief)
        tracks = {asset: item.track() for asset, item in inputs.many("words").items()}
        words = [
            word
            for slot in brief.slots
            if slot.asset in tracks
            for word in heard_in(slot, tracks[slot.asset])
        ]
        written = {slot.line: slot.text for slot in brief.slots}
        made = subtitle_cues(words, written, brief.rate, frames=brief.frames, shots=brief.shots)
        context.write_bytes("srt", write_srt(made.cues).encode())
        context.write_bytes("vtt", write_vtt(made.cues).encode())
        context.write_record("cues", made)


def heard_in(slot: SubtitledSlot, words: Track) -> list[SpokenWord]:
    """The words of the slot's line that its clip holds whole, at their places in the cut."""
    to_cut = slot.record.start - slot.source.start
    inside = (
        (annotation, words.range_of(annotation))
        for annotation in words.annotations
        if annotation.label == slot.line
    )
    return [
        SpokenWord(
            text=annotation.text, range=range_.moved(to_cut), line=slot.line, speaker=slot.speaker or None
        )
        for annotation, range_ in inside
        if slot.source.start <= range_.start and range_.end <= slot.source.end
    ]


class TimelineBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The cut, and every asset in it as other programs will find it."""

    cut: Cut
    links: Mapping[str, MediaLink]
    media_root: str  # from the version's folder to the production's


@dataclass(frozen=True)
class TimelineStep(Step):
    """The cut as OTIO, and its picture and dialogue as CMX3600 EDL."""

    name: ClassVar[str] = "timelines"
    version: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ("brief",)
    writes: ClassVar[tuple[str, ...]] = ("otio", "edl")
    libraries: ClassVar[tuple[str, ...]] = ("OpenTimelineIO",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.formats.timelines.edl import write_edl
        from answerprint.formats.timelines.otio import write_otio

        brief = inputs["brief"].record(TimelineBrief)
        otio = write_otio(brief.cut, brief.links, media_root=brief.media_root)
        context.write_bytes("otio", otio.encode())
        sound = [track.name for track in brief.cut.tracks_of("audio") if not track.muted]
        context.write_bytes("edl", write_edl(brief.cut, brief.links, sound=sound).encode())


@dataclass(frozen=True)
class StillStep(Step):
    """One picture of a slot, for the report."""

    name: ClassVar[str] = "still"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "time")
    writes: ClassVar[tuple[str, ...]] = ("still",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.media.stills import still

        time = inputs["time"].record(Time)
        context.write_bytes("still", still(inputs["media"].path(), time, STILL_WIDTH))
