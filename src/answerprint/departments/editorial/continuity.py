"""Continuity across a cut: what changed that should not have, measured, with how sure it is.

A shot is held against the last shot of its own set-up, where one ran in the scene before: A–B–A compares A
with A. Where there is none, against the shot it follows, on the surfaces that both show. Screen direction and
eyelines are those of the cut itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from answerprint.core.findings import Evidence, Finding
from answerprint.core.time import Range
from answerprint.departments.editorial.continuity_calibration import Curve, Kind, curves
from answerprint.departments.editorial.continuity_light import LightChange, kelvin, light_change
from answerprint.departments.editorial.continuity_looking import Look, Motion, alike
from answerprint.departments.editorial.continuity_matching import PLENTY, Surfaces, same_surfaces
from answerprint.departments.editorial.continuity_people import PersonChange, eyeline, people_changes
from answerprint.departments.editorial.continuity_sound import bed_change
from answerprint.departments.editorial.continuity_things import text_change, thing_change

TURNED = 14.0  # degrees of yaw
SMALL = 50.0  # pixels of a face's height
NO_FACES = "faces were not looked for"
SILENCE = 40.0  # dB: what a bed that stops dead counts as
JUST_HEARD = 4.0  # dB: real rooms shift by so much within a take, which the made-up ones do not
Against = Literal["again", "before"]
Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Join:
    """A cut: the tail of the shot before, the head of the shot after, and the tail of the last shot of the
    after's set-up in the scene, None where there was none."""

    before: Look
    after: Look
    again: Look | None = None


@dataclass(frozen=True)
class Measured:
    """One kind of difference at a cut. features: what the calibration takes; value and measure: the plainest
    of them for people; boxes: left, top, right, bottom in the two pictures, where it has a place."""

    kind: Kind
    against: Against
    measure: str
    features: Mapping[str, float]
    sentence: str
    boxes: tuple[Box | None, Box | None] = (None, None)

    @property
    def value(self) -> float:
        return self.features[self.measure]


@dataclass(frozen=True)
class Noticed:
    """A difference with its confidence, and the threshold of its value."""

    measured: Measured
    confidence: float
    threshold: float | None


@dataclass(frozen=True)
class Place:
    """Where a side's picture lies: asset, the range of it, and what people call the shot."""

    asset: str
    range: Range
    label: str


@dataclass(frozen=True)
class Compared:
    """What was measured at a cut, and what could not be: kind → why."""

    measured: tuple[Measured, ...]
    left_out: Mapping[str, str]


UNITS = {
    "patchy": "stops between places",
    "stops": "stops",
    "mired": "mired",
    "wardrobe": "ΔE",
    "hair": "ΔE",
    "speed": "widths of the picture a second",
    "degrees": "degrees",
    "share": "share of the picture",
    "unlike": "share of the letters",
    "level": "dB",
}


def compare(join: Join) -> Compared:
    """Every kind of difference that can be told of a cut."""
    reference = join.again if join.again is not None else join.before
    against: Against = "before" if join.again is None else "again"
    surfaces = same_surfaces(reference, join.after, same_setup=join.again is not None)
    few = surfaces is None or surfaces.points < PLENTY
    conditions = {"other": float(join.again is None), "few": float(few)}
    found: list[Measured] = []
    left_out: dict[str, str] = {}
    change = light_change(surfaces) if surfaces is not None else None
    if surfaces is None or change is None:
        reason = "no surfaces that both pictures show could be matched"
        left_out |= dict.fromkeys(("light", "exposure", "colour", "things", "text"), reason)
    else:
        found += _of_light(change, against, conditions)
        found += _of_things(reference, join.after, surfaces, change, against, conditions, left_out)
    if reference.side.faces is None or join.after.side.faces is None:
        left_out |= dict.fromkeys(("wardrobe", "hair", "eyeline"), NO_FACES)
    else:
        if surfaces is not None:
            found += _of_people(reference, join.after, surfaces, against, conditions)
        found += _of_eyeline(join)
    found += _of_direction(join)
    heard = _of_sound(reference, join.after, against, conditions["other"])
    if heard is None:
        left_out["sound"] = "one side has no sound, or under three quarters of a second of it"
    else:
        found.append(heard)
    return Compared(tuple(found), left_out)


