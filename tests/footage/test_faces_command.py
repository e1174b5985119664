"""`answerprint faces` looks only with consent, and says what files that are not what they seem are."""

from __future__ import annotations

import json
import wave
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from drawn_faces import Face, draw

from answerprint.cli.main import run
from answerprint.core.logged import Probe
from answerprint.core.records import Stream
from answerprint.departments.footage.faces.in_file import MODEL, face_readers
from answerprint.departments.footage.faces.watching import FaceWatcher, form_for
from answerprint.media.forms import DecodeSummary, PictureBlock
from answerprint.models.shelf import Shelf
from answerprint.store.production import Production

needs_models = pytest.mark.skipif(
    not Shelf().fetched(MODEL), reason=f"{MODEL} is not here: answerprint models fetch {MODEL}"
)


def faces(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, dict]:
    capfd.readouterr()
    code = run(["faces", *(str(one) for one in arguments), "--json"])
    return code, json.loads(capfd.readouterr().out)


def film(path: Path, pictures: list[np.ndarray], first: int = 0, step: int = 40) -> Path:
    """RGB pictures as FFV1, one every `step` milliseconds from `first` on."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.height, stream.width, _ = pictures[0].shape
        stream.pix_fmt = "bgr0"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = first + step * number, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def still() -> np.ndarray:
    return draw(Face(height=0.6, who=8), 320, 180)


def test_without_consent_nothing_is_looked_at(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, found = faces(capfd, tmp_path / "not even there.mov")
    assert code == 2
    assert found["error"]["code"] == "AP-USE-240"
    assert "--consent" in found["error"]["remedy"]


def test_a_production_without_consent_shows_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Production.create(tmp_path / "film")
    code, found = faces(capfd, tmp_path / "film", "--consent")
    assert (code, found["error"]["code"]) == (2, "AP-USE-240")
    assert "[consent] faces = true" in found["error"]["remedy"]


def test_models_that_were_not_fetched_are_named(
    tmp_path: Path, still: np.ndarray, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path / "empty"))
    code, found = faces(capfd, film(tmp_path / "a.mkv", [still]), "--consent")
    assert code == 4
    assert f"answerprint models fetch {MODEL}" in found["error"]["remedy"]


@needs_models
def test_a_face_is_given_with_exact_times_and_a_sheet(
    tmp_path: Path, still: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    path, sheet = film(tmp_path / "a.mkv", [still] * 20, first=2000), tmp_path / "sheet.png"
    code, found = faces(capfd, path, "--consent", "--sheet", sheet)
    assert code == 0
    assert found["backend"] == MODEL and found["identity"] is None
    (face,) = found["faces"]
    assert face["person"] == "person_1"
    assert Fraction(face["start"]["time"]) == 2
    assert Fraction(face["end"]["time"]) == Fraction(14, 5)
    assert Fraction(face["seconds"]) == Fraction(4, 5)
    assert {one["cue"] for one in face["cues"]} <= {"look_to_camera"}
    assert 0.4 < face["boxes"][0]["x"] + face["boxes"][0]["width"] / 2 < 0.6
    assert cv2.imread(str(sheet)).shape[1] == 160
    code, found = faces(capfd, path, "--consent", "--sheet", sheet)
    assert (code, found["error"]["code"]) == (2, "AP-USE-074")


@needs_models
@pytest.mark.parametrize("clockwise", [90, 180, 270])
def test_a_turned_camera_is_turned_back(clockwise: int, still: np.ndarray) -> None:
    """rotation: degrees clockwise to turn the decoded picture for display (core/records.py)."""
    found: list = []
    lying = np.ascontiguousarray(np.rot90(still, clockwise // 90))
    stream = Stream(
        index=0, kind="video", codec="h264", width=lying.shape[1], height=lying.shape[0], rotation=clockwise
    )
    asked = Probe(container="mov", kind="picture", streams=(stream,))
    watcher = FaceWatcher(asked, face_readers(), lambda those, _: found.extend(those))
    form = watcher.wants.picture
    assert form is not None and (form.width, form.height) == (lying.shape[1], lying.shape[0])
    base = Fraction(1, 25)
    watcher.picture(PictureBlock(np.arange(6), np.stack([lying] * 6), 0, base))
    watcher.finish(DecodeSummary(6, np.arange(6), base, {}, ()))
    ((x, y, w, h), *_) = [one.samples[0].box for one in found]
    assert 0.4 < x + w / 2 < 0.6 and 0.4 < y + h / 2 < 0.75 and h * 180 > w * 320 * 0.9


def test_anamorphic_pictures_are_looked_at_in_square_pixels() -> None:
    wide = Stream(index=0, kind="video", codec="dv", width=720, height=576, pixel_aspect=Fraction(64, 45))
    form = form_for(wide)
    assert (form.width, form.height) == (960, 540)
    assert form_for(None) == form_for(Stream(index=0, kind="video", codec="x"))


@needs_models
def test_identity_that_nothing_can_give_is_said(
    tmp_path: Path, still: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    path = film(tmp_path / "a.mkv", [still] * 3)
    code, found = faces(capfd, path, "--consent", "--identity", "no-such-model")
    assert (code, found["error"]["code"]) == (2, "AP-USE-060")


@needs_models
def test_two_shots_of_one_face_are_one_person_with_identity(
    tmp_path: Path, still: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    other = draw(Face(x=0.4, height=0.5, who=4), 320, 180, backdrop=200)
    path = film(tmp_path / "a.mkv", [*[still] * 15, *[other] * 15, *[still] * 15])
    code, found = faces(capfd, path, "--consent")
    assert [one["person"] for one in found["faces"]] == ["person_1", "person_2", "person_3"]
    code, found = faces(capfd, path, "--consent", "--identity", "classical")
    assert code == 0 and found["identity"]
    assert [one["person"] for one in found["faces"]] == ["person_1", "person_2", "person_1"]


@needs_models
@pytest.mark.parametrize("shape", [(36, 64), (1, 1), (2, 500)])
def test_black_pictures_and_tiny_ones_have_no_faces(
    shape: tuple[int, int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = film(tmp_path / "black.mkv", [np.zeros((*shape, 3), np.uint8)] * 10)
    code, found = faces(capfd, path, "--consent")
    assert code == 0
    assert found["faces"] == []


@needs_models
def test_a_gap_of_ten_hours_costs_nothing(
    tmp_path: Path, still: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    path = film(tmp_path / "long.mkv", [still] * 2, step=36_000_000)
    code, found = faces(capfd, path, "--consent")
    assert code == 0
    assert all(Fraction(one["seconds"]) < 36_001 for one in found["faces"])


@needs_models
def test_a_truncated_file_gives_what_is_left_of_it(
    tmp_path: Path, still: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    random = np.random.default_rng(1)
    noisy = [
        np.clip(still.astype(int) + random.integers(-4, 5, still.shape), 0, 255).astype(np.uint8)
        for _ in range(20)
    ]
    whole = film(tmp_path / "whole.mkv", noisy)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    code, found = faces(capfd, cut, "--consent")
    assert code == 0
    assert 5 < found["faces"][0]["end"]["frame"] < 20


@needs_models
def test_a_sound_has_no_faces(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    code, found = faces(capfd, path, "--consent")
    assert (code, found["error"]["code"]) == (1, "AP-MEDIA-020")


@pytest.mark.parametrize("content", [b"", b"not a film at all\n" * 100])
def test_what_is_no_film_is_refused(
    content: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    code, found = faces(capfd, path, "--consent")
    assert code == 1
    assert found["error"]["code"].startswith("AP-MEDIA-")


def test_people_are_named_and_forgotten_in_a_production_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mov").write_bytes(b"x")
    for option in (("--forget", "ANNA"), ("--name", "person_1=ANNA")):
        code, found = faces(capfd, tmp_path / "a.mov", "--consent", *option)
        assert (code, found["error"]["code"]) == (2, "AP-USE-244")
    production = tmp_path / "film"
    Production.create(production)
    text = (production / "production.toml").read_text()
    code, found = faces(capfd, production, "--forget", "ANNA")
    assert (code, found["error"]["code"]) == (2, "AP-USE-241"), "also after consent was taken back"
    (production / "production.toml").write_text(text.replace("faces = false", "faces = true"))
    code, found = faces(capfd, production)
    assert (code, found) == (0, {"people": []})
    code, found = faces(capfd, production, "--name", "ANNA")
    assert (code, found["error"]["code"]) == (2, "AP-USE-245")
    code, found = faces(capfd, production, "--name", "person_1=ANNA", "--in", "none.mov")
    assert (code, found["error"]["code"]) == (2, "AP-USE-246")
