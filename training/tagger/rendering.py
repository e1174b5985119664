"""Screenplays that somebody wrote (Fountain), typed as plain text in any layout with their tags known."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import cast

import layouts
from layouts import Row, Typist
from stories import Block, Story

from answerprint.formats.screenplays.fountain import plain, read_fountain

_TAGS = {"heading": "S", "action": "N", "character": "C", "dialogue": "D", "lyric": "D", "parenthetical": "E",
         "transition": "T", "centered": "M"}  # fmt: skip
_KINDS = {
    "S": "heading",
    "N": "action",
    "C": "cue",
    "D": "speech",
    "E": "paren",
    "T": "transition",
    "M": "end",
}
_FADE = re.compile(r"(?:FADE|CUT|DISSOLVE|SMASH|OVER BLACK)[A-Z ]*[.:]?")


class Written:
    """A story that was not made up: what the typist needs of one."""

    def __init__(self, path: Path) -> None:
        script = read_fountain(path)
        self.title = script.title or path.stem
        self.blocks: list[Block] = []
        for value in script.title_page.values():
            for line in value.splitlines():
                self.blocks.append(Block("title", plain(line), "M"))
        for scene in script.scenes:
            for one in scene.elements:
                tag = _TAGS.get(one.kind)
                if tag is None:
                    continue
                text = " ".join(plain(one.text).split())
                if one.kind == "action":
                    # A paragraph's own line ends are kept, as in the file.
                    for line in plain(one.text).splitlines():
                        # Fountain has these as action: its only unforced transition ends in `TO:`.
                        self._put("T" if _FADE.fullmatch(line.strip()) else "N", " ".join(line.split()))
                    continue
                if one.kind == "character":
                    text = plain(one.text) + (f" ({one.extension})" if one.extension else "")
                elif one.kind == "parenthetical":
                    text = f"({text})"
                self._put(tag, text)

    def _put(self, tag: str, text: str) -> None:
        if text:
            self.blocks.append(Block(_KINDS[tag], text, tag))


def rendered(path: Path, seed: int, *, unseen: bool) -> list[Row]:
    """A Fountain file typed in the layout of a seed."""
    rng = random.Random(f"rendered {seed}")
    return Typist(cast(Story, Written(path)), layouts.layout(rng, unseen=unseen), rng).rows
