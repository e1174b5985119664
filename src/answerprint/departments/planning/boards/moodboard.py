"""Reference pictures in an order that flows, in groups of one look, and beside the scenes they suit."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage, optimal_leaf_ordering
from scipy.spatial.distance import squareform

from answerprint.departments.planning.boards.lighting import side_and_hour
from answerprint.departments.planning.boards.pictures import Picture, lab_of
from answerprint.formats.screenplays.model import Scene, Screenplay, normalise

GROUP_DISTANCE = 2.5  # pictures nearer than this share a look
OFFERED = 4  # pictures beside a scene
# What the hour asks of a picture: lightness, contrast, warmth, each with the tolerance it is held to.
HOURS = {
    ("interior", "day"): ((52, 22), (60, 30), (4, 14)),
    ("exterior", "day"): ((60, 20), (60, 30), (0, 16)),
    ("interior", "night"): ((24, 16), (50, 30), (10, 16)),
    ("exterior", "night"): ((15, 14), (40, 30), (-6, 14)),
    ("interior", "dawn"): ((36, 18), (50, 30), (-4, 14)),
    ("exterior", "dawn"): ((42, 18), (50, 30), (4, 18)),
    ("interior", "dusk"): ((34, 18), (55, 30), (8, 16)),
    ("exterior", "dusk"): ((36, 18), (55, 30), (10, 20)),
}


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Pictures of one look, in order, and the look in words."""

    look: str
    pictures: tuple[str, ...]


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """A picture offered for a scene: how well it fits (0 … 1) and why."""

    picture: str
    fit: float
    reason: str


class SceneBoard(msgspec.Struct, frozen=True, kw_only=True):
    """A scene's pictures, the best first."""

    number: str
    heading: str
    matches: tuple[Match, ...]


class Moodboard(msgspec.Struct, frozen=True, kw_only=True):
    """The board: all pictures in order, their groups, and the scenes' own."""

    order: tuple[str, ...]
    groups: tuple[Group, ...]
    scenes: tuple[SceneBoard, ...] = ()


def arrange(pictures: Sequence[Picture], screenplay: Screenplay | None = None) -> Moodboard:
    """Neighbours look alike (optimal leaf ordering, Bar-Joseph, Gifford & Jaakkola 2001); scenes by light."""
    if len(pictures) < 2:
        order, labels = list(range(len(pictures))), [0] * len(pictures)
    else:
        apart = _distances(pictures)
        condensed = squareform(apart, checks=False)
        tree = linkage(condensed, "average")
        if len(pictures) <= 600:  # beyond that the ordering takes minutes and the tree's own is close
            tree = optimal_leaf_ordering(tree, condensed)
        order = _leaves(tree)
        labels = [int(one) for one in fcluster(tree, GROUP_DISTANCE, "distance")]
    groups: list[list[Picture]] = []
    for before, at in zip([None, *order], order, strict=False):
        if before is None or labels[before] != labels[at]:
            groups.append([])
        groups[-1].append(pictures[at])
    scenes = screenplay.scenes if screenplay else ()
    return Moodboard(
        order=tuple(pictures[at].name for at in order),
        groups=tuple(
            Group(look=look_of(group), pictures=tuple(one.name for one in group)) for group in groups
        ),
        scenes=tuple(match_scene(scene, pictures) for scene in scenes if scene.heading and not scene.omitted),
    )


def match_scene(scene: Scene, pictures: Sequence[Picture]) -> SceneBoard:
    """Pictures whose light is the scene's hour; one whose file name says the scene or its set comes first.

    What a picture shows is not looked at: a night sky suits every night exterior.
    """
    side, hour = side_and_hour(scene)
    wanted = HOURS[side, hour]
    place = {word for word in re.findall(r"[^\W_]+", normalise(scene.location)) if len(word) > 2}
    matches = []
    for picture in pictures:
        values = (picture.lightness, picture.contrast, picture.warmth)
        off = [((value - aim) / width) ** 2 for value, (aim, width) in zip(values, wanted, strict=True)]
        fit = float(np.exp(-sum(off) / 2))
        reason = f"{light_words(picture)}: {side} {hour}"
        said = place & set(picture.words)
        numbered = _numbered(picture, scene.number)
        if numbered or said:
            fit = 1 + fit
            reason = (
                f"its name says {'scene ' + scene.number if numbered else ' '.join(sorted(said))}; {reason}"
            )
        matches.append((fit, picture.name, reason))
    matches.sort(key=lambda one: (-one[0], one[1]))
    return SceneBoard(
        number=scene.number,
        heading=scene.heading,
        matches=tuple(
            Match(picture=name, fit=round(min(fit, 1.0), 3), reason=reason)
            for fit, name, reason in matches[:OFFERED]
            if fit > 0.1
        ),
    )


