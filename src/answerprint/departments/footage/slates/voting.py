"""Several pictures of one slate make one reading: their probabilities are added, and doubt says "unread"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

FIELDS = ("scene", "slate", "take", "roll", "camera", "fps", "date", "sound")
SURE = 0.85  # of the weight of all readings: below it a value is unread (set on the validation typefaces)
MANY = 0.75  # the same, where MANY_PICTURES or more say it
MANY_PICTURES = 3
ALONE = 0.92  # what one picture by itself must say
LEAST_WEIGHT = 0.35  # of one picture: what is hardly readable anywhere is unread
LEANS = 0.5  # weight at which a reader's guess, though unread, speaks against another reader
PRIOR = 2.0  # how much more a scene that the screenplay has weighs
_SHOWN = 3


class Value(msgspec.Struct, frozen=True):
    """A field's value, or None for unread; others are what it may be instead."""

    text: str | None
    confidence: float
    others: tuple[tuple[str, float], ...] = ()


def vote(
    sightings: Sequence[Mapping[str, Mapping[str, float]]], scenes: Collection[str] = ()
) -> dict[str, Value]:
    """Field → value over the sightings' fields (name → value → probability).

    scenes: the screenplay's scene numbers: a value of one of them (with any set-up letter) weighs more, and
    no other is ruled out.
    """
    found: dict[str, Value] = {}
    known = {one.upper() for one in scenes}
    for name in FIELDS:
        weights: dict[str, float] = {}
        supporters: dict[str, int] = {}
        for one in sightings:
            for text, probability in one.get(name, {}).items():
                weights[text] = weights.get(text, 0.0) + probability
                supporters[text] = supporters.get(text, 0) + (probability > 0.3)
        if not weights:
            continue
        if name == "scene" and known:
            weights = {
                text: weight * (PRIOR if _of_script(text, known) else 1.0) for text, weight in weights.items()
            }
        said = [one for one in sightings if one.get(name)]
        # What a picture leaves unsaid (probability of no value at all) is doubt like any other.
        total = sum(max(1.0, sum(one[name].values())) for one in said)
        total = max(total, sum(weights.values()))
        ranked = sorted(weights.items(), key=lambda one: (-one[1], one[0]))
        text, weight = ranked[0]
        share = weight / total
        need = ALONE if supporters[text] < 2 else SURE if supporters[text] < MANY_PICTURES else MANY
        sure = share >= need and weight >= LEAST_WEIGHT
        others = tuple((other, round(w / total, 4)) for other, w in ranked[0 if not sure else 1 :][:_SHOWN])
        found[name] = Value(text if sure else None, round(min(1.0, share), 4), others)
    return found


def unread(values: Mapping[str, Value]) -> bool:
    """Whether the take, or both scene and slate number, are not known."""
    known = {name for name, value in values.items() if value.text is not None}
    return "take" not in known or not known & {"scene", "slate"}


def filled(values: Mapping[str, Value], others: Mapping[str, Value]) -> dict[str, Value]:
    """The values, those unread filled from another reader where both do not lean to different ones."""
    found = dict(values)
    for name, other in others.items():
        own = values.get(name)
        if other.text is None or (own is not None and own.text is not None):
            continue
        lean = own.others[0] if own is not None and own.others else ("", 0.0)
        if lean[0] == other.text or lean[1] < LEANS:
            found[name] = other
    return found


def _of_script(text: str, known: Collection[str]) -> bool:
    return text in known or text.rstrip("ABCDEFGHJKLMNPQRSTUVWXYZ") in known
