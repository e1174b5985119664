"""Which clips of a sequence move together: `link` elements, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from answerprint.core.cut import Clip
from answerprint.formats.timelines.xmeml_document import text_at
from answerprint.formats.timelines.xmeml_items import Item
from answerprint.formats.timelines.xmeml_media import add

LARGEST_GROUP = 64  # clips that name all others; of a larger group each names the first

Member = tuple[
    etree._Element, str, int, int
]  # the clip item, its kind, its track's number, its own on the track


def links_of(items: Sequence[Item]) -> Mapping[int, str]:
    """The link of every clip that has one, by the clip's identity: the id of the first item of its group.

    An item names the others by their id, or by kind, track and place on it.
    """
    by_id: dict[str, int] = {}
    by_place: dict[tuple[str, int, int], int] = {}
    for number, item in enumerate(items):
        by_id.setdefault(item.element.get("id", ""), number)
        by_place[item.kind, item.track, item.number] = number
    group = list(range(len(items)))

    def first_of(number: int) -> int:
        while group[number] != number:
            group[number] = group[group[number]]
            number = group[number]
        return number

    for number, item in enumerate(items):
        for link in item.element.iterfind("link"):
            other = by_id.get(text_at(link, "linkclipref").strip() or "\0")
            if other is None:
                place = (text_at(link, one).strip() for one in ("trackindex", "clipindex"))
                track, clip = (int(one) if one.isascii() and one.isdigit() else 0 for one in place)
                other = by_place.get((text_at(link, "mediatype").strip().casefold(), track, clip))
            if other is not None:
                one, two = sorted((first_of(number), first_of(other)))
                group[two] = one
    found: dict[int, list[int]] = {}
    for number in range(len(items)):
        found.setdefault(first_of(number), []).append(number)
    return {
        id(items[each].clip): items[members[0]].element.get("id") or f"link {members[0]}"
        for members in found.values()
        if len(members) > 1
        for each in members
    }


def add_links(clips: Sequence[tuple[Clip, Member]]) -> None:
    """In every clip item of a group, a `link` to each of the group, itself among them, as the programs do."""
    groups: dict[str, list[Member]] = {}
    for clip, member in clips:
        if clip.link is not None:
            groups.setdefault(clip.link, []).append(member)
    for members in groups.values():
        if len(members) < 2:
            continue
        near = members if len(members) <= LARGEST_GROUP else members[:1]
        for item, *_ in members:
            for other, kind, track, number in near:
                link = add(item, "link")
                add(link, "linkclipref", other.get("id"))
                add(link, "mediatype", kind)
                add(link, "trackindex", track)
                add(link, "clipindex", number)
                if kind == "audio":
                    add(link, "groupindex", 1)
