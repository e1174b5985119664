"""A screenplay beside others: how alike they are built, what they mean, and which old notes fit it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import AnswerprintError, ScriptError
from answerprint.departments.script.analysis.manuscript import Manuscript, read_manuscript, round_to
from answerprint.departments.script.analysis.records import Analysis, Passage, ReferenceUsed
from answerprint.departments.script.analysis.reference import built_from, screenplays_in
from answerprint.departments.script.analysis.whole import analyse
from answerprint.departments.script.difference.scenes_matched import similarities
from answerprint.departments.script.meaning import Embed
from answerprint.departments.script.notes.grouping import stems
from answerprint.departments.script.notes.records import Note
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.model import Screenplay

# Structure as numbers: whole-script measures, and the curves at even places.
MEASURES = {
    "pacing.dialogue_share": "share of dialogue",
    "pacing.scenes_per_page": "scenes a page",
    "character.top_share": "share of the largest part",
    "character.speaking": "speaking parts",
    "network.modularity": "groups within the cast",
    "network.centre_share": "weight of the central character",
    "structure.act1_share": "length of act one",
    "structure.act2_share": "length of act two",
    "readability.mean_block": "length of action paragraphs",
    "readability.flesch": "ease of the action lines",
    "production.points_per_page": "production drivers a page",
    "production.night_exterior": "night exteriors",
    "emotion.valence": "mean emotional level",
}
CURVE_PLACES = 10
CURVE_WEIGHT = 0.3  # of a place on a curve, beside 1 for a measure
LEAST_SPREAD = 0.05  # of a measure's size: a set of twins does not make small differences large
SCENES_EMBEDDED = 24  # of a screenplay, evenly: MiniLM reads some ten passages a second
SCENE_CHARACTERS = 320
CLOSE = 0.5  # cosine of meaning of two scenes
MOST_SCENES = 5
NOTE_WORDS = 0.20  # cosine of stems between an old note (with what it was about) and a scene
NOTE_MEANING = 0.45  # cosine of MiniLM
MOST_NOTES = 20

Floats = NDArray[np.float64]


class LikeScene(msgspec.Struct, frozen=True, kw_only=True):
    """Two scenes of two screenplays that are near."""

    here: Passage
    there: Passage
    likeness: float


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One other screenplay. `distance` is in standard deviations of the set; `meaning` is a cosine."""

    file: str
    title: str
    distance: float
    alike: tuple[str, ...]
    different: tuple[str, ...]
    words: float  # cosine of the nearest scenes' words, averaged
    meaning: float | None = None
    scenes: tuple[LikeScene, ...] = ()


