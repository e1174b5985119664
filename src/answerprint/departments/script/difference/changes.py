"""What a revision changes: for the story (lines, characters, beats) and for the production, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from answerprint.departments.script.analysis.manuscript import (
    Manuscript,
    SceneText,
    read_manuscript,
    round_to,
)
from answerprint.departments.script.analysis.production_drivers import children_of, drivers, scene_drivers
from answerprint.departments.script.difference.records import (
    Difference,
    Rename,
    SceneChange,
    SceneEnd,
    TextChange,
    Total,
)
from answerprint.departments.script.difference.scenes_matched import Match, matched, renames
from answerprint.departments.script.difference.words import text_changes
from answerprint.formats.screenplays.model import Screenplay


class Revisions:
    """Two revisions, the names that go on under others, and the drivers of each scene."""

    def __init__(self, before: Manuscript, after: Manuscript) -> None:
        self.before, self.after = before, after
        self.matching = matched(before, after)
        self.renames = renames(before, after, self.matching.pairs)
        self.cues = {one.before: one.after for one in self.renames if one.kind == "character"}
        self.sets = {one.before.casefold(): one.after.casefold() for one in self.renames if one.kind == "set"}
        self.young = (children_of(before), children_of(after))

        self._drivers: dict[tuple[int, bool], tuple[SceneText, set[str]]] = {}

    def driver_names(self, scene: SceneText, later: bool) -> set[str]:
        """The drivers of a scene, looked up once; the scene is held, so that its id stays its own."""
        key = (id(scene), later)
        if key not in self._drivers:
            script = self.after if later else self.before
            self._drivers[key] = (scene, set(scene_drivers(script, scene, self.young[later]).points))
        return self._drivers[key][1]


def difference(before: Screenplay, after: Screenplay, names: tuple[str, str]) -> Difference:
    """What changed from one revision to the next; names are their files', for people.

    Raises ScriptError AP-SCRIPT-120 when either holds no screenplay.
    """
    revisions = Revisions(read_manuscript(before, names[0]), read_manuscript(after, names[1]))
    scenes = _scenes(revisions)
    story, production = _story(revisions, scenes), _production(revisions, scenes)
    return Difference(
        before=names[0],
        after=names[1],
        summary=_summary(scenes, revisions.renames),
        story=story,
        production=production,
        renames=revisions.renames,
        totals=_totals(revisions),
        scenes=scenes,
    )


def _scenes(revisions: Revisions) -> tuple[SceneChange, ...]:
    """Scenes in the later order; what was removed stands where it was."""
    before, after = revisions.before.scenes, revisions.after.scenes
    matching = revisions.matching
    found: list[tuple[float, SceneChange]] = []
    for pair in matching.pairs:
        found.append((float(pair.after), _pair(revisions, pair)))
    for index in matching.added:
        scene = after[index]
        story = [f"new scene with {_list(scene.present) or 'nobody'}"]
        drivers_named = [drivers()[one].title for one in sorted(revisions.driver_names(scene, True))]
        production = [f"{_eighths(scene.eighths)} more on {scene.location}"]
        production += [f"needs {_list(drivers_named)}"] if drivers_named else []
        found.append(
            (
                float(index),
                SceneChange(
                    status="added",
                    after=(_end(scene),),
                    story=tuple(story),
                    production=tuple(production),
                    texts=text_changes(_nothing(scene), scene, {}),
                ),
            )
        )
    places = {pair.before: pair.after for pair in matching.pairs}
    for index in matching.removed:
        scene = before[index]
        earlier = [places[one] for one in range(index) if one in places]
        found.append(
            (
                (earlier[-1] if earlier else -1) + 0.5,
                SceneChange(
                    status="removed",
                    before=(_end(scene),),
                    story=(f"scene with {_list(scene.present) or 'nobody'} is gone",),
                    production=(f"{_eighths(scene.eighths)} less on {scene.location}",),
                    texts=text_changes(scene, _nothing(scene), {}),
                ),
            )
        )
    return tuple(change for _, change in sorted(found, key=lambda one: one[0]))


def _pair(revisions: Revisions, pair: Match) -> SceneChange:
    one, other = revisions.before.scenes[pair.before], revisions.after.scenes[pair.after]
    pieces = revisions.matching.splits.get(pair.before, [])
    joined = revisions.matching.merges.get(pair.after, [])
    whole_before = _joined([one, *(revisions.before.scenes[index] for index in joined)])
    whole_after = _joined([other, *(revisions.after.scenes[index] for index in pieces)])
    texts = text_changes(whole_before, whole_after, revisions.cues)
    story = _scene_story(revisions, whole_before, whole_after, texts)
    production = _scene_production(revisions, whole_before, whole_after)
    if pieces:
        story = (f"split into {1 + len(pieces)} scenes", *story)
    if joined:
        story = (f"{1 + len(joined)} scenes made one", *story)
    changed = bool(texts or production or story) or one.heading != other.heading
    if pair.moved:
        story = (f"moved from {one.start:.0%} to {other.start:.0%} of the script", *story)
    return SceneChange(
        status="split" if pieces else "merged" if joined else "changed" if changed else "same",
        before=tuple(_end(each) for each in (one, *(revisions.before.scenes[index] for index in joined))),
        after=tuple(_end(each) for each in (other, *(revisions.after.scenes[index] for index in pieces))),
        similarity=round_to(min(1.0, pair.similarity)),
        moved=pair.moved,
        renumbered=one.number != other.number,
        story=story,
        production=production,
        texts=texts,
    )


def _scene_story(
    revisions: Revisions, one: SceneText, other: SceneText, texts: Sequence[TextChange]
) -> tuple[str, ...]:
    found: list[str] = []
    for what, single, many in (("dialogue", "speech", "speeches"), ("action", "beat", "beats")):
        own = [text for text in texts if text.what == what]
        new = [text for text in own if text.line_before is None]
        gone = [text for text in own if text.line_after is None]
        reworded = len(own) - len(new) - len(gone)
        parts = [
            f"{count} {word}"
            for count, word in ((len(new), "new"), (len(gone), "cut"), (reworded, "reworded"))
            if count
        ]
        if parts:
            who = _list(dict.fromkeys(text.who for text in own if text.who))
            count = len(own)
            found.append(
                f"{single if count == 1 else many}: {', '.join(parts)}" + (f" ({who})" if who else "")
            )
    came, went = _came_and_went(one.present, other.present, revisions.cues)
    if came:
        found.append(f"{_list(came)} now {'is' if len(came) == 1 else 'are'} in it")
    if went:
        found.append(f"{_list(went)} no longer {'is' if len(went) == 1 else 'are'}")
    silent = [name for name in other.present if name not in other.speaking]
    fell_silent = [
        name for name in silent if name in {revisions.cues.get(each, each) for each in one.speaking}
    ]
    if fell_silent:
        found.append(f"{_list(fell_silent)} no longer {'speaks' if len(fell_silent) == 1 else 'speak'}")
    return tuple(found)


def _scene_production(revisions: Revisions, one: SceneText, other: SceneText) -> tuple[str, ...]:
    found: list[str] = []
    here, there = one.location.casefold(), other.location.casefold()
    if revisions.sets.get(here, here) != there:
        found.append(f"set: {one.location} becomes {other.location}")
    if one.place != other.place:
        found.append(f"{one.place or 'unplaced'} becomes {other.place or 'unplaced'}")
    if one.night != other.night:
        found.append("day becomes night" if other.night else "night becomes day")
    if one.eighths != other.eighths:
        found.append(f"{_eighths(one.eighths)} becomes {_eighths(other.eighths)}")
    came, went = _came_and_went(one.present, other.present, revisions.cues)
    if came or went:
        found.append("cast: " + ", ".join([f"+{name}" for name in came] + [f"−{name}" for name in went]))
    old, new = revisions.driver_names(one, False), revisions.driver_names(other, True)
    gained = [drivers()[name].title for name in drivers() if name in new - old]
    lost = [drivers()[name].title for name in drivers() if name in old - new]
    if gained:
        found.append(f"now needs {_list(gained)}")
    if lost:
        found.append(f"no longer needs {_list(lost)}")
    return tuple(found)


def _summary(scenes: Sequence[SceneChange], renamed: Sequence[Rename]) -> tuple[str, ...]:
    counts = {status: sum(one.status == status for one in scenes) for status in ("same", "changed", "added")}
    counts["removed"] = sum(one.status == "removed" for one in scenes)
    found = [
        f"{counts['same']} scenes as they were, {counts['changed']} changed, {counts['added']} added, "
        f"{counts['removed']} removed"
    ]
    for status, verb in (("split", "split"), ("merged", "merged")):
        own = [one for one in scenes if one.status == status]
        found += [f"{_numbers(one.before)} {verb} into {_numbers(one.after)}" for one in own]
    moved = [one for one in scenes if one.moved]
    if moved:
        places = "; ".join(f"{one.before[0].number} → {one.after[0].number}" for one in moved[:12])
        found.append(f"{len(moved)} moved: {places}")
    renumbered = sum(one.renumbered for one in scenes)
    if renumbered:
        found.append(f"{renumbered} carry another number")
    found += [
        f"{one.kind} {one.before} is now {one.after} ({one.places} place{'' if one.places == 1 else 's'})"
        for one in renamed
    ]
    return tuple(found)


def _story(revisions: Revisions, scenes: Sequence[SceneChange]) -> tuple[str, ...]:
    came, went = _came_and_went(revisions.before.cast, revisions.after.cast, revisions.cues)
    found = [f"new speaking part: {name}" for name in came]
    found += [f"no longer speaks: {name}" for name in went]
    texts = [text for scene in scenes for text in scene.texts]
    for what, word in (("dialogue", "speeches"), ("action", "paragraphs of action")):
        own = [text for text in texts if text.what == what]
        new = sum(text.line_before is None for text in own)
        gone = sum(text.line_after is None for text in own)
        if own:
            found.append(f"{word}: {new} new, {gone} cut, {len(own) - new - gone} reworded")
    old = {name: 0 for name in revisions.after.cast}
    for speech in revisions.before.speeches:
        name = revisions.cues.get(speech.character, speech.character)
        old[name] = old.get(name, 0) + len(speech.words)
    new_words = {name: 0 for name in old}
    for speech in revisions.after.speeches:
        new_words[speech.character] = new_words.get(speech.character, 0) + len(speech.words)
    shifts = sorted(
        ((new_words[name] - old[name], name) for name in old if name not in came and name not in went),
        key=lambda one: -abs(one[0]),
    )
    found += [
        f"{name} speaks {abs(by)} words {'more' if by > 0 else 'fewer'}" for by, name in shifts[:6] if by
    ]
    return tuple(found)


def _production(revisions: Revisions, scenes: Sequence[SceneChange]) -> tuple[str, ...]:
    before, after = revisions.before.scenes, revisions.after.scenes
    old_sets = {revisions.sets.get(one.location.casefold(), one.location.casefold()) for one in before}
    new_sets = {one.location.casefold() for one in after}
    found = [f"new set: {name.upper()}" for name in sorted(new_sets - old_sets)]
    found += [f"set no longer needed: {name.upper()}" for name in sorted(old_sets - new_sets)]
    for total in _totals(revisions):
        if total.before != total.after and total.name in ("eighths", "night scenes", "exterior scenes"):
            found.append(f"{total.name}: {total.before:g} → {total.after:g}")
    old = [revisions.driver_names(one, False) for one in before]
    new = [revisions.driver_names(one, True) for one in after]
    for name, driver in drivers().items():
        was, now = sum(name in one for one in old), sum(name in one for one in new)
        if was != now and not driver.heading_rule:
            found.append(f"{driver.title}: {was} scenes → {now}")
    touched = sum(bool(one.production) for one in scenes)
    if touched:
        found.append(f"{touched} scenes need their breakdown looked at again")
    return tuple(found)


def _totals(revisions: Revisions) -> tuple[Total, ...]:
    def counted(script: Manuscript) -> dict[str, float]:
        return {
            "scenes": len(script.scenes),
            "eighths": sum(one.eighths for one in script.scenes),
            "pages": round_to(script.pages, 1),
            "speeches": len(script.speeches),
            "spoken words": sum(len(one.words) for one in script.speeches),
            "speaking characters": len(script.cast),
            "sets": len({one.location.casefold() for one in script.scenes}),
            "night scenes": sum(one.night for one in script.scenes),
            "exterior scenes": sum(one.place in ("exterior", "both") for one in script.scenes),
        }

    old, new = counted(revisions.before), counted(revisions.after)
    return tuple(Total(name=name, before=old[name], after=new[name]) for name in old)


def _joined(scenes: Sequence[SceneText]) -> SceneText:
    """Pieces read as one scene, the first one's heading."""
    first = scenes[0]
    if len(scenes) == 1:
        return first
    whole = _nothing(first)
    for one in sorted(scenes, key=lambda each: each.index):
        whole.speeches += one.speeches
        whole.actions += one.actions
        whole.speaking.update(one.speaking)
        whole.acting.update(one.acting)
    whole.eighths = sum(one.eighths for one in scenes)
    return whole


