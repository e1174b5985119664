"""A timeline that comes back from an editing program, compared with what went out, as decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.cut import Cut
from answerprint.core.errors import UsageError
from answerprint.core.proposals import Decision
from answerprint.departments.editorial.differences import Change, differences
from answerprint.departments.editorial.paper import PAPER, order_of
from answerprint.departments.editorial.pieces import INSERT
from answerprint.departments.editorial.returning import returned
from answerprint.formats.timelines.files import read_timeline
from answerprint.formats.timelines.model import MediaLink, TimelineFile, record_frames
from answerprint.formats.timelines.relinking import Relink, relink, relinked
from answerprint.pipeline.cutting import DRAFT, Drafted, draft, film_of
from answerprint.pipeline.film import Film
from answerprint.pipeline.making import Making, opened
from answerprint.pipeline.places import link_of
from answerprint.pipeline.progress import Listener
from answerprint.pipeline.versions import slot_frozen
from answerprint.store.decisions import export_decisions
from answerprint.store.objects import hash_file
from answerprint.store.production import Production

PASSES = 4  # over the timeline: each may lock what the one before has moved
ADOPTED = "adopted"  # the decision that remembers what the last adopted timeline decided


class Adopting(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the timeline decided."""

    proposal: str
    about: str
    answer: str
    detail: str


@dataclass(frozen=True)
class Adopted:
    """What was taken over. against: the version it was compared with (0: the draft). kept_out: decided
    otherwise since then, and left so. left: how the timeline still differs from the cut now."""

    drafted: Drafted
    against: int
    decided: tuple[Adopting, ...]
    kept_out: tuple[Adopting, ...]
    relinks: tuple[Relink, ...]
    left: tuple[Change, ...]


def adopt_in(
    production: Production,
    file: Path | None,
    *,
    undo: bool = False,
    prefer_timeline: bool = False,
    dry_run: bool = False,
    rate: Fraction | None = None,
    by: str = "",
    workers: int | None = None,
    listener: Listener | None = None,
) -> Adopted:
    """Takes over what an editor changed in a timeline, and cuts again. undo: takes the last one back instead.

    What a person has decided otherwise since that version stays, unless prefer_timeline. Raises UsageError
    AP-USE-565 (nothing to take back), AP-USE-566 (another rate than the production's), AP-USE-567 (none of
    its media is in the production), and what reading a timeline raises; nothing is changed then.
    """
    with opened(production, workers=workers, listener=listener, import_answers=True) as making:
        film = film_of(making)
        now = draft(making, film, production.root, keep=False)
        decided: list[Decision] = []
        kept_out: list[Decision] = []
        relinks: dict[str, Relink] = {}
        against, after, links = DRAFT, now.cut, dict[str, MediaLink]()
        if undo:
            _take_back(making)
        else:
            assert file is not None
            found = read_timeline(file, rate or now.cut.rate)
            known = _known(making, film)
            relinks, after = _relinked(found, known, file, now.cut.rate)
            against, before = _sent(making, now.cut, after)
            links = dict(known)
            adoption = _Adoption(making, before, now.cut, after, links, prefer_timeline)
            decided, kept_out = adoption.take_over(film, file.name, by)
        making.decisions = making.catalogue.decisions()
        film = film_of(making)
        drafted = draft(making, film, production.root, keep=not dry_run)
        left = () if undo else _left(drafted.cut, after, links)
        if dry_run and decided:
            _take_back(making)
        export_decisions(production, making.catalogue)
        about = {one.id: one.label for one in film.assembly.slots}
    return Adopted(
        drafted=drafted,
        against=against,
        decided=tuple(_told(one, about) for one in decided),
        kept_out=tuple(_told(one, about) for one in kept_out),
        relinks=tuple(relinks.values()),
        left=left,
    )


def _known(making: Making, film: Film) -> list[tuple[str, MediaLink]]:
    """Every asset under its own name, and a proxy under that of its camera original, which went out."""
    rate = film.rate
    known = []
    originals = {asset.proxy_of for asset in making.assets.values()}
    for id, asset in making.assets.items():
        if id in originals:
            continue
        link = link_of(asset, making.grid(id), rate)
        picture = asset.stream("video") is not None
        known.append((id, msgspec.structs.replace(link, picture=picture)))
        original = making.assets.get(asset.proxy_of or "")
        if original is not None:
            known.append((id, msgspec.structs.replace(link, name=original.name, url=original.path)))
    return known


def _relinked(
    found: TimelineFile, known: Sequence[tuple[str, MediaLink]], file: Path, rate: Fraction
) -> tuple[dict[str, Relink], Cut]:
    if found.cut.rate != rate:
        raise UsageError(
            "AP-USE-566",
            f"it runs at {found.cut.rate} frames a second, the production at {rate}",
            file=str(file),
            remedy="export it at the production's rate",
        )
    links = relink(found.media, known)
    ids = {id for id, _ in known}
    for asset, one in links.items():  # what no name fits, by its bytes where the file is there
        path = file.parent / found.media[asset].url
        if not one.key and found.media[asset].url and path.is_file() and (digest := hash_file(path)) in ids:
            links[asset] = Relink(one.name, digest, "hash")
    if found.media and not any(one.key for one in links.values()):
        raise UsageError(
            "AP-USE-567",
            "none of its media is in this production",
            file=str(file),
            remedy="is it this production's? answerprint add takes new footage in",
        )
    return links, relinked(found, links, known)


def _sent(making: Making, now: Cut, after: Cut) -> tuple[int, Cut]:
    """The cut that went out: of all that are known, the one the timeline differs least from, the last of
    those."""
    cuts = [(number, making.catalogue.cut(number)) for number in making.catalogue.cut_digests()]
    held = [(number, cut) for number, cut in cuts if cut is not None and cut.rate == after.rate]
    ranked = sorted(
        [*held, (DRAFT, now)], key=lambda one: (len(differences(_bare(one[1]), _bare(after))), -one[0])
    )
    return ranked[0]