class OldNote(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier note and the passage of this screenplay that it may concern again."""

    note: Note
    passage: Passage
    likeness: float
    threshold: float
    means: str  # "words" or "meaning"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A screenplay among others, nearest in structure first."""

    file: str
    title: str
    screenplays: tuple[Compared, ...]
    notes: tuple[OldNote, ...]
    meaning: str  # what was used, or why nothing was
    reference: ReferenceUsed
    refused: tuple[str, ...] = ()


def compare(
    screenplay: Screenplay,
    file: Path,
    folder: Path,
    *,
    archive: Sequence[Note] = (),
    embed: Embed | None = None,
    meaning: str = "",
) -> Comparison:
    """The screenplay beside each of a folder, and the archive's notes that fit its scenes.

    Structure always; meaning only with embed, `meaning` says why it is missing. Raises UsageError AP-USE-121
    and ScriptError AP-SCRIPT-121 for the folder, AP-SCRIPT-122 when nothing in it can be read.
    """
    own = analyse(screenplay, file.name, None)
    script = read_manuscript(screenplay, file.name)
    others: list[tuple[Path, Analysis, Manuscript]] = []
    refused: list[AnswerprintError] = []
    for path in screenplays_in(folder, but=file):
        try:
            read = read_screenplay(path)
            others.append((path, analyse(read, path.name, None), read_manuscript(read, path.name)))
        except AnswerprintError as error:
            refused.append(error)
    if not others:
        raise ScriptError(
            "AP-SCRIPT-122",
            f"none of the {len(refused)} files in this folder could be read as a screenplay",
            file=str(folder),
            remedy=str(refused[0]) if refused else None,
        )
    vectors = np.array([vector(one) for one in (own, *(each for _, each, _ in others))])
    scaled = _scaled(vectors)
    mine = _embedded(script, embed) if embed else None
    found = []
    for number, (path, analysis, other) in enumerate(others, start=1):
        theirs = _embedded(other, embed) if embed else None
        found.append(_one(own, analysis, path.name, scaled[0], scaled[number], script, other, mine, theirs))
    found.sort(key=lambda one: (one.distance, one.file))
    table = built_from([each.measures for _, each, _ in others], folder.name, f"the folder {folder.name}")
    return Comparison(
        file=file.name,
        title=screenplay.title,
        screenplays=tuple(found),
        notes=fitting_notes(script, archive, embed),
        meaning=meaning if embed is None else "minilm",
        reference=table.used(),
        refused=tuple(str(error) for error in refused),
    )


def vector(analysis: Analysis) -> Floats:
    """(measures + 2 curves,): structure as numbers, NaN where a script is too short for a measure."""
    values = [analysis.measures.get(key, (np.nan,))[0] for key in MEASURES]
    at = (np.arange(CURVE_PLACES) + 0.5) / CURVE_PLACES
    middles = [(one.start + one.end) / 2 for one in analysis.scenes]
    curves = []
    for curve in (
        [one.engagement_smooth for one in analysis.scenes],
        [one.dialogue_share for one in analysis.scenes],
    ):
        known = [np.nan if one is None else one for one in curve]
        curves.append(np.interp(at, middles, known))
    return np.concatenate([values, *curves])


def fitting_notes(
    script: Manuscript, archive: Sequence[Note], embed: Embed | None = None
) -> tuple[OldNote, ...]:
    """Earlier notes whose subject matter a scene of this screenplay shares, nearest first."""
    if not archive:
        return ()
    texts = [" ".join(one.text for one in scene.texts) for scene in script.scenes]
    told = [f"{one.context} {one.text}" for one in archive]
    bags = [set(stems(text)) for text in (*texts, *told)]
    seen: dict[str, int] = {}
    for bag in bags:
        for stem in bag:
            seen[stem] = seen.get(stem, 0) + 1
    weight = {stem: float(np.log((1 + len(bags)) / count)) ** 2 for stem, count in seen.items()}
    size = [sum(weight[stem] for stem in bag) ** 0.5 for bag in bags]
    meant = None
    if embed is not None:
        meant = embed(told) @ embed([text[:SCENE_CHARACTERS] or "-" for text in texts]).T
    found: list[OldNote] = []
    for number, note in enumerate(archive):
        own = bags[len(texts) + number]
        best = (0.0, 0, "words", NOTE_WORDS)
        for at, scene in enumerate(script.scenes):
            shared = sum(weight[stem] for stem in own & bags[at])
            like = shared / max(1e-9, size[at] * size[len(texts) + number])
            best = max(best, (like, scene.index, "words", NOTE_WORDS))
        if best[0] < NOTE_WORDS and meant is not None:
            at = int(np.argmax(meant[number]))
            best = (float(meant[number, at]), at, "meaning", NOTE_MEANING)
        if best[0] >= best[3]:
            scene = script.scenes[best[1]]
            near = max(scene.texts, key=lambda one: len(own & set(stems(one.text))), default=None)
            passage = scene.passage(near.text, near.line) if near else scene.passage()
            found.append(
                OldNote(
                    note=note, passage=passage, likeness=round_to(best[0]), threshold=best[3], means=best[2]
                )
            )
    return tuple(sorted(found, key=lambda one: -one.likeness)[:MOST_NOTES])


def _scaled(vectors: Floats) -> Floats:
    """Vectors over the spread of the set; what one lacks counts as no difference."""
    centre = np.nanmedian(np.where(np.isnan(vectors).all(axis=0), 0.0, vectors), axis=0)
    filled = np.where(np.isnan(vectors), centre, vectors)
    spread = np.maximum(filled.std(axis=0), LEAST_SPREAD * np.maximum(np.abs(centre), 1.0))
    scaled: Floats = (filled - centre) / spread
    scaled[:, len(MEASURES) :] *= CURVE_WEIGHT
    return scaled


def _one(
    own: Analysis,
    other: Analysis,
    file: str,
    here: Floats,
    there: Floats,
    script: Manuscript,
    their: Manuscript,
    mine: Floats | None,
    theirs: Floats | None,
) -> Compared:
    apart = np.abs(here - there)
    names = list(MEASURES.items())
    ranked = sorted(range(len(names)), key=lambda at: apart[at])
    told = [at for at in ranked if names[at][0] in own.measures and names[at][0] in other.measures]

    def says(at: int) -> str:
        key, name = names[at]
        return f"{name}: {own.measures[key][0]:g} here, {other.measures[key][0]:g} there"

    like = similarities(script, their)
    words = float(like.max(axis=1).mean()) if like.size else 0.0
    meaning = None
    near, pairs = like, 0.35
    rows, columns = list(range(len(script.scenes))), list(range(len(their.scenes)))
    if mine is not None and theirs is not None:
        near, pairs = mine @ theirs.T, CLOSE
        rows, columns = _sampled(script), _sampled(their)
        meaning = round_to(float(near.max(axis=1).mean()))
    scenes: list[LikeScene] = []
    for flat in np.argsort(-near, axis=None)[: 4 * MOST_SCENES]:
        row, column = divmod(int(flat), near.shape[1])
        taken = {one.here.number for one in scenes} | {f"→{one.there.number}" for one in scenes}
        one, another = script.scenes[rows[row]], their.scenes[columns[column]]
        if near[row, column] < pairs or one.number in taken or f"→{another.number}" in taken:
            continue
        scenes.append(
            LikeScene(
                here=one.passage(), there=another.passage(), likeness=round_to(float(near[row, column]))
            )
        )
    return Compared(
        file=file,
        title=other.title,
        distance=round_to(float(np.sqrt(np.mean(apart**2)))),
        alike=tuple(says(at) for at in told[:3]),
        different=tuple(says(at) for at in told[::-1][:3] if apart[at] > 0.5),
        words=round_to(words),
        meaning=meaning,
        scenes=tuple(scenes[:MOST_SCENES]),
    )


def _sampled(script: Manuscript) -> list[int]:
    count = len(script.scenes)
    if count <= SCENES_EMBEDDED:
        return list(range(count))
    return [int(at) for at in np.linspace(0, count - 1, SCENES_EMBEDDED)]


def _embedded(script: Manuscript, embed: Embed) -> Floats:
    """(scenes, 384): each sampled scene's beginning, names taken out so that they do not bind."""
    own = {word for name in script.cast for word in name.casefold().split()}
    texts = []
    for index in _sampled(script):
        said = " ".join(one.text for one in script.scenes[index].texts)
        bare = " ".join(word for word in said.split() if word.strip(".,!?:;'’").casefold() not in own)
        texts.append(bare[:SCENE_CHARACTERS] or "-")
    return np.asarray(embed(texts), float)
