"""A mix on paper: what was decided (JSON), the rides as break points (CSV), and a picture of it all (SVG)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from answerprint.core.encoding import to_json
from answerprint.departments.sound.stems.drawing import Lane, mix_svg
from answerprint.departments.sound.stems.sorting import STEMS
from answerprint.pipeline.mixdown.planning import Plan
from answerprint.pipeline.mixdown.records import Mixed
from answerprint.pipeline.mixdown.stems import Made


def write_papers(
    mixed: Mixed, plan: Plan, made: Made, points: Sequence[tuple[float, float]], beside: Path
) -> None:
    """Three files named as `beside`, with other endings."""
    cut = plan.cut
    rows = ["timecode,second,stem,gain_db"]
    for second, gain in points:
        label = cut.timecode(round(second * float(cut.rate)))
        rows.append(f"{label},{second:.3f},music,{gain:.2f}")
    beside.with_name(f"{beside.name}-automation.csv").write_text("\n".join(rows) + "\n")
    lanes = [
        Lane(
            stem,
            made.energies[stem],
            [(*run.seconds(cut.rate), run.name) for run in plan.of_stem(stem)],
            points if stem == "music" else (),
        )
        for stem in STEMS
    ]
    tones = [(float(one.first / cut.rate), float(one.end / cut.rate)) for one in made.tones if one.of]
    picture = mix_svg(mixed.timeline, mixed.seconds, lanes, made.spoken, tones)
    beside.with_name(f"{beside.name}.svg").write_bytes(picture)
    told = msgspec.structs.replace(mixed, out=None)
    beside.with_name(f"{beside.name}.json").write_bytes(to_json(told))
