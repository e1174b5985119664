"""Which stem a track of a timeline belongs to: as it was told, by its role or name, else by what is heard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Stem = Literal["dialogue", "music", "effects"]
STEMS: tuple[Stem, ...] = get_args(Stem)
LETTERS: dict[Stem, str] = {"dialogue": "DX", "music": "MX", "effects": "FX"}

# As cutting rooms label their tracks; a word is a run of letters.
_WORDS: dict[str, Stem] = {
    **dict.fromkeys(
        ("dialogue", "dialog", "dx", "dia", "dial", "voice", "vo", "voiceover", "narration", "production")
        + ("prod", "sync", "boom", "lav", "lavalier", "interview", "adr", "scratch", "loop", "guide"),
        "dialogue",
    ),
    **dict.fromkeys(("music", "mx", "score", "song", "cue", "musik", "musique", "musica"), "music"),
    **dict.fromkeys(
        (
            "effects",
            "effect",
            "fx",
            "sfx",
            "foley",
            "fol",
            "ambience",
            "ambiance",
            "amb",
            "atmos",
            "bg",
            "bgs",
        )
        + ("atmosphere", "atmo", "backgrounds", "background", "pfx", "hard", "whoosh", "design"),
        "effects",
    ),
}
SPOKEN, SUNG = 0.25, 0.5  # of a track's sound that is speech, or music, for it to be taken for that
SURE = 0.5  # a share of speech from which nobody need look again


@dataclass(frozen=True)
class Sorted:
    """A track's stem and why. sure: false where a person should look, for only the ear told."""

    stem: Stem
    reason: str
    sure: bool = True


def by_name(role: str, names: Sequence[str]) -> Sorted | None:
    """By the track's role, else its own name, else where its clips' names all say the same; None without."""
    for what, texts in (("role", [role]), ("name", names[:1]), ("clips' names", names[1:])):
        told = {stem for text in texts for stem in _stems_in(text)}
        if len(told) == 1:
            shown = next(text for text in texts if _stems_in(text))
            return Sorted(told.pop(), f"its {what}: {shown}")
    return None


def by_ear(spoken: float, music: float) -> Sorted:
    """By the shares (0 … 1) of a track's sound in which somebody speaks, and in which music plays."""
    heard = f"heard: {spoken:.0%} speech, {music:.0%} music"
    if spoken >= SPOKEN and spoken >= music:
        return Sorted("dialogue", heard, sure=spoken >= SURE)
    if music >= SUNG:
        return Sorted("music", heard, sure=False)
    return Sorted("effects", heard, sure=False)


def _stems_in(text: str) -> set[Stem]:
    return {_WORDS[word] for word in re.findall(r"[^\W\d_]+", text.casefold()) if word in _WORDS}
