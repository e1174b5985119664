"""How the tracks of a cut lie in FCPXML: one storyline, and everything else connected to it in lanes.

The first picture track is the storyline. A picture and its sound of the same stretch of the same media are
one element; sound that runs longer or shorter than its picture alike for all its channels, too (a split
edit). Clips of other tracks hang on the storyline's item they start over; those with transitions need
storylines of their own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from answerprint.core.cut import Clip, Cut, CutTrack, Marker, Transition
from answerprint.formats.timelines.model import MediaLink, record_frames


@dataclass
class Piece:
    """What becomes one clip element: a clip, and sounds that are in its element. Tracks by their index in
    the cut; disabled with their tracks."""

    clip: Clip
    track: int
    kind: str
    start: int
    end: int
    sounds: list[tuple[int, Clip]] = field(default_factory=list)
    way_in: Transition | None = None  # what of the clip's transitions a storyline can say
    way_out: Transition | None = None

    def clips(self) -> list[tuple[int, Clip]]:
        return [(self.track, self.clip), *self.sounds]


@dataclass
class Run:
    """Pieces of one track that follow one another without a gap, joined by transitions."""

    lane: int
    start: int  # where its element starts: transitions into its first piece included
    pieces: list[Piece]

    @property
    def storyline(self) -> bool:
        return any(one.way_in or one.way_out for one in self.pieces)


@dataclass
class Item:
    """An item of the storyline: a piece, or a gap."""

    start: int
    end: int
    piece: Piece | None = None
    connected: list[Run] = field(default_factory=list)
    markers: list[Marker] = field(default_factory=list)


def layout(cut: Cut, media: Mapping[str, MediaLink]) -> list[Item]:
    """The storyline's items, from the cut's first frame to its last."""
    tracks = _pieces(cut, media)
    pictures = [number for number, track in enumerate(cut.tracks) if track.kind == "video"]
    sounds = [number for number, track in enumerate(cut.tracks) if track.kind == "audio"]
    primary = tracks[pictures[0]] if pictures else []
    items = list(_items(primary, cut.frames))
    lanes = [(number, lane) for lane, number in enumerate(pictures[1:], 1)]
    lanes += [(number, -lane) for lane, number in enumerate(sounds, 1)]
    for number, lane in lanes:
        at = 0
        for run in _runs(tracks[number], lane):
            while at + 1 < len(items) and items[at].end <= run.start:
                at += 1
            items[at].connected.append(run)
    ends = [one.end for one in items]
    for marker in sorted(cut.markers, key=lambda one: one.range.start):
        over = bisect_right(ends, marker.range.start.frame(cut.rate))
        if items:
            items[min(over, len(items) - 1)].markers.append(marker)
    return items


def channels_of(clip: Clip, link: MediaLink | None) -> tuple[int, ...]:
    """The channels of its media that a clip plays, counted through all streams; a stream beyond the first is
    taken to have one, as cameras and recorders write them. Empty for all."""
    if not clip.channels:
        return ()
    picture = link is not None and link.picture
    stream = 0 if clip.stream is None else max(clip.stream - (1 if picture else 0), 0)
    return tuple(stream + one for one in clip.channels)


def _pieces(cut: Cut, media: Mapping[str, MediaLink]) -> list[list[Piece]]:
    """Every track's pieces in order, with their sounds; without the sounds that are in another's element."""
    tracks: list[list[Piece]] = []
    linked: dict[str, list[tuple[int, Clip]]] = {}
    for number, track in enumerate(cut.tracks):
        its: list[Piece] = []
        for clip in track.clips:
            start, end = record_frames(clip, cut.rate)
            if start < end:
                its.append(Piece(clip, number, track.kind, start, end))
                if clip.link is not None and track.kind == "audio":
                    linked.setdefault(clip.link, []).append((number, clip))
        tracks.append(its)
    taken: set[tuple[int, int]] = set()  # by track and first frame
    for number, track in enumerate(cut.tracks):
        if track.kind == "video":
            for piece in tracks[number]:
                _gather(piece, linked.get(piece.clip.link or "", []), cut, media, taken)
    kept = [[one for one in its if (one.track, one.start) not in taken] for its in tracks]
    for its in kept:
        _settle_ways(its)
    return kept


def _gather(
    piece: Piece,
    candidates: list[tuple[int, Clip]],
    cut: Cut,
    media: Mapping[str, MediaLink],
    taken: set[tuple[int, int]],
) -> None:
    """Takes into a picture's element the sounds that can be in it: all of one range, the picture's first."""
    track = cut.tracks[piece.track]
    able = [
        (number, clip)
        for number, clip in candidates
        if (number, record_frames(clip, cut.rate)[0]) not in taken
        and _in_step(piece.clip, clip)
        and _enabled_alike(track, piece.clip, cut.tracks[number], clip)
    ]
    ranges = Counter(record_frames(clip, cut.rate) for _, clip in able)
    own = (piece.start, piece.end)
    chosen = own if own in ranges or not ranges else ranges.most_common(1)[0][0]
    heard: set[int] = set()
    for number, clip in able:
        channels = set(channels_of(clip, media.get(clip.asset)))
        alone = not channels and piece.sounds  # all channels, beside others
        if record_frames(clip, cut.rate) != chosen or alone or channels & heard:
            continue
        piece.sounds.append((number, clip))
        taken.add((number, chosen[0]))
        heard |= channels
        if not channels:
            break


def _in_step(picture: Clip, sound: Clip) -> bool:
    """Whether a sound shows the same moment of the same media as its picture, and has no edges of its own."""
    shift = (sound.record.start.seconds - picture.record.start.seconds) * picture.speed
    alike = picture.record.start == sound.record.start and picture.record.end == sound.record.end
    return (
        sound.asset == picture.asset
        and sound.nested is picture.nested
        and (picture.nested is None or len({one.kind for one in picture.nested.tracks if one.clips}) == 2)
        and sound.speed == picture.speed > 0
        and sound.source.start.seconds == picture.source.start.seconds + shift
        and not sound.markers
        and sound.transition in ((None, picture.transition) if alike else (None,))
        and sound.fade_out in ((None, picture.fade_out) if alike else (None,))
    )


def _enabled_alike(track: CutTrack, picture: Clip, other: CutTrack, sound: Clip) -> bool:
    """Whether a sound is disabled with its picture; one with channels of its own may also be alone."""
    off, quiet = track.muted or picture.muted, other.muted or sound.muted
    return off == quiet or (quiet and bool(sound.channels))


def _settle_ways(pieces: list[Piece]) -> None:
    """The transitions that a storyline holds: inside the clips or gaps they lie over, and not over one
    another."""
    reached = 0
    for number, piece in enumerate(pieces):
        way = piece.clip.transition
        last = pieces[number - 1] if number else None
        edge = 0 if last is None else last.start if last.end == piece.start else last.end
        if way is not None and _fits(way, piece.start, max(reached, edge), piece.end):
            piece.way_in = way
            reached = piece.start - way.before + way.frames
        after = pieces[number + 1] if number + 1 < len(pieces) else None
        out = piece.clip.fade_out
        if out is not None and (after is None or after.start > piece.end):
            end = piece.end if after is None else after.start
            if _fits(out, piece.end, max(reached, piece.start), end):
                piece.way_out = out
                reached = piece.end - out.before + out.frames


def _fits(way: Transition, edit: int, free: int, end: int) -> bool:
    start = edit - way.before
    return way.frames > 0 and 0 <= way.before <= way.frames and free <= start and start + way.frames <= end


def _items(pieces: list[Piece], frames: int) -> Iterator[Item]:
    at = 0
    for piece in pieces:
        if piece.start > at:
            yield Item(at, piece.start)
        yield Item(piece.start, piece.end, piece)
        at = piece.end
    if frames > at:
        yield Item(at, frames)


def _runs(pieces: list[Piece], lane: int) -> Iterator[Run]:
    run: list[Piece] = []
    for piece in pieces:
        joined = bool(run) and run[-1].end == piece.start and piece.way_in is not None
        if run and not joined:
            yield _run(run, lane)
            run = []
        run.append(piece)
    if run:
        yield _run(run, lane)


def _run(pieces: list[Piece], lane: int) -> Run:
    first = pieces[0]
    return Run(lane, first.start - (first.way_in.before if first.way_in else 0), pieces)