def _bare(cut: Cut) -> TimelineFile:
    """A cut on assets, as `differences` reads it; what is muted is not heard or seen."""
    tracks = tuple(one for one in cut.tracks if not one.muted and one.role != "room tone")
    return TimelineFile(cut=msgspec.structs.replace(cut, tracks=tracks), media={})


def _left(cut: Cut, after: Cut, links: Mapping[str, MediaLink]) -> tuple[Change, ...]:
    """How a timeline still differs from the cut that was made after it."""
    apart = [
        Change(
            kind="changed",
            track="all",
            name=clip.name,
            after=after.timecode(record_frames(clip, after.rate)[0]),
            detail="sound and picture out of step, or in several parts",
        )
        for clip in returned(cut, after, links).apart
    ]
    return (*differences(_bare(cut), _bare(after)), *apart, *_gaps(after))


def _gaps(cut: Cut) -> Iterator[Change]:
    """Where nothing is seen or heard: a rough cut of slots end to end has no such place."""
    end = 0
    clips = (clip for track in cut.tracks if not track.muted for clip in track.clips if not clip.muted)
    for first, last in sorted(record_frames(clip, cut.rate) for clip in clips):
        if first > end:
            yield Change(kind="added", track="all", name="a gap", after=cut.timecode(end), frames=first - end)
        end = max(end, last)


class _Adoption:
    """One timeline on its way into decisions. now: the cut as it was before."""

    def __init__(
        self,
        making: Making,
        before: Cut,
        now: Cut,
        after: Cut,
        links: Mapping[str, MediaLink],
        prefer_timeline: bool,
    ) -> None:
        self._making = making
        self._cuts = (before, now, after)
        self._links = links
        self._before_it = dict(making.decisions)
        since = {one.proposal for one in returned(before, now, links).decisions}
        # Slots that people have decided otherwise since the timeline went out stay as they decided.
        self._settled = set() if prefer_timeline else since & self._before_it.keys()

    def take_over(self, film: Film, name: str, by: str) -> tuple[list[Decision], list[Decision]]:
        """Records what the timeline decides, and gives it with what it would have, had nobody decided since.

        A decision on one slot can change its neighbours, which she saw as they were: they are locked too,
        until the cut is the timeline, or nothing more can be said.
        """
        before, _, after = self._cuts
        decided: dict[str, Decision] = {}
        kept: dict[str, Decision] = {}
        sent = before
        for _ in range(PASSES):
            out = order_of(self._making.decisions).out
            wanted = returned(sent, after, self._links, out).decisions
            fresh = [
                self._whole(one, film)
                for one in wanted
                if one.proposal not in self._settled and one.proposal not in decided
            ]
            kept |= {one.proposal: one for one in wanted if one.proposal in self._settled}
            if not fresh:
                break
            for one in fresh:
                one = msgspec.structs.replace(one, by=by, note=f"edited in {name}")
                decided[one.proposal] = one
                self._making.catalogue.put_decision(one)
            self._making.decisions = self._making.catalogue.decisions()
            film = film_of(self._making)
            sent = film.assembly.cut
        if decided:
            frozen = {"decided": list(decided)}
            memory = Decision(proposal=ADOPTED, answer="accept", by=by, note=name, frozen=frozen)
            self._making.catalogue.put_decision(memory, name)
        return list(decided.values()), list(kept.values())

    def _whole(self, one: Decision, film: Film) -> Decision:
        """A decision with what the production adds: the gain a lock freezes, the scene of an insert."""
        frozen: dict[str, Any] = dict(one.frozen)
        if one.answer == "lock":
            change = frozen.pop("gain_change_db", 0.0)
            held = slot_frozen(self._making.production, self._making.catalogue, one.proposal) or {}
            if "gain_db" in held:
                frozen["gain_db"] = round(held["gain_db"] + change, 2)
        if one.proposal.startswith(INSERT):
            frozen["scene"] = _scene_before(film, self._cuts[2], one)
        return msgspec.structs.replace(one, frozen=frozen)


def _scene_before(film: Film, after: Cut, one: Decision) -> str:
    """The scene of the slot that an insert follows."""
    lines = {f"take:{line.key}": line.scene for line in (film.screenplay.lines() if film.screenplay else ())}
    start = next(
        clip.record.start
        for track in after.tracks
        for clip in track.clips
        if clip.asset == one.asset and one.range is not None and clip.source.start == one.range.start
    )
    before = [slot for slot in film.assembly.slots if slot.record.start <= start and slot.id in lines]
    return lines[before[-1].id] if before else ""


def _take_back(making: Making) -> None:
    held = making.catalogue.decisions().get(ADOPTED)
    if held is None:
        raise UsageError("AP-USE-565", "no timeline has been adopted that could be taken back")
    for id in held.frozen["decided"]:
        making.catalogue.undo_decision(id)
    making.catalogue.undo_decision(ADOPTED)


def _told(one: Decision, about: Mapping[str, str]) -> Adopting:
    detail = {
        "lock": "as it lies in the timeline",
        "reject": "taken out",
        "accept": "laid in" if one.proposal.startswith(INSERT) else "the order of the cut",
    }.get(one.answer, "")
    if one.proposal == PAPER:
        gone = len(one.frozen.get("out", ()))
        detail = f"the order of the cut; {gone} left out" if gone else detail
    return Adopting(
        proposal=one.proposal,
        about=about.get(one.proposal, "the cut" if one.proposal == PAPER else one.proposal),
        answer=one.answer,
        detail=detail,
    )
