"""Writes a screenplay of feature length from a seed, in Fountain: the shape of a real one, its words our own.

190 scenes in 141 sets, about 930 eighths of a page, some forty speaking parts of which a handful carry the
film, five story lines with their own people and places, a third of the scenes at night.

Run: python bench/generated/screenplay.py 11 > film.fountain
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass

SEEDS = (11, 23, 37, 41, 59)  # the five that the figures are measured on
SCENES, SETS, EIGHTHS = 190, 141, 930
LINES_AN_EIGHTH = 5.3  # lines of the industry's page, blank ones counted

FIRST = (
    "ADA", "BRAM", "CLEO", "DARIO", "EDIE", "FELIX", "GRETA", "HUGO", "IMRE", "JONAH", "KARLA", "LEV",
    "MABEL", "NORA", "OTIS", "PILAR", "QUENTIN", "ROSA", "STELLAN", "TESS", "UMA", "VIKTOR", "WANDA",
    "XENIA", "YUSUF", "ZELDA", "ANSELM", "BIRGIT", "CORMAC", "DELPHINE", "EMERIC", "FREYA", "GIDEON",
    "HESTER", "IVO", "JUNO", "KASIMIR", "LOTTE", "MAGNUS", "NADIA", "ORLA", "PASCAL", "RUFUS", "SABINE",
    "TOBIAS", "VERA",
)  # fmt: skip
PLACES = (  # name, sets, whether most of them lie outdoors
    ("HARBOUR OFFICE", 4, 0), ("MARLOW HOUSE", 7, 0), ("FERRY", 5, 1), ("CANNERY", 5, 0),
    ("POLICE STATION", 5, 0), ("SAINT BRIDE HOSPITAL", 5, 0), ("LIGHTHOUSE", 4, 1), ("FISH MARKET", 2, 1),
    ("HOTEL ASTORIA", 6, 0), ("OLD CINEMA", 4, 0), ("RAILWAY STATION", 3, 1), ("TOWN HALL", 4, 0),
    ("PETROL STATION", 2, 1), ("COAST ROAD", 3, 1), ("QUARRY", 3, 1), ("SCHOOL", 4, 0),
    ("CHURCH", 3, 0), ("BAKERY", 2, 0), ("BOATYARD", 4, 1), ("NIGHT CLUB", 4, 0),
    ("ALLOTMENTS", 2, 1), ("RADIO TOWER", 3, 0), ("COURTHOUSE", 4, 0), ("BEACH", 4, 1),
    ("CARAVAN PARK", 3, 1), ("PRINT WORKS", 3, 0), ("LAUNDRY", 2, 0), ("TRAM DEPOT", 3, 0),
    ("VILLA CORVO", 6, 0), ("FOREST", 4, 1), ("RIVER LOCK", 2, 1), ("WAREHOUSE NINE", 3, 0),
    ("CAFE MERIDIAN", 2, 0), ("UNIVERSITY", 4, 0), ("AIRFIELD", 3, 1), ("MUSEUM", 4, 0),
    ("BANK", 3, 0), ("GYM", 2, 0), ("FARM", 4, 1), ("CEMETERY", 2, 1),
)  # fmt: skip
ROOMS = (
    "FRONT ROOM", "KITCHEN", "STAIRWELL", "BACK OFFICE", "CORRIDOR", "CELLAR", "ATTIC", "WASHROOM",
    "STORE ROOM", "MAIN HALL", "BALCONY ROOM", "WAITING ROOM", "ARCHIVE", "WORKSHOP", "BEDROOM",
    "CANTEEN", "LOADING BAY", "CONTROL ROOM",
)  # fmt: skip
GROUNDS = (
    "GATE", "YARD", "CAR PARK", "ROOF", "PATH", "JETTY", "FENCE", "CLEARING", "STEPS", "FIELD",
    "SLIPWAY", "PLATFORM",
)  # fmt: skip
ACTS = (
    "{a} crosses to the window and counts the lights on the far side of the water.",
    "{a} sets the {thing} down between them, very carefully, as if it could hear.",
    "Nobody moves. Somewhere behind the wall a pump starts, coughs, and stops again.",
    "{a} has been here before. The way {a} avoids the loose board says so.",
    "{b} laughs too early. The laugh has nowhere to go.",
    "Rain works at the glass. {a} wipes the {thing} dry with a sleeve and does not look up.",
    "The {thing} is where it always was. {b} looks at everything else in the place first.",
    "{a} takes off one glove, thinks better of it, puts it on again.",
    "A door bangs twice. {b} is already on the other side of it.",
    "They walk without speaking, out of step, then in step, then out of step on purpose.",
    "{a} turns the {thing} over. Something has been scratched into the underside, long ago.",
    "For a moment it seems that {b} will say it. Then a radio comes on next door.",
    "{a} unfolds the letter along its old creases and reads only the last line.",
    "Dust hangs in the beam of the torch. {a} lowers it to the floor: wet footprints, small ones.",
    "{b} pours two cups and drinks from both.",
    "The light goes. It comes back a shade weaker than before, and {a} has not moved.",
    "{a} waits until the footsteps are gone, then lets out the breath.",
    "{b} gathers the papers in the wrong order and squares them as though it mattered.",
)
BUSY = (
    "A crowd presses against the barrier; {a} is carried three steps back by it.",
    "A lorry reverses in, warning bell ringing, and {a} has to shout.",
    "Two children chase a dog between the legs of the grown-ups.",
    "A car takes the corner too fast, slides, and stops a hand's breadth from {a}.",
)
THINGS = (
    "LEDGER", "LANTERN", "SUITCASE", "ROPE", "PHOTOGRAPH", "TAPE RECORDER", "KEY RING", "TEA TIN", "MAP",
    "REVOLVER", "WRISTWATCH", "UMBRELLA", "ACCORDION", "FISHING KNIFE", "BRASS BELL", "TELEPHONE",
)  # fmt: skip
SAYS = (
    "You said {day}. You stood where you are standing now and you said {day}.",
    "I never signed it. Ask whoever keeps the {thing}.",
    "If they drain the basin they will find it, and then they will find us.",
    "My mother would have sold the roof before she sold that.",
    "Tell {c} I waited an hour. Tell {c} it was a whole hour.",
    "It is not the money. It was the money in the spring. It is not the money now.",
    "You keep the list, I keep the boat. That was all there ever was to it.",
    "What would you do with a week? A week and nobody asking.",
    "There were four of us in that room and only three came to the funeral.",
    "Don't. Whatever comes after that sentence, don't.",
    "He paid in coins. Who pays for a thing like that in coins?",
    "I have been polite for eleven years and I am nearly finished.",
    "Say it slower. Then say it to {c}.",
    "The last ferry is at ten. After that we are all islanders.",
    "You can hate me on {day}. Today I need you to drive.",
    "They measured the wall twice and wrote down two different numbers.",
    "I thought you would be taller. On the telephone you sounded taller.",
    "No. And before you ask in another way: no.",
    "Somebody in this town can forge a stamp, and it is not me, and it is not you.",
    "We had a garden. I only mention it because nobody ever does.",
    "Look at me when you lie. It is the least you can do.",
    "When the siren goes you count to sixty. Nobody here has ever got to forty.",
    "That {thing} has been in three houses and buried two owners.",
    "I'm not brave. I'm just late, and it looks the same from outside.",
    "Ask {c}. {c} was holding the torch.",
    "All right.", "Not here.", "Since when?", "Who else knows?", "Give me the {thing}.",
    "That's not an answer.",
    "You first.", "Then we are done.", "I know what I saw.", "Lock it behind you.",
)  # fmt: skip
MANNERS = ("quietly", "not turning round", "to the door", "after a while", "smiling badly", "over the noise")
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@dataclass(frozen=True)
class _Set:
    name: str
    exterior: bool
    place: int


def make(seed: int, scenes: int = SCENES) -> str:
    """The text of a screenplay in Fountain. The same seed and number of scenes give the same text."""
    rng = random.Random(f"answerprint {seed}")
    cast = rng.sample(FIRST, 42)
    sets = _sets(rng, max(1, round(scenes * SETS / SCENES)))
    stories = _stories(rng, sets)
    leads = cast[:3]
    company = [[leads[n % 3], *cast[3 + n * 2 : 5 + n * 2], *cast[13 + n * 6 : 19 + n * 6]] for n in range(5)]
    order = _scene_sets(rng, sets, stories, scenes)
    weights = [min(rng.lognormvariate(0.0, 0.7), 4.0) for _ in order]
    scale = EIGHTHS * scenes / SCENES / sum(weights)
    out = [
        "Title: THE LAST FERRY, ACCOUNT NO. " + str(seed),
        "Credit: a screenplay for measuring with",
        "Author: The Answerprint generator",
        "",
        "FADE IN:",
        "",
    ]
    for (one, story), weight in zip(order, weights, strict=True):
        hour = rng.random()
        time = "DAY" if hour < 0.61 else "NIGHT" if hour < 0.92 else "DUSK" if hour < 0.97 else "DAWN"
        out += [f"{'EXT' if one.exterior else 'INT'}. {one.name} - {time}", ""]
        people = _people(rng, leads, company[story], cast)
        out += _scene(rng, people, cast, max(1.0, weight * scale))
    out += ["> FADE OUT.", ""]
    return "\n".join(out)


def make_plan(seed: int) -> str:
    """A plan for `make(seed)` in TOML: three leads, ten supports and day players, each with a rate; people
    away for some days, places open for some weeks, a day's price for each place, and the sun of Berlin."""
    rng = random.Random(f"answerprint plan {seed}")
    text = make(seed)
    cast = random.Random(f"answerprint {seed}").sample(FIRST, 42)
    speaking = [name for name in cast if f"\n{name}\n" in text]
    lines = [
        "[production]",
        "start = 2026-04-13",
        'timezone = "Europe/Berlin"',
        "latitude = 52.52",
        "longitude = 13.40",
        "holidays = [2026-05-01, 2026-05-14, 2026-05-25]",
    ]
    for at, name in enumerate(speaking):
        rate = 1500 if at < 3 else 800 if at < 13 else 400
        lines += ["[[performers]]", f'name = "{name}"', f"rate = {rate}", f"hold_rate = {rate // 2}"]
        if at % 6 == 4:
            day = rng.randint(13, 24)
            lines.append(f"unavailable = [{{from = 2026-04-{day}, to = 2026-04-{day + 4}}}]")
    for at, (place, _, _) in enumerate(PLACES):
        if f". {place} - " not in text:
            continue
        lines += ["[[locations]]", f'name = "{place}"', f"day_cost = {rng.choice((200, 400, 900))}"]
        if at % 8 == 3:
            day = rng.randint(14, 22)
            lines.append(f"windows = [{{from = 2026-04-{day}, to = 2026-05-{day + 5}}}]")
    return "\n".join(lines) + "\n"


