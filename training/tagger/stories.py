"""Made-up screenplays as blocks: headings, action, speeches, transitions and everything between them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from types import ModuleType

from manners import HEAD_STYLES, manner
from sentences import Tongue, Writer, alternatives

EXTENSIONS = alternatives(
    """(V.O.)|(O.S.)|(CONT'D)|(O.C.)|(cont'd)|(V.O.) (CONT'D)|(ON PHONE)|(CONT’D)|(off)|(filtered)|
    (whispering)|(to {name})|(VO)|(OS)|(cont.)|(O.S., CONT'D)"""
)
FRONT_MATTER = alternatives(
    """FIRST DRAFT|Final Draft|SHOOTING SCRIPT|Revised Draft|March 3, 1998|10/12/2004|Draft 3|PINK REVISIONS|
    Based on the novel by {name} {surname}|Copyright 2011 {name} {surname}|FADE IN PICTURES|WGA #48{year}|
    {number} Main Street|(555) 010-{year}|{surname}@example.com|All rights reserved.|Revisions by|
    {name} {surname}|Second Revision: 4/5/97|Contact: {name} {surname}|Los Angeles, CA 90028|
    September {year}|EPISODE 104|Episode #3: "The {Noun}"|PILOT|This script is confidential."""
)
ACTS = alternatives(
    "ACT ONE|ACT TWO|END OF ACT ONE|TEASER|COLD OPEN|ACT III|END OF TEASER|TAG|PART TWO|CHAPTER THREE"
)


@dataclass
class Block:
    """A paragraph of a script before layout. `tag` is what every line of it is."""

    kind: str  # heading action cue paren speech transition shot bare meta title song list letter dual inline
    text: str
    tag: str
    right: list[tuple[str, str, str]] = field(default_factory=list)  # dual: the second speech's blocks


class Story:
    """A whole script's blocks."""

    def __init__(self, words: ModuleType, rng: random.Random, *, scenes: int, unseen: bool) -> None:
        self.rng = rng
        self.unseen = unseen
        self.manner = manner(rng, unseen=unseen)
        names = alternatives(words.SLOTS["name"])
        self.cast = rng.sample(names, rng.randint(2, 9))
        tongue = Tongue(rng) if rng.random() < 0.13 else None
        self.writer = Writer(words, rng, self.cast, tongue)
        if tongue and tongue.wide:
            self.manner.heads = HEAD_STYLES["zh"]
            self.manner.inline, self.manner.inline_mark = rng.random() < 0.6, "："
            self.manner.transcript = False
        self.cues = [one.upper() for one in self.cast]
        self.cues += [self.writer.pick("ROLE_CUES") for _ in range(rng.randint(0, 8))]
        self.weights = [1 / (at + 1) for at in range(len(self.cues))]
        self.blocks: list[Block] = []
        self.number = self.manner.first_number
        self.sets = [self.writer.pick("SETS") for _ in range(max(2, scenes // 2))]
        self._front_page()
        for _ in range(scenes):
            self._scene()
        if rng.random() < 0.4:
            self.put(
                "transition", rng.choice(("FADE OUT.", "FADE TO BLACK.", "FADE OUT", "CUT TO BLACK.")), "T"
            )
        if rng.random() < 0.4:
            self.put("end", rng.choice(("THE END", "END", "THE END.", "- END -", "END OF EPISODE")), "M")

    def put(self, kind: str, text: str, tag: str) -> None:
        if text.strip():
            if self.manner.two_spaces and tag in "ND":
                text = text.replace(". ", ".  ")
            self.blocks.append(Block(kind, text, tag))

    def _front_page(self) -> None:
        rng, writer = self.rng, self.writer
        if rng.random() < 0.6:
            self.title = writer.fill(
                rng.choice(("THE {NOUN}", "{ADJ} {NOUN}", "{PLACE}", "{NAME} AND THE {NOUN}"))
            )
            person = writer.fill("{name} {surname}")
            self.put("title", self.title if rng.random() < 0.8 else self.title.title(), "M")
            if rng.random() < 0.15:
                self.put("title", f'"{writer.fill("{Adj} {Noun}")}"', "M")
            credits = [
                "by",
                "Written by",
                "written by",
                "Screenplay by",
                "An original screenplay by",
                "Story by",
            ]
            for _ in range(rng.randint(0, 2)):
                credit = rng.choice(credits)
                if rng.random() < 0.25:
                    self.put("title", f"{credit} {person}", "M")
                else:
                    self.put("title", credit, "M")
                    self.put("title", person, "M")
            for extra in rng.sample(FRONT_MATTER, rng.randint(0, 6)):
                self.put("title", writer.fill(extra), "M")
            if rng.random() < 0.12:
                self.put("title", rng.choice(("CAST OF CHARACTERS", "CHARACTERS", "CAST LIST")), "M")
                for name in self.cast:
                    self.put(
                        "title",
                        writer.fill(rng.choice((name, name.upper() + ", {age}", "{NAME} ...... {role}"))),
                        "M",
                    )
        else:
            self.title = writer.fill("THE {NOUN}")
        if rng.random() < 0.55:
            self.put(
                "transition",
                rng.choice(("FADE IN:", "FADE IN", "FADE IN:", "FADE IN ON:", "OVER BLACK:")),
                "T",
            )

    def _heading(self) -> None:
        rng, writer, how = self.rng, self.writer, self.manner
        place = writer.said(rng.choice(self.sets) if rng.random() < 0.75 else writer.pick("SETS"))
        head = rng.choice(how.heads)
        if how.transcript:
            head = rng.choice(("[Scene: {s}]", "[Scene: {s}, {t}]", "[{s}]", "Scene {n}: {s}", "INT. {s}"))
        other = writer.said(writer.pick("SETS"))
        text = head.format(s=place, s2=other, t=writer.pick("TIMES"), n=self.number, y=writer.fill("{year}"))
        if how.transcript and rng.random() < 0.7:
            text = text.title()
        if head.startswith("Scene"):
            text = text.title() if rng.random() < 0.5 else text.capitalize()
        if head.startswith("int") or head.startswith("ext"):
            text = text.lower()
        elif head.startswith("Int") or head.startswith("Ext"):
            text = text.title()
        number = (
            f"{self.number}{rng.choice(('', '', '', '', '', '', 'A', 'B'))}"
            if rng.random() < 0.9
            else f"A{self.number}"
        )
        self.number += 1
        if how.numbered == "left":
            text = f"{number}\t{text}"
        elif how.numbered == "both":
            text = f"{number}\t{text}\t{number}"
        elif how.numbered == "dot":
            text = f"{number}. {text}"
        elif how.numbered == "hash":
            text = f"{text} #{number}#"
        if how.bold == "<b>":
            text = f"<b>{text}</b>"
        elif how.bold:
            text = f"{how.bold}{text}{how.bold}"
        if how.marked and "INT" not in text and "EXT" not in text and how.numbered in ("", "hash"):
            text = f".{text}"
        self.put("heading", text, "S")

    def _scene(self) -> None:
        rng, writer, how = self.rng, self.writer, self.manner
        if rng.random() < how.rules:
            self.put(
                "meta",
                rng.choice(("* * *", "-----------", "_______________", "***", "~", "=========", "#")),
                "M",
            )
        if how.acts and rng.random() < 0.25:
            self.put("meta", rng.choice(ACTS), "M")
        if how.numbered in ("left", "both") and rng.random() < 0.04:
            self.put(
                "heading",
                f"{self.number}\tOMITTED" + (f"\t{self.number}" if how.numbered == "both" else ""),
                "S",
            )
            self.number += 1
        self._heading()
        if rng.random() < 0.9:
            self._action()
        last = ""
        for _ in range(rng.randint(1, 14)):
            if rng.random() < how.talk:
                last = self._speech(last)
            else:
                self._action()
                roll = rng.random()
                if roll < how.shots:
                    self.put("shot", writer.said(writer.pick("SHOTS")), "S")
                    self._action()
                    last = ""
                elif roll < how.shots + how.bare * 0.5:
                    text = writer.said(writer.pick("BARE_SETS"))
                    self.put("bare", f"{text} - {writer.pick('TIMES')}" if rng.random() < 0.3 else text, "S")
                    self._action()
                    last = ""
        if rng.random() < how.transitions:
            text = writer.pick("TRANSITIONS")
            self.put("transition", f"> {text}" if how.marked else text, "T")

    def _action(self) -> None:
        rng, writer, how = self.rng, self.writer, self.manner
        roll = rng.random()
        if roll < how.caps_action:
            text = writer.pick("CAPS_ACTION")
            if rng.random() < 0.35:
                text = f"{text} {writer.narrative(1, 2).upper()}"
            self.put("action", writer.said(text), "N")
        elif roll < how.caps_action + how.lists:
            mark = rng.choice(("-- {}", "- {}", "{n}) {}", "{n}. {}", "* {}", "{a}) {}", "...{}"))
            for at in range(rng.randint(2, 5)):
                item = mark.format(writer.said(writer.pick("ACTION")), n=at + 1, a="ABCDEFG"[at])
                self.put("list", item, "N")
        elif roll > 0.985:
            for _ in range(rng.randint(1, 3)):
                text = writer.said(writer.speech(1, 1))
                self.put("letter", text if self.rng.random() < 0.3 else f'"{text}"', "N")
        else:
            for _ in range(rng.choice((1, 1, 1, 2, 3))):
                text = writer.said(writer.narrative(1, how.long_action))
                if how.capitals:
                    text = text.upper()
                brackets = how.bracketed or (rng.choice(("()", "[]")) if how.transcript else "")
                if brackets:
                    text = f"{brackets[0]}{text}{brackets[1]}"
                elif rng.random() < how.run_on:
                    text = text.rstrip(".") + rng.choice((" and", ",", "--", " to", "..."))
                    self.put("action", text, "N")
                    self.put("bare", writer.said(writer.pick("RUN_ON")), "S")
                    text = writer.said(writer.narrative(1, 1))
                    text = text[0].lower() + text[1:]
                self.put("action", text, "N")

    def _cue(self, last: str) -> tuple[str, str]:
        rng, how = self.rng, self.manner
        name = (
            rng.choices(self.cues, self.weights)[0] if rng.random() < 0.97 else self.writer.pick("ROLE_CUES")
        )
        shown = self.writer.said(name)
        if how.mixed_cues or how.transcript:
            shown = shown.title()
        if name == last and how.continued:
            shown += rng.choice((" (CONT'D)", " (CONT'D)", " (cont'd)", " (CONTINUING)"))
        elif rng.random() < 0.08:
            shown += " " + self.writer.fill(rng.choice(EXTENSIONS))
        if rng.random() < how.paren_on_cue and "(" not in shown:
            shown += f" {self._paren()}"
        if how.colon_cues or rng.random() < 0.002:
            shown += ":"
        return name, shown

    def _paren(self) -> str:
        text = self.writer.said(self.writer.pick("PARENTHETICAL"))
        return f"({text}{self.rng.choice(('', '', '', '', '.', '...'))})"

    def _said(self) -> str:
        rng, writer, how = self.rng, self.writer, self.manner
        text = writer.speech(1, how.long_speech if rng.random() < 0.85 else how.long_speech + 4)
        if rng.random() < how.caps_dialogue:
            text = text.upper()
        if rng.random() < 0.03:
            text = f"...{text[0].lower()}{text[1:]}"
        if rng.random() < 0.04:
            text = text.rstrip(".!?") + rng.choice(("--", "...", " --", "-"))
        return writer.said(text)

    def _speech(self, last: str) -> str:
        rng, how = self.rng, self.manner
        name, shown = self._cue(last)
        if how.inline:
            text = self._said()
            if rng.random() < how.parens:
                text = f"{self._paren()} {text}"
            mark = how.inline_mark
            if mark[0] != ":" and (how.mixed_cues or how.transcript):
                mark = ": "  # a small-letter name without a colon would be a guess for anybody
            self.put("inline", f"{shown.rstrip(':')}{mark}{text}", "D")
            return name
        if rng.random() < how.dual:
            other, other_shown = self._cue(name)
            block = Block("dual", "", "D")
            said = [self.writer.said(self.writer.speech(1, 2)) for _ in range(2)]
            block.right = [("C", shown, other_shown), ("D", said[0], said[1])]
            self.blocks.append(block)
            return other
        self.put("cue", shown, "C")
        if rng.random() < how.parens:
            self.put("paren", self._paren(), "E")
        if rng.random() < how.songs:
            for _ in range(rng.randint(2, 4)):
                self.put("song", self.writer.said(self.writer.pick("SONGS")), "D")
            return name
        text = self._said()
        if rng.random() < how.paren_inline:
            text = f"{self._paren()} {text}"
        self.put("speech", text, "D")
        while rng.random() < how.parens * 0.4:
            self.put("paren", self._paren(), "E")
            self.put("speech", self._said(), "D")
        return name
