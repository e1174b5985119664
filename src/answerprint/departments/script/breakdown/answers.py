"""People's answers to the breakdown: accepted, rejected, added, renamed. No run changes them.

An answer is known by category, name and scene id, which hold through revisions of the script. The file keeps
every answer in the order given; the latest on a thing holds, and undoing takes the last one away.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

import msgspec

from answerprint.core.breakdown import Breakdown, CastMember, Category, SceneElement, SceneSheet
from answerprint.core.errors import ScriptError, UsageError

LARGEST = 8_000_000  # bytes of a file of answers
CATEGORIES: tuple[str, ...] = (*get_args(Category), "sets")
_HEAD = """\
# Answers of people to the breakdown, in the order they were given. No run changes them; the latest on a
# thing holds. answer: accept, reject, add or rename (`to` is the new name, over the whole script).
# To take one back, delete its [[answer]] block. Comments are not kept.
"""
_ADDED = re.compile(r"^\s*(?P<scene>[^:]+?)\s*:\s*(?P<category>[\w -]+?)\s*:\s*(?P<name>.+?)\s*$")
_RENAMED = re.compile(r"^\s*(?P<category>[\w -]+?)\s*:\s*(?P<name>.+?)\s*(?:=|->|→)\s*(?P<to>.+?)\s*$")


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One answer of a person."""

    answer: Literal["accept", "reject", "add", "rename"]
    category: str  # a Category, or "sets"
    name: str
    scene: str = ""  # scene id; every scene for a rename
    to: str = ""  # rename
    heading: str = ""  # the scene when it was answered, for people
    quantity: str = ""
    note: str = ""


def answered(breakdown: Breakdown, answers: Sequence[Answer]) -> Breakdown:
    """The breakdown with every answer applied in order.

    What was accepted stays, also when a revision no longer names it (its evidence is then empty); what was
    rejected is kept and marked. Answers about scenes that are gone do nothing.
    """
    if not answers:
        return breakdown
    sheets = {sheet.scene: list(sheet.elements) for sheet in breakdown.sheets}
    sets = {sheet.scene: sheet.set for sheet in breakdown.sheets}
    people = {member.name: member for member in breakdown.cast}
    for one in answers:
        if one.answer != "rename":
            if one.scene in sheets:
                _answer(sheets[one.scene], one)
        elif one.category == "sets":
            sets = {scene: one.to if same(name, one.name) else name for scene, name in sets.items()}
        else:
            for scene, elements in sheets.items():
                sheets[scene] = _renamed(elements, one, scene)
            if one.category == "cast":
                people = _recast(people, one)
    made = tuple(
        msgspec.structs.replace(
            sheet,
            elements=tuple(sheets[sheet.scene]),
            set=sets[sheet.scene],
            location=sets[sheet.scene] if sheet.location == sheet.set else sheet.location,
        )
        for sheet in breakdown.sheets
    )
    return msgspec.structs.replace(
        breakdown,
        sheets=made,
        cast=_members(people, made),
        sets=tuple(dict.fromkeys(sheet.set for sheet in made if sheet.set and not sheet.omitted)),
    )


