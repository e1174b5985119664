"""Effects shots: which clips of a cut are turned over, and their names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from answerprint.core.errors import UsageError
from answerprint.departments.editorial.turnovers.pulls import Use

FIRST_FRAME = 1001  # of every shot, handles included: visual effects count so
STEP = 10  # between shots of a scene: room for those that come later
_VFX = re.compile(r"\bv\.?f\.?x\b|\bvisual effects?\b|\bgreen ?screen\b|\bblue ?screen\b|\bcgi\b", re.I)


class EffectsShot(msgspec.Struct, frozen=True, kw_only=True):
    """One shot to be turned over. why: what asks for it."""

    name: str
    use: Use
    scene: str
    why: str


def asks_for_effects(text: str) -> bool:
    """Whether a note or a marker speaks of visual effects."""
    return _VFX.search(text) is not None


def chosen(
    uses: Sequence[Use], wanted: Sequence[str], noted: Mapping[str, str], labels: Mapping[str, str]
) -> list[tuple[Use, str]]:
    """The picture clips named, by event number or by the label of their slot (`1.3`), and those with a marker
    or a note that asks for effects, each with what asks for it.

    noted: slot → note; labels: slot → "1.3 ANNA". Raises UsageError AP-USE-576 for a name that no clip has.
    """
    found: dict[int, tuple[Use, str]] = {}
    for name in wanted:
        fits = [
            use
            for use in uses
            if name == str(use.number) or labels.get(use.clip.slot or "", "").split(" ")[0] == name
        ]
        if not fits:
            raise UsageError(
                "AP-USE-576",
                f"no picture of the cut is called {name!r}",
                remedy="name shots by event number or by their place in the script: --shots 4,1.3",
            )
        found |= {use.number: (use, "named") for use in fits}
    for use in uses:
        marks = [one.comment or one.name for one in use.clip.markers]
        told = [text for text in (*marks, noted.get(use.clip.slot or "", "")) if asks_for_effects(text)]
        if told and use.number not in found:
            found[use.number] = use, told[0]
    return [found[number] for number in sorted(found)]


def named(picked: Sequence[tuple[Use, str]], scenes: Mapping[str, str], code: str) -> list[EffectsShot]:
    """The shots with their names, `TLP_003_0010`: production, scene, and tens within it."""
    shots = []
    with_scene = [(scenes.get(use.clip.slot or "", ""), use, why) for use, why in picked]
    for scene, those in groupby(sorted(with_scene, key=lambda one: one[0]), key=lambda one: one[0]):
        for place, (_, use, why) in enumerate(those, start=1):
            name = f"{code}_{_padded(scene)}_{place * STEP:04d}"
            shots.append(EffectsShot(name=name, use=use, scene=scene, why=why))
    return sorted(shots, key=lambda one: one.use.number)


def code_of(title: str) -> str:
    """A production's three letters: the initials of its name, else its first letters."""
    words = re.findall(r"[^\W_]+", title)
    letters = "".join(word[0] for word in words) if len(words) > 2 else "".join(words)
    return (letters[:3] or "VFX").upper()


def _padded(scene: str) -> str:
    found = re.fullmatch(r"(\d+)(\w*)", scene.strip())
    return f"{int(found[1]):03d}{found[2].upper()}" if found else re.sub(r"\W+", "", scene).upper() or "000"
