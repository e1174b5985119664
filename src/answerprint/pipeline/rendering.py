"""A timeline rendered: its media found, segments drawn on every core, joined; a broken-off run goes on."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path, PurePosixPath

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, source_time, visible
from answerprint.core.encoding import to_json
from answerprint.core.errors import UsageError
from answerprint.core.time import Range
from answerprint.core.timecode import format_timecode
from answerprint.departments.release.burn_ins import Corner, burned
from answerprint.departments.release.masters import Preset, preset_for
from answerprint.departments.release.rendering import draw_segment
from answerprint.departments.release.segment_plans import SegmentPlan, later, plan_segments
from answerprint.departments.release.steps import assets_in, assets_of
from answerprint.departments.release.wipes import wipe_code
from answerprint.departments.sound.timeline_sound import RATE, timeline_sound
from answerprint.formats.timelines.comparing import media_name
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import MediaLink, frame_on_screen, record_frames, source_of
from answerprint.formats.timelines.relinking import path_of, shared_depth
from answerprint.media.picture_files import write_picture_file
from answerprint.media.segments import encode_segment, join_segments
from answerprint.media.wave_writing import write_wave
from answerprint.store.disk import coded_writing, sync_folder
from answerprint.store.objects import hash_bytes

LONGEST = 240  # frames of a segment
BURNS = ("timecode", "source", "clip", "frame", "name")
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Asked:
    """What is asked of a rendering.

    media: folders in which media is looked for before where the timeline says; burn: of BURNS; range_: frames
    of the cut; height: of the raster, None for the cut's own.
    """

    preset: str = ""
    media: Sequence[Path] = ()
    burn: Sequence[str] = ()
    range_: tuple[int, int] | None = None
    height: int | None = None
    rate: Fraction | None = None
    workers: int = 2
    dry_run: bool = False
    force: bool = False


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """What was rendered.

    kept: segments that an earlier run had made; offline: media that was not found, drawn as slates; unknown:
    wipes that are dissolved instead.
    """

    out: str
    preset: str
    frames: int
    rate: str
    raster: tuple[int, int]
    segments: int
    kept: int
    offline: tuple[str, ...]
    unknown: tuple[str, ...]
    dry_run: bool


class _Job(msgspec.Struct, frozen=True, kw_only=True):
    """One segment as a worker gets it."""

    plan: SegmentPlan
    first: int  # frame of the cut
    media: Mapping[str, str]
    names: Mapping[str, str]
    preset: str
    texts: tuple[Mapping[Corner, str], ...]
    number: int  # of the first picture of a sequence


def render_timeline(
    file: Path, out: Path, asked: Asked, tell: Callable[[float], None] = lambda share: None
) -> Rendered:
    """Renders a timeline, whole or not at all. What a run that broke off had finished is used again.

    Raises UsageError AP-USE-650 to 653, and what reading the timeline raises.
    """
    name, preset = preset_for(asked.preset, out)
    if any(one not in BURNS for one in asked.burn):
        raise UsageError("AP-USE-652", f"burnt in can be: {', '.join(BURNS)}")
    if out.exists() and not asked.force and not asked.dry_run:
        raise UsageError("AP-USE-653", "it is there already", file=str(out), remedy="use --force")
    found = read_timeline(file, asked.rate)
    cut = _raster(found.cut, asked.height or preset.longest, preset)
    paths = found_media(found.media, file.parent, asked.media)
    names = {asset: media_name(link, asset) for asset, link in found.media.items()}
    used = sorted(set(assets_in(cut)))
    jobs = list(_jobs(cut, found.media, paths, names, name, asked))
    offline = tuple(names.get(one, one) for one in used if one and one not in paths)
    parts = out.with_name(f".{out.name}.parts")
    files = {job.first: parts / f"{_digest(job)}{'' if preset.sequence else out.suffix}" for job in jobs}
    held = [one for one in files.values() if one.exists()]
    rendered = Rendered(
        out=str(out),
        preset=name,
        frames=sum(job.plan.frames for job in jobs),
        rate=str(cut.rate),
        raster=(cut.width, cut.height),
        segments=len(jobs),
        kept=len(held),
        offline=offline,
        unknown=tuple(sorted(set(_unknown_wipes(cut)))),
        dry_run=asked.dry_run,
    )
    if asked.dry_run:
        return rendered
    with coded_writing(out):
        parts.mkdir(parents=True, exist_ok=True)
        _draw_all([job for job in jobs if not files[job.first].exists()], files, asked.workers, tell)
        if preset.sequence:
            _gather(jobs, files, out, parts)
        else:
            _join(cut, jobs, files, out, paths, preset)
        shutil.rmtree(parts, ignore_errors=True)
    return rendered


def found_media(media: Mapping[str, MediaLink], beside: Path, folders: Sequence[Path]) -> dict[str, Path]:
    """Where each media of a timeline lies: by its name in folders, else as the timeline says."""
    by_name: dict[str, list[Path]] = {}
    for folder in folders:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                by_name.setdefault(one.name.casefold(), []).append(one)
    found: dict[str, Path] = {}
    for asset, link in media.items():
        said = beside / path_of(link.url) if link.url else None
        named = by_name.get(media_name(link, asset).casefold(), [])
        if named:
            path = path_of(link.url)
            found[asset] = max(named, key=lambda one: shared_depth(PurePosixPath(one), path))
        elif said is not None and said.is_file():
            found[asset] = said
    return found


def _raster(cut: Cut, height: int | None, preset: Preset) -> Cut:
    if height is None or (preset.longest is not None and cut.height <= height):
        return msgspec.structs.replace(cut, width=cut.width // 2 * 2, height=cut.height // 2 * 2)
    return msgspec.structs.replace(
        cut, width=round(cut.width * height / cut.height / 2) * 2, height=height // 2 * 2
    )


def _jobs(
    cut: Cut,
    links: Mapping[str, MediaLink],
    paths: Mapping[str, Path],
    names: Mapping[str, str],
    preset: str,
    asked: Asked,
) -> Iterator[_Job]:
    low, high = asked.range_ or (0, cut.frames)
    if not 0 <= low < high <= cut.frames:
        raise UsageError("AP-USE-654", f"the cut has {cut.frames} frames", remedy="name a range within it")
    describe = _Texts(cut, links, names, asked.burn)
    first = 0
    for plan in plan_segments(cut, LONGEST):
        start, end = max(first, low), min(first + plan.frames, high)
        if start < end:
            part = _between(plan, start - first, end - first)
            shown = {one for one in assets_of(part) if one}
            yield _Job(
                plan=part,
                first=start,
                media={one: str(paths[one].absolute()) for one in sorted(shown) if one in paths},
                names={one: names.get(one, one) for one in sorted(shown)},
                preset=preset,
                texts=tuple(describe(frame) for frame in range(start, end)) if asked.burn else (),
                number=cut.start_frame + start,
            )
        first += plan.frames


def _between(plan: SegmentPlan, start: int, end: int) -> SegmentPlan:
    return msgspec.structs.replace(later(plan, start), frames=end - start)


class _Texts:
    """What is burnt into each frame of a cut."""

    def __init__(
        self, cut: Cut, links: Mapping[str, MediaLink], names: Mapping[str, str], burn: Sequence[str]
    ) -> None:
        self._cut, self._links, self._names, self._burn = cut, links, names, burn
        self._seen = visible(cut)
        self._at = 0

    def __call__(self, frame: int) -> dict[Corner, str]:
        while self._at < len(self._seen) and self._seen[self._at][1] <= frame:
            self._at += 1
        here = self._seen[self._at] if self._at < len(self._seen) else None
        clip = here[2] if here is not None and here[0] <= frame else None
        texts: dict[Corner, str] = {
            "bottom": self._cut.timecode(frame) if "timecode" in self._burn else "",
            "top_left": self._cut.name if "name" in self._burn else "",
            "top_right": str(frame) if "frame" in self._burn else "",
        }
        if clip is not None:
            texts["bottom_right"] = clip.name if "clip" in self._burn else ""
            texts["bottom_left"] = self._source(clip, frame) if "source" in self._burn else ""
        return {corner: text for corner, text in texts.items() if text}

    def _source(self, clip: Clip, frame: int) -> str:
        link = self._links.get(clip.asset)
        if link is None:
            return clip.name
        index = max(0, frame_on_screen(link, source_time(clip, frame, self._cut.rate)))
        label = format_timecode(link.start_frame + index, link.rate, drop=link.drop, wrap=True)
        return f"{self._names.get(clip.asset, '')} {label}"


def _digest(job: _Job) -> str:
    """What a segment's file is called by: everything that decides its bytes, but where its media lies."""
    stats = {}
    for asset, path in job.media.items():
        stat = Path(path).stat()
        stats[asset] = f"{Path(path).name} {stat.st_size} {stat.st_mtime_ns}"
    return hash_bytes(to_json([job.plan, job.names, job.preset, job.texts, stats]))[:32]


