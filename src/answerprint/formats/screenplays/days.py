"""The story's days: day or night of every scene, its script day, and what only a person can say."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from answerprint.core.findings import Evidence, Finding
from answerprint.formats.screenplays.days_marks import (
    LIGHT,
    RANK,
    Said,
    hours_pass,
    jumps,
    keeps_the_day,
    passing,
    said_of,
    says_flashback,
    says_present,
    soon,
)
from answerprint.formats.screenplays.headings_times import year_of
from answerprint.formats.screenplays.headings_words import Phase
from answerprint.formats.screenplays.model import DayOrNight, Scene, Screenplay, normalise

OPENING = 3  # elements: the heading, a picture, and a title over it
PRESENT = "present"  # the strand of time that a script tells when it names no other


def resolve_days(screenplay: Screenplay) -> Screenplay:
    """The screenplay with `day_or_night` and `script_day` of every scene that has a heading.

    CONTINUOUS, LATER, SAME and headings without a time take their light from the scene before in the same
    strand of time, through any change of place. A script day begins at a morning or a day after a night, and
    where the script says so. A flashback and a year apart are strands with days of their own, numbered in
    the order in which they come. Each doubt is a finding `script.day_doubt`: a question with the confidence
    of the answer that was taken. Omitted scenes have neither. A day that the source states is kept.
    """
    story = _Story(screenplay.scenes)
    scenes = tuple(story.tell(at) for at in range(len(screenplay.scenes)))
    kept = tuple(one for one in screenplay.findings if one.code != "script.day_doubt")
    return msgspec.structs.replace(screenplay, scenes=scenes, findings=(*kept, *story.doubts))


@dataclass
class _Strand:
    """One line of time: where in its day it stands."""

    day: int
    phase: Phase | None = None
    light: DayOrNight = ""


@dataclass
class _Story:
    scenes: tuple[Scene, ...]
    strands: dict[str, _Strand] = field(default_factory=dict)
    now: str = PRESENT
    days: int = 0  # numbers given so far
    flashbacks: int = 0
    inside: bool = False  # between BEGIN FLASHBACK and its end
    jump: bool = False  # a title before this scene said that another day has come
    doubts: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        headings = [scene.heading for scene in self.scenes if scene.heading]
        # Years hold until the next one where the script says its present too, else for their scene only.
        self.years_hold = any(says_present(one) for one in headings) or bool(
            headings and year_of(headings[0])
        )
        self.silent = not any(_names_time(scene) for scene in self.scenes)
        if self.silent and len(headings) > 1:
            self._ask(self.scenes[0], "no heading names a time of day: is the whole story by day?", 0.5)

    def tell(self, at: int) -> Scene:
        scene = self.scenes[at]
        if scene.omitted or not scene.heading:
            self._listen(scene)
            return scene
        said = said_of(scene)
        opening = scene.elements[: _opening_titles(scene)]
        self.jump = self.jump or any(passing(element) == "jump" for element in opening)
        entered = self._enter(scene, said)
        strand = self.strands[self.now]
        self._doubt_the_heading(scene, said)
        if entered:
            self.jump = False
        elif self._another_day(scene, said, strand, at):
            strand.day = self._next_day()
        light = self._light(scene, said, strand)
        strand.light = light
        strand.phase = said.phase or strand.phase
        if scene.script_day is not None:
            strand.day, self.days = scene.script_day, max(self.days, scene.script_day)
        told = msgspec.structs.replace(scene, day_or_night=scene.day_or_night or light, script_day=strand.day)
        self._listen(scene)
        return told

    def _enter(self, scene: Scene, said: Said) -> bool:
        """Turn to the strand the scene stands in. True when it has just begun, with a day of its own."""
        heading, before = scene.heading, self.now
        year = year_of(scene.time_of_day)
        flashback = self.inside or says_flashback(heading)
        if year is not None:
            name = str(year)
            if not self.strands:
                self.strands[PRESENT] = _Strand(self._next_day())
                self.strands[name] = self.strands[PRESENT]
        elif says_present(heading):
            name, self.inside = PRESENT, False
        elif flashback:
            name = before if before.startswith("flashback") else f"flashback {self.flashbacks + 1}"
        elif before == PRESENT or said.relative == "continuous" or (before.isdigit() and self.years_hold):
            name = before
        else:
            name = PRESENT
            if before.isdigit():
                self._ask(scene, f"is this back from {before}, in the story's present?", 0.65)
        if name.startswith("flashback") and name != before:
            self.flashbacks += 1
            if self.flashbacks > 1:
                self._ask(scene, "is this flashback a day of its own, not the day of an earlier one?", 0.7)
        self.now = name
        if name in self.strands:
            return False
        self.strands[name] = _Strand(self._next_day())
        return True

    def _doubt_the_heading(self, scene: Scene, said: Said) -> None:
        if len(said.lights) > 1:
            named = " or ".join(said.lights)
            self._ask(scene, f"the heading names several times of day: {named}?", 0.5)
        if said.clock and said.phase in ("dawn", "dusk"):
            self._ask(scene, f"at {scene.time_of_day}, is it {said.phase}, light or dark?", 0.6)
        if said.phase == "evening" and scene.place in ("exterior", "both"):
            self._ask(scene, "is it dark yet this evening? It is taken as night", 0.7)

    def _light(self, scene: Scene, said: Said, strand: _Strand) -> DayOrNight:
        if said.phase is not None:
            return LIGHT[said.phase]
        light = strand.light
        if not light:
            light = "day"
            if not self.silent:
                written = scene.time_of_day or "no time of day"
                self._ask(scene, f"{written}, and no scene before it to take one from: is it day?", 0.5)
        elif said.relative is None:
            if not self.silent:
                self._ask(scene, f"the heading names no time of day: is it still {light}?", 0.6)
        elif said.relative == "later" and _may_have_changed(scene, strand):
            was = strand.phase or light
            self._ask(scene, f"{scene.time_of_day}, after {was}: is it still {light}?", 0.6)
        return light

    def _another_day(self, scene: Scene, said: Said, strand: _Strand, at: int) -> bool:
        """Whether this scene begins another day of its strand."""
        titled, self.jump = self.jump, False
        if jumps(scene.heading) or titled:
            return True
        if keeps_the_day(scene.heading) or said.relative in ("continuous", "same") or strand.phase is None:
            return False
        if said.phase is None:
            return False
        before, after = RANK[strand.phase], RANK[said.phase]
        if before >= RANK["night"] and after <= RANK["dusk"]:
            if self._between_nights(at):
                self._ask(scene, "a day between two night scenes of one set: is it another day?", 0.6)
            return True
        if before in (RANK["dusk"], RANK["evening"]) and after <= RANK["afternoon"]:
            if said.phase == "day":
                self._ask(scene, f"day after {strand.phase}: does another day begin?", 0.75)
            return True
        earlier = after < before and said.phase != "day" and before <= RANK["afternoon"]
        if earlier:
            self._ask(scene, f"{said.phase} after {strand.phase}: does another day begin?", 0.7)
        return earlier

    def _between_nights(self, at: int) -> bool:
        """A single day scene cut into a night: the scenes on both sides are one set at night."""
        if not 0 < at < len(self.scenes) - 1:
            return False
        above, below = self.scenes[at - 1], self.scenes[at + 1]
        one_set = normalise(above.location) == normalise(below.location) != ""
        dark = said_of(below)
        return one_set and ("night" in dark.lights or dark.relative is not None)

    def _listen(self, scene: Scene) -> None:
        """What a scene's text, below its own opening, says about the time of the scenes after it."""
        opening = _opening_titles(scene)
        for element in scene.elements[opening:]:
            mark = passing(element)
            if mark == "jump":
                self.jump = True
            elif mark:
                self.inside = mark == "begin"
                if mark == "end" and self.now.startswith("flashback"):
                    self.now = PRESENT if PRESENT in self.strands else self.now

    def _next_day(self) -> int:
        self.days += 1
        return self.days

    def _ask(self, scene: Scene, question: str, confidence: float) -> None:
        name = f"scene {scene.number}" if scene.number else "the script"
        self.doubts.append(
            Finding(
                code="script.day_doubt",
                message=f"{name}, {scene.heading}: {question}" if scene.heading else f"{name}: {question}",
                severity="note",
                subject=name,
                evidence=(Evidence(measure="time of day as written", value=scene.time_of_day),),
                confidence=confidence,
                needs_a_person=True,
                details={"scene": scene.id},
            )
        )


def _opening_titles(scene: Scene) -> int:
    """Where the scene's opening ends: a title over its first picture is about the scene itself."""
    return OPENING if scene.heading and len(scene.elements) > OPENING else 0


def _may_have_changed(scene: Scene, strand: _Strand) -> bool:
    """Whether the light may have gone or come by `LATER`."""
    turning = strand.phase in ("afternoon", "dusk", "evening", "dawn")
    return not soon(scene.time_of_day) and (turning or hours_pass(scene.time_of_day))


def _names_time(scene: Scene) -> bool:
    return said_of(scene).phase is not None
