"""What `answerprint search` prints and writes: clauses, hits with evidence, selects, contact sheets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from answerprint.cli.output import printable
from answerprint.core.encoding import from_json
from answerprint.core.errors import AnswerprintError, UsageError
from answerprint.core.frames import FrameGrid
from answerprint.core.records import Asset
from answerprint.core.time import Range, Time, TimeDocument
from answerprint.departments.footage.search.answering import Sight
from answerprint.departments.footage.search.in_production import HitDocument, SearchDocument, Searcher
from answerprint.departments.footage.search.meaning import Meanings
from answerprint.departments.footage.search.saved import (
    Chosen,
    Searches,
    add_to_bin,
    check_numbers,
    numbers_of,
    read_searches,
)
from answerprint.store.catalogue import Catalogue
from answerprint.store.objects import ObjectStore
from answerprint.store.production import Production

SHEET_COLUMNS, SHEET_WIDTH, PICTURE_WIDTH = 4, 320, 640


class Places:
    """Where times of assets lie: picture numbers and timecode from what was inspected."""

    def __init__(self, catalogue: Catalogue, objects: ObjectStore) -> None:
        self._catalogue = catalogue
        self._objects = objects
        self._grids: dict[str, FrameGrid | None] = {}

    def grid(self, asset: Asset) -> FrameGrid | None:
        if asset.id not in self._grids:
            digest = self._catalogue.newest_outputs("inspect", "frames", [asset.id]).get(asset.id)
            there = digest is not None and self._objects.has(digest)
            data = self._objects.read(digest) if there and digest is not None else None
            self._grids[asset.id] = None if data is None else from_json(data, FrameGrid)
        return self._grids[asset.id]

    def place(self, asset: Asset, time: Time) -> TimeDocument:
        from answerprint.pipeline.places import source_place

        return source_place(asset, self.grid(asset), time)


@dataclass
class Found:
    """A finished search, or a bin."""

    production: Production
    document: SearchDocument
    assets: Mapping[str, Asset]
    extents: Mapping[str, Range]
    grids: Mapping[str, FrameGrid | None]
    missing_model: bool = False

    def put_into(self, bin_name: str, numbers: str) -> int:
        """Puts hits (by number from 1) into a bin; how many were new."""
        chosen = numbers_of(numbers)
        check_numbers(chosen, len(self.document.hits))
        hits = [self.document.hits[number - 1] for number in chosen]
        return add_to_bin(
            self.production,
            [
                Chosen(
                    name=bin_name,
                    asset=hit.asset,
                    clip=hit.name,
                    start=hit.start.time,
                    end=hit.end.time,
                    query=self.document.canonical,
                )
                for hit in hits
            ],
        )

    def name_pictures(self, paths: Mapping[str, str]) -> None:
        """The hits' own pictures in place of their clips' thumbnails."""
        hits = tuple(
            msgspec.structs.replace(hit, thumbnail=paths.get(_picture_name(number, hit), hit.thumbnail))
            for number, hit in enumerate(self.document.hits, start=1)
        )
        self.document = msgspec.structs.replace(self.document, hits=hits)


def found_in(
    production: Production,
    text: str,
    limit: int,
    *,
    encoder: Path | None = None,
    quiet: bool,
    console: Console,
) -> Found:
    """Asks a query of a production. Vectors that are missing are made first, with a bar."""
    sight, no_sight = _sight(encoder)
    with Searcher(production, sight=sight, no_sight=no_sight) as searcher:
        with _bar(console, "vectors of passages", quiet=quiet) as progress:
            searcher.make_vectors(progress)
        query = searcher.parse(text)
        if not query.clauses:
            raise UsageError(
                "AP-USE-338",
                f"nothing in {text!r} can be looked for",
                remedy='name something: close-up, smile, "words that are said", scene:12A',
            )
        result = searcher.search(query, limit=limit)
        places = Places(searcher.catalogue, searcher.objects)
        document = searcher.document(text, query, result, places.place)
        library = searcher.library
        assets = {library.assets[hit.asset].id: library.assets[hit.asset] for hit in result.matches}
        whole = library.extents(library.place_of[id] for id in assets)
        extents = {
            id: Range(library.time(start), library.time(end))
            for id, start, end in zip(assets, whole.start, whole.end, strict=True)
        }
        grids = {id: places.grid(asset) for id, asset in assets.items()}
        missing = any(one.missing_model for one in result.answers)
    return Found(production, document, assets, extents, grids, missing)


def _sight(card: Path | None) -> tuple[Sight | None, str]:
    """The user's image–text encoder, or why there is none."""
    if card is None:
        return None, "no image–text encoder: --encoder CARD names yours (CLIP or SigLIP as ONNX)"
    from answerprint.departments.footage.things.cards import read_model
    from answerprint.departments.footage.things.sights import Encoder

    encoder = Encoder(read_model(card))
    meanings = Meanings(encoder.name, encoder.read)
    return Sight(meanings, encoder.card.unlike, encoder.card.alike), ""


