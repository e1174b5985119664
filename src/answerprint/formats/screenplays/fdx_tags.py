"""Production elements tagged in a Final Draft script: its TagData, and a breakdown as such.

A `TagNumber` on a run of text names a Tag, which names definitions ("revolver"), each of a category
("Props"). Final Draft's Tagger and Movie Magic Scheduling know the categories by their ids.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from lxml import etree

from answerprint.core.breakdown import Breakdown, Category, Passage, SceneSheet
from answerprint.formats.screenplays.fdx_text import Letter, from_marked, kinds_of, plain_text
from answerprint.formats.screenplays.model import Element, Scene, Screenplay, Tag, normalise
from answerprint.formats.screenplays.safe_xml import quoted, readable

OURS = uuid.UUID("5b0c5f0e-9d3c-5a57-8f0b-3c1f6a2d7e41")  # the namespace of ids made here
# Name, id, colour (48 bits), as Final Draft writes them.
CATEGORIES = (
    ("Cast Members", "01fc9642-84ff-4366-b37c-a3068dee57e8", "#00000000FFFF"),
    ("Background Actors", "028a4e2b-b507-4d09-88ab-90e3edae9071", "#0000BFBFFFFF"),
    ("Stunts", "0377dbe6-77a3-41af-bda8-86eb2468fdbf", "#FFFFA5A50000"),
    ("Vehicles", "04721a56-f54b-49c8-80ad-d53887d6b851", "#8B8B00000000"),
    ("Props", "05c556eb-6bc1-4a3a-b09f-f8b5ba1b6afa", "#FFFF00000000"),
    ("Special Effects", "069e18b8-2109-4f3d-94e7-d802027a60a8", "#1E1E9090FFFF"),
    ("Wardrobe", "0726fa85-1e65-4ab8-87de-bf21d09b01f0", "#808000008080"),
    ("Makeup/Hair", "08ae1eef-32ce-415f-9a9b-0982d2453ec4", "#93937070DBDB"),
    ("Animals", "09cb0d1c-ce01-4f22-bb64-b5f2e6c491c6", "#CDCD85853F3F"),
    ("Music", "0b0b44c9-aa4b-4c40-88b1-d94472ad7a26", "#2020B2B2AAAA"),
    ("Sound", "0ce7d308-096d-4603-8fe8-349f72cd89ff", "#000080808080"),
    ("Visual Effects", "12ab0932-e3b9-4b4a-bcd0-3da1b4e61d5e", "#3232CDCD3232"),
    ("Notes", "15b6f4fd-4e74-4ad8-9971-b239d88c2997", "#FFFFD7D70000"),
)
_NAMES: Mapping[Category, str] = {
    "cast": "Cast Members",
    "background": "Background Actors",
    "props": "Props",
    "vehicles": "Vehicles",
    "animals": "Animals",
    "wardrobe": "Wardrobe",
    "makeup": "Makeup/Hair",
    "stunts": "Stunts",
    "vfx": "Visual Effects",
    "sfx": "Special Effects",
    "sound": "Sound",
    "children": "Children",
    "music": "Music",
    "notes": "Notes",
}


class Definition(msgspec.Struct, frozen=True):
    """One tagged thing of the whole script."""

    category: str
    name: str
    id: str


def read_tags(root: etree._Element) -> dict[str, tuple[Definition, ...]]:
    """Definitions by the TagNumber that runs carry."""
    categories = {
        one.get("Id", ""): one.get("Name", "") for one in root.iterfind("TagData/TagCategories/TagCategory")
    }
    definitions = {
        one.get("Id", ""): Definition(
            categories.get(one.get("CatId", ""), ""), one.get("Label", ""), one.get("Id", "")
        )
        for one in root.iterfind("TagData/TagDefinitions/TagDefinition")
    }
    found = {}
    for tag in root.iterfind("TagData/Tags/Tag"):
        ids = [(one.text or "").strip() for one in tag.iterfind("DefId")]
        found[tag.get("Number", "")] = tuple(definitions[one] for one in ids if one in definitions)
    return found


def tags_of(
    letters: Sequence[Letter], places: Sequence[int], known: Mapping[str, tuple[Definition, ...]]
) -> tuple[Tag, ...]:
    """The tags laid over an element: one for each unbroken stretch of a definition."""
    if not any(letter.tags for letter in kinds_of(letters)):
        return ()
    opened: dict[Definition, tuple[int, int]] = {}
    found: list[tuple[int, int, Definition]] = []
    for at, letter in enumerate((*letters, Letter("\n"))):
        here = {one for number in letter.tags for one in known.get(number, ())}
        for definition in [one for one in opened if one not in here]:
            found.append((*opened.pop(definition), definition))
        for definition in here:
            start = opened[definition][0] if definition in opened else places[at]
            opened[definition] = (start, places[at] + 1)
    found.sort(key=lambda one: (one[0], one[1], one[2].category, one[2].name, one[2].id))
    return tuple(
        Tag(category=one.category, name=one.name, start=start, end=end, id=one.id)
        for start, end, one in found
    )


def with_breakdown(screenplay: Screenplay, breakdown: Breakdown) -> Screenplay:
    """The screenplay with a breakdown's elements as tags at their passages; rejected ones are left out.

    What no passage is found for is tagged on the scene's heading, as Final Draft's Tagger does with elements
    that a scene needs and its text does not name.
    """
    sheets: dict[str, SceneSheet] = {sheet.scene: sheet for sheet in breakdown.sheets}
    by_number = {sheet.number: sheet for sheet in breakdown.sheets}
    scenes = []
    for scene in screenplay.scenes:
        sheet = sheets.get(scene.id) or by_number.get(scene.number)
        scenes.append(_tagged(scene, sheet) if sheet is not None else scene)
    return msgspec.structs.replace(screenplay, scenes=tuple(scenes))


@dataclass
class TagWriting:
    """Numbers tags as they are written, and writes what the numbers mean."""

    definitions: dict[tuple[str, str, str], str] = field(default_factory=dict)
    tags: list[tuple[str, ...]] = field(default_factory=list)

    def number(self, tags: Iterable[Tag]) -> str:
        """The number of a run under these tags."""
        ids = []
        for tag in tags:
            key = (tag.category, tag.name, tag.id)
            if key not in self.definitions:
                self.definitions[key] = _id(tag)
            ids.append(self.definitions[key])
        self.tags.append(tuple(dict.fromkeys(ids)))
        return str(len(self.tags))

    def xml(self, carried_categories: str = "") -> str:
        """The TagData section. `carried_categories`: the TagCategories of the file the script came from."""
        categories = self._known(carried_categories)
        lines = ["  <TagData>", f"    {self.categories_xml(carried_categories)}", "    <TagDefinitions>"]
        for number, ((category, name, _), identity) in enumerate(self.definitions.items(), start=1):
            lines.append(
                f"      <TagDefinition CatId={quoted(categories[category][0])} Id={quoted(identity)}"
                f' Label={quoted(name)} Number="{number}"/>'
            )
        lines += ["    </TagDefinitions>", "    <Tags>"]
        for number, ids in enumerate(self.tags, start=1):
            lines.append(f'      <Tag Number="{number}">')
            lines += [f"        <DefId>{one}</DefId>" for one in ids]
            lines.append("      </Tag>")
        lines += ["    </Tags>", "  </TagData>"]
        return "\n".join(lines)

    def categories_xml(self, carried: str = "") -> str:
        """The TagCategories: those carried, else Final Draft's, then those that tags name beside them."""
        lines = ["<TagCategories>"]
        for number, (name, one) in enumerate(self._known(carried).items(), start=1):
            identity, colour, style = map(quoted, one)
            lines.append(
                f"      <TagCategory Color={colour} Id={identity}"
                f' Name={quoted(name)} Number="{number}" Style={style}/>'
            )
        return "\n".join((*lines, "    </TagCategories>"))

    def _known(self, carried: str) -> dict[str, tuple[str, str, str]]:
        categories = _categories(carried)
        for name, _, _ in self.definitions:
            new = (str(uuid.uuid5(OURS, readable(f"category|{name}"))), "#707080809090", "Bold")
            categories.setdefault(name, new)
        return categories