def like(wanted: Picture, pictures: Sequence[Picture]) -> tuple[Match, ...]:
    """Every picture by likeness to one, the likest first."""
    apart = _distances([wanted, *pictures])[0, 1:]
    order = sorted(range(len(pictures)), key=lambda at: (apart[at], pictures[at].name))
    return tuple(
        Match(
            picture=pictures[at].name,
            fit=round(float(np.exp(-apart[at] / 3)), 3),
            reason=f"distance {apart[at]:.2f}; {light_words(pictures[at])}",
        )
        for at in order
    )


def light_words(picture: Picture) -> str:
    """A picture's light in a cameraman's words."""
    key = "low key" if picture.lightness < 30 else "high key" if picture.lightness > 65 else "mid key"
    contrast = "soft" if picture.contrast < 35 else "hard" if picture.contrast > 75 else "moderate contrast"
    warmth = "warm" if picture.warmth > 8 else "cool" if picture.warmth < -4 else "neutral"
    colour = "nearly monochrome" if picture.chroma < 6 else "saturated" if picture.chroma > 35 else ""
    side = "" if picture.light_from == "even" else f"light from {picture.light_from}"
    return ", ".join(one for one in (key, contrast, warmth, colour, side) if one)


def look_of(pictures: Sequence[Picture]) -> str:
    """The look that a group shares: the words true of most of it."""
    counted: dict[str, int] = {}
    for picture in pictures:
        for word in light_words(picture).split(", "):
            counted[word] = counted.get(word, 0) + 1
    shared = [word for word, count in counted.items() if 2 * count > len(pictures)]
    return ", ".join(shared) or "mixed"


def _distances(pictures: Sequence[Picture]) -> NDArray[np.float64]:
    """How unlike any two are, (n, n): palette, then light and composition.

    The palettes' part is the mean difference (CIE76, in units of 20) from each one's colours to the other's
    nearest, weighed by share.
    """
    vectors = np.array([picture.vector for picture in pictures])
    apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
    widest = max(len(picture.palette) for picture in pictures)
    colours = np.full((len(pictures), widest, 3), np.inf)
    shares = np.zeros((len(pictures), widest))
    for at, picture in enumerate(pictures):
        for index, swatch in enumerate(picture.palette):
            colours[at, index] = lab_of(swatch.colour)
            shares[at, index] = swatch.share
    for at in range(len(pictures)):
        own = colours[at, : len(pictures[at].palette)]
        away = np.linalg.norm(own[None, :, None] - colours[:, None], axis=3)  # (others, own, theirs)
        there = (shares[at, : len(own)] * away.min(axis=2)).sum(axis=1)
        nearest = away.min(axis=1)
        back = np.where(shares > 0, shares * np.where(np.isfinite(nearest), nearest, 0), 0).sum(axis=1)
        apart[at] += (there + back) / 2 / 20
    np.fill_diagonal(apart, 0)
    return np.asarray((apart + apart.T) / 2)


def _leaves(tree: NDArray[np.float64]) -> list[int]:
    """The leaves in the tree's order, without recursion."""
    count = len(tree) + 1
    found, waiting = [], [2 * count - 2]
    while waiting:
        at = waiting.pop()
        if at < count:
            found.append(at)
        else:
            waiting += [int(tree[at - count, 1]), int(tree[at - count, 0])]
    return found


def _numbered(picture: Picture, number: str) -> bool:
    wanted = number.casefold()
    words = picture.words
    return any(
        word in (f"sc{wanted}", f"scene{wanted}", f"s{wanted}")
        or (word in ("sc", "scene") and words[at + 1 : at + 2] == (wanted,))
        for at, word in enumerate(words)
    )