def show_bin(production: Production, name: str) -> Found:
    """A bin's moments as hits, those whose file is no longer in the production left out with a note."""
    chosen = read_searches(production).in_bin(name)
    with production.catalogue() as catalogue:
        places = Places(catalogue, production.objects())
        assets = {asset.id: asset for asset in catalogue.assets()}
        hits = tuple(
            HitDocument(
                asset=one.asset,
                name=one.clip,
                path=assets[one.asset].path,
                start=places.place(assets[one.asset], one.range.start),
                end=places.place(assets[one.asset], one.range.end),
                score=1.0,
                thumbnail=catalogue.newest_outputs("thumbnail", "thumbnail", [one.asset]).get(one.asset),
                evidence=(),
            )
            for one in chosen
            if one.asset in assets
        )
        grids = {hit.asset: places.grid(assets[hit.asset]) for hit in hits}
    gone = len(chosen) - len(hits)
    document = SearchDocument(
        query=f"bin {name}",
        canonical=f"bin {name}",
        clauses=(),
        hits=hits,
        total=len(chosen),
        explanation=f"{gone} of the bin's files are not in the production" if gone else "",
    )
    extents = {id: _extent(assets[id], grids[id]) for id in grids}
    return Found(production, document, assets, extents, grids)


def text_of(found: Found, console: Console) -> None:
    """Clauses first, then hits: asset, range, score, and a line for each piece of evidence."""
    document = found.document
    _line(console, f"understood: {document.canonical}")
    for clause in document.clauses:
        if clause.status == "unanswerable":
            _line(console, f"  {clause.text:<28} not answered: {clause.reason}")
        else:
            where = f"{clause.found:,} in {clause.clips:,} clips"
            _line(console, f"  {clause.text:<28} {clause.meaning}: {where}")
        for note in clause.notes:
            _line(console, f"  {'':<28} {note}", dim=True)
    if not document.hits:
        _line(console, f"no hit: {document.explanation}")
        return
    if document.explanation:
        _line(console, document.explanation)
    more = f" of {document.total:,}" if document.total > len(document.hits) else ""
    _line(console, f"{len(document.hits)} hits{more}")
    for number, hit in enumerate(document.hits, start=1):
        _line(console, f"{number:3d}  {hit.name}  {_range_text(hit)}  {hit.score:.2f}")
        for one in hit.evidence:
            _line(console, f"       {_evidence_text(one)}", dim=True)


def bin_text(found: Found, console: Console) -> None:
    _line(console, found.document.canonical)
    for number, hit in enumerate(found.document.hits, start=1):
        _line(console, f"{number:3d}  {hit.name}  {_range_text(hit)}")
    if found.document.explanation:
        _line(console, found.document.explanation)


def kept_document(kept: Searches) -> dict[str, Any]:
    return {"searches": kept.search, "bins": kept.bin}


def kept_text(kept: Searches, console: Console) -> None:
    for one in kept.search:
        _line(console, f"{one.name:<20} {one.query}")
    for name in dict.fromkeys(one.name for one in kept.bin):
        _line(console, f"bin {name:<16} {len(kept.in_bin(name))} moments")
    if not kept.search and not kept.bin:
        _line(console, "nothing is kept yet: --save NAME keeps a query, --bin NAME --add 1,3 chosen hits")


def timeline_of(found: Found, out: Path, handles: int) -> bytes:
    """The hits as an .otio document that names media relative to itself."""
    from answerprint.departments.footage.search.exporting import as_otio, selects
    from answerprint.pipeline.places import link_of

    picture = found.production.settings.picture
    cut = selects(
        found.document.hits,
        found.assets,
        lambda asset: found.extents[asset.id],
        name=f"selects: {found.document.query}",
        query=found.document.query,
        rate=picture.exact_rate,
        handles=handles,
        size=picture.size,
    )
    links = {
        hit.asset: link_of(found.assets[hit.asset], found.grids[hit.asset], picture.exact_rate)
        for hit in found.document.hits
    }
    root = os.path.relpath(found.production.root, out.absolute().parent)
    return as_otio(cut, links, Path(root).as_posix())


