"""Line by take: every reading of every line in generated takes, beside what is truly read in them.

Run: python bench/takes.py [--tuning] [--only SCRIPT] [--seed N] [--list] [--keep FOLDER]
Three little scripts (bench/takes/*.fountain) are spoken by voices that no constant was chosen by
(bench/generated/takes.py), made into productions of sixteen takes each, and compared as `answerprint takes`
does. --tuning: another script and the voices constants may be chosen by, heard without productions. Peers, in
the same run: pocketsphinx's forced alignment of the whole script to each take, and its free dictation laid
along the script by the words they share.

A line is right in a take when each of its readings there is found over at least half of the time that the two
cover together, none besides, and each told rightly as whole or not. A flag is right when half of it and more
is off the script; what is off the script is recalled when half of it and more is flagged. Edges are the
beginnings and ends of readings that were found.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path

import numpy as np
from scipy.signal import resample_poly

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "bench"))

from generated.readings import RATE, missing_programs  # noqa: E402
from generated.takes import (  # noqa: E402
    REPORTED,
    SCRIPTS,
    TUNING,
    MadeTake,
    Production,
    Truth,
    made_takes,
)

from answerprint.core.records import Annotation, Asset, Track  # noqa: E402
from answerprint.departments.editorial.material import Material  # noqa: E402
from answerprint.departments.editorial.matrix import TakeMatrix, take_matrix  # noqa: E402
from answerprint.departments.editorial.takes import compare_takes  # noqa: E402
from answerprint.departments.footage.sound.voice import Classical, Silero, voice_ranges  # noqa: E402
from answerprint.departments.footage.speech.marking import closely_heard, reading_mark  # noqa: E402
from answerprint.departments.footage.tracks import SOUND_RATE, as_float  # noqa: E402
from answerprint.formats.screenplays.fountain import read_fountain  # noqa: E402
from answerprint.formats.screenplays.model import Line, spoken_words  # noqa: E402
from answerprint.media.encode import AudioSettings, Sound, VideoSettings, write_pictures  # noqa: E402
from answerprint.models.shelf import Shelf  # noqa: E402
from answerprint.pipeline.taking import compare_in  # noqa: E402
from answerprint.store.production import Production as Folder  # noqa: E402

PROGRAM = Path(sys.executable).with_name("answerprint")
FRAMES = Fraction(25)
SIZE = (36, 64)
NEAR = 80.0  # ms
SAME = 0.5  # of the time two stretches cover together: they are the same reading


@dataclass(frozen=True)
class Told:
    """A reading as found: line by its place in the script."""

    kind: str
    line: int
    start: float
    end: float
    complete: bool


@dataclass(frozen=True)
class Found:
    """What was found in one take. pickup: None where nothing says."""

    readings: tuple[Told, ...]
    off: tuple[tuple[float, float], ...]
    pickup: bool | None = None


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tuning", action="store_true", help="the set that constants are chosen by")
    parser.add_argument("--only", metavar="SCRIPT", help="one of the scripts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--list", action="store_true", help="print every cell that is wrong")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="make the productions there, and leave them"
    )
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True)
    asked = parser.parse_args()
    began = time.perf_counter()
    productions = TUNING if asked.tuning else REPORTED
    productions = tuple(one for one in productions if asked.only in (None, one.script))
    voices = [one for made in productions for one in (*made.voices.values(), made.crew)]
    if missing_programs(voices):
        raise SystemExit(f"not installed here: {', '.join(missing_programs(voices))}")
    total = Tally()
    peers: dict[str, Tally] = defaultdict(Tally)
    for made in productions:
        lines = read_fountain((SCRIPTS / f"{made.script}.fountain").read_text()).lines()
        takes = made_takes(made, asked.seed)
        spoken = sum(len(one.sound) for one in takes) / RATE
        at = time.perf_counter()
        if asked.tuning:
            found = heard_alone(takes, lines)
        else:
            with tempfile.TemporaryDirectory() as scratch:
                name = f"{made.script}-{asked.seed}"
                found = by_the_command(made, takes, lines, (asked.keep or Path(scratch)) / name)
        print(
            f"{made.script}: {len(lines)} lines, {len(takes)} takes, {spoken / 60:.1f} minutes, "
            f"compared in {time.perf_counter() - at:.0f} s"
        )
        tally = Tally()
        for take, one in zip(takes, found, strict=True):
            tally.add(take, one, lines, said=asked.list)
        tally.print_line(made.script)
        total.merge(tally)
        if asked.peers and not asked.tuning:
            for name, peer in PEERS.items():
                with ProcessPoolExecutor(2) as pool:
                    rows = pool.map(peer, takes, [lines] * len(takes))
                    for take, one in zip(takes, rows, strict=True):
                        peers[name].add(take, one, lines)
    total.print_tables(peers)
    print(f"\n{time.perf_counter() - began:.0f} s in all")


# What is found


def by_the_command(
    made: Production, takes: Sequence[MadeTake], lines: Sequence[Line], root: Path
) -> list[Found]:
    """What the command compares, on a production made of the takes."""
    production = filmed(made, takes, root)
    matrix = compare_in(production, workers=2).matrix
    with production.catalogue() as catalogue:
        ids = {asset.name: asset.id for asset in catalogue.assets()}
    return [told_of(matrix, ids[f"{clip_of(at)}.mov"], lines) for at in range(len(takes))]


def filmed(made: Production, takes: Sequence[MadeTake], root: Path) -> Folder:
    """The production of the takes in a folder: made if it is not there; its pictures are grey and tiny."""
    if not root.exists():
        root.parent.mkdir(parents=True, exist_ok=True)
        command = [str(PROGRAM), "new", str(root), "--rate", "25", "--raster", f"{SIZE[1]}x{SIZE[0]}"]
        subprocess.run(command, check=True, capture_output=True)
        shoot(root, made, takes)
    return Folder.open(root)


def clip_of(place: int) -> str:
    return f"A001C{place + 1:03d}"


def shoot(root: Path, made: Production, takes: Sequence[MadeTake]) -> None:
    """The takes as .mov files with a script log, in the production's own folders."""
    card = root / "footage" / "A001"
    card.mkdir(parents=True)
    (root / "script").mkdir(exist_ok=True)
    text = (SCRIPTS / f"{made.script}.fountain").read_text()
    (root / "script" / f"{made.script}.fountain").write_text(text)
    grey = np.full((*SIZE, 3), 110, np.uint8)
    sound_settings = AudioSettings(codec="pcm_s16le", rate=48_000, channels=1)
    with (root / "script" / "script_log.csv").open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(["clip", "scene", "take", "camera"])
        for place, take in enumerate(takes):
            sheet.writerow([clip_of(place), take.setup, take.number, "A"])
            heard = resample_poly(take.sound, 3, 1).astype(np.float32)[:, None]
            frames = int(len(take.sound) / RATE * FRAMES)
            write_pictures(
                card / f"{clip_of(place)}.mov",
                ((at, grey) for at in range(frames)),
                FRAMES,
                VideoSettings(preset="ultrafast", threads=1),
                sound=Sound([heard], sound_settings),
            )


