"""Trains the tagger's network on made-up scripts and writes its weights. NumPy only, one core, minutes.

Run from the repository's root: nice python training/tagger/fit.py [--scripts N] [--epochs N] [--out FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import time
import zipfile
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numpy.typing import NDArray  # noqa: E402
from scripts import labelled  # noqa: E402

from answerprint.formats.screenplays.tagger.decoding import marginals  # noqa: E402
from answerprint.formats.screenplays.tagger.features import features  # noqa: E402
from answerprint.formats.screenplays.tagger.model import REACH, TAGS, WEIGHTS, Network  # noqa: E402

Floats = NDArray[np.float32]
HIDDEN = 64
CHUNK = 96  # lines of a training sequence, with REACH lines of context on each side
BATCH = 40
RATE = 2e-3
DECAY = 2e-5
SMOOTHING = 0.03  # of the tags: a script made by rules is never wrong, a real one is
NOISE = 0.03
DROPPED = 0.1
PACKAGE = Path(__file__).resolve().parents[2] / "src/answerprint/formats/screenplays/tagger"


def corpus(first: int, count: int, *, unseen: bool) -> list[tuple[Floats, NDArray[np.int64]]]:
    """Features and tag numbers of scripts with seeds from `first`."""
    made = []
    for seed in range(first, first + count):
        lines, tags = labelled(seed, unseen=unseen)
        where, found, _ = features(lines)
        if len(where) > 2:
            made.append(
                (found.astype(np.float16), np.array([TAGS.index(tags[at]) for at in where], np.int64))
            )
    return made


class Trainer:
    """Adam over the conditional likelihood of whole chunks (Lafferty et al. 2001)."""

    def __init__(self, scripts: list[tuple[Floats, NDArray[np.int64]]], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.scripts = scripts
        sample = np.concatenate([one[0][:200] for one in scripts]).astype(np.float32)
        self.mean = sample.mean(axis=0)
        self.scale = (1 / (sample.std(axis=0) + 0.05)).astype(np.float32)
        size = len(self.mean)
        rng = self.rng

        def drawn(*shape: int) -> Floats:
            return (rng.normal(size=shape) * np.sqrt(1.5 / shape[0])).astype(np.float32)

        width = 2 * REACH + 1
        self.weights: dict[str, Floats] = {
            "line_weights": drawn(size, HIDDEN),
            "line_bias": np.zeros(HIDDEN, np.float32),
            "window_weights": drawn(width * HIDDEN, HIDDEN),
            "window_bias": np.zeros(HIDDEN, np.float32),
            "tag_weights": drawn(2 * HIDDEN, len(TAGS)) * 0.5,
            "tag_bias": np.zeros(len(TAGS), np.float32),
            "chain": np.zeros((len(TAGS), len(TAGS)), np.float32),
            "opening": np.zeros(len(TAGS), np.float32),
            "closing": np.zeros(len(TAGS), np.float32),
        }
        self.first = {name: np.zeros_like(value) for name, value in self.weights.items()}
        self.second = {name: np.zeros_like(value) for name, value in self.weights.items()}
        self.steps = 0
        self.chunks = [
            (which, start)
            for which, (found, _) in enumerate(scripts)
            for start in range(0, len(found), CHUNK)
        ]

    def epoch(self, rate: float) -> float:
        order = self.rng.permutation(len(self.chunks))
        losses = []
        for start in range(0, len(order) - BATCH // 2, BATCH):
            losses.append(self._step([self.chunks[at] for at in order[start : start + BATCH]], rate))
        return float(np.mean(losses))

    def _batch(self, chunks: list[tuple[int, int]]) -> tuple[Floats, NDArray[np.int64], NDArray[np.bool_]]:
        long = CHUNK + 2 * REACH
        data = np.zeros((len(chunks), long, len(self.mean)), np.float32)
        inside = np.zeros((len(chunks), long), np.bool_)
        truth = np.full((len(chunks), CHUNK), -1, np.int64)
        for at, (which, start) in enumerate(chunks):
            found, tags = self.scripts[which]
            shift = int(self.rng.integers(0, CHUNK // 2)) if start else 0
            low, high = start - shift - REACH, start - shift + CHUNK + REACH
            left, right = max(low, 0), min(high, len(found))
            data[at, left - low : right - low] = (found[left:right] - self.mean) * self.scale
            inside[at, left - low : right - low] = True
            some = tags[start - shift : start - shift + CHUNK]
            truth[at, : len(some)] = some
        data += self.rng.normal(size=data.shape).astype(np.float32) * NOISE
        return data, truth, inside

    def _step(self, chunks: list[tuple[int, int]], rate: float) -> float:
        weights = self.weights
        data, truth, inside = self._batch(chunks)
        count, long, size = data.shape
        raw = data.reshape(-1, size) @ weights["line_weights"] + weights["line_bias"]
        keep = (self.rng.random(raw.shape) > DROPPED) / np.float32(1 - DROPPED)
        on = ((raw > 0) * keep * inside.reshape(-1, 1)).astype(np.float32)
        lines = (raw * on).reshape(count, long, HIDDEN)
        windows = np.concatenate([lines[:, at : at + CHUNK] for at in range(2 * REACH + 1)], axis=2)
        flat = windows.reshape(-1, windows.shape[2])
        around = flat @ weights["window_weights"] + weights["window_bias"]
        keep_around = ((self.rng.random(around.shape) > DROPPED) / np.float32(1 - DROPPED)).astype(np.float32)
        hot = (around > 0) * keep_around
        around = around * hot
        own = lines[:, REACH : REACH + CHUNK].reshape(-1, HIDDEN)
        both = np.concatenate((around, own), axis=1)
        scores = (both @ weights["tag_weights"] + weights["tag_bias"]).reshape(count, CHUNK, len(TAGS))
        loss, grad_scores, grads = _chain_loss(
            scores, truth, weights["chain"], weights["opening"], weights["closing"]
        )
        known = max(int((truth >= 0).sum()), 1)
        grad = (grad_scores / known).reshape(-1, len(TAGS)).astype(np.float32)
        grads = {name: (value / known).astype(np.float32) for name, value in grads.items()}
        grads["tag_weights"] = both.T @ grad
        grads["tag_bias"] = grad.sum(axis=0)
        back = grad @ weights["tag_weights"].T
        back_around = back[:, :HIDDEN] * hot
        grads["window_weights"] = flat.T @ back_around
        grads["window_bias"] = back_around.sum(axis=0)
        back_windows = (back_around @ weights["window_weights"].T).reshape(count, CHUNK, -1)
        back_lines = np.zeros_like(lines)
        for at in range(2 * REACH + 1):
            back_lines[:, at : at + CHUNK] += back_windows[:, :, at * HIDDEN : (at + 1) * HIDDEN]
        back_lines[:, REACH : REACH + CHUNK] += back[:, HIDDEN:].reshape(count, CHUNK, HIDDEN)
        back_raw = back_lines.reshape(-1, HIDDEN) * on
        grads["line_weights"] = data.reshape(-1, size).T @ back_raw
        grads["line_bias"] = back_raw.sum(axis=0)
        self._adam(grads, rate)
        return loss / known

    def _adam(self, grads: dict[str, Floats], rate: float) -> None:
        self.steps += 1
        for name, grad in grads.items():
            self.first[name] += 0.1 * (grad - self.first[name])
            self.second[name] += 0.002 * (grad * grad - self.second[name])
            step = self.first[name] / (1 - 0.9**self.steps)
            size = np.sqrt(self.second[name] / (1 - 0.998**self.steps)) + 1e-8
            self.weights[name] -= (rate * (step / size + DECAY * self.weights[name] / RATE)).astype(
                np.float32
            )

    def network(self, temperature: float = 1.0) -> Network:
        return Network(mean=self.mean, scale=self.scale, temperature=temperature, **self.weights)


def _chain_loss(
    scores: Floats, truth: NDArray[np.int64], chain: Floats, opening: Floats, closing: Floats
) -> tuple[float, NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Negative log likelihood of the tags, summed, and its gradients. Tags of −1 end a chunk early."""
    count, long, tags = scores.shape
    steps = scores.astype(np.float64)
    lengths = (truth >= 0).sum(axis=1)
    move = np.exp(chain.astype(np.float64))
    top = steps.max(axis=2, keepdims=True)
    unary = np.exp(steps - top)
    ahead = np.empty((count, long, tags))
    norm = np.empty((count, long))
    message = np.exp(opening.astype(np.float64)) * unary[:, 0]
    for at in range(long):
        if at:
            message = (ahead[:, at - 1] @ move) * unary[:, at]
        norm[:, at] = message.sum(axis=1)
        ahead[:, at] = message / norm[:, at, None]
    every = np.arange(count)
    valid = truth >= 0
    end = np.exp(closing.astype(np.float64))
    last = ahead[every, lengths - 1] @ end
    partition = ((np.log(norm) + top[:, :, 0]) * valid).sum(axis=1) + np.log(last)
    behind = np.empty((count, long, tags))
    pair = np.zeros((tags, tags))
    message = np.broadcast_to(end, (count, tags)).copy()
    for at in range(long - 1, -1, -1):
        ends = lengths - 1 == at
        message[ends] = end
        behind[:, at] = message / message.sum(axis=1, keepdims=True)
        carried = unary[:, at] * behind[:, at]
        if at:
            inside = at < lengths
            both = ahead[:, at - 1, :, None] * move * carried[:, None, :]
            both = both / np.maximum(both.sum(axis=(1, 2), keepdims=True), 1e-300)
            pair += (both * inside[:, None, None]).sum(axis=0)
        message = carried @ move.T
    probable = ahead * behind
    probable = probable / np.maximum(probable.sum(axis=2, keepdims=True), 1e-300)
    wanted = np.full((count, long, tags), SMOOTHING / tags)
    np.put_along_axis(wanted, np.maximum(truth, 0)[:, :, None], 1 - SMOOTHING + SMOOTHING / tags, axis=2)
    gradient = (probable - wanted) * valid[:, :, None]
    following = valid[:, 1:]
    seen = np.zeros((tags, tags))
    np.add.at(seen, (truth[:, :-1][following], truth[:, 1:][following]), 1)
    first = np.zeros(tags)
    np.add.at(first, truth[:, 0], 1)
    final = np.zeros(tags)
    np.add.at(final, truth[every, lengths - 1], 1)
    at_end = ahead[every, lengths - 1] * end
    gold = (np.take_along_axis(steps, np.maximum(truth, 0)[:, :, None], 2)[:, :, 0] * valid).sum()
    gold += (seen * chain).sum() + first @ opening + final @ closing
    gradients = {
        "chain": pair - seen,
        "opening": probable[:, 0].sum(axis=0) - first,
        "closing": (at_end / at_end.sum(axis=1, keepdims=True)).sum(axis=0) - final,
    }
    return float(partition.sum() - gold), gradient, gradients


