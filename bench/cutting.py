"""The rough cut: legal, complete, better than the obvious ways, and quick on a whole film.

Run: python bench/cutting.py [--scenes N]   (100: 600 takes, 2 000 lines, some 95 minutes)
Productions are made up here as the tracks that logging leaves (readings, looks, claps, damage), without
media: what is measured is the cutting alone. Each is cut by us, by the best reading of each line on its own
(greedy: circled before all others, as with us), and by the first take of the first set-up that has the line.
No peer chooses takes by a script: there is none to run beside it.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from generated.logged import write_logged

from answerprint.core.frames import FrameGrid
from answerprint.core.logged import Listening, Slate, SyncMap
from answerprint.core.proposals import Decision
from answerprint.core.records import Annotation, Asset, Damage, Stream, Track
from answerprint.core.time import Range, Time
from answerprint.departments.editorial.assembly import assemble
from answerprint.departments.editorial.checking import check_cut
from answerprint.departments.editorial.choosing import Joining, choose, total_score
from answerprint.departments.editorial.facts import facts_of
from answerprint.departments.editorial.layout import Assembly, CutSettings
from answerprint.departments.editorial.material import Material
from answerprint.departments.editorial.styles import style_named, styles
from answerprint.departments.editorial.takes import compare_takes
from answerprint.departments.editorial.views import views_of
from answerprint.formats.screenplays.model import Element, Scene, Screenplay
from answerprint.pipeline.beginning import begin
from answerprint.pipeline.making import opened
from answerprint.pipeline.stages.cut import cut
from answerprint.store.production import Production

RATE = Fraction(24)
SAMPLES = Fraction(16000)
PEOPLE = ("ANNA", "BEN", "CORA")
WORDS = ("the", "a", "light", "boat", "house", "never", "was", "there", "who", "put", "it", "out", "tonight")
LINES, SETUPS, TAKES = 20, 3, 2  # of a scene


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenes", type=int, default=100)
    parser.add_argument("--productions", type=int, default=20)
    asked = parser.parse_args()
    quality(asked.productions)
    speed(asked.scenes)
    whole(asked.scenes)


def quality(productions: int) -> None:
    """Many small productions: legality, coverage, flubs, and the score of three ways of choosing."""
    print(f"{productions} made-up productions of 4 scenes, 24 takes each: cut three ways, checked alike\n")
    heads = ("total score", "flubbed where clean", "jump cuts", "lines covered", "illegal")
    print(f"{'':12}" + "".join(f"{head:>21}" for head in heads))
    rows = {name: [0.0, 0, 0, 0, 0] for name in ("ours", "greedy", "first take")}
    readable = 0
    for seed in range(productions):
        screenplay, material = production(seed, scenes=4)
        lines = screenplay.lines()
        table = compare_takes(lines, material)
        joining = Joining(style=style_named("drama"), views=views_of(material, PEOPLE))
        readable += sum(bool(each) for each in table.candidates.values())
        ways = {
            "ours": choose(lines, table.candidates, joining),
            "greedy": {key: each[0] for key, each in table.candidates.items() if each},
            "first take": {
                key: min(each, key=lambda one: one.label) for key, each in table.candidates.items() if each
            },
        }
        for name, chosen in ways.items():
            row = rows[name]
            row[0] += total_score(lines, chosen, joining)
            row[1] += sum(
                bool(one.faults)
                and not one.circled
                and any(not other.faults for other in table.candidates[key])
                for key, one in chosen.items()
            )
            ordered = [chosen[line.key] for line in lines if line.key in chosen]
            row[2] += sum(a.setup == b.setup and a.asset != b.asset for a, b in pairwise(ordered))
            row[3] += len(chosen)
        for style in styles():
            settings = CutSettings(name="made up", rate=RATE, style=style)
            made = assemble(screenplay, material, settings)
            facts = facts_of(material, made, lines, settings.handles)
            rows["ours"][4] += len(check_cut(made.cut, facts))
    for name, (score, flubbed, jumps, covered, illegal) in rows.items():
        told = str(illegal) if name == "ours" else "–"
        print(f"{name:12}{score:21.2f}{flubbed:21d}{jumps:21d}{f'{covered} of {readable}':>21}{told:>21}")
    print(f"\nillegal: rules broken in {len(styles()) * productions} cuts, every production in every style\n")


def speed(scenes: int) -> None:
    """One long film: cut, cut again after one decision, and to a length."""
    screenplay, material = production(0, scenes)
    lines = screenplay.lines()
    settings = CutSettings(name="long", rate=RATE)
    began = time.perf_counter()
    made = assemble(screenplay, material, settings)
    took = time.perf_counter() - began
    began = time.perf_counter()
    broken = check_cut(made.cut, facts_of(material, made, lines, settings.handles))
    checked = time.perf_counter() - began
    minutes = made.cut.frames / float(RATE) / 60
    print(f"{len(material)} takes, {len(lines)} lines, {len(made.slots)} slots, {minutes:.0f} minutes:")
    split = sum(" cut)." in slot.reason for slot in made.slots)
    away = sum(slot.id.startswith("cutaway:") for slot in made.slots)
    print(f"  cut in {took:.2f} s; checked in {checked:.2f} s: {len(broken)} rules broken")
    print(f"  {split} J and L cuts, {away} reactions")
    replaced = made.proposals[len(made.proposals) // 2]
    other = replaced.alternates[-1]
    decision = Decision(proposal=replaced.id, answer="replace", asset=other.asset, range=other.range)
    began = time.perf_counter()
    again = assemble(screenplay, material, settings, {replaced.id: decision})
    took = time.perf_counter() - began
    changed = changes(made, again)
    at = [slot.id for slot in made.slots].index(replaced.id)
    print(
        f"  cut again after one replacement in {took:.2f} s: {len(changed)} slots differ, "
        f"at {', '.join(f'{place - at:+d}' for place in changed)} of it"
    )
    for share in (Fraction(85, 100), Fraction(110, 100)):
        target = int(made.cut.frames * share)
        began = time.perf_counter()
        fitted = assemble(screenplay, material, CutSettings(name="long", rate=RATE, target=target))
        took = time.perf_counter() - began
        off = (fitted.cut.frames - target) / target
        told = "; ".join(one.message for one in fitted.findings if one.code == "cut.length")
        print(f"  to {float(share):.0%} of its length in {took:.2f} s: {off:+.2%} off. {told}")


def whole(scenes: int) -> None:
    """The same film from a production's folder: opened, tracks loaded, cut, checked, proposals written."""
    screenplay, material = production(0, scenes)
    slates = {one.asset.id: one.slate for one in material}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "film"
        begin(root, {"name": "long", "rate": "24"})
        with opened(Production.open(root), workers=0) as making:
            count = write_logged(making, material)
        print(f"  from a production's folder, {count} annotations of {len(material)} takes:")

        def cut_again(what: str, decisions: Mapping[str, Decision]) -> Assembly:
            began = time.perf_counter()
            with opened(Production.open(root), workers=0) as making:
                write_logged(making, material)  # every step is known: nothing runs
                known = time.perf_counter()
                making.decisions = decisions
                made = cut(making, screenplay, slates, SyncMap())
            took, kept = time.perf_counter() - known, known - began
            print(f"    {what} in {took:.2f} s, after {kept:.2f} s in which every step was found done")
            return made

        made = cut_again("cut", {})
        cut_again("cut again, nothing changed,", {})
        replaced = made.proposals[len(made.proposals) // 2]
        other = replaced.alternates[-1]
        decision = Decision(proposal=replaced.id, answer="replace", asset=other.asset, range=other.range)
        again = cut_again("cut again after one replacement", {replaced.id: decision})
        print(f"    {len(changes(made, again))} slots differ")


def changes(before: Assembly, after: Assembly) -> list[int]:
    """The places of slots that another take, or another part of one, fills."""
    old = {slot.id: (slot.asset, slot.source) for slot in before.slots}
    return [place for place, slot in enumerate(after.slots) if old.get(slot.id) != (slot.asset, slot.source)]


def production(seed: int, scenes: int) -> tuple[Screenplay, list[Material]]:
    """A screenplay and its rushes as logging leaves them: three set-ups of two takes for every scene."""
    random_ = random.Random(seed)
    script = Screenplay(
        title="made up",
        scenes=tuple(
            Scene(number=str(number), heading="INT. ROOM - DAY", elements=tuple(_speeches(random_, number)))
            for number in range(1, scenes + 1)
        ),
    )
    material = []
    lines = script.lines()
    for scene in script.scenes:
        here = [line for line in lines if line.scene == scene.number]
        for setup in range(SETUPS):
            for take in range(1, TAKES + 1):
                material.append(_take(random_, here, scene.number, setup, take))
    return script, material


def _speeches(random_: random.Random, number: int) -> list[Element]:
    return [
        Element(
            kind="dialogue",
            text=" ".join(random_.choices(WORDS, k=random_.randint(2, 18))) + random_.choice(".?."),
            line=number * 100 + place,
            character=PEOPLE[place % len(PEOPLE)],
        )
        for place in range(LINES)
    ]


def _take(random_: random.Random, lines: list, scene: str, setup: int, take: int) -> Material:
    name = f"{scene}{'ABC'[setup]}{take}"
    at, readings, voices = 6.0, [], []
    for line in lines:
        length = 0.28 * len(line.text.split()) * random_.uniform(0.85, 1.2)
        if random_.random() < 0.05:  # the take misses the line
            continue
        value: dict[str, object] = {"completeness": 1.0, "fidelity": round(random_.uniform(0.95, 1), 3)}
        if random_.random() < 0.15:
            value |= {"fidelity": 0.7, "repeated": ["the"]}
        elif random_.random() < 0.05:
            value |= {"completeness": 0.4, "missing": ["light", "boat"]}
        start, end = round(at * 16000), round((at + length) * 16000)
        readings.append(
            Annotation(start=start, end=end, label=line.key, confidence=random_.uniform(0.7, 1), value=value)
        )
        voices.append(Annotation(start=start, end=end, label="voice"))
        at += length + random_.uniform(0.1, 2.2)
    count = round((at + 3) * 24)
    luma = random_.uniform(0.3, 0.5)
    asset = Asset(
        id=name.ljust(64, "0"),
        name=f"{name}.mov",
        path=f"footage/{name}.mov",
        size=1,
        kind="picture",
        container="mov",
        streams=(
            Stream(index=0, kind="video", codec="prores", rate=RATE),
            Stream(
                index=1,
                kind="audio",
                codec="pcm_s24le",
                rate=Fraction(48000),
                start=Time(0, RATE),
                duration=Time(count, RATE),
            ),
        ),
    )
    windows = tuple(
        Annotation(
            start=n * 12, end=n * 12 + 12, label="look", value={"luma": luma, "sharpness": random_.random()}
        )
        for n in range(count // 12)
    )
    damage = ()
    if random_.random() < 0.1:
        start = random_.randrange(count - 24)
        damage = (Damage(kind="corrupt_data", range=Range.of_ticks(start, start + 24, RATE), reason="lost"),)
    return Material(
        asset=asset,
        frames=FrameGrid(first=Time(0, RATE), rate=RATE, count=count, end=Time(count, RATE)),
        readings=Track(asset=asset.id, name="readings.1", rate=SAMPLES, annotations=tuple(readings)),
        voice=Track(asset=asset.id, name="voice.1", rate=SAMPLES, annotations=tuple(voices)),
        looks=Track(asset=asset.id, name="looks.1", rate=RATE, annotations=windows),
        claps=Track(
            asset=asset.id,
            name="claps.1",
            rate=SAMPLES,
            annotations=(Annotation(start=64000, end=65600, label="clap"),),
        ),
        damage=damage,
        slate=Slate(
            scene=f"{scene}{'ABC'[setup]}",
            take=str(take),
            circled=random_.random() < 0.1,
            notes="" if setup == 0 else f"CU {PEOPLE[setup]}",
        ),
        quality=Listening(
            start=0,
            samples=count * 2000 // 3,
            channels=1,
            used=(0,),
            floor_db=-60 + random_.uniform(0, 25),
            speech_db=-24,
            peak_db=-6,
        ),
    )


if __name__ == "__main__":
    main()
