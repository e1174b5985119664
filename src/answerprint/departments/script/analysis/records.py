"""What an analysis says: findings with passages, the curves behind them, and the document they stand in."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Where the screenplay says so: the words, and their place in the source."""

    scene: str  # scene id
    number: str  # scene number as written, or counted
    line: int  # of the source, from 1
    text: str


class ScriptFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Something measured in a screenplay.

    `value` and `threshold` are of the measure named; `percentile` is the value's place among the reference
    set (0 to 100), None where the set is too small to say; `confidence` is None where nothing was tested.
    """

    kind: str  # stable: "structure.turning_point", "dialogue.repetitive"
    summary: str
    evidence: tuple[Passage, ...] = ()
    value: float | None = None
    threshold: float | None = None
    percentile: float | None = None
    confidence: float | None = None
    measure: str = ""  # what the value is, with its unit
    subject: str = ""  # a character, a scene number, a driver
    reference: str = ""  # the key of the reference distribution it is placed in, empty for none


class ScenePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One scene on the curves. Positions are shares of the script's length, 0 to 1."""

    scene: str
    number: str
    heading: str
    line: int
    start: float
    end: float
    eighths: int
    words: int
    dialogue_share: float  # of the scene's lines in layout
    engagement: float | None  # standard deviations from this script's own mean
    engagement_smooth: float | None
    parts: Mapping[str, float] = {}  # what the engagement is made of, in standard deviations
    valence: float | None = None  # -1 to 1
    arousal: float | None = None  # 0 to 1
    drivers: Mapping[str, float] = {}  # production drivers and their points
    present: tuple[str, ...] = ()


class TurningPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a turn most probably lies, and how little or much that is known."""

    name: str
    scene: str
    number: str
    position: float
    theory: float
    confidence: float  # posterior mass within NEAR of the position
    prior_confidence: float  # the same from the position alone
    reasons: tuple[str, ...] = ()


class CharacterSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A character: what is said, where they are, and for how long they are not."""

    name: str
    speeches: int
    words: int
    scenes_speaking: int
    scenes_present: int  # speaking, heard, or acting in the action lines
    first: float
    last: float
    longest_absence: float  # share of the script's length
    presence: tuple[int, ...] = ()  # by scene: 2 speaks or is heard, 1 acts only, 0 absent
    strength: float = 0.0  # weighted degree of co-presence
    betweenness: float = 0.0
    eigenvector: float = 0.0
    community: int = 0


class Tie(msgspec.Struct, frozen=True, kw_only=True):
    """Two characters in the same scenes. Each scene shares one unit among those present (Newman 2001)."""

    one: str
    other: str
    scenes: int
    weight: float


class Arc(msgspec.Struct, frozen=True, kw_only=True):
    """The smoothed emotional level on an even grid of positions, with what shuffled scenes give."""

    position: tuple[float, ...] = ()
    valence: tuple[float, ...] = ()
    low: tuple[float, ...] = ()  # 95 % band of the curve itself
    high: tuple[float, ...] = ()
    shuffled_low: tuple[float, ...] = ()  # 95 % of shuffles of the scenes lie between these
    shuffled_high: tuple[float, ...] = ()
    arousal: tuple[float, ...] = ()
    p_value: float | None = None
    shape: str = ""


class ReferenceUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The set that percentiles are of, named as what it is."""

    name: str
    screenplays: int
    note: str


class Analysis(msgspec.Struct, frozen=True, kw_only=True):
    """The whole analysis of one screenplay."""

    title: str
    file: str
    pages: float
    english: bool
    findings: tuple[ScriptFinding, ...]
    scenes: tuple[ScenePoint, ...] = ()
    turning_points: tuple[TurningPoint, ...] = ()
    characters: tuple[CharacterSheet, ...] = ()
    ties: tuple[Tie, ...] = ()
    arc: Arc = Arc()
    genres: Mapping[str, float] = {}
    reference: ReferenceUsed = ReferenceUsed(name="none", screenplays=0, note="")
    measures: Mapping[str, tuple[float, ...]] = {}


class Part(msgspec.Struct, kw_only=True):
    """What one matter contributes: findings, and its measures for the reference distribution."""

    findings: list[ScriptFinding] = msgspec.field(default_factory=list)
    measures: dict[str, tuple[float, ...]] = msgspec.field(default_factory=dict)
