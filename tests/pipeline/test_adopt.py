"""A timeline edited elsewhere and brought back: its changes are decisions, and the film is cut as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from productions import Made, copied

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.core.time import Range, Time
from answerprint.formats.timelines.files import format_named, read_timeline
from answerprint.formats.timelines.model import TimelineFile, record_frames
from answerprint.formats.timelines.otio_file import write_otio_file
from answerprint.pipeline.adopting import Adopted, adopt_in
from answerprint.pipeline.answering import Answers
from answerprint.pipeline.cutting import cut_in
from answerprint.store.production import Production

Edit = Callable[[Cut], Cut]
SUFFIXES = (".otio", ".fcpxml", ".xml", ".aaf")


@pytest.fixture
def film(demo: Made, tmp_path: Path) -> Path:
    return copied(demo, tmp_path / "film")


def went_out(film: Path) -> TimelineFile:
    return read_timeline(film / "out/latest/rough-cut.otio")


def each(cut: Cut, edit: Callable[[CutTrack], tuple[Clip, ...]]) -> Cut:
    return msgspec.structs.replace(
        cut, tracks=tuple(msgspec.structs.replace(track, clips=edit(track)) for track in cut.tracks)
    )


def part(clip: Clip, start: int, end: int, at: int, cut: Cut) -> Clip:
    """The frames [start, end) of the cut that a clip fills, laid at another frame."""
    first = clip.source.start + Time(start - record_frames(clip, cut.rate)[0], cut.rate)
    record = Range.of_ticks(at, at + end - start, cut.rate)
    return msgspec.structs.replace(clip, record=record, source=Range(first, first + record.duration))


def ripple(cut: Cut, gone: range) -> Cut:
    """The cut without some frames of all its tracks, closed up."""

    def closed(track: CutTrack) -> tuple[Clip, ...]:
        made = []
        for clip in track.clips:
            start, end = record_frames(clip, cut.rate)
            if start < gone.start:
                made.append(part(clip, start, min(end, gone.start), start, cut))
            if end > gone.stop:
                first = max(start, gone.stop)
                made.append(part(clip, first, end, first - len(gone), cut))
        return tuple(made)

    return each(cut, closed)


def heard(cut: Cut, place: int) -> range:
    return range(*record_frames(cut.tracks[1].clips[place], cut.rate))


def plain(cut: Cut) -> Cut:
    """As a program hands it back that keeps nothing it does not know."""
    return each(
        cut,
        lambda track: tuple(
            msgspec.structs.replace(clip, slot=None, link=None, metadata={}, id=f"{track.name}.{number}")
            for number, clip in enumerate(track.clips)
        ),
    )


def back(film: Path, edit: Edit, suffix: str = ".otio") -> Path:
    sent = went_out(film)
    file = film.parent / f"back{suffix}"
    file.write_bytes(format_named(file).write(edit(sent.cut), sent.media))
    return file


def adopted(film: Path, file: Path | None, **more: bool) -> Adopted:
    return adopt_in(Production.open(film), file, workers=0, by="Ada", **more)


def timeline(film: Path) -> bytes:
    made = cut_in(Production.open(film), workers=0)
    return write_otio_file(made.cut, made.media)


def shorter(cut: Cut) -> Cut:
    """Six frames less at the end of a line."""
    end = heard(cut, 3).stop
    return ripple(cut, range(end - 6, end))


def without(cut: Cut) -> Cut:
    """Without a line, sound and picture."""
    return ripple(cut, heard(cut, 5))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_timeline_that_nobody_changed_decides_nothing(film: Path, suffix: str) -> None:
    made = adopted(film, back(film, lambda cut: cut, suffix))
    assert (made.decided, made.left, made.against) == ((), (), 1)
    assert adopted(film, back(film, plain, suffix)).decided == ()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("edit", [shorter, without])
def test_what_an_editor_changed_is_cut_so(film: Path, edit: Edit, suffix: str) -> None:
    made = adopted(film, back(film, lambda cut: plain(edit(cut)), suffix))
    assert made.left == ()
    assert made.decided
    wanted = edit(went_out(film).cut)
    now = made.drafted.cut
    assert now.frames == wanted.frames
    for track in (0, 1):
        assert [(clip.name, clip.record) for clip in now.tracks[track].clips] == [
            (clip.name, clip.record) for clip in joined(wanted.tracks[track].clips)
        ]
    again = adopted(film, film.parent / f"back{suffix}")
    assert (again.decided, again.left) == ((), ())


def joined(clips: tuple[Clip, ...]) -> list[Clip]:
    """Parts of one take that go on into each other as one clip."""
    made: list[Clip] = []
    for clip in clips:
        before = made[-1] if made else None
        if before is not None and (before.asset, before.slot, before.source.end, before.record.end) == (
            clip.asset,
            clip.slot,
            clip.source.start,
            clip.record.start,
        ):
            made[-1] = msgspec.structs.replace(
                before,
                record=Range(before.record.start, clip.record.end),
                source=Range(before.source.start, clip.source.end),
            )
        else:
            made.append(clip)
    return made


def test_all_of_it_is_taken_back(film: Path) -> None:
    before = timeline(film)
    adopted(film, back(film, lambda cut: without(shorter(cut))))
    assert timeline(film) != before
    adopted(film, None, undo=True)
    assert timeline(film) == before
    with pytest.raises(UsageError, match="no timeline has been adopted"):
        adopted(film, None, undo=True)


def test_a_dry_run_decides_nothing(film: Path) -> None:
    before = timeline(film)
    made = adopted(film, back(film, shorter), dry_run=True)
    assert made.decided
    assert timeline(film) == before


def test_what_was_decided_since_stays(film: Path) -> None:
    slot = went_out(film).cut.tracks[1].clips[3].slot or ""
    file = back(film, shorter)
    with Answers(Production.open(film)) as answers:
        answers.record([answers.prepare("replace", slot, other="1", by="Ada")])
    made = adopted(film, file)
    assert slot in [one.proposal for one in made.kept_out]
    with Answers(Production.open(film)) as answers:
        assert answers.decisions()[slot].answer == "replace"
    preferred = adopted(film, file, prefer_timeline=True)
    assert slot in [one.proposal for one in preferred.decided]


def test_a_picture_laid_over_a_line_and_one_between_two(film: Path) -> None:
    def laid(cut: Cut) -> Cut:
        pictures, sound = list(cut.tracks[0].clips), cut.tracks[1].clips
        other = next(clip for clip in pictures if clip.asset != _at(pictures, heard(cut, 6).start + 12).asset)
        at = heard(cut, 6).start + 10
        over = part(other, *record_frames(other, cut.rate), at, cut)
        over = part(over, at, at + 14, at, cut)
        end = cut.frames
        last = part(other, *record_frames(other, cut.rate), end, cut)
        assert sound
        tracks = (
            cut.tracks[0],
            CutTrack(name="V2", kind="video", clips=(plain_clip(over), plain_clip(last))),
            *cut.tracks[1:],
        )
        return msgspec.structs.replace(cut, tracks=tracks)

    made = adopted(film, back(film, laid))
    kinds = [one.proposal.split(":")[0] for one in made.decided]
    assert kinds.count("insert") == 1
    cutaways = [clip for clip in made.drafted.cut.tracks[0].clips if (clip.slot or "").startswith("cutaway:")]
    assert any(
        record_frames(clip, made.drafted.cut.rate)[1] - record_frames(clip, made.drafted.cut.rate)[0] == 14
        for clip in cutaways
    )
    assert made.drafted.document.legality == ()


def plain_clip(clip: Clip) -> Clip:
    return msgspec.structs.replace(clip, slot=None, link=None, lines=(), id=f"new.{clip.record.start.ticks}")


def _at(clips: list[Clip], frame: int) -> Clip:
    return next(clip for clip in clips if clip.record.start.ticks <= frame < clip.record.end.ticks)


def test_another_productions_timeline_is_refused(film: Path) -> None:
    def foreign(cut: Cut) -> Cut:
        return cut

    sent = went_out(film)
    file = film.parent / "foreign.otio"
    media = {
        asset: msgspec.structs.replace(link, name=f"X{n}.mov", url=f"else/X{n}.mov", reel=f"X{n}")
        for n, (asset, link) in enumerate(sent.media.items())
    }
    file.write_bytes(format_named(file).write(foreign(sent.cut), media))
    with pytest.raises(UsageError, match="none of its media"):
        adopted(film, file)


def test_what_no_decision_can_say_is_listed(film: Path) -> None:
    def gap(cut: Cut) -> Cut:
        start = heard(cut, 8).start

        def later(track: CutTrack) -> tuple[Clip, ...]:
            by = Time(12, cut.rate)
            return tuple(
                msgspec.structs.replace(clip, record=clip.record.moved(by))
                if record_frames(clip, cut.rate)[0] >= start
                else clip
                for clip in track.clips
            )

        return each(cut, later)

    made = adopted(film, back(film, gap))
    assert made.left
    assert made.drafted.document.legality == ()