def _draw_all(
    jobs: Sequence[_Job], files: Mapping[int, Path], workers: int, tell: Callable[[float], None]
) -> None:
    total = sum(job.plan.frames for job in jobs) or 1
    done = 0
    if workers < 2 or len(jobs) < 2:
        for job in jobs:
            _draw(job, files[job.first])
            done += job.plan.frames
            tell(done / total)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: dict[Future[None], _Job] = {pool.submit(_draw, job, files[job.first]): job for job in jobs}
        try:
            while waiting:
                ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for one in ready:
                    done += waiting.pop(one).plan.frames
                    one.result()
                tell(done / total)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _draw(job: _Job, out: Path) -> None:
    """A segment drawn and encoded aside, and then in its place."""
    preset = preset_for(job.preset, Path("x") if out.suffix == "" else out)[1]
    media = {asset: Path(path) for asset, path in job.media.items()}
    pictures: Iterator[Pixels] = draw_segment(job.plan, media, job.names)
    if job.texts:
        pictures = (burned(one, texts) for one, texts in zip(pictures, job.texts, strict=True))
    if not preset.sequence:
        encode_segment(pictures, job.plan.rate, preset.video, out)
        return
    aside = out.with_name(f"{out.name}.aside")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for place, pixels in enumerate(pictures):
        file = aside / f"{place:07d}{preset.suffixes[0]}"
        write_picture_file(file, pixels, preset.video.encoder, preset.video.pixel_format)
    aside.rename(out)