def out_of_place(breakdown: Breakdown, answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Answers whose scene this revision has no more: kept for one that has it again."""
    scenes = {sheet.scene for sheet in breakdown.sheets}
    return tuple(one for one in answers if one.scene and one.scene not in scenes)


def read_answers(path: Path) -> tuple[Answer, ...]:
    """The answers in a file; none where there is no file.

    Raises ScriptError AP-SCRIPT-140 when the file cannot be read as answers, naming the line or the block.
    """
    try:
        if path.is_file() and path.stat().st_size > LARGEST:
            raise _unreadable(path, f"larger than {LARGEST // 1_000_000} MB", "")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, str(getattr(error, "strerror", None) or "no UTF-8 text"), "") from error
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        place = re.search(r"line (\d+)", str(error))
        raise _unreadable(path, "no TOML", f"line {place[1]}" if place else "") from error
    blocks = document.get("answer", [])
    if set(document) - {"answer"} or not isinstance(blocks, list):
        raise _unreadable(path, "holds something else than [[answer]] blocks", "")
    found = []
    for number, block in enumerate(blocks, start=1):
        try:
            one = msgspec.convert(block, type=Answer)
        except msgspec.ValidationError as error:
            raise _unreadable(path, str(error), f"answer {number}") from error
        if one.category not in CATEGORIES or not one.name.strip() or (one.answer == "rename") != bool(one.to):
            raise _unreadable(path, "no category, name or new name that can be used", f"answer {number}")
        found.append(one)
    return tuple(found)


def written(answers: Iterable[Answer]) -> bytes:
    """The file of answers."""
    blocks = []
    for one in answers:
        values = [f"{key} = {_toml(value)}" for key, value in msgspec.to_builtins(one).items()]
        blocks.append("\n".join(["[[answer]]", *values]) + "\n")
    return "\n".join([_HEAD, *blocks]).encode()


def answer_to(breakdown: Breakdown, said: str, answer: Literal["accept", "reject"]) -> Answer:
    """The answer to an element by its id, or by `12: props: brass key`.

    Raises UsageError AP-USE-140 when the breakdown has no such element.
    """
    place = _ADDED.match(said)
    for sheet in breakdown.sheets:
        for one in sheet.elements:
            named = place is not None and (
                place["scene"] in (sheet.number, sheet.scene)
                and place["category"] == one.category
                and same(place["name"], one.name)
            )
            if one.id == said or named:
                return Answer(
                    answer=answer,
                    category=one.category,
                    name=one.name,
                    scene=sheet.scene,
                    heading=_title(sheet),
                )
    raise UsageError(
        "AP-USE-140",
        f"the breakdown has no element {said}",
        remedy="`answerprint script breakdown FILE --ids` lists them; or write: 12: props: brass key",
    )


def addition(breakdown: Breakdown, said: str) -> Answer:
    """`12: props: brass key` as an answer; `two brass keys` keeps the number as its quantity.

    Raises UsageError AP-USE-141 when it is not written so, or names no scene or category.
    """
    match = _ADDED.match(said)
    sheet = None
    if match is not None:
        sheet = next((one for one in breakdown.sheets if match["scene"] in (one.number, one.scene)), None)
    if match is None or sheet is None or match["category"] not in get_args(Category):
        wrong = (
            "is not written as SCENE: CATEGORY: NAME" if match is None
            else f"names no scene of the screenplay ({match['scene']})" if sheet is None
            else f"names no category ({match['category']})"
        )  # fmt: skip
        raise UsageError(
            "AP-USE-141",
            f"“{said}” {wrong}",
            remedy=f'write --add "12: props: brass key"; categories: {", ".join(get_args(Category))}',
        )
    name = match["name"].upper() if match["category"] == "cast" else match["name"]
    return Answer(
        answer="add", category=match["category"], name=name, scene=sheet.scene, heading=_title(sheet)
    )


def renaming(breakdown: Breakdown, said: str) -> Answer:
    """`props: case = suitcase` as an answer, over the whole script.

    Raises UsageError AP-USE-142 when it is not written so, or nothing has the old name.
    """
    match = _RENAMED.match(said)
    if match is not None and match["category"] in CATEGORIES:
        category = match["category"]
        if category == "sets":
            held = list(breakdown.sets)
        else:
            held = [
                one.name for sheet in breakdown.sheets for one in sheet.elements if one.category == category
            ]
        name = next((one for one in held if same(one, match["name"])), None)
        if name is not None:
            to = match["to"].upper() if category in ("cast", "sets") else match["to"]
            return Answer(answer="rename", category=category, name=name, to=to)
        wrong = f"there is no “{match['name']}” among {category}"
    else:
        wrong = f"“{said}” is not written as CATEGORY: OLD = NEW"
    raise UsageError("AP-USE-142", wrong, remedy='write --rename "props: case = suitcase"')


def element_id(category: str, name: str, scene: str) -> str:
    """The key of an element: `props:brass-key:int-hall-day`."""
    slug = "-".join(re.findall(r"[^\W_]+", name.casefold().replace("'", "").replace("’", "")))
    return f"{category}:{slug or 'x'}:{scene}"


def same(one: str, other: str) -> bool:
    """Whether two names are one, but for case, spaces and the kind of apostrophe."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("’", "'").split())


def _answer(elements: list[SceneElement], one: Answer) -> None:
    states: dict[str, Literal["accepted", "rejected", "added"]] = {
        "accept": "accepted", "reject": "rejected", "add": "added",
    }  # fmt: skip
    for at, element in enumerate(elements):
        if element.category == one.category and same(element.name, one.name):
            state = "accepted" if one.answer == "add" and element.evidence else states[one.answer]
            elements[at] = msgspec.structs.replace(element, answer=state)
            return
    if one.answer == "reject":
        return
    elements.append(
        SceneElement(
            id=_free(element_id(one.category, one.name, one.scene), elements),
            category=one.category,  # type: ignore[arg-type]
            name=one.name,
            confidence=1.0,
            reason="added by a person"
            if one.answer == "add"
            else "accepted by a person; the text no longer names it",
            quantity=one.quantity,
            answer=states[one.answer],
        )
    )


def _free(key: str, elements: list[SceneElement]) -> str:
    taken = {one.id for one in elements}
    number = 2
    free = key
    while free in taken:
        free, number = f"{key}+{number}", number + 1
    return free


def _renamed(elements: list[SceneElement], one: Answer, scene: str) -> list[SceneElement]:
    """Elements under the new name; two that then share one become one, with the evidence of both."""
    related = {one.category, "background", "children"} if one.category == "cast" else {one.category}
    found: list[SceneElement] = []
    for element in elements:
        if element.category in related and same(element.name, one.name):
            key = element_id(element.category, one.to, scene)
            element = msgspec.structs.replace(element, name=one.to, id=key)
        at = next((at for at, held in enumerate(found) if held.id == element.id), None)
        if at is None:
            found.append(element)
            continue
        held = found[at]
        found[at] = msgspec.structs.replace(
            held,
            evidence=tuple(dict.fromkeys((*held.evidence, *element.evidence))),
            confidence=max(held.confidence, element.confidence),
            speaks=held.speaks or element.speaks,
        )
    return found


def _recast(people: dict[str, CastMember], one: Answer) -> dict[str, CastMember]:
    """Cast members with one renamed, and joined with whoever has the new name."""
    found: dict[str, CastMember] = {}
    for name, member in people.items():
        moved = same(name, one.name)
        key = one.to if moved else name
        held = found.get(key)
        aliases = {*member.aliases, *((name,) if moved else ()), *(held.aliases if held else ())} - {key}
        found[key] = msgspec.structs.replace(
            member,
            name=key,
            speeches=member.speeches + (held.speeches if held else 0),
            aliases=tuple(sorted(aliases)),
            child=member.child or bool(held and held.child),
        )
    return found


def _members(people: dict[str, CastMember], sheets: Sequence[SceneSheet]) -> tuple[CastMember, ...]:
    """The cast as the answers leave it, numbered anew by size of part."""
    scenes: dict[str, list[str]] = {}
    for sheet in sheets:
        for name in dict.fromkeys(sheet.names("cast")):
            scenes.setdefault(name, []).append(sheet.scene)
    order = {name: at for at, name in enumerate(scenes)}
    members = [
        msgspec.structs.replace(
            people.get(name) or CastMember(number=0, name=name, speeches=0, scenes=()), scenes=tuple(where)
        )
        for name, where in scenes.items()
    ]
    members.sort(key=lambda one: (-one.speeches, -len(one.scenes), order[one.name]))
    return tuple(msgspec.structs.replace(one, number=at) for at, one in enumerate(members, start=1))


def _title(sheet: SceneSheet) -> str:
    return f"{sheet.number} {sheet.heading}".strip()


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _unreadable(path: Path, why: str, place: str) -> ScriptError:
    return ScriptError(
        "AP-SCRIPT-140",
        f"cannot be read as answers to a breakdown: {why}",
        file=str(path),
        at=place or None,
        remedy="mend or move the file; it is never changed by a run",
    )
