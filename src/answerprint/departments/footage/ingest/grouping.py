"""A listing put in order: which cards it holds, and on each the clips with their parts and companions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from answerprint.departments.footage.ingest.listing import Entry, Listing
from answerprint.formats.cameras.names import ClipName, read_clip_name, reel_of_folder
from answerprint.formats.cameras.roles import RAW, Role, medium_of, role_of, suffix_of
from answerprint.formats.cameras.sequences import ImageSequence, find_sequences
from answerprint.formats.cameras.structures import (
    BY_KEY,
    PLAIN,
    STRUCTURES,
    ClipKey,
    Structure,
    clip_key,
    structure_of_file,
    structure_of_folder,
)

# What is written beside one clip only: without that clip it has lost its place.
_COMPANIONS = frozenset(
    (
        ".xmp",
        ".sidecar",
        ".aae",
        ".rmd",
        ".bim",
        ".ppn",
        ".cpf",
        ".cif",
        ".sif",
        ".smi",
        ".lrv",
        ".lrf",
        ".thm",
    )
)
# Recorders make a folder for a day, a project or a take: the card is what holds these.
_MADE_BY_RECORDER = re.compile(
    r"(?:FOLDER|F|ZOOM|STE-|MONO-|MULTI)\d+|\d{6}(?:[-_]\w+)?|\d{8}|\d{4}-\d{2}-\d{2}|\d{2}Y\d{2}M\d{2}D",
    re.IGNORECASE,
)
_RANK = {one.key: rank for rank, one in enumerate(STRUCTURES)}


@dataclass(eq=False)
class ClipPart:
    """One media file of a clip."""

    entry: Entry
    part: int | None = None  # of a clip that spans several files, counted as its names count
    channel: str = ""  # of a recording with a file for each track


@dataclass(eq=False)
class ClipFiles:
    """A take as the card holds it: its media, and what belongs to it."""

    name: str
    medium: str  # picture, raw or sound
    parts: list[ClipPart] = field(default_factory=list)
    sounds: list[Entry] = field(default_factory=list)  # P2 records each channel in a file of its own
    proxies: list[Entry] = field(default_factory=list)
    thumbnails: list[Entry] = field(default_factory=list)
    sidecars: list[Entry] = field(default_factory=list)

    @property
    def written(self) -> ClipName:
        return read_clip_name(self.name)

    @property
    def size(self) -> int:
        return sum(one.entry.size for one in self.parts) + sum(one.size for one in self.sounds)

    def spans(self) -> list[list[ClipPart]]:
        """The files of each part, in order: more than one part is a spanned clip."""
        found: dict[int | None, list[ClipPart]] = {}
        for one in self.parts:
            found.setdefault(one.part, []).append(one)
        return [found[number] for number in sorted(found, key=lambda one: -1 if one is None else one)]


@dataclass(eq=False)
class CardFiles:
    """One card of a listing. root: relative to the listing, empty for the whole of it."""

    root: str
    structure: Structure
    name: str
    clips: list[ClipFiles] = field(default_factory=list)
    sequences: list[ImageSequence] = field(default_factory=list)
    stills: list[Entry] = field(default_factory=list)
    indexes: list[Entry] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)  # documents, and files of no known kind
    orphans: list[Entry] = field(default_factory=list)  # companions whose clip is not here

    @cached_property
    def reel(self) -> str:  # asked for every clip, told by all of them
        named = reel_of_folder(self.name).reel
        counted = Counter(one.written.reel for one in self.clips if one.written.reel)
        return counted.most_common(1)[0][0] if counted else named

    @property
    def camera(self) -> str:
        return self.reel[:1]


def group(listing: Listing) -> list[CardFiles]:
    """The cards of a listing in the order of their roots, each file in exactly one place."""
    roots = _roots(listing)
    cards = {root: CardFiles(root, structure, _name(listing, root)) for root, structure in roots.items()}
    holder: dict[str, CardFiles] = {}
    plain = cards.get("")
    by_card: dict[str, list[Entry]] = {}
    for entry in listing.files:
        folder = entry.folder
        card = holder.get(folder)
        if card is None:
            card = _card_of(folder, cards)
            if card is None:
                plain = plain or CardFiles("", PLAIN, _name(listing, ""))
                card = cards[""] = plain
            holder[folder] = card
        by_card.setdefault(card.root, []).append(entry)
    for root, entries in by_card.items():
        _sort(cards[root], entries)
    return [cards[root] for root in sorted(cards)]


def _roots(listing: Listing) -> dict[str, Structure]:
    top = listing.root.name.casefold()
    found: dict[str, Structure] = {}

    def keep(root: str, structure: Structure) -> None:
        known = found.get(root)
        if known is None or _RANK[structure.key] < _RANK[known.key]:
            found[root] = structure

    for folder in ("", *listing.folders):
        parts = (top, *(folder.casefold().split("/") if folder else ()))
        mark = structure_of_folder(parts)
        if mark is not None:
            structure, length = mark
            keep("/".join(folder.split("/")[: length - 1]) if length > 1 else "", structure)
    for root in sorted(found, key=lambda one: one.count("/"), reverse=True):
        above = next((one for one in _above(root) if one in found), None)
        if above is not None and found[above].key == found[root].key:
            del found[root]
    found.update(_file_roots(listing, found))
    return found


def _file_roots(listing: Listing, known: dict[str, Structure]) -> dict[str, Structure]:
    """Cards that only their files' names give away: the folder these lie in, or what holds several such."""
    covered: dict[str, bool] = {}
    counts: dict[str, Counter[str]] = {}
    for entry in listing.files:
        folder = entry.folder
        if folder not in covered:
            covered[folder] = any(one in known for one in (folder, *_above(folder)))
        if covered[folder]:
            continue
        medium = medium_of(entry.name)
        if medium == "other":
            continue
        structure = structure_of_file(entry.name)
        counts.setdefault(folder, Counter())[structure.key if structure else medium] += 1
    roots: dict[str, str] = {}
    for folder, keys in counts.items():
        named = [one for one in keys if one in BY_KEY]
        pictures = keys["picture"] + keys["raw"]
        if named and not (named == ["recorder"] and pictures):
            roots[folder] = max(named, key=lambda one: (one != "recorder", keys[one]))
    for folder, key in list(roots.items()):
        root = folder
        while root and _MADE_BY_RECORDER.fullmatch(root.rpartition("/")[2]) and key == "recorder":
            root = root.rpartition("/")[0]
        if root != folder:
            del roots[folder]
            roots[root] = key
    for root in sorted(roots, key=lambda one: one.count("/"), reverse=True):
        if any(roots.get(one) == roots[root] for one in _above(root)):
            del roots[root]
    return {root: BY_KEY[key] for root, key in roots.items()}


