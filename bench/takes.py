"""Line by take: every reading of every line in generated takes, beside what is truly read in them.

Run: python bench/takes.py [--tuning] [--seed N] [--list]. Three little scripts (bench/takes/*.fountain) are
spoken by voices that no constant was chosen by (bench/generated/takes.py), made into productions of sixteen
takes each, and `answerprint takes` compares them. --tuning: another script and the voices constants may be
chosen by, heard without productions. Peers, in the same run: pocketsphinx's forced alignment of the whole
script to each take, and its free dictation laid along the script by the words they share.
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
        found = heard_alone(takes, lines) if asked.tuning else by_the_command(made, takes, lines)
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


def by_the_command(made: Production, takes: Sequence[MadeTake], lines: Sequence[Line]) -> list[Found]:
    """What the command compares, on a production made of the takes: pictures are grey and tiny."""
    from answerprint.pipeline.taking import compare_in
    from answerprint.store.production import Production as Folder

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "film"
        command = [str(PROGRAM), "new", str(root), "--rate", "25", "--raster", f"{SIZE[1]}x{SIZE[0]}"]
        subprocess.run(command, check=True, capture_output=True)
        shoot(root, made, takes)
        production = Folder.open(root)
        matrix = compare_in(production, workers=2).matrix
        with production.catalogue() as catalogue:
            ids = {asset.name: asset.id for asset in catalogue.assets()}
        return [told_of(matrix, ids[f"{clip_of(at)}.mov"], lines) for at in range(len(takes))]


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

    @property
    def share(self) -> str:
        return f"{self.right / self.of:.3f}" if self.of else "–"


@dataclass
class Tally:
    """Everything counted over takes. cells: lines × takes in which the line is read, or was found to be."""

    cells: Count = field(default_factory=Count)
    empty: Count = field(default_factory=Count)  # … in which it is not
    by: dict[tuple[str, str], Count] = field(default_factory=lambda: defaultdict(Count))
    kinds: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    called: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))
    flags: Count = field(default_factory=Count)
    off: Count = field(default_factory=Count)
    pickups: Count = field(default_factory=Count)
    edges: list[float] = field(default_factory=list)  # ms, found less true
    near: dict[str, Count] = field(default_factory=lambda: defaultdict(Count))  # by noise

    def add(self, take: MadeTake, found: Found, lines: Sequence[Line], *, said: bool = False) -> None:
        for place, line in enumerate(lines):
            truths = [one for one in take.truths if one.line == place]
            told = [one for one in found.readings if one.line == place]
            pairs = paired(truths, told)
            right = len(pairs) == len(truths) == len(told) and all(
                true.complete == one.complete for true, one in pairs
            )
            if not truths and not told:
                self.empty.add(True)
                continue
            self.cells.add(right)
            self.by["form", take.form].add(right)
            self.by["noise", take.noise].add(right)
            self.by["words", "1 to 4" if len(spoken_words(line.text)) < 5 else "5 and more"].add(right)
            for fault in {fault for one in truths for fault in one.faults} or {"none"}:
                self.by["fault", fault].add(right)
            for true, one in pairs:
                off = [1000 * (one.start - true.start), 1000 * (one.end - true.end)]
                self.edges += off
                for edge in off:
                    self.near[take.noise].add(abs(edge) <= NEAR)
                if said and max(abs(edge) for edge in self.edges[-2:]) > NEAR:
                    print(f"   edges {take.form}, {take.noise}, {place} {line.text}: {self.edges[-2:]}")
            for true in truths:
                self.kinds[true.kind].add(any(true is a and a.kind == b.kind for a, b in pairs))
            for one in told:
                self.called[one.kind].add(any(one is b and a.kind == b.kind for a, b in pairs))
            if said and not right:
                print(f"   {take.form} {take.setup}, {take.noise}: {place} {line.text}")
                print("      true  " + "; ".join(_span(one) for one in truths))
                print("      found " + "; ".join(_span(one) for one in told))
        stray = [(one.start, one.end) for one in take.truths if one.kind == "off"]
        for flag in found.off:
            self.flags.add(2 * _covered(flag, stray) >= flag[1] - flag[0])
            if said and 2 * _covered(flag, stray) < flag[1] - flag[0]:
                print(f"   false flag {take.form} {take.setup}, {take.noise}: {flag[0]:.2f} to {flag[1]:.2f}")
        for span in stray:
            self.off.add(2 * _covered(span, found.off) >= span[1] - span[0])
            if said and 2 * _covered(span, found.off) < span[1] - span[0]:
                print(
                    f"   not flagged {take.form} {take.setup}, {take.noise}: {span[0]:.2f} to {span[1]:.2f}"
                )
        if found.pickup is not None:
            self.pickups.add(found.pickup == take.pickup)

    def merge(self, other: Tally) -> None:
        for name in ("cells", "empty", "flags", "off", "pickups"):
            getattr(self, name).merge(getattr(other, name))
        for name in ("by", "kinds", "called", "near"):
            for key, count in getattr(other, name).items():
                getattr(self, name)[key].merge(count)
        self.edges += other.edges

    def row(self) -> str:
        far = np.abs(self.edges) if self.edges else np.zeros(1)
        every = Count(self.cells.right + self.empty.right, self.cells.of + self.empty.of)
        median, late, worst = np.percentile(far, [50, 95, 100])
        return (
            f"{self.cells!s:>20}{every.share:>11}{self.flags!s:>20}{self.off!s:>18}"
            f"{np.mean(far <= NEAR):>8.3f}{median:>8.0f}{late:>7.0f}{worst:>7.0f}"
        )

    def print_line(self, name: str) -> None:
        print(f"{'':<24}{HEADS}\n{name:<24}{self.row()}\n", flush=True)

    def print_tables(self, peers: Mapping[str, Tally]) -> None:
        print(f"{'':<24}{HEADS}")
        print(f"{'answerprint takes':<24}{self.row()}")
        for name, peer in peers.items():
            print(f"{name:<24}{peer.row()}")
        for heading in ("form", "fault", "noise", "words"):
            print(f"\nlines right, by {heading}")
            for (kind, name), count in self.by.items():
                if kind == heading:
                    others = "".join(
                        f"   {each}: {peer.by[kind, name].share}" for each, peer in peers.items()
                    )
                    print(f"  {name:<24}{count!s:>20}{others}")
        print(f"\n{'told as':<16}{'recall':>20}{'precision':>20}")
        for kind in ("reading", "partial", "reset", "false_start"):
            print(f"{kind.replace('_', ' '):<16}{self.kinds[kind]!s:>20}{self.called[kind]!s:>20}")
        print("\nboundaries within 80 ms, by noise")
        for name, count in self.near.items():
            print(f"  {name:<24}{count!s:>20}")
        print(f"takes told rightly as pickups or not: {self.pickups}")


HEADS = (
    f"{'lines right':>20}{'all cells':>11}{'off-script prec.':>20}{'recall':>18}"
    f"{'≤ 80 ms':>8}{'median':>8}{'p95':>7}{'worst':>7}"
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
