"""`answerprint cut` over the demonstration: the document, a timeline, one answer, what is asked in vain."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from productions import Made, answer, copied

from answerprint.cli.main import run
from answerprint.formats.timelines.files import read_timeline


@pytest.fixture(scope="module")
def film(demo: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(demo, tmp_path_factory.mktemp("cut") / "film")


def cut(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["cut", *(str(one) for one in arguments), "--workers", "0", "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_the_cut_is_legal_scored_and_one_answer_changes_its_neighbourhood(
    film: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "film.fcpxml"
    code, first = cut(capfd, film, "-o", out)
    assert code == 3  # a line is missing, a clip is damaged
    assert (first["legality"], first["changes"]) == ([], [])
    assert first["score"] > 10
    assert [one["label"] for one in first["missing"]] == ["3.5 TOM"]
    written = read_timeline(out)
    assert written.cut.frames == first["duration"]["frame"]
    media = {(out.parent / link.url).resolve() for link in written.media.values()}
    assert media <= {path.resolve() for path in film.rglob("*") if path.is_file()}
    slots = {one["id"]: one for one in first["slots"]}
    answer(film, replace=[("1.5", "1")])
    _, again = cut(capfd, film)
    places = [
        at
        for at, one in enumerate(again["slots"])
        if (one["asset"], one["range"]) != (slots[one["id"]]["asset"], slots[one["id"]]["range"])
    ]
    at = next(n for n, one in enumerate(again["slots"]) if one["label"] == "1.5 TOM")
    assert at in places
    assert all(abs(place - at) <= 1 for place in places)
    assert again["changes"]
    assert again["legality"] == []


def test_a_trailer_is_shorter_and_what_is_no_style_or_length_is_refused(
    film: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _, drama = cut(capfd, film)
    _, trailer = cut(capfd, film, "--style", "trailer")
    assert trailer["duration"]["frame"] < drama["duration"]["frame"]
    assert trailer["legality"] == []
    wanted = drama["duration"]["frame"] * 19 // 20
    _, fitted = cut(capfd, film, "--target-duration", f"{wanted}/24")
    assert abs(fitted["duration"]["frame"] - wanted) <= wanted // 100
    for option, value, code in (
        ("--style", "noir", "AP-USE-530"),
        ("--target-duration", "soon", "AP-USE-531"),
    ):
        ended, found = cut(capfd, film, option, value)
        assert (ended, found["error"]["code"]) == (2, code)