def _above(folder: str) -> list[str]:
    """The folders that hold one, nearest first, the root ("") last."""
    parts = folder.split("/") if folder else []
    return ["/".join(parts[:length]) for length in range(len(parts) - 1, -1, -1)]


def _card_of(folder: str, cards: dict[str, CardFiles]) -> CardFiles | None:
    return next((cards[one] for one in (folder, *_above(folder)) if one in cards), None)


def _name(listing: Listing, root: str) -> str:
    return root.rpartition("/")[2] or listing.root.resolve().name


def _sort(card: CardFiles, entries: list[Entry]) -> None:
    """Puts a card's files into their places."""
    start = len(card.root) + 1 if card.root else 0
    roles: list[tuple[Entry, Role, tuple[str, ...]]] = []
    photos = "dcim" in card.structure.key or any(one.startswith("dcim") for one in card.structure.folders)
    numbered: list[tuple[str, str, int]] = []
    for entry in entries:
        parts = tuple(entry.path[start:].casefold().split("/"))
        role = role_of(parts)
        roles.append((entry, role, parts))
        # Photographs are numbered too, but not frames of one shot.
        if role in ("still", "media") and not (photos and suffix_of(entry.name) in (".jpg", ".jpeg", ".dng")):
            numbered.append((entry.folder, entry.name, entry.size))
    card.sequences, taken = find_sequences(numbered)
    clips: dict[tuple[str, str], ClipFiles] = {}
    companions: list[tuple[Entry, Role, str]] = []
    for entry, role, parts in roles:
        if (entry.folder, entry.name) in taken or role == "junk":
            continue
        key = clip_key(card.structure, entry.name)
        clip = _clip_name(card.structure, entry, key)
        if role == "media" and not _is_p2_sound(card, parts):
            medium = medium_of(entry.name)
            family = "sound" if medium == "sound" else "picture"
            found = clips.setdefault((clip, family), ClipFiles(key.clip, medium))
            found.parts.append(ClipPart(entry, key.part, key.channel))
            found.medium = "raw" if "raw" in (medium, found.medium) else medium
        elif role == "still":
            card.stills.append(entry)
        elif role == "index":
            card.indexes.append(entry)
        elif role == "unknown":
            card.others.append(entry)
        else:
            companions.append((entry, role, clip))
    stills = {one.path.rpartition(".")[0].casefold() for one in card.stills}
    for entry, role, clip in companions:
        _attach(card, clips, entry, role, clip, stills)
    for found in clips.values():
        _finish(found)
    card.clips = sorted(clips.values(), key=lambda one: (one.parts[0].entry.path, one.name))


