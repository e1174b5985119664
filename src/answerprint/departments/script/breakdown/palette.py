"""The colours a script is marked in and the boxes of a breakdown sheet, as the trade uses them."""

from __future__ import annotations

from typing import NamedTuple

from answerprint.core.breakdown import Category, SceneElement

RGB = tuple[float, float, float]


class Marking(NamedTuple):
    """How a category is marked: ink for boxes and the key, a tint to lay behind words, and the manner."""

    category: Category
    title: str
    ink: RGB
    tint: RGB
    manner: str = "filled"  # "filled", "circled" or "asterisk"


# Cast red, stunts orange, atmosphere green, special effects blue, props purple, vehicles and animals pink,
# sound and music brown, wardrobe circled, make-up with an asterisk; people without a line in yellow.
MARKINGS: tuple[Marking, ...] = (
    Marking("cast", "Cast", (0.80, 0.10, 0.10), (1.00, 0.74, 0.74)),
    Marking("background", "Background", (0.10, 0.50, 0.15), (0.74, 0.93, 0.74)),
    Marking("children", "Children", (0.70, 0.55, 0.00), (1.00, 0.95, 0.55)),
    Marking("stunts", "Stunts", (0.85, 0.45, 0.00), (1.00, 0.82, 0.60)),
    Marking("vehicles", "Vehicles", (0.80, 0.20, 0.50), (1.00, 0.80, 0.92)),
    Marking("animals", "Animals", (0.80, 0.20, 0.50), (1.00, 0.80, 0.92)),
    Marking("props", "Props", (0.45, 0.15, 0.60), (0.88, 0.78, 0.97)),
    Marking("wardrobe", "Wardrobe", (0.20, 0.20, 0.20), (1.0, 1.0, 1.0), "circled"),
    Marking("makeup", "Make-up and hair", (0.20, 0.20, 0.20), (1.0, 1.0, 1.0), "asterisk"),
    Marking("sfx", "Special effects", (0.10, 0.30, 0.75), (0.74, 0.86, 1.00)),
    Marking("vfx", "Visual effects", (0.00, 0.50, 0.55), (0.70, 0.94, 0.94)),
    Marking("sound", "Sound", (0.45, 0.28, 0.10), (0.92, 0.84, 0.74)),
    Marking("music", "Music", (0.45, 0.28, 0.10), (0.92, 0.84, 0.74)),
    Marking("notes", "Notes", (0.35, 0.35, 0.35), (0.90, 0.90, 0.90)),
)
SILENT = Marking("cast", "Silent", (0.70, 0.55, 0.00), (1.00, 0.95, 0.55))
MARKED: dict[Category, Marking] = {one.category: one for one in MARKINGS}
# The paper of breakdown sheets by place and hour: as strips are coloured.
STRIPS: dict[tuple[bool, bool], tuple[str, RGB]] = {
    (True, True): ("day interior", (1.0, 1.0, 1.0)),
    (False, True): ("day exterior", (1.0, 0.97, 0.72)),
    (True, False): ("night interior", (0.80, 0.88, 1.0)),
    (False, False): ("night exterior", (0.80, 0.94, 0.80)),
}


def marking_of(element: SceneElement) -> Marking:
    """How an element is marked; cast who are seen without a line are silent bits."""
    if element.category == "cast" and not element.speaks:
        return SILENT
    return MARKED[element.category]


def shown(element: SceneElement) -> str:
    """An element's name with its quantity, as a sheet writes it."""
    many = element.quantity.removeprefix("a ").removesuffix(" of")
    return f"{element.name} ({many})" if many else element.name
