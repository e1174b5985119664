"""Subtitle files we write, read back by us and by ttconv (pysubs2 for .ass): the same frames and texts?

200 cues over three hours for every format and rate. A frame error is the farthest a begin or end lies from
the frame that was written, in frames. ttconv takes the labels of an STL30.01 for drop-frame ones and counts a
non-drop SCC at 30 frames a second: its times of those two are counted its way. Texts are compared without
style, with any white space as one space; what differs at a peer is listed under the table.

Run: python bench/subtitle_formats.py   (.venv-bench with ttconv and pysubs2 for the peer's columns)
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from answerprint.core.time import Range, round_ticks
from answerprint.core.timecode import RATES
from answerprint.formats.subtitles.files import read_subtitle_file, write_subtitles
from answerprint.formats.subtitles.model import Cue, Place, SubtitleFile
from answerprint.formats.subtitles.scc import write_scc

ROOT = Path(__file__).parents[1]
PEER = Path(os.environ.get("ANSWERPRINT_BENCH_PYTHON", ROOT / ".venv-bench" / "bin" / "python"))
COUNT, SEED = 200, 2024
HOURS = 3
SAID = (
    "Is there a light?",
    "<i>Élan vital</i>\nà côté de Zoë",
    "♪ Señor, vámonos ya ♪",
    "Ø & å; {x} says «no»",
    "- Who's there?\n- <i>Nobody.</i>",
    "“Stop!” he said,\nand <i>ran</i> on.",
)
CLOCKS = (".srt", ".vtt", ".ass")  # they count no frames: any rate is written to the nearest tick
FRAMES = (".ttml", ".xml")
PEER_RATES = {"stl 30": RATES["29.97"], "scc ndf": Fraction(30)}


class Case(NamedTuple):
    name: str
    suffix: str
    rate: Fraction
    drop: bool = True


def cases() -> list[Case]:
    names = ("23.976", "24", "25", "29.97", "30", "50", "59.94")
    made = [Case(f"{suffix[1:]} {name}", suffix, RATES[name]) for suffix in FRAMES + CLOCKS for name in names]
    made += [Case(f"stl {name}", ".stl", RATES[name]) for name in ("25", "30")]
    return made + [
        Case("scc df", ".scc", RATES["29.97"]),
        Case("scc ndf", ".scc", RATES["29.97"], drop=False),
    ]


def cues(rate: Fraction) -> tuple[Cue, ...]:
    chance = random.Random(SEED)
    starts = sorted(chance.sample(range(200, int(HOURS * 3600 * rate), 100), COUNT))
    places: tuple[Place, ...] = ("bottom", "bottom", "bottom", "top")
    return tuple(
        Cue(
            range=Range.of_ticks(start, start + chance.randint(20, 60), rate),
            text=chance.choice(SAID),
            place=chance.choice(places),
        )
        for start in starts
    )


def plain(text: str) -> str:
    lines = re.sub(r"</?[ibu]>", "", text).strip().split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)


def drop_count(frame: int) -> int:
    """The frame that a non-drop label of 30 frames stands for where it is taken as drop-frame."""
    minutes = frame // 1800
    return frame - 2 * (minutes - minutes // 10)


def compared(
    written: tuple[Cue, ...], told: list[tuple[str, str, str]], case: Case, rate: Fraction
) -> tuple[str, dict[str, str]]:
    """`cues read, worst frame error, texts that differ`, and an example of each text that does."""
    worst = Fraction(0)
    differ = [(plain(cue.text), plain(text)) for cue, (_, _, text) in zip(written, told, strict=False)]
    differ = [(one, other) for one, other in differ if one != other]
    for cue, (begin, end, _) in zip(written, told, strict=False):
        for tick, seconds in ((cue.range.start.ticks, begin), (cue.range.end.ticks, end)):
            frame = drop_count(tick) if case.name == "stl 30" and rate != case.rate else tick
            at = Fraction(seconds) * rate
            whole = Fraction(round_ticks(at)) if case.suffix in CLOCKS else at
            worst = max(worst, abs(whole - frame))
    return f"{len(told):>5} {float(worst):>8.3g} {len(differ):>6}", dict(differ)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        written = {case: cues(case.rate) for case in cases()}
        ours: dict[Case, list[tuple[str, str, str]]] = {}
        for case, made in written.items():
            path = Path(folder) / f"{case.name}{case.suffix}"
            file = SubtitleFile(cues=made, format="", rate=case.rate, language="en", title="Bench")
            data = write_subtitles(file, path, rate=None)
            path.write_bytes(data if case.drop else write_scc(file, drop=False).encode("ascii"))
            ours[case] = [
                (str(cue.range.start.seconds), str(cue.range.end.seconds), cue.text)
                for cue in read_subtitle_file(path).cues
            ]
        peer = {}
        if PEER.exists():
            command = [str(PEER), str(ROOT / "bench" / "peers" / "subtitle_formats.py"), folder]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
            peer = json.loads(done.stdout)
        print(f"{'':<13}|{'ours':^22}|{'peer':^22}")
        print(f"{'format, rate':<13}|  cues   frames  texts|  cues   frames  texts")
        examples: dict[str, dict[str, str]] = {}
        for case, made in written.items():
            mine, _ = compared(made, ours[case], case, case.rate)
            read = peer.get(f"{case.name}{case.suffix}", "no .venv-bench")
            other = f" {read}"
            if not isinstance(read, str):
                other, found = compared(made, read, case, PEER_RATES.get(case.name, case.rate))
                examples.setdefault(case.suffix, {}).update(found)
            print(f"{case.name:<13}|{mine} |{other}")
        for suffix, found in examples.items():
            for one, two in found.items():
                print(f"{suffix}: {one!r} is read as {two!r}")


if __name__ == "__main__":
    main()