def heard_alone(takes: Sequence[MadeTake], lines: Sequence[Line]) -> list[Found]:
    """The same without a production: voice, readings and the matrix of each take's sound."""
    with ProcessPoolExecutor(2) as pool:
        material = list(pool.map(_listened, takes, [lines] * len(takes), range(len(takes))))
    matrix = take_matrix(lines, compare_takes(lines, material))
    return [told_of(matrix, one.asset.id, lines) for one in material]


def _listened(take: MadeTake, lines: Sequence[Line], place: int) -> Material:
    from answerprint.core.logged import Slate

    samples = np.round(take.sound * 32767).astype(np.int16)
    shelf = Shelf()
    backend = Silero(shelf.path("silero-vad")) if shelf.fetched("silero-vad") else Classical()
    voice = [(one.start_sample, one.end_sample) for one in voice_ranges(as_float(samples), backend)]
    heard = closely_heard(samples, voice, lines)
    texts = {line.key: spoken_words(line.text) for line in lines}
    marks = [reading_mark(one, 0, texts[one.line_key]) for one in heard.readings]
    marks += [
        Annotation(start=one.start_sample, end=one.end_sample, text=one.draft) for one in heard.offscript
    ]
    asset = Asset(
        id=clip_of(place), name=clip_of(place), path="", size=1, kind="picture", container="mov", streams=()
    )
    return Material(
        asset=asset,
        readings=Track(asset=asset.id, name="readings.1", rate=SOUND_RATE, annotations=tuple(marks)),
        slate=Slate(scene=take.setup, take=str(take.number)),
    )


def told_of(matrix: TakeMatrix, asset: str, lines: Sequence[Line]) -> Found:
    places = {line.key: at for at, line in enumerate(lines)}
    readings = [
        Told(
            one.kind,
            places[row.line],
            float(one.range.start.seconds),
            float(one.range.end.seconds),
            one.complete,
        )
        for row in matrix.lines
        for one in row.readings
        if one.asset == asset
    ]
    off = [
        (float(one.range.start.seconds), float(one.range.end.seconds))
        for one in matrix.off_script
        if one.asset == asset
    ]
    covers = [one for setup in matrix.setups for one in setup.takes if one.asset == asset]
    return Found(
        tuple(sorted(readings, key=lambda one: one.start)),
        tuple(off),
        covers[0].pickup if covers else None,
    )


# Held against the truth


