"""`answerprint picture match`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.picture.app import app
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from answerprint.formats.colour.keyframes import Keyframes
    from answerprint.pipeline.picture.looking import Looking
    from answerprint.pipeline.picture.matching import Carried, Matching

SURE = 1.5  # ΔE the grade may be off by, above which a person is asked


@app.command("match")
def match(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", readable=False, help="A still or a clip.")
    ] = None,
    hero: Annotated[
        Path | None,
        typer.Option("--to", metavar="HERO", readable=False, help="The still or clip whose look is wanted."),
    ] = None,
    look: Annotated[
        str | None,
        typer.Option("--look", metavar="WORDS", help="The look in words: 'cold metallic, soft highlights'."),
    ] = None,
    like: Annotated[
        Path | None,
        typer.Option(
            "--like", metavar="STILL", readable=False, help="A still of something else that has the look."
        ),
    ] = None,
    amount: Annotated[
        float | None,
        typer.Option("--amount", metavar="0…1", help="The share of the way to --like. Without: 0.5."),
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option(
            "--keep",
            metavar="LIST",
            help="What is deliberate and stays: exposure,white-balance,contrast,saturation.",
        ),
    ] = None,
    hold_skin: Annotated[
        bool,
        typer.Option(
            "--hold-skin/--no-hold-skin", help="A look turns the hue of skin by 10° at most, or freely."
        ),
    ] = True,
    keyframes: Annotated[
        Path | None,
        typer.Option(
            "--keyframes",
            metavar="OUT.json",
            readable=False,
            help="Follow the light within the clip, and write keyframes of a grade that holds it still.",
        ),
    ] = None,
    list_looks: Annotated[
        bool, typer.Option("--list-looks", help="Print the words that --look knows, and nothing else.")
    ] = False,
    cdl: Annotated[
        Path | None,
        typer.Option("--cdl", metavar="OUT.cdl", readable=False, help="Write the grade: .cdl, .ccc or .cc."),
    ] = None,
    cube: Annotated[
        Path | None,
        typer.Option(
            "--cube", metavar="OUT.cube", readable=False, help="Write it as a 3D LUT for FILE's own encoding."
        ),
    ] = None,
    clf: Annotated[
        Path | None,
        typer.Option(
            "--clf", metavar="OUT.clf", readable=False, help="Write it as a Common LUT Format file."
        ),
    ] = None,
    space: Annotated[
        str | None,
        typer.Option("--in", metavar="SPACE", help="FILE's colour space, instead of what it says."),
    ] = None,
    hero_space: Annotated[
        str | None,
        typer.Option("--hero-in", metavar="SPACE", help="HERO's colour space, instead of what it says."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            "--sheet", metavar="OUT.png", readable=False, help="Draw hero, before, after, and their scopes."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is found, and write nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: Json = False,
) -> None:
    """An ASC CDL that brings a still or a clip to the look of a hero, made from what both show.

    The framing may differ: places that both views show are found, or surfaces of the same texture, and the
    grade is fitted to them in ACEScct, or in the camera's log that --in names. It says how far apart they
    were and are (ΔE00), how far the grade may be off, and the same for skin by its tone. A space is a name of
    OpenColorIO's ACES studio configuration, or srgb, rec709, pq, hlg, linear. Exit code 3 where the two have
    too little in common (the grade is then none), or where the grade rests on likely surfaces or is doubtful.

    --look takes words, --like a still that shows something else: the grade then moves measured axes (light,
    contrast, ends, colourfulness, the colour of shadows, mids and highlights) as far as a CDL can, and says
    what it moved. --keyframes alone only evens out light that changes within a shot.

    Example: answerprint picture match A003.mov --to hero.png --cdl A003.cdl --sheet A003.png
    """
    from answerprint.cli.progress import named_bar
    from answerprint.departments.picture.looks_keeping import attributes
    from answerprint.pipeline.picture.matching import grade_file, sheet_file

    if list_looks:
        return _list(json)
    if file is None:
        raise UsageError("AP-USE-865", "there is nothing to match", remedy="give a still or a clip")
    wanted = [one for one in (hero, look, like) if one is not None]
    if len(wanted) != 1 and not (not wanted and keyframes is not None):
        raise UsageError(
            "AP-USE-865", "one look is wanted", file=str(file), remedy="give one of --to, --look, --like"
        )
    if amount is not None and like is None:
        raise UsageError("AP-USE-865", "--amount is of the way to --like", remedy="give --like STILL")
    kept = attributes(keep) if keep else frozenset()
    for one, kinds in (
        (cdl, (".cdl", ".ccc", ".cc")),
        (cube, (".cube",)),
        (clf, (".clf",)),
        (keyframes, (".json",)),
    ):
        if one is not None and one.suffix.casefold() not in kinds:
            raise UsageError(
                "AP-USE-802", "the name does not fit", file=str(one), remedy="name it " + kinds[0]
            )
    if sheet is not None and sheet.suffix.casefold() not in (".png", ".jpg", ".jpeg"):
        raise UsageError("AP-USE-804", "a sheet is a picture", file=str(sheet), remedy="name it .png or .jpg")
    outs = [] if dry_run else [one for one in (cdl, cube, clf, sheet, keyframes) if one is not None]
    for one in outs:
        refuse_taken(one, file, hero, like, force=force)
    with named_bar("reading", hidden=json) as tell:
        job = _Job(file, space, kept, tell)
        if keyframes is not None:
            job.follow()
        if look is not None:
            job.words(look, hold_skin=hold_skin)
        elif like is not None:
            job.picture(like, amount, hero_space, hold_skin=hold_skin)
        elif hero is not None:
            job.hero(hero, hero_space)
        keys = job.keyframes()
    written = [
        (
            one,
            sheet_file(job.page(), one)
            if one is sheet
            else job.keyframe_file()
            if one is keyframes
            else grade_file(job.carried, one),
        )
        for one in outs
    ]
    for one, data in written:
        save(one, data, force=force)
    document = {**job.document, "written": [str(one) for one in outs]}
    if keys is not None:
        document["keyframes"] = [msgspec.structs.asdict(one) for one in keys.shots]

    def text(console: Console) -> None:
        for told in job.lines():
            console.print(printable(told), markup=False, highlight=False)
        console.print(
            printable(", ".join(one.name for one in outs) + " written" if outs else "nothing was written"),
            markup=False,
            highlight=False,
        )

    emit(document, json, text)
    if job.doubtful:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


class _Job:
    """One match: what was followed, found, and is told."""

    def __init__(
        self, file: Path, space: str | None, keep: frozenset[Any], tell: Callable[[str, float], None]
    ) -> None:
        from answerprint.core.cut import Cdl
        from answerprint.pipeline.picture.looking import grading_of
        from answerprint.pipeline.picture.matching import Carried
        from answerprint.pipeline.picture.sources import source_of

        self._file, self._space, self._keep, self._tell = file, space, keep, tell
        self.source = source_of(file, space)
        self.grading = grading_of(self.source, space)
        self.carried: Carried = Carried(Cdl(), self.source, self.grading, f"{file.name} with its light held")
        self.document: dict[str, Any] = {
            "file": str(file),
            "space": self.source.space,
            "space_from": self.source.said,
            "kept": sorted(keep),
        }
        self.doubtful = False
        self._followed: Any = None
        self._frames: Any = None
        self._keys: Keyframes | None = None
        self._made: Matching | Looking | None = None

    def follow(self) -> None:
        from answerprint.pipeline.picture.keyframing import evenly_lit, follow

        self._followed = follow(self.source, self.grading, self._tell)
        self._frames = evenly_lit(self._followed)

    def hero(self, hero: Path, hero_space: str | None) -> None:
        from answerprint.pipeline.picture.matching import carried, match_files

        made = match_files(
            self._file,
            hero,
            space=self._space,
            hero_space=hero_space,
            keep=self._keep,
            frames=self._frames,
            tell=self._tell,
        )
        self._made, self.carried = made, carried(made)
        found = made.found
        self.doubtful = found.how != "places" or (found.error or 0) > SURE
        self.document |= {
            "hero": str(hero),
            "hero_space": made.hero.space,
            "hero_space_from": made.hero.said,
            "cdl": self._cdl(),
            "how": found.how,
            "already": found.already,
            "pairs": found.pairs,
            "features": found.features,
            "agreed": found.agreed,
            "error": found.error,
            "before": found.before,
            "after": found.after,
            "skin": found.skin,
            "skin_found_by": "chromaticity",
        }

    def words(self, phrase: str, *, hold_skin: bool) -> None:
        from answerprint.pipeline.picture.looking import look_file

        made = look_file(
            self._file,
            phrase,
            hold_skin=hold_skin,
            keep=self._keep,
            space=self._space,
            frames=self._frames,
            tell=self._tell,
        )
        self._looked(made, {"look": made.asked})
        self.doubtful = made.look.astray

    def picture(self, still: Path, amount: float | None, space: str | None, *, hold_skin: bool) -> None:
        from answerprint.departments.picture.looks_like import AMOUNT
        from answerprint.pipeline.picture.looking import like_file

        made = like_file(
            self._file,
            still,
            amount=AMOUNT if amount is None else amount,
            hold_skin=hold_skin,
            keep=self._keep,
            space=self._space,
            still_space=space,
            frames=self._frames,
            tell=self._tell,
        )
        told = {
            "like": str(still),
            "like_space": made.like.space if made.like is not None else None,
            "amount": made.amount,
            "capped": made.capped,
            "left": made.left,
        }
        self._looked(made, told)
        self.doubtful = made.look.dark

    def _looked(self, made: Looking, told: dict[str, Any]) -> None:
        from answerprint.pipeline.picture.matching import Carried

        self._made = made
        self.carried = Carried(made.look.grade, made.file, made.grading, made.note)
        look = made.look
        self.document |= {
            **told,
            "cdl": self._cdl(),
            "axes": look.axes,
            "short": look.short,
            "skin_share": look.skin_share,
            "skin_turn": look.skin_turn,
            "skin_limit": look.skin_limit,
            "too_dark": look.dark,
        }

    def keyframes(self) -> Keyframes | None:
        """Those of the grade that was found, where light was followed."""
        from answerprint.pipeline.picture.keyframing import keyframes_of

        if self._followed is not None:
            self._keys = keyframes_of(self._followed, self.carried.grade)
            self.document.setdefault("cdl", self._cdl())
            self.doubtful |= any(one.unfollowed for one in self._keys.shots)
        return self._keys

    def keyframe_file(self) -> bytes:
        from answerprint.formats.colour.keyframes import write_keyframes

        assert self._keys is not None
        return write_keyframes(self._keys)

    def page(self) -> NDArray[np.uint8]:
        from answerprint.pipeline.picture.looking import Looking
        from answerprint.pipeline.picture.matching import Matching, page
        from answerprint.pipeline.picture.matching import sheet as matched

        if isinstance(self._made, Matching):
            return matched(self._made)
        if isinstance(self._made, Looking):
            made = self._made
            beside = (
                [(f"like: {made.like.path.name}", made.like.space, made.other)]
                if made.like is not None and made.other is not None
                else []
            )
            return page(self.carried, made.shown, beside)
        return page(self.carried, self._frames[len(self._frames) // 2])

    def lines(self) -> Iterator[str]:
        from answerprint.pipeline.picture.keyframing import lines as lit
        from answerprint.pipeline.picture.looking import Looking
        from answerprint.pipeline.picture.looking import lines as looked
        from answerprint.pipeline.picture.matching import Matching, numbers
        from answerprint.pipeline.picture.matching import lines as matched_lines

        yield f"{self._file.name}: {self.source.space} ({self.source.said})"
        if isinstance(self._made, Matching):
            yield from matched_lines(self._made)
        elif isinstance(self._made, Looking):
            yield from looked(self._made)
            yield from numbers(self.carried)
        if self._keys is not None:
            yield from lit(self._keys)

    def _cdl(self) -> dict[str, Any]:
        return {**msgspec.structs.asdict(self.carried.grade), "space": self.grading}


def _list(json: bool) -> None:
    from answerprint.departments.picture.looks_words import vocabulary

    found = vocabulary()

    def text(console: Console) -> None:
        for group, words in found.items():
            console.print(f"{group}:", markup=False, highlight=False)
            for word, shifts in words.items():
                told = ", ".join(f"{axis.replace('_', ' ')} {shift:+g}" for axis, shift in shifts.items())
                console.print(f"  {word}: {told or 'nothing changes'}", markup=False, highlight=False)

    emit(found, json, text)
