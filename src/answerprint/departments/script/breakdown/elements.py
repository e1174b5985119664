"""Things in the action: props, vehicles, animals, wardrobe, make-up, each with why it is taken as there."""

from __future__ import annotations

from collections.abc import Iterator

from answerprint.core.breakdown import Category
from answerprint.departments.script.breakdown.mentions import Mention
from answerprint.departments.script.breakdown.phrases import quantity
from answerprint.departments.script.breakdown.presence import Reading
from answerprint.departments.script.breakdown.sentences import singular
from answerprint.departments.script.breakdown.unlisted import unlisted
from answerprint.departments.script.breakdown.vocabulary import Entry, listed

_DEFINITE = frozenset(("the", "his", "her", "their", "its", "this", "that", "these", "those"))
_EATING = listed("eating")
_COOKED = listed("cooked")
_LIFELESS = listed("lifeless")
_LIFTED = listed("lifted")
_PARTICLES = listed("particles")
_PHRASAL = frozenset(
    (verb, particle)
    for particle, verbs in {
        "on": "put pull try switch turn snap click flick slip throw",
        "off": "take pull switch turn snap click flick throw tear kick slip finish polish show",
        "over": "hand turn knock flip pass tip pull leaf",
        "in": "hand plug pull take",
        "around": "pass wave hand throw swing toss",
        "through": "leaf flick flip rummage page look search go sort riffle thumb read",
        "at": "tap tug pull bang hammer pick strum click",
        "into": "bite tuck",
        "for": "reach fumble grope grab dive lunge",
    }.items()
    for verb in verbs.split()
)
_WORN = listed("worn")
_HEARD = listed("heard")
_FIRE = frozenset(("fire", "fires"))


def things(reading: Reading, element: int, *, handled: bool = False) -> Iterator[Mention]:
    """Every thing a sentence shows. `handled`: all of it is business in somebody's hands (parentheticals)."""
    known = reading.known
    at = 0
    before = -1  # where the last thing ended
    count = len(reading.tokens)
    while at < count:
        token = reading.tokens[at]
        if token.kind != "word":
            at += 1
            continue
        found = known.thing(reading.words, at, count) if at < count else None
        if token.low in known.closed["prepositions"] or token.low in known.closed["auxiliaries"]:
            at += 1
            continue
        if found is None or not _adjacent(reading, at, found[1]):
            found = _shorter(reading, at, found)
        if found is None:
            yield from unlisted(reading, at, element)
            at += 1
            continue
        entry, length = found
        last = at + length - 1
        acts = at == before and token.low in known.base and singular(token.low) != token.low
        if _is_name(reading, at, last) or (length == 1 and (acts or reading.is_verb(at))):
            at += 1
            continue
        if reading.absent[at]:
            at += length
            continue
        entry = _sense(reading, entry, at)
        mention = _judge(reading, entry, at, last, element, handled)
        if mention is not None:
            yield mention
        if length > 1:
            reading.taken[at : at + length] = b"\x01" * length
        at += length
        before = at


def _sense(reading: Reading, entry: Entry, at: int) -> Entry:
    """`his glasses` are worn, a tray of glasses is not."""
    if reading.words[at] != "glasses" or entry.category != "wardrobe":
        return entry
    start = reading.phrase_start(at)
    verb, preposition = reading.governor(start)
    mine = reading.words[start] in ("his", "her", "my", "your") and verb not in (
        "fill",
        "raise",
        "clink",
        "refill",
        "drain",
        "empty",
    )
    worn = verb in _WORN or (verb in ("take", "put", "push", "slide") and preposition in ("on", "off", "up"))
    framed = (preposition in ("in", "behind") and verb not in ("pour",)) or reading.words[start:at][-1:] in (
        ["thick"],
        ["dark"],
        ["round"],
    )
    return entry if mine or worn or framed else Entry("glass", "props", "kitchen", "always")


def _adjacent(reading: Reading, at: int, length: int) -> bool:
    return all(one.kind != "mark" and not one.owner for one in reading.tokens[at : at + length - 1])


def _shorter(reading: Reading, at: int, found: tuple[Entry, int] | None) -> tuple[Entry, int] | None:
    """`Tom's` owns what follows: no thing reaches over an owner, unless a list has it so (postman's bag)."""
    if found is None:
        return None
    length = found[1]
    if length > 1 and all(one.kind == "word" for one in reading.tokens[at : at + length]):
        return found
    again = reading.known.thing(reading.words, at, at + 1)
    return again