@dataclass
class Count:
    """So many of so many."""

    right: int = 0
    of: int = 0

    def add(self, right: bool) -> None:
        self.right += right
        self.of += 1

    def merge(self, other: Count) -> None:
        self.right += other.right
        self.of += other.of

    def __str__(self) -> str:
        return f"{self.right / self.of:.3f} ({self.right} of {self.of})" if self.of else "–"


@dataclass
class Part:
    """What is counted of takes of one kind. cells: lines × takes in which the line is read, or was found to
    be. flags: stretches flagged as off the script. off: stretches that are. edges: found less true, ms."""

    cells: Count = field(default_factory=Count)
    flags: Count = field(default_factory=Count)
    off: Count = field(default_factory=Count)
    edges: list[float] = field(default_factory=list)

    def merge(self, other: Part) -> None:
        self.cells.merge(other.cells)
        self.flags.merge(other.flags)
        self.off.merge(other.off)
        self.edges += other.edges

    def row(self) -> str:
        far = np.abs(self.edges) if self.edges else np.full(1, np.nan)
        median, late, worst = np.percentile(far, [50, 90, 100])
        return (
            f"{self.cells!s:>21}{self.flags!s:>20}{self.off!s:>20}"
            f"{np.mean(far <= NEAR):>9.3f}{median:>8.0f}{late:>7.0f}{worst:>7.0f}"
        )


@dataclass
class Tally:
    """Everything counted over takes. empty: lines × takes in which it is not read, nor found."""

    parts: dict[tuple[str, str], Part] = field(default_factory=lambda: defaultdict(Part))
    empty: int = 0
    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    called: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    pickups: Count = field(default_factory=Count)

    def add(self, take: MadeTake, found: Found, lines: Sequence[Line], *, said: bool = False) -> None:
        def tell(text: str) -> None:
            if said:
                print(f"   {take.form} {take.setup}, {take.noise}: {text}")

        for place, line in enumerate(lines):
            truths = [one for one in take.truths if one.line == place]
            told = [one for one in found.readings if one.line == place]
            if not truths and not told:
                self.empty += 1
                continue
            pairs = paired(truths, told)
            right = len(pairs) == len(truths) == len(told) and all(
                true.complete == one.complete for true, one in pairs
            )
            edges = [
                1000 * off for true, one in pairs for off in (one.start - true.start, one.end - true.end)
            ]
            length = "1 to 4" if len(spoken_words(line.text)) < 5 else "5 and more"
            faults = {fault for one in truths for fault in one.faults} or {"none"}
            for part in self._of(take, ("words", length), *(("fault", one) for one in sorted(faults))):
                part.cells.add(right)
                part.edges += edges
            for true in truths:
                self.kinds[true.kind].add(any(true is a and a.kind == b.kind for a, b in pairs))
            for one in told:
                self.called[one.kind].add(any(one is b and a.kind == b.kind for a, b in pairs))
            if not right:
                spans = "; ".join(_span(one) for one in truths), "; ".join(_span(one) for one in told)
                tell(f"{place} {line.text}\n      true  {spans[0]}\n      found {spans[1]}")
            elif max(abs(edge) for edge in edges) > NEAR:
                tell(f"{place} {line.text}\n      edges {', '.join(f'{one:+.0f}' for one in edges)} ms")
        stray = [(one.start, one.end) for one in take.truths if one.kind == "off"]
        for flag in found.off:
            true_flag = 2 * _covered(flag, stray) >= flag[1] - flag[0]
            for part in self._of(take):
                part.flags.add(true_flag)
            if not true_flag:
                tell(f"false flag {flag[0]:.2f} to {flag[1]:.2f}")
        for span in stray:
            flagged = 2 * _covered(span, found.off) >= span[1] - span[0]
            for part in self._of(take):
                part.off.add(flagged)
            if not flagged:
                tell(f"not flagged {span[0]:.2f} to {span[1]:.2f}")
        if found.pickup is not None:
            self.pickups.add(found.pickup == take.pickup)

    def _of(self, take: MadeTake, *more: tuple[str, str]) -> list[Part]:
        """Where a take, or a cell of it, is counted."""
        return [self.parts[key] for key in (ALL, ("form", take.form), ("noise", take.noise), *more)]

    def merge(self, other: Tally) -> None:
        for key, part in other.parts.items():
            self.parts[key].merge(part)
        for name in ("kinds", "called"):
            for kind, count in getattr(other, name).items():
                getattr(self, name)[kind].merge(count)
        self.empty += other.empty
        self.pickups.merge(other.pickups)

    def print_line(self, name: str) -> None:
        print(f"{'':<22}{HEADS}\n{name:<22}{self.parts[ALL].row()}\n", flush=True)

    def print_tables(self, peers: Mapping[str, Tally]) -> None:
        print(f"{'':<22}{HEADS}")
        for name, one in {"answerprint takes": self, **peers}.items():
            print(f"{name:<22}{one.parts[ALL].row()}")
        for heading in ("form", "fault", "noise", "words"):
            print(f"\nby {heading}")
            for (kind, name), part in self.parts.items():
                if kind == heading:
                    print(f"  {name:<20}{part.row()}")
        print(f"\n{'told as':<16}{'recall':>20}{'precision':>20}")
        for kind in ("reading", "partial", "reset", "false_start"):
            print(f"{kind.replace('_', ' '):<16}{self.kinds[kind]!s:>20}{self.called[kind]!s:>20}")
        cells = self.parts[ALL].cells
        every = Count(cells.right + self.empty, cells.of + self.empty)
        print(f"with the cells that are empty and told so: {every}")
        print(f"takes told rightly as pickups or not: {self.pickups}")