def _categories(carried: str) -> dict[str, tuple[str, str, str]]:
    if not carried:
        return {name: (identity, colour, "Bold") for name, identity, colour in CATEGORIES}
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return {
        one.get("Name", ""): (one.get("Id", ""), one.get("Color", ""), one.get("Style", ""))
        for one in etree.fromstring(carried, parser).iterfind("TagCategory")
    }


def _id(tag: Tag) -> str:
    try:
        return str(uuid.UUID(tag.id))
    except ValueError:
        return str(uuid.uuid5(OURS, readable(f"{tag.category}|{tag.name}|{tag.id}")))


def _tagged(scene: Scene, sheet: SceneSheet) -> Scene:
    tags: list[list[Tag]] = [[] for _ in scene.elements]
    heading = next((at for at, one in enumerate(scene.elements) if one.kind == "heading"), None)
    for thing in sheet.elements:
        if thing.answer == "rejected":
            continue
        category = _NAMES[thing.category]
        placed: set[tuple[int, int]] = set()
        for passage in thing.evidence:
            found = _find(scene.elements, passage, placed)
            if found is not None:
                at, start, end = found
                tags[at].append(Tag(category=category, name=thing.name, start=start, end=end))
                placed.add((at, start))
        if not placed and heading is not None:
            whole = len(scene.elements[heading].text)
            tags[heading].append(Tag(category=category, name=thing.name, start=0, end=whole))
    elements = tuple(
        msgspec.structs.replace(element, tags=tuple(dict.fromkeys((*element.tags, *more))))
        for element, more in zip(scene.elements, tags, strict=True)
    )
    return msgspec.structs.replace(scene, elements=elements)