def _clip_name(structure: Structure, entry: Entry, key: ClipKey) -> str:
    name = key.clip.casefold()
    if structure.key == "gopro" and name[:2] in ("gx", "gh", "gl"):  # a proxy GL… is of GX… or GH…
        name = f"g#{name[2:]}"
    return f"{entry.folder.casefold()}/{name}" if structure.by_folder else name


def _is_p2_sound(card: CardFiles, parts: tuple[str, ...]) -> bool:
    return card.structure.key == "panasonic-p2" and ("audio" in parts or "voice" in parts)


def _attach(
    card: CardFiles,
    clips: dict[tuple[str, str], ClipFiles],
    entry: Entry,
    role: Role,
    clip: str,
    stills: set[str],
) -> None:
    owner = clips.get((clip, "picture")) or clips.get((clip, "sound"))
    if owner is None and card.structure.by_folder:
        owner = _owner_above(clips, clip)
    if owner is None:
        suffix = suffix_of(entry.name)
        alone = role in ("proxy", "thumbnail") or suffix in _COMPANIONS or _is_clip_document(card, entry)
        is_companion = alone and entry.path.rpartition(".")[0].casefold() not in stills
        (card.orphans if is_companion else card.others).append(entry)
    elif role == "media":
        (owner.sounds if suffix_of(entry.name) == ".mxf" else owner.sidecars).append(entry)
    elif role == "proxy":
        owner.proxies.append(entry)
    elif role == "thumbnail":
        owner.thumbnails.append(entry)
    else:
        owner.sidecars.append(entry)


def _is_clip_document(card: CardFiles, entry: Entry) -> bool:
    """An XML that a camera writes for one clip: Sony's C0001M01.XML, P2's CLIP/0001AB.XML."""
    if suffix_of(entry.name) != ".xml":
        return False
    if card.structure.key == "panasonic-p2":
        return entry.folder.casefold().endswith("contents/clip")
    return (
        card.structure.key.startswith("sony") and clip_key(card.structure, entry.name).clip != entry.name[:-4]
    )


def _owner_above(clips: dict[tuple[str, str], ClipFiles], clip: str) -> ClipFiles | None:
    """A proxy in `Proxy/` belongs to the clip of its name in the folder above."""
    folder, _, name = clip.rpartition("/")
    above = f"{folder.rpartition('/')[0]}/{name}"
    return clips.get((above, "picture")) or clips.get((above, "sound"))


def _finish(clip: ClipFiles) -> None:
    if clip.medium == "raw":  # a file that decodes, named as the raw beside it, stands in for it
        stand_ins = [one for one in clip.parts if suffix_of(one.entry.name) not in RAW]
        clip.proxies += [one.entry for one in stand_ins]
        clip.parts = [one for one in clip.parts if suffix_of(one.entry.name) in RAW]
    clip.parts.sort(key=lambda one: (-1 if one.part is None else one.part, one.channel, one.entry.path))


def every_entry(card: CardFiles) -> Iterable[Entry]:
    """The files of a card that are no frames of a sequence."""
    for clip in card.clips:
        yield from (one.entry for one in clip.parts)
        yield from (*clip.sounds, *clip.proxies, *clip.thumbnails, *clip.sidecars)
    yield from (*card.stills, *card.indexes, *card.others, *card.orphans)