def _is_name(reading: Reading, at: int, last: int) -> bool:
    """A person called Rose is no rose."""
    if at != last or reading.words[at] not in reading.names:
        return False
    token = reading.tokens[at]
    return token.capitalised and not (at == 0 and reading.words[at] not in reading.names)


def _judge(reading: Reading, entry: Entry, at: int, last: int, element: int, handled: bool) -> Mention | None:
    """Whether a listed word is there, as what, and how sure that is."""
    known = reading.known
    token = reading.tokens[last]
    start = reading.phrase_start(at)
    verb, preposition = reading.governor(start)
    category: str = entry.category
    name = entry.name
    capitals = token.capitals and not _all_capitals(reading)
    if token.owner and category in ("props", "wardrobe"):
        return None
    following = _head_after(reading, last)
    if following is not None:
        part = following in known.nouns["vehicle_parts"] and category == "vehicles"
        if not part:
            return None  # "car park", "dog food": the thing is only what another is called after
    if category == "animals":
        before = reading.words[start:at]
        dish = (
            verb in _EATING
            or (set(before) & _COOKED and True)
            or (preposition == "of" and verb in ("eat", "plate"))
        )
        if dish or set(before) & _LIFELESS:
            name = " ".join([*[word for word in before if word in _COOKED | _LIFELESS], entry.name])
            category = "props"
    if reading.words[at] == "cab" and category == "vehicles" and _part_of_another(reading, start, last):
        return None
    if category in ("animals", "vehicles") and _only_heard(reading, at, last):
        return Mention(
            "sound",
            known.written(reading.words[at : last + 1]),
            element,
            reading.tokens[at].start,
            token.end,
            0.6,
            "only heard",
        )
    governed = verb in known.verbs["handling"] and (
        not preposition
        or preposition in _PARTICLES
        or preposition == "with"
        or (verb, preposition) in _PHRASAL
    )
    governed = governed or _worked(reading, last)
    looked = verb in known.verbs["looking"] and preposition in (
        "at",
        "to",
        "toward",
        "towards",
        "into",
        "over",
        "up",
        "",
    )
    shown = _shown(reading, at, last, start)
    if entry.when == "held":
        governed = looked = shown = handled = False
        lifted = verb in _LIFTED and preposition in ("", "up", "down", "over", "away")
        if not lifted and not capitals:
            return None
    if entry.when == "handled" and not (
        governed or looked or capitals or handled or shown or (category != "props" and _used(verb))
    ):
        return None
    if category == "props" and verb == "go" and not preposition:
        return None
    words = [reading.tokens[one].text for one in range(start, last + 1)]
    said = " ".join(words)
    if capitals:
        confidence, reason = 0.9, f"in capitals in the action: “{said}”"
    elif governed or handled:
        confidence, reason = 0.85, f"handled in the action: “{(verb + ' … ') if verb else ''}{said}”"
    elif looked:
        confidence, reason = 0.75, f"looked at or pointed out: “{said}”"
    elif entry.when == "always":
        confidence, reason = 0.7, f"named in the action: “{said}”"
    else:
        confidence, reason = 0.55, f"stands by itself in the action: “{said}”"
    listed = known.thing(reading.words, at, last + 1)
    same = listed is not None and listed[0] == entry
    spelling = known.written(reading.words[at : last + 1]) if same else entry.name
    if category == entry.category:
        qualifier = _qualifier(reading, name, entry, at, start)
        name, spelling = f"{qualifier}{name}", f"{qualifier}{spelling}"
    else:
        spelling = name
    return Mention(
        _category(category),
        name,
        element,
        reading.tokens[at].start,
        token.end - (2 if token.owner and token.text[-2:] in ("'s", "’s") else 0),
        confidence,
        reason,
        quantity(reading, start, at),
        spelling,
        start < at and reading.words[start] in _DEFINITE,
        start < at and reading.words[start] in ("the", "this", "that", "these", "those"),
    )


def _category(name: str) -> Category:
    categories: dict[str, Category] = {
        "props": "props", "vehicles": "vehicles", "animals": "animals", "wardrobe": "wardrobe",
        "makeup": "makeup",
    }  # fmt: skip
    return categories[name]