ALL = ("all", "")
HEADS = (
    f"{'lines right':>21}{'off-script prec.':>20}{'recall':>20}"
    f"{'≤ 80 ms':>9}{'median':>8}{'p90':>7}{'worst':>7}"
)


def paired(truths: Sequence[Truth], told: Sequence[Told]) -> list[tuple[Truth, Told]]:
    """Each true reading with the found one that covers the same time."""
    pairs = []
    for true in truths:
        for one in told:
            shared = min(true.end, one.end) - max(true.start, one.start)
            if shared >= SAME * (max(true.end, one.end) - min(true.start, one.start)):
                pairs.append((true, one))
                break
    return pairs


def _covered(span: tuple[float, float], by: Iterable[tuple[float, float]]) -> float:
    return sum(max(0.0, min(span[1], end) - max(span[0], start)) for start, end in by)


def _span(one: Truth | Told) -> str:
    return f"{one.kind}{'' if one.complete else ' (not whole)'} {one.start:.2f} to {one.end:.2f}"


# Peers


def forced_alignment(take: MadeTake, lines: Sequence[Line]) -> Found:
    """pocketsphinx's aligner given the whole script: every line read once, in order, nothing off it."""
    import pocketsphinx

    words = [spoken_words(line.text) for line in lines]
    decoder = pocketsphinx.Decoder(lm=None, loglevel="FATAL")
    decoder.set_align_text(" ".join(word for line in words for word in line))
    said = _segments(decoder, take)
    told, at = [], 0
    for place, line in enumerate(words):
        own = said[at : at + len(line)]
        at += len(line)
        if len(own) == len(line):
            told.append(Told("reading", place, own[0][1], own[-1][2], True))
    return Found(tuple(told), ())


def dictation(take: MadeTake, lines: Sequence[Line]) -> Found:
    """pocketsphinx as it comes, laid along the script in order; a line half of whose words are there is
    read, whole where nine in ten are; runs of three words and more in no line are off the script."""
    import pocketsphinx

    script = [(word, place) for place, line in enumerate(lines) for word in spoken_words(line.text)]
    said = _segments(pocketsphinx.Decoder(loglevel="FATAL"), take)
    matcher = SequenceMatcher(None, [word for word, _ in script], [one[0] for one in said], autojunk=False)
    of_line: dict[int, list[int]] = defaultdict(list)
    for block in matcher.get_matching_blocks():
        for step in range(block.size):
            of_line[script[block.a + step][1]].append(block.b + step)
    told, taken = [], set()
    for place, at in of_line.items():
        share = len(at) / len(spoken_words(lines[place].text))
        if share >= 0.5:
            told.append(Told("reading", place, said[at[0]][1], said[at[-1]][2], share >= 0.9))
            taken |= set(range(at[0], at[-1] + 1))
    off, run = [], list[int]()
    for at in range(len(said) + 1):
        if at < len(said) and at not in taken:
            run.append(at)
            continue
        if len(run) >= 3:
            off.append((said[run[0]][1], said[run[-1]][2]))
        run = []
    return Found(tuple(told), tuple(off))


def _segments(decoder: object, take: MadeTake) -> list[tuple[str, float, float]]:
    """Words with seconds."""
    samples = np.round(take.sound * 32767).astype("<i2")
    decoder.start_utt()  # type: ignore[attr-defined]
    decoder.process_raw(samples.tobytes(), full_utt=True)  # type: ignore[attr-defined]
    decoder.end_utt()  # type: ignore[attr-defined]
    if decoder.hyp() is None:  # type: ignore[attr-defined]
        return []
    return [
        (one.word.split("(")[0], one.start_frame / 100, (one.end_frame + 1) / 100)
        for one in decoder.seg()  # type: ignore[attr-defined]
        if not one.word.startswith(("<", "["))
    ]


PEERS: Mapping[str, Callable[[MadeTake, Sequence[Line]], Found]] = {
    "forced alignment": forced_alignment,
    "free dictation": dictation,
}


if __name__ == "__main__":
    main()