def _find(
    elements: Sequence[Element], passage: Passage, placed: set[tuple[int, int]]
) -> tuple[int, int, int] | None:
    """The element that holds the passage's words and where: nearest to its line, then to its place there.
    Where another passage of the same thing is `placed` already comes last."""
    best: tuple[int, int, int, int] | None = None
    for at, element in enumerate(elements):
        if element.kind in ("note", "boneyard", "page_break", "section", "synopsis"):
            continue
        near = 0
        if passage.start is not None and element.span is not None:
            near = passage.start - element.span.start
        span = _where(element.text, passage.text, near, {start for one, start in placed if one == at})
        if span is not None:
            away = abs(element.line - passage.line)
            if element.line <= passage.line <= element.line + element.text.count("\n"):
                away = 0
            if best is None or away < best[0]:
                best = (away, at, *span)
    return best[1:] if best else None


def _where(text: str, words: str, near: int, taken: set[int]) -> tuple[int, int] | None:
    wanted = words.strip()
    if not wanted:
        return None
    start = _occurrence(text, wanted, near, taken)
    if start is not None:
        return start, start + len(wanted)
    letters, places = from_marked(text)
    plain, bare = plain_text(letters), plain_text(from_marked(wanted)[0])
    start = _occurrence(plain, bare, near, taken) if bare else None
    if start is None and bare and len(plain) == len(plain.casefold()):
        start = _occurrence(plain.casefold(), bare.casefold(), near, taken)
    if start is None:
        return (0, len(text)) if normalise(plain) == normalise(bare) and text else None
    return places[start], places[start + len(bare) - 1] + 1


def _occurrence(text: str, words: str, near: int, taken: set[int]) -> int | None:
    """Where the words stand in a text: as whole words before parts of others, then nearest to a place."""
    found = [match.start() for match in re.finditer(re.escape(words), text)]
    whole = [
        start
        for start in found
        if not text[max(start - 1, 0) : start].isalnum()
        and not text[start + len(words) : start + len(words) + 1].isalnum()
    ]
    return min(whole or found, key=lambda start: (start in taken, abs(start - near)), default=None)