def _worked(reading: Reading, last: int) -> bool:
    """`The lamp is lit`, `a candle being carried`: the thing is what somebody works."""
    for at in range(last + 1, min(last + 4, len(reading.words))):
        word = reading.words[at]
        if reading.tokens[at].kind == "mark":
            return False
        if word in reading.known.verbs["handling"] and not word.endswith(("s", "ing")):
            return reading.known.base[word] != word and reading.words[at - 1] in (
                "is",
                "are",
                "being",
                "gets",
                "now",
            )
    return False


def _used(verb: str) -> bool:
    return verb in (
        "ride",
        "drive",
        "board",
        "mount",
        "wear",
        "climb",
        "enter",
        "see",
        "appear",
        "stand",
        "wait",
        "cross",
        "pass",
    )


def _head_after(reading: Reading, last: int) -> str | None:
    """The noun that a word is only a modifier of: `car` before `park`. None when it is the head itself."""
    after = reading.after(last)
    if after is None or reading.tokens[last].owner or reading.tokens[last + 1].kind != "word":
        return None
    known = reading.known
    word = reading.words[last]
    plural = singular(word) != word
    place = after in known.nouns["places"] and after not in known.closed["determiners"]
    if not plural and place and not reading.is_verb(last + 1) and not after.endswith("ing"):
        return after
    if (
        plural
        or reading.finite(last + 1)
        or after in known.closed["adverbs"]
        or after in known.closed["determiners"]
    ):
        return None
    if reading.tokens[last + 1].capitalised and not reading.tokens[last].capitalised:
        return None
    if after.endswith(("ly", "ed", "ing")) or after in reading.names:
        return None
    if after in known.nouns["vehicle_parts"] or after in known.nouns["places"] or after in known.nouns["set"]:
        return after
    if after in known.people or singular(after) in known.people:
        return after
    if known.name_of(after) is not None and not reading.is_verb(last + 1):
        return after
    if after in known.base or after.endswith("s"):
        return None
    return after if after.isalpha() and len(after) > 2 and after not in known.closed["numbers"] else None


def _qualifier(reading: Reading, name: str, entry: Entry, at: int, start: int) -> str:
    """`brass ` before `key`: materials and purposes stay with the name, colours and sizes do not."""
    if at <= start or entry.category not in ("props", "vehicles"):
        return ""
    before = reading.tokens[at - 1]
    word = before.low if not before.owner else f"{before.low}'s"
    if before.kind != "word" or word in name.split():
        return ""
    materials = reading.known.nouns["materials"]
    listed = reading.known.thing(reading.words, at - 1, at)
    noun = listed is not None and listed[0].category == "props" and word not in reading.known.base
    if word in materials or (noun and not before.owner and word not in reading.known.closed["adverbs"]):
        return f"{word} "
    return ""


def _all_capitals(reading: Reading) -> bool:
    """A sentence shouted from one end to the other points nothing out."""
    words = [token for token in reading.tokens if token.kind == "word" and len(token.low) > 1]
    return len(words) > 3 and all(token.text.isupper() for token in words)


def _shown(reading: Reading, at: int, last: int, start: int) -> bool:
    """A sentence that is nothing but the thing is a shot of it: `The clock.`"""
    if start == 0 and last + 1 < len(reading.words) and reading.tokens[last + 1].kind == "word":
        following = reading.words[last + 1]
        plural = singular(reading.words[last]) != reading.words[last]
        base = reading.known.base.get(following)
        if (
            base is not None
            and base not in reading.known.verbs["speech"]
            and (following == base if plural else following != base and following.endswith("s"))
        ):
            return True  # `Flowers wilt`, `A poster peels`: the thing is what the sentence is about
    rest = [token for token in reading.tokens[last + 1 :] if token.kind == "word"]
    return start == 0 and not rest


def _part_of_another(reading: Reading, start: int, last: int) -> bool:
    """`the cab of the lorry`, `the driver's cab`, `climbs into the cab`: no taxi."""
    owned = any(token.owner for token in reading.tokens[start:last])
    return owned or reading.after(last) == "of" or any(word in listed("with_a_cab") for word in reading.words)


def _only_heard(reading: Reading, at: int, last: int) -> bool:
    words = set(reading.words)
    if words & _HEARD and not words & {"see", "sees", "appears"}:
        place = [one for one, word in enumerate(reading.words) if word in _HEARD]
        return any(abs(one - at) < 8 for one in place)
    verbs = reading.known.verbs
    after = reading.words[last + 1 : last + 4]
    distance = any(word in ("distance", "distant", "somewhere", "faraway") for word in reading.words) or (
        "far" in reading.words
    )
    return distance and any(word in verbs["other"] for word in after)