def _sets(rng: random.Random, wanted: int) -> list[_Set]:
    found: list[_Set] = []
    spare: list[_Set] = []
    for at, (place, count, outdoors) in enumerate(PLACES):
        rooms, grounds = rng.sample(ROOMS, 8), rng.sample(GROUNDS, 8)
        for n in range(8):
            exterior = rng.random() < (0.75 if outdoors else 0.15)
            name = f"{place} - {(grounds if exterior else rooms)[n]}"
            (found if n < count else spare).append(_Set(name, exterior, at))
    rng.shuffle(spare)
    return (found + spare)[:wanted] if len(found) < wanted else rng.sample(found, wanted)


def _stories(rng: random.Random, sets: list[_Set]) -> list[int]:
    """Which of the five story lines each place belongs to."""
    places = max(one.place for one in sets) + 1
    lines = [n % 5 for n in range(places)]
    rng.shuffle(lines)
    return lines


def _scene_sets(
    rng: random.Random, sets: list[_Set], stories: list[int], scenes: int
) -> list[tuple[_Set, int]]:
    """The set and story line of each scene: every set once, the favourites again, the lines interwoven."""
    favourites = rng.sample(sets, max(1, len(sets) // 6))
    chosen = [*sets, *(rng.choice(favourites) for _ in range(scenes - len(sets)))][:scenes]
    rng.shuffle(chosen)
    by_story: list[list[_Set]] = [[one for one in chosen if stories[one.place] == n] for n in range(5)]
    order: list[tuple[_Set, int]] = []
    while any(by_story):
        story = rng.choices(range(5), weights=[len(one) for one in by_story])[0]
        for _ in range(min(rng.choice((1, 1, 2, 3)), len(by_story[story]))):
            order.append((by_story[story].pop(), story))
    return order


def _people(rng: random.Random, leads: list[str], company: list[str], cast: list[str]) -> list[str]:
    count = rng.choices((1, 2, 3, 4, 5, 6), weights=(14, 38, 25, 14, 6, 3))[0]
    weights = [14, 7, 6, 3, 2, 2, 1, 1, 1]
    chosen: list[str] = []
    if rng.random() < 0.42:
        chosen.append(leads[0])
    while len(chosen) < count:
        one = (
            rng.choice(cast)
            if rng.random() < 0.03
            else rng.choices(company, weights=weights[: len(company)])[0]
        )
        if one not in chosen:
            chosen.append(one)
    rng.shuffle(chosen)
    return chosen


def _scene(rng: random.Random, people: list[str], cast: list[str], eighths: float) -> list[str]:
    room = eighths * LINES_AN_EIGHTH - 2
    out: list[str] = []
    said: set[str] = set()
    spoken = 0
    while room > 1 or spoken < len(people):
        if not out or (rng.random() < 0.42 and room > 1):
            bank = BUSY if rng.random() < 0.07 else ACTS
            text = " ".join(
                _fill(rng, rng.choice(bank), people, cast) for _ in range(rng.choice((1, 1, 2, 3)))
            )
            out += [text, ""]
            room -= len(text) // 60 + 2
        who = people[spoken % len(people)] if spoken < len(people) else rng.choice(people)
        lines = rng.sample(SAYS, 3)
        text = next((one for one in lines if one not in said), lines[0])
        said.add(text)
        text = _fill(rng, text, people, cast)
        if rng.random() < 0.3:
            text += " " + _fill(rng, rng.choice(SAYS), people, cast)
        out.append(who)
        if rng.random() < 0.12:
            out.append(f"({rng.choice(MANNERS)})")
        out += [text, ""]
        room -= len(text) // 34 + 3
        spoken += 1
    return out


def _fill(rng: random.Random, text: str, people: list[str], cast: list[str]) -> str:
    """A sentence with its people, things and days put in."""
    a = rng.choice(people)
    b = rng.choice([one for one in people if one != a] or people)
    c = rng.choice([one for one in cast[:12] if one not in people] or cast)
    return text.format(
        a=a.title(), b=b.title(), c=c.title(), thing=rng.choice(THINGS).lower(), day=rng.choice(DAYS)
    )


if __name__ == "__main__":
    sys.stdout.write(make(int(sys.argv[1]) if len(sys.argv) > 1 else SEEDS[0]))
