"""Names that people give to voices of a production stay, and reach what is searched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from productions import little_production

from answerprint.cli.main import run
from answerprint.core.errors import StoreError
from answerprint.departments.footage.speakers.places import read_voices
from answerprint.pipeline.bins import log_production
from answerprint.pipeline.bringing import bring
from answerprint.store.production import Production


@pytest.fixture(scope="module")
def interview(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = little_production(tmp_path_factory.mktemp("named") / "film")
    bring(root, [shared_data / "diarisation" / "sample.wav"])
    log_production(Production.open(root), workers=0)
    return root


def speakers(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["speakers", *(str(one) for one in arguments), "--json"])
    return code, json.loads(capfd.readouterr().out)


def test_a_name_outlives_the_next_run(interview: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, found = speakers(capfd, interview)
    assert code == 0 and len(found["voices"]) == 2
    most = found["voices"][0]
    assert most["files"] == ["sample.wav"] and most["called"].startswith("speaker_")
    code, renamed = speakers(capfd, interview, "--name", f"{most['voice']}=ANNA")
    assert code == 0 and renamed["voices"][0]["called"] == "ANNA"
    log_production(Production.open(interview), workers=0)
    code, after = speakers(capfd, interview)
    assert after["voices"][0]["called"] == "ANNA"
    with Production.open(interview).catalogue() as catalogue:
        (asset,) = (one.id for one in catalogue.assets())
        labels = {one.label for one in catalogue.current_track(asset, "speakers.1").annotations}
    assert "ANNA" in labels and len(labels) == 2

    speakers(capfd, interview, "--name", "ANNA=BEA")  # a name is changed, not doubled
    assert [one.name for one in read_voices(interview)] == ["BEA"]


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--name", "nobody=ANNA"), "AP-USE-356"),
        (("--name", "speaker_1=speaker_7"), "AP-USE-358"),
        (("--in", "other.wav"), "AP-USE-246"),
    ],
)
def test_what_cannot_be_named_is_said(
    interview: Path, arguments: tuple[str, ...], wrong: str, capfd: pytest.CaptureFixture[str]
) -> None:
    code, found = speakers(capfd, interview, *arguments)
    assert code == 2 and found["error"]["code"] == wrong


def test_a_file_of_names_that_cannot_be_read_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "voices.toml").write_text('[[voice]]\nname = "ANNA"\nasset = "a"\ntick = "soon"\n')
    with pytest.raises(StoreError) as refused:
        read_voices(tmp_path)
    assert refused.value.code == "AP-STORE-043" and "tick" in str(refused.value)
