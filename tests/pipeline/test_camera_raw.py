"""Camera raw that cannot be decoded here: named, paired with its proxy, and in the timeline as itself."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from answerprint.media.encode import AudioSettings, Sound, write_pictures
from answerprint.pipeline.answer_print import make_answer_print
from answerprint.store.production import Production


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A production of one REDCODE clip with its proxy, and one without."""
    root = tmp_path_factory.mktemp("raw") / "film"
    Production.create(root)
    originals, proxies = root / "footage" / "A001", root / "footage" / "PROXY"
    originals.mkdir()
    proxies.mkdir()
    for name in ("A001_C001.R3D", "A001_C002.R3D"):
        head = len(name).to_bytes(4, "big") + b"RED2" + name.encode()
        (originals / name).write_bytes(head + bytes(5000))
    pictures = ((n, np.full((72, 128, 3), 40 + 3 * n, np.uint8)) for n in range(48))
    tone = np.sin(np.arange(96_000) / 20).astype(np.float32)[:, None] * 0.1
    sound = Sound([tone], AudioSettings(channels=1))
    write_pictures(
        proxies / "A001_C001.mov", pictures, Fraction(24), sound=sound, start_timecode="02:00:00:00"
    )
    make_answer_print(Production.open(root), workers=0)
    return root


def test_the_timeline_holds_the_original_and_the_film_shows_the_proxy(film: Path) -> None:
    timeline = otio.adapters.read_from_file(str(film / "out/latest/rough-cut.otio"))
    clips = list(timeline.find_clips())
    assert clips
    for clip in clips:
        assert clip.name == "A001_C001.R3D"
        assert clip.media_reference.target_url == "../../footage/A001/A001_C001.R3D"
    assert "A001_C001.R3D" in (film / "out/latest/rough-cut.edl").read_text()


def test_raw_without_a_proxy_is_named_as_such(film: Path) -> None:
    summary = json.loads((film / "out/latest/summary.json").read_text())
    left_out = {one["file"]: one["reason"] for one in summary["excluded"]}
    assert "camera raw" in left_out["footage/A001/A001_C002.R3D"]
    assert "raw.proxy" in {finding["code"] for finding in summary["findings"]}