def _nothing(scene: SceneText) -> SceneText:
    return SceneText(
        index=scene.index, id=scene.id, number=scene.number, heading=scene.heading, line=scene.line,
        place=scene.place, location=scene.location, time_of_day=scene.time_of_day, night=scene.night,
        script_day=scene.script_day,
    )  # fmt: skip


def _end(scene: SceneText) -> SceneEnd:
    return SceneEnd(
        index=scene.index,
        id=scene.id,
        number=scene.number,
        heading=scene.heading,
        line=scene.line,
        eighths=scene.eighths,
        start=round_to(scene.start, 4),
        end=round_to(scene.end, 4),
    )


def _came_and_went(
    before: Iterable[str], after: Iterable[str], names: dict[str, str]
) -> tuple[list[str], list[str]]:
    old = list(dict.fromkeys(names.get(one, one) for one in before))
    new = list(dict.fromkeys(after))
    return [one for one in new if one not in old], [one for one in old if one not in new]


def _eighths(count: int) -> str:
    whole, rest = divmod(count, 8)
    if not rest and whole:
        return f"{whole} page{'' if whole == 1 else 's'}"
    return f"{whole} {rest}/8" if whole else f"{rest}/8"


def _numbers(ends: Sequence[SceneEnd]) -> str:
    return ("scene " if len(ends) == 1 else "scenes ") + ", ".join(one.number for one in ends)


def _list(values: Iterable[str]) -> str:
    named = list(values)
    return named[0] if len(named) == 1 else ", ".join(named[:-1]) + f" and {named[-1]}" if named else ""
