"""Trains the network of `answerprint shots` on made-up films and writes its weights. One core, minutes.

Needs PyTorch, which nothing else here does, in an environment of its own:
    python -m venv .venv-train && .venv-train/bin/pip install torch==2.13.0 opencv-python-headless
    PYTHONPATH=src nice .venv-train/bin/python training/shots/fit.py [--films N] [--steps N] [--out FILE]
Several are trained that differ by chance alone: their mean is steadier than any of them.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from films import FADE_IN, FADE_OUT, Labelled, film
from torch import nn

from answerprint.departments.footage.shots.evidence import FEATURES, features, keep
from answerprint.departments.footage.shots.network import CONTEXT, DILATIONS, KINDS, WEIGHTS

CHANNELS = 48
PIECE = 192  # pictures of a training sequence, with CONTEXT more on either side
BATCH = 24
RATE = 3e-3
DECAY = 1e-4
HELD_OUT = 100_000  # seeds from here on are never trained on
RESTLESS = 50_000  # seeds from here on are films in which three times as much happens that is no transition
THINNED = 4  # so many films are laid end to end and every so many pictures taken: a fast world
MEMBERS = 3
CUT_WEIGHT = 4.0  # cuts are one picture in fifty

Example = tuple[np.ndarray, np.ndarray, np.ndarray]


class Judge(nn.Module):
    """As network.py runs it: one layer in, residual dilated convolutions, one layer out."""

    def __init__(self) -> None:
        super().__init__()
        self.into = nn.Conv1d(FEATURES, CHANNELS, 1)
        self.layers = nn.ModuleList(nn.Conv1d(CHANNELS, CHANNELS, 3, dilation=one) for one in DILATIONS)
        self.out = nn.Conv1d(CHANNELS, len(KINDS) + 1, 1)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """(batch, FEATURES, n + 2 CONTEXT) → (batch, 6, n)."""
        state = torch.relu(self.into(seen.clamp(-8, 8)))
        for layer, dilation in zip(self.layers, DILATIONS, strict=True):
            state = state[..., dilation:-dilation] + torch.relu(layer(state))
        return self.out(state)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=1200)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--rendered", type=Path, help="a folder where rendered films are kept between runs")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    began = time.time()
    folder = asked.rendered
    films = [rendered(seed, folder) for seed in range(asked.films)]
    train = [example(reversed_film(one) if k % 2 else one) for k, one in enumerate(films)]
    train += [example(thinned(films[k : k + THINNED])) for k in range(0, len(films) - THINNED, THINNED)]
    train += [example(rendered(RESTLESS + seed, folder, 3.0)) for seed in range(asked.films * 3 // 8)]
    held = [example(rendered(HELD_OUT + seed, folder)) for seed in range(60)]
    print(f"{sum(len(one[1]) for one in train)} pictures seen in {time.time() - began:.0f} s", flush=True)
    seen = np.concatenate([one[0] for one in train[::6]]).astype(np.float32)
    mean, scale = seen.mean(axis=0), 1 / (seen.std(axis=0) + 1e-3)
    judges = [fit(train, mean, scale, asked.steps, seed) for seed in range(1, MEMBERS + 1)]
    report(judges, held, mean, scale)
    save(judges, mean, scale, asked.out)
    print(f"{asked.out.name}: {asked.out.stat().st_size} bytes, after {time.time() - began:.0f} s")


def example(made: Labelled) -> Example:
    """Evidence of a film with CONTEXT pictures beyond both its ends, and its labels."""
    kept = keep(made.pixels, None)
    return features(kept, -CONTEXT, len(kept) + CONTEXT).astype(np.float16), made.kinds, made.cuts


def reversed_film(made: Labelled) -> Labelled:
    """The film backwards: fades change places, and a cut lies before the picture it lay after."""
    kinds = made.kinds[::-1].copy()
    swapped = np.where(kinds == FADE_IN, FADE_OUT, np.where(kinds == FADE_OUT, FADE_IN, kinds))
    cuts = np.zeros_like(made.cuts)
    cuts[len(cuts) - np.flatnonzero(made.cuts)] = 1
    return Labelled(made.pixels[::-1].copy(), swapped, cuts)


def thinned(films: list[Labelled]) -> Labelled:
    """Films laid end to end, every fourth picture of them."""
    cuts = np.concatenate([one.cuts for one in films])
    joints = np.cumsum([len(one.cuts) for one in films])[:-1]
    cuts[joints] = 1
    kinds = np.concatenate([one.kinds for one in films])[::THINNED]
    fewer = np.zeros(len(kinds), np.float32)
    places = -(-np.flatnonzero(cuts) // THINNED)
    fewer[places[places < len(fewer)]] = 1
    return Labelled(np.concatenate([one.pixels for one in films])[::THINNED], kinds, fewer)


def rendered(seed: int, folder: Path | None, unrest: float = 1.0) -> Labelled:
    place = folder / f"{seed}.npz" if folder else None
    if place is not None and place.exists():
        with np.load(place) as stored:
            return Labelled(stored["pixels"], stored["kinds"], stored["cuts"])
    made = film(seed, unrest=unrest)
    if place is not None:
        np.savez(place, pixels=made.pixels, kinds=made.kinds, cuts=made.cuts)
    return made


def fit(train: list[Example], mean: np.ndarray, scale: np.ndarray, steps: int, seed: int) -> Judge:
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    judge = Judge()
    optimiser = torch.optim.AdamW(judge.parameters(), RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, steps, pct_start=0.1)
    for step in range(steps):
        seen, kinds, cuts = batch(train, random)
        logits = judge(torch.from_numpy((seen - mean) * scale).float().transpose(1, 2))
        loss = losses(logits, torch.from_numpy(kinds), torch.from_numpy(cuts))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(judge.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 500 == 499:
            print(f"member {seed}, step {step + 1}: loss {loss.item():.4f}", flush=True)
    return judge


def batch(train: list[Example], random: np.random.Generator) -> Example:
    seen, kinds, cuts = [], [], []
    while len(seen) < BATCH:
        one = train[random.integers(len(train))]
        first = int(random.integers(0, len(one[1]) - PIECE))
        seen.append(one[0][first : first + PIECE + 2 * CONTEXT].astype(np.float32))
        kinds.append(one[1][first : first + PIECE])
        cuts.append(one[2][first : first + PIECE])
    return np.stack(seen), np.stack(kinds), np.stack(cuts)


def losses(logits: torch.Tensor, kinds: torch.Tensor, cuts: torch.Tensor) -> torch.Tensor:
    kind = nn.functional.cross_entropy(logits[:, :-1], kinds, label_smoothing=0.01)
    cut = nn.functional.binary_cross_entropy_with_logits(
        logits[:, -1], cuts, pos_weight=torch.tensor(CUT_WEIGHT)
    )
    return kind + 3 * cut


def report(judges: list[Judge], held: list[Example], mean: np.ndarray, scale: np.ndarray) -> None:
    """Per picture on films that were not trained on."""
    right = np.zeros((len(KINDS) + 1, 3))  # right, found, true
    with torch.no_grad():
        for seen, kinds, cuts in held:
            evidence = torch.from_numpy((seen.astype(np.float32) - mean) * scale).float().T[None]
            logits = torch.stack([judge(evidence)[0] for judge in judges])
            called = torch.softmax(logits[:, :-1], dim=1).mean(dim=0).numpy().argmax(axis=0)
            for k in range(len(KINDS)):
                right[k] += ((called == k) & (kinds == k)).sum(), (called == k).sum(), (kinds == k).sum()
            found = torch.sigmoid(logits[:, -1]).mean(dim=0).numpy() > 0.5
            right[-1] += (found & (cuts > 0)).sum(), found.sum(), (cuts > 0).sum()
    for name, (good, found, true) in zip((*KINDS, "cut"), right, strict=True):
        print(
            f"{name:10} precision {good / max(1, found):.3f} recall {good / max(1, true):.3f} of {true:.0f}"
        )


def save(judges: list[Judge], mean: np.ndarray, scale: np.ndarray, out: Path) -> None:
    """Every tensor with an axis of members before its own; weights as (…, in, out)."""
    tensors = {"mean": mean, "scale": scale}
    for name in ("into", "out"):
        tensors[f"{name}.weight"] = stacked(judges, f"{name}.weight")[..., 0].transpose(0, 2, 1)
        tensors[f"{name}.bias"] = stacked(judges, f"{name}.bias")
    for k in range(len(DILATIONS)):
        tensors[f"layer{k}.weight"] = stacked(judges, f"layers.{k}.weight").transpose(0, 3, 2, 1)
        tensors[f"layer{k}.bias"] = stacked(judges, f"layers.{k}.bias")
    np.savez_compressed(out, **{name: one.astype(np.float32) for name, one in tensors.items()})


def stacked(judges: list[Judge], name: str) -> np.ndarray:
    return np.stack([judge.state_dict()[name].detach().numpy() for judge in judges])


if __name__ == "__main__":
    main()