def sheet_of(found: Found) -> bytes:
    """A contact sheet: the middle of each hit, with its clip and timecode under it."""
    import cv2
    import numpy as np

    from answerprint.media.stills import contact_sheet

    cells = []
    for number, hit in enumerate(found.document.hits, start=1):
        data = _picture(found, hit, SHEET_WIDTH)
        if data is None:
            pixels = np.full((SHEET_WIDTH * 9 // 16, SHEET_WIDTH, 3), 40, np.uint8)
        else:
            decoded = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
            pixels = np.ascontiguousarray(np.asarray(decoded, np.uint8)[..., ::-1])
        place = hit.start.timecode or _clock(hit.start.time)
        cells.append((pixels, f"{number} {Path(hit.name).stem} {place}"))
    if not cells:
        blank = np.full((SHEET_WIDTH * 9 // 16, SHEET_WIDTH, 3), 40, np.uint8)
        cells = [(blank, "no hit")]
    return contact_sheet(cells, SHEET_COLUMNS, width=SHEET_WIDTH, kind="png")


def pictures_of(found: Found) -> dict[str, bytes]:
    """A JPEG of the middle of each hit that has a picture, by file name."""
    made = {}
    for number, hit in enumerate(found.document.hits, start=1):
        data = _picture(found, hit, PICTURE_WIDTH)
        if data is not None:
            made[_picture_name(number, hit)] = data
    return made


@contextmanager
def _bar(console: Console, what: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr for work that is counted; nothing where nobody looks, or where there is none."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(bar_width=32), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = quiet or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bars:
        tasks: list[Any] = []

        def progress(done: int, total: int) -> None:
            if not tasks:
                tasks.append(bars.add_task(what, total=total))
            bars.update(tasks[0], completed=done)

        yield progress


def _picture(found: Found, hit: HitDocument, width: int) -> bytes | None:
    from answerprint.media.stills import still

    asset = found.assets[hit.asset]
    if asset.stream("video") is None:
        return None
    middle = (Fraction(hit.start.time) + Fraction(hit.end.time)) / 2
    try:
        return still(found.production.find(asset.path), Time.of_seconds(middle), width)
    except (AnswerprintError, OSError):
        return None  # the clip is offline or damaged there: the hit stands without a picture


def _picture_name(number: int, hit: HitDocument) -> str:
    stem = "".join(one if one.isalnum() or one in "-_" else "_" for one in Path(hit.name).stem)[:60]
    return f"{number:03d}-{stem}.jpg"


def _extent(asset: Asset, grid: FrameGrid | None) -> Range:
    if grid is not None:
        return Range(grid.first, grid.end)
    stream = asset.stream("audio")
    start = stream.start if stream is not None and stream.start is not None else Time(0, Fraction(1))
    length = stream.duration if stream is not None and stream.duration is not None else Time(0, Fraction(1))
    return Range(start, start + length)


def _evidence_text(one: Any) -> str:
    what = f"“{one.text}”" if one.text else one.label
    ways = {"label": "", "words": "", "clip": "of the clip", "slate": "by its slate"}
    parts = [what, ways.get(one.how, one.how), one.track or ""]
    if one.measure is not None:
        parts.append(f"{one.measure:g}")
    if one.confidence is not None:
        parts.append(f"confidence {one.confidence:.2f}")
    return f"{one.clause}: {', '.join(part for part in parts if part)}"


def _range_text(hit: HitDocument) -> str:
    start = hit.start.timecode or _clock(hit.start.time)
    end = hit.end.timecode or _clock(hit.end.time)
    return start if start == end else f"{start} – {end}"


def _clock(seconds: str) -> str:
    whole = float(Fraction(seconds))
    return f"{int(whole // 60)}:{whole % 60:06.3f}"


def _line(console: Console, text: str, *, dim: bool = False) -> None:
    # emoji: find:boat: is a clause, not a picture of a boat
    console.print(printable(text), markup=False, highlight=False, emoji=False, style="dim" if dim else None)