def judge(measured: Sequence[Measured], table: Mapping[str, Curve] | None = None) -> list[Noticed]:
    """What is said of a cut: each kind once, where its confidence reaches what is reported, surest first."""
    known = table if table is not None else curves()
    best: dict[str, Noticed] = {}
    for one in measured:
        curve = known[one.kind]
        confidence = curve.confidence(one.features)
        if confidence < curve.report or (one.kind in best and best[one.kind].confidence >= confidence):
            continue
        best[one.kind] = Noticed(one, confidence, curve.threshold(one.features, one.measure))
    return sorted(best.values(), key=lambda one: (-one.confidence, one.measured.kind))


def finding_of(noticed: Noticed, earlier: Place, after: Place, subject: str) -> Finding:
    """A notice as a finding, with both pictures as its evidence."""
    one = noticed.measured
    shot = "the shot it returns to" if one.against == "again" else "the shot it follows"
    threshold = None if noticed.threshold is None else round(noticed.threshold, 3)
    measure = f"{one.measure} ({UNITS[one.measure]})"
    return Finding(
        code=f"continuity.{one.kind}",
        message=f"{after.label}: {one.sentence}, against {earlier.label}, {shot}",
        severity="warning",
        subject=subject,
        evidence=(
            Evidence(asset=earlier.asset, range=earlier.range),
            Evidence(
                asset=after.asset,
                range=after.range,
                measure=measure,
                value=round(one.value, 3),
                threshold=threshold,
            ),
        ),
        confidence=round(noticed.confidence, 3),
        needs_a_person=True,
        details={"kind": one.kind, "against": one.against, "boxes": one.boxes},
    )


def _of_light(change: LightChange, against: Against, conditions: Mapping[str, float]) -> list[Measured]:
    brighter = f"{abs(change.stops):.1f} stop {'brighter' if change.stops > 0 else 'darker'}"
    shift = kelvin(change.mired)
    warmer = f"{abs(shift):.0f} K {'warmer' if shift < 0 else 'cooler'}"
    tinted = f"{abs(change.green):.2f} stop {'greener' if change.green > 0 else 'more magenta'}"
    uneven = {"patchy": change.patchy, "uneven": change.uneven, "mixed": change.mixed}
    return [
        Measured(
            "light",
            against,
            "patchy",
            {**uneven, **conditions},
            f"the light falls otherwise: {change.patchy:.1f} stops from where it gained to where it lost",
        ),
        Measured(
            "exposure", against, "stops", {"stops": abs(change.stops), **conditions}, f"it is {brighter}"
        ),
        Measured(
            "colour",
            against,
            "mired",
            {"mired": abs(change.mired), "green": abs(change.green), **conditions},
            f"it is {warmer} and {tinted}",
        ),
    ]


def _of_things(
    reference: Look,
    after: Look,
    surfaces: Surfaces,
    change: LightChange,
    against: Against,
    conditions: Mapping[str, float],
    left_out: dict[str, str],
) -> list[Measured]:
    found = []
    thing = thing_change(surfaces, change.gains) if surfaces.faced else None
    if not surfaces.faced:
        left_out["things"] = "where people stand is told by faces, and faces were not looked for"
    if thing is not None:
        features = {"share": thing.share, "strength": thing.strength, "noise": thing.noise, **conditions}
        sentence = f"something {_where(thing.box, after)} is not as it was"
        found.append(Measured("things", against, "share", features, sentence, (None, thing.box)))
    if reference.side.texts is None or after.side.texts is None:
        left_out["text"] = "text was not looked for"
        return found
    text = text_change(reference, after, surfaces)
    if text is not None:
        features = {"unlike": text.unlike, "certain": text.unlike * text.sure, **conditions}
        words = f"“{text.after.text}” stands where “{text.before.text}” stood"
        boxes = _whole(text.before.box), _whole(text.after.box)
        found.append(Measured("text", against, "unlike", features, words, boxes))
    return found