def temperature(net: Network, scripts: list[tuple[Floats, NDArray[np.int64]]]) -> float:
    """The temperature under which the true tags are most probable (Guo et al. 2017).

    Not under 0.7: on scripts that people wrote, sharper confidences are less often right.
    """
    scored = [(net.scores(found.astype(np.float32)), truth) for found, truth in scripts]
    best = (np.inf, 1.0)
    for heat in (0.7, 0.8, 0.9, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.4, 2.8, 3.4):
        loss = 0.0
        for scores, truth in scored:
            chances = marginals(scores / heat, net.chain / heat, net.opening / heat, net.closing / heat)
            loss -= float(np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-9)).sum())
        best = min(best, (loss, heat))
    return best[1]


def save(net: Network, path: Path) -> None:
    """Weights in half precision, byte-identical for identical weights."""
    arrays = {
        name: np.asarray(getattr(net, name), np.float16)
        for name in net.__dataclass_fields__
        if name not in ("temperature", "mean", "scale")
    }
    arrays |= {"mean": net.mean, "scale": net.scale, "temperature": np.float32(net.temperature)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            stored = io.BytesIO()
            np.save(stored, np.asarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), stored.getvalue())


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--scripts", type=int, default=1800)
    ask.add_argument("--epochs", type=int, default=14)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--out", type=Path, default=PACKAGE / WEIGHTS)
    given = ask.parse_args()
    began = time.perf_counter()
    scripts = corpus(0, given.scripts, unseen=False)
    count = sum(len(one[1]) for one in scripts)
    print(f"{count} lines of {len(scripts)} scripts in {time.perf_counter() - began:.0f} s")
    trainer = Trainer(scripts, given.seed)
    for epoch in range(given.epochs):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / given.epochs))
        loss = trainer.epoch(float(rate))
        print(
            f"epoch {epoch + 1:>3}  loss {loss:.4f} a line  {time.perf_counter() - began:.0f} s", flush=True
        )
    # Fitted on seeds that no epoch saw, of the same words: the held-out half stays untouched.
    heat = temperature(trainer.network(), corpus(1_000_000, 120, unseen=False))
    save(trainer.network(heat), given.out)
    data = given.out.read_bytes()
    print(f'temperature {heat}\nsha256 = "{hashlib.sha256(data).hexdigest()}"\nsize = {len(data)}')


if __name__ == "__main__":
    main()
