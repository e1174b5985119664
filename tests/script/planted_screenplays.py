"""Screenplays made up word by word, with what is planted in them known: the truth of the analysis's tests."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


def words(text: str, mark: str | None = None) -> list[str]:
    """A list written as a line."""
    return text.split(mark)


CAST = ("MARTHA", "OLIVER", "PRIYA", "SVEN", "CONSTANZA", "TOBIAS", "IRENE", "HUGO", "WINIFRED", "KOFI")
WEIGHTS = (9, 8, 6, 5, 4, 4, 3, 3, 2, 2)
SETS = ("KITCHEN", "OFFICE", "WORKSHOP", "STATION HALL", "ROOFTOP", "ARCHIVE", "MARKET", "CLINIC", "SCHOOL")
NOUNS = words(
    "table window letter ladder bucket parcel lamp folder curtain ticket engine basket clock mirror blanket"
    " notebook kettle hammer map cable drawer button radio shelf coin paper rope bottle jacket door saucer"
    " trolley ledger anvil barrel bench bicycle brush cabinet candle carpet ceiling chain chart chisel"
    " collar compass cushion dial envelope fan fence filter flask fork funnel gasket gauge glove handle hinge"
    " hook jar jug lever lid lock magnet mallet needle nozzle oven paddle pallet pencil pipe plank pump quilt"
    " rake ribbon ruler sack saddle sail scarf screw shovel sieve sink sleeve socket spade sponge spool stamp"
    " stool strap switch tile tray trestle tripod trunk tube valve vase wallet wardrobe wheel whistle wire"
)
KINDS = words(
    "rusty narrow borrowed green wooden foreign spare heavy round square painted tin copper leather blue"
    " striped folding crooked polished numbered southern upper lower wet dry short tall"
    " oval plastic woollen grey yellow brown enamel rubber chalky oily dented engraved labelled unmarked"
    " second third fourth temporary portable antique cheap imported local municipal private public"
)
VERBS = words(
    "carries lifts folds counts moves sorts turns opens closes measures paints unpacks repairs copies locates"
    " arranges empties fills covers labels weighs wraps dusts oils tightens loosens sketches hangs lowers"
)
PLACES = [
    "near the wall",
    "under the stairs",
    "beside the sink",
    "on the counter",
    "behind the screen",
    "by the gate",
]
ASKS = words(
    "Where did you put the {0}?|The {0} belongs to the {1}.|I moved the {0} because of the {1}.|"
    "Somebody took the {0} this morning.|We need another {0} before the {1} arrives.|"
    "You said the {0} was with the {1}.|Bring the {0} when the {1} comes.|It was a {0}, then a {1}.|"
    "They sent a {0} instead of a {1}.|Look at the {0} again, and then at the {1}.|"
    "Nobody asked for a {0}.|How long has the {0} been under the {1}?|The {0} costs more than the {1}.|"
    "If the {0} fits, keep the {1}.|My sister repaired a {0} like this {1}.|Sell the {0}, then.",
    "|",
)
BRIGHT = words("delight joy love laugh wonderful smile kiss celebrate happy hope")
DARK = words("murder grief terror death blood hate despair agony funeral ruin")


@dataclass
class Plan:
    """What is planted. Scenes count from 0."""

    scenes: int = 120
    seed: int = 0
    absent: dict[str, tuple[int, int]] = field(default_factory=dict)  # from, up to not including
    silent: dict[str, tuple[int, int]] = field(default_factory=dict)  # acts and does not speak
    inserted: dict[int, list[tuple[str, str]]] = field(default_factory=dict)  # scene → speeches
    arc: tuple[float, ...] = ()  # share of bright words at even places; empty for no arc
    moods: bool = True  # whether there are emotional words at all
    slow: tuple[int, int] = (0, 0)
    turns: tuple[int, ...] = ()  # scenes where company, sets and moods change and somebody is new


def screenplay(plan: Plan) -> str:
    """The Fountain text of a plan; the same plan is the same text. 120 scenes are about 120 pages."""
    draw = random.Random(plan.seed)
    text = ["Title: Planted", "Author: Nobody", ""]
    for index in range(plan.scenes):
        block = sum(index >= turn for turn in plan.turns)
        here = SETS[(block * 3) % 7 : (block * 3) % 7 + 3] if plan.turns else SETS
        side = draw.choice(("INT.", "EXT."))
        text += [f"{side} {draw.choice(here)} - {draw.choice(('DAY', 'DAY', 'NIGHT'))}", ""]
        if plan.turns and index in plan.turns:
            text += ["SIX MONTHS LATER.", ""]
        text += _scene(draw, plan, index, _company(draw, plan, index, block))
    return "\n".join(text) + "\n"


def _company(draw: random.Random, plan: Plan, index: int, block: int) -> list[str]:
    pool = list(zip(CAST, WEIGHTS, strict=True))
    if plan.turns:
        shift = (2 * block) % len(CAST)
        pool = [(CAST[(shift + at) % len(CAST)], 5) for at in range(3)]
    pool = [
        (name, weight)
        for name, weight in pool
        if not plan.absent.get(name, (0, 0))[0] <= index < plan.absent.get(name, (0, 0))[1]
    ]
    size = min(draw.choice((2, 2, 3, 4)), len(pool))
    found: list[str] = []
    while len(found) < size:
        (name,) = draw.choices([one for one, _ in pool], [weight for _, weight in pool])
        if name not in found:
            found.append(name)
    return found


def _scene(draw: random.Random, plan: Plan, index: int, company: list[str]) -> list[str]:
    slow = plan.slow[0] <= index < plan.slow[1]
    quiet = {
        name
        for name in company
        if plan.silent.get(name, (0, 0))[0] <= index < plan.silent.get(name, (0, 0))[1]
    }
    speaking = [name for name in company if name not in quiet] or [CAST[0]]
    text: list[str] = []
    for name in dict.fromkeys([*company, *speaking]):
        text += [_action(draw, plan, index, name.title(), long=slow), ""]
    before = ""
    for turn in range(draw.randint(2, 4) if slow else draw.randint(5, 9)):
        speaker = speaking[turn % len(speaking)]
        words = _speech(draw, plan, index)
        if slow:
            words = " ".join(_speech(draw, plan, index).rstrip("?!") for _ in range(7)).replace("?", ".")
        text += [f"{speaker} (CONT'D)" if speaker == before else speaker, words, ""]
        before = speaker
        if draw.random() < 0.3:
            text += [_action(draw, plan, index, draw.choice(company).title(), long=slow), ""]
    for speaker, words in plan.inserted.get(index, []):
        text += [speaker, words, ""]
    return text


def _action(draw: random.Random, plan: Plan, index: int, who: str, *, long: bool) -> str:
    parts = []
    for _ in range(9 if long else draw.randint(1, 2)):
        parts.append(
            f"{who} {draw.choice(VERBS)} the {_thing(draw)} and the {_thing(draw)} {draw.choice(PLACES)}."
        )
        who = "Then the other hand"
    return " ".join((*parts, *_mood(draw, plan, index)))


def _speech(draw: random.Random, plan: Plan, index: int) -> str:
    said = [draw.choice(ASKS).format(_thing(draw), _thing(draw)) for _ in range(draw.randint(1, 2))]
    return " ".join((*said, *_mood(draw, plan, index)))


def _thing(draw: random.Random) -> str:
    return f"{draw.choice(KINDS)} {draw.choice(NOUNS)}"


def _mood(draw: random.Random, plan: Plan, index: int) -> list[str]:
    if not plan.moods or draw.random() > 0.35:
        return []
    bright = 0.5
    if plan.arc:
        place = index / max(1, plan.scenes - 1) * (len(plan.arc) - 1)
        low = min(int(place), len(plan.arc) - 2)
        bright = plan.arc[low] + (plan.arc[low + 1] - plan.arc[low]) * (place - low)
    word = draw.choice(BRIGHT if draw.random() < bright else DARK)
    return [f"{draw.choice(NOUNS).capitalize()} {word} {draw.choice(NOUNS)}."]