def _of_people(
    reference: Look,
    after: Look,
    surfaces: Surfaces,
    against: Against,
    conditions: Mapping[str, float],
) -> list[Measured]:
    found = []
    for one in people_changes(reference, after, surfaces):
        boxes = _round(one.before.box), _round(one.after.box)
        if one.wardrobe is not None:
            features = {"wardrobe": one.wardrobe, "spread": one.spread, **conditions}
            words = f"somebody {_where(boxes[1], after)} wears other colours (ΔE {one.wardrobe:.0f})"
            found.append(Measured("wardrobe", against, "wardrobe", features, words, boxes))
        if one.hair is not None:
            words = f"the hair, or what is on it, of somebody {_where(boxes[1], after)} is other"
            found.append(Measured("hair", against, "hair", _hair(one, conditions), words, boxes))
    return found


def _hair(one: PersonChange, conditions: Mapping[str, float]) -> dict[str, float]:
    """How the hair differs; whether the head has turned, for hair seen from another side looks other; and
    whether the face is small."""
    turned = abs(one.after.yaw - one.before.yaw) > TURNED
    small = min(one.before.box[3], one.after.box[3]) < SMALL
    state = {"turned": float(turned), "small": float(small)}
    return {"hair": one.hair or 0.0, "locks": one.locks, **state, **conditions}


def _of_eyeline(join: Join) -> list[Measured]:
    line = eyeline(join.before, join.after)
    if line is None:
        return []
    features = {"degrees": line.degrees, "two": line.unlike if line.degrees else 0.0}
    words = "two people who are cut together look the same way: one is seen from across the axis"
    return [Measured("eyeline", "before", "degrees", features, words)]


def _of_direction(join: Join) -> list[Measured]:
    one, other = join.before.motion, join.after.motion
    if one is None or other is None:
        return []
    opposed = one.across * other.across < 0 and all(
        abs(each.across) > abs(each.down) for each in (one, other)
    )
    speed = min(abs(one.across), abs(other.across)) if opposed else 0.0
    features = {
        "speed": speed,
        "coherence": min(one.coherence, other.coherence) if opposed else 0.0,
        "same": _one_subject(one, other) if opposed else 0.0,
    }
    way = "right" if other.across > 0 else "left"
    words = f"what moves goes {way}, and went the other way before the cut"
    return [Measured("direction", "before", "speed", features, words)]


def _one_subject(one: Motion, other: Motion) -> float:
    """How alike what moves on either side is, 0 … 1."""
    return alike(one.colours, other.colours)


def _of_sound(reference: Look, after: Look, against: Against, other: float) -> Measured | None:
    if reference.side.sound is None or after.side.sound is None:
        return None
    bed = bed_change(reference.side.sound, after.side.sound)
    if bed is None:
        return None
    level = SILENCE if bed.silent else abs(bed.level)
    way = "louder" if bed.level > 0 else "softer"
    words = f"the sound bed is {level:.0f} dB {way} and its colour {bed.colour:.0f} dB off"
    if bed.silent:
        words = "the sound bed stops dead" if bed.level < 0 else "the sound bed begins out of silence"
    heard = level >= JUST_HEARD or bed.colour >= JUST_HEARD  # less is lost under the words
    features = {"level": level if heard else 0.0, "colour": bed.colour if heard else 0.0, "other": other}
    return Measured("sound", against, "level", features, words)


def _where(box: Box, look: Look) -> str:
    """`on the left`, `in the middle`, `on the right` of the picture."""
    middle = (box[0] + box[2]) / 2 / look.grey.shape[1]
    return "on the left" if middle < 0.36 else "on the right" if middle > 0.64 else "in the middle"


def _round(box: tuple[float, float, float, float]) -> Box:
    """A face with its hair and what is worn under it, as left, top, right, bottom."""
    x, y, w, h = box
    return int(x - 0.6 * w), int(y - 0.7 * h), int(x + 1.6 * w), int(y + 2.2 * h)


def _whole(box: tuple[float, float, float, float]) -> Box:
    return int(box[0]), int(box[1]), int(box[2]), int(box[3])