def _gather(jobs: Sequence[_Job], files: Mapping[int, Path], out: Path, parts: Path) -> None:
    """The pictures of every segment in one folder, numbered as the timecode counts."""
    whole = parts / "whole"
    shutil.rmtree(whole, ignore_errors=True)
    whole.mkdir()
    for job in jobs:
        for one in sorted(files[job.first].iterdir()):
            place = job.number + int(one.stem)
            shutil.copyfile(one, whole / f"{place:07d}{one.suffix}")
    sync_folder(whole)
    if out.exists():
        shutil.rmtree(out)
    whole.rename(out)


def _join(
    cut: Cut,
    jobs: Sequence[_Job],
    files: Mapping[int, Path],
    out: Path,
    paths: Mapping[str, Path],
    preset: Preset,
) -> None:
    first, end = jobs[0].first, jobs[-1].first + jobs[-1].plan.frames
    sound = None
    if preset.sound is not None and any(track.clips for track in cut.tracks_of("audio") if not track.muted):
        sound = files[first].with_name("sound.wav")
        write_wave(sound, timeline_sound(_part(cut, first, end), paths), RATE)
    join_segments(
        [files[job.first] for job in jobs],
        sound,
        out,
        rate=cut.rate,
        start_timecode=cut.timecode(first),
        audio=preset.audio,
    )


def _part(cut: Cut, first: int, end: int) -> Cut:
    """The sound of some frames of a cut, from its own first frame on."""
    tracks = []
    for track in cut.tracks_of("audio"):
        clips = []
        for clip in track.clips:
            start, stop = record_frames(clip, cut.rate)
            low, high = max(start, first), min(stop, end)
            if low < high:
                record = Range.of_ticks(low - first, high - first, cut.rate)
                source = source_of(source_time(clip, low, cut.rate), high - low, cut.rate, clip.speed)
                clips.append(msgspec.structs.replace(clip, record=record, source=source))
        tracks.append(msgspec.structs.replace(track, clips=tuple(clips)))
    return msgspec.structs.replace(cut, tracks=tuple(tracks))


def _unknown_wipes(cut: Cut) -> Iterator[str]:
    for track in cut.tracks:
        for clip in track.clips:
            for way in (clip.transition, clip.fade_out):
                if way is not None and way.kind == "wipe" and wipe_code(way.name) is None:
                    yield way.name or "a wipe without a name"
            if clip.nested is not None:
                yield from _unknown_wipes(clip.nested)
