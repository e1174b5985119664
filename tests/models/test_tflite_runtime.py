"""TFLite models give all their outputs, the same every time and as LiteRT does; what is none is refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from answerprint.core.errors import ModelError
from answerprint.models.runtimes.tflite import TfliteModel, load_tflite
from answerprint.models.shelf import Shelf

CARD = "mediapipe-faces"
MODELS = {
    "face_detection_short_range.tflite": (("regressors", "classificators"), 128),
    "face_landmark.tflite": (("conv2d_21", "conv2d_31"), 192),
    "iris_landmark.tflite": (("output_iris", "output_eyes_contours_and_brows"), 64),
}
PEER = Path(__file__).resolve().parents[2] / ".venv-bench" / "bin" / "python"
LITERT = """
import sys, numpy as np
from ai_edge_litert.interpreter import Interpreter
model, given, out, *names = sys.argv[1:]
run = Interpreter(model_path=model, num_threads=1)
run.allocate_tensors()
run.set_tensor(run.get_input_details()[0]["index"], np.load(given)[None])
run.invoke()
found = {one["name"]: run.get_tensor(one["index"]).ravel() for one in run.get_output_details()}
np.savez(out, **{str(n): found[name] for n, name in enumerate(names)})
"""


@pytest.fixture(params=MODELS)
def file(request: pytest.FixtureRequest) -> str:
    if not Shelf().fetched(CARD):
        pytest.skip(f"{CARD} is not here: answerprint models fetch {CARD}")
    return str(request.param)


def loaded(file: str) -> TfliteModel:
    outputs, side = MODELS[file]
    return load_tflite(Shelf().path(CARD, file), outputs, (side, side))


def picture(file: str) -> np.ndarray:
    side = MODELS[file][1]
    smooth = np.random.default_rng(3).random((8, 8, 3)).astype(np.float32)
    return np.ascontiguousarray(cv2.resize(smooth, (side, side), interpolation=cv2.INTER_CUBIC))


def test_every_output_comes_in_the_order_asked_for(file: str) -> None:
    outputs, side = MODELS[file]
    forward = load_tflite(Shelf().path(CARD, file), outputs, (side, side)).run(picture(file))
    backward = load_tflite(Shelf().path(CARD, file), outputs[::-1], (side, side)).run(picture(file))
    assert len(forward) == 2
    for one, other in zip(forward, backward[::-1], strict=True):
        assert np.array_equal(one, other)


def test_the_same_picture_gives_the_same_numbers_on_any_threads(file: str) -> None:
    model, given = loaded(file), picture(file)
    before = cv2.getNumThreads()
    try:
        results = []
        for threads in (1, 2, 3):
            cv2.setNumThreads(threads)
            results.append(model.run(given))
    finally:
        cv2.setNumThreads(before)
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0], other, strict=True))


def test_a_result_is_not_written_over_by_the_next(file: str) -> None:
    model, given = loaded(file), picture(file)
    first = model.run(given)
    kept = [one.copy() for one in first]
    model.run(np.zeros_like(given))
    assert all(np.array_equal(one, other) for one, other in zip(first, kept, strict=True))


def test_the_numbers_are_litert_s(file: str, tmp_path: Path) -> None:
    if not PEER.exists() or subprocess.run([PEER, "-c", "import ai_edge_litert"], check=False).returncode:
        pytest.skip("no ai-edge-litert in .venv-bench: bench/faces.py puts it there")
    outputs, _ = MODELS[file]
    given, out = tmp_path / "given.npy", tmp_path / "out.npz"
    np.save(given, picture(file))
    command = [PEER, "-c", LITERT, Shelf().path(CARD, file), given, out, *outputs]
    subprocess.run(command, check=True, capture_output=True)
    ours = loaded(file).run(picture(file))
    with np.load(out) as theirs:
        for number, one in enumerate(ours):
            reach = max(1.0, float(np.abs(theirs[str(number)]).max()))
            assert np.abs(one.ravel() - theirs[str(number)]).max() <= 2e-5 * reach


def test_a_model_of_other_outputs_is_refused(file: str) -> None:
    with pytest.raises(ModelError, match="not scores") as refused:
        load_tflite(Shelf().path(CARD, file), ("scores",), (64, 64))
    assert refused.value.code == "AP-MODEL-020"


def test_a_picture_of_another_size_is_refused(file: str) -> None:
    with pytest.raises(ValueError, match="takes pictures of"):
        loaded(file).run(np.zeros((5, 5, 3), np.float32))


@pytest.mark.parametrize("content", [b"", b"abc", b"\x1c\0\0\0TFL3" + bytes(200)])
def test_what_is_no_model_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "no.tflite"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"no\.tflite") as refused:
        load_tflite(path, ("a",), (1, 1))
    assert refused.value.code == "AP-MODEL-020"


def test_half_a_model_is_refused(tmp_path: Path, file: str) -> None:
    path = tmp_path / "half.tflite"
    shutil.copy(Shelf().path(CARD, file), path)
    path.chmod(0o644)
    with path.open("r+b") as half:
        half.truncate(path.stat().st_size // 2)
    with pytest.raises(ModelError):
        load_tflite(path, MODELS[file][0], (64, 64))
