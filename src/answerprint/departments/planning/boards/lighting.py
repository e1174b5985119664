"""Lighting notes of a scene: the hour, the side of the wall, and the sources its own text names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from answerprint.formats.screenplays.model import Scene

_HOURS = {
    ("interior", "day"): "day interior: windows are the key, 5 600 K; decide which wall has them and keep it",
    (
        "interior",
        "night",
    ): "night interior: practicals motivate, 2 800 to 3 200 K; one dark side in every face",
    (
        "exterior",
        "day",
    ): "day exterior: sun at the back in both directions, so that the pair of singles matches",
    (
        "exterior",
        "night",
    ): "night exterior: one high soft source as moon, practicals for warmth; wet the ground",
    ("interior", "dawn"): "dawn interior: low cool skylight, 7 000 K, warm practicals still on",
    ("exterior", "dawn"): "dawn: about half an hour of light; rehearse before it, shoot the master first",
    ("interior", "dusk"): "dusk interior: blue windows, warm lamps; the windows go black while you shoot",
    ("exterior", "dusk"): "dusk: about half an hour of light; close shots can be finished under lamps",
}


def lighting_notes(scene: Scene, actions: Sequence[str], sources: Mapping[str, str]) -> tuple[str, ...]:
    """Notes in words, the hour's first, then one for each source that the action names."""
    notes = [_HOURS[side_and_hour(scene)]]
    if scene.place == "both":
        notes.append("inside and outside in one scene: balance the windows, gel or shoot at the dim hour")
    text = " ".join(actions)
    for source, note in sources.items():
        match = re.search(rf"\b{re.escape(source)}(?:s|es|light|lit)?\b", text, re.IGNORECASE)
        if match:
            notes.append(f"{note} (“{match[0]}”)")
    return tuple(notes)


def side_and_hour(scene: Scene) -> tuple[str, str]:
    """`interior` or `exterior`, and `day`, `night`, `dawn` or `dusk`: what decides a scene's light."""
    hour = scene.day_or_night or ("night" if "NIGHT" in scene.time_of_day.upper() else "day")
    return "exterior" if scene.place == "exterior" else "interior", hour
