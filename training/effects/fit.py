"""Fits the network that tells what a sound effect is, on sounds made up by this folder.

Run: python training/effects/fit.py weights.npz [--each N] [--seconds S] [--workers N] [--start state.pt]
Needs torch, NumPy and SciPy. --each: sounds a class; --seconds: of making and fitting; --start: a state to
go on from; --refit: the last layers alone, for a processor.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path

import elements
import numpy as np
import people
import steps
import things
import tones
import torch
import weather
from parts import RATE, between, level_one, room, uniform
from torch import nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / "src" / "answerprint" / "departments" / "sound" / "effects" / "bands.py"
_spec = importlib.util.spec_from_file_location("bands", PLACE)
assert _spec is not None and _spec.loader is not None
bands = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(bands)

FAMILIES = {
    **weather.FAMILIES,
    **elements.FAMILIES,
    **steps.FAMILIES,
    **things.FAMILIES,
    **tones.FAMILIES,
    **people.FAMILIES,
}
CLASSES = tuple(FAMILIES)
SECONDS = 5.0
CHANNELS = (24, 48, 64, 96)
WIDTH, EMBEDDING = 128, 96
BATCH = 192


def one_sound(number: int) -> tuple[np.ndarray, int, int]:
    """Log2 powers (501, 64) float16, the class, the family."""
    rng = np.random.default_rng([20, number])
    kind = number % len(CLASSES)
    family = FAMILIES[CLASSES[kind]][number // len(CLASSES) % len(FAMILIES[CLASSES[kind]])]
    n = int(SECONDS * RATE)
    sound = level_one(np.nan_to_num(family(rng, n)))
    if rng.uniform() < 0.4:  # played faster or slower
        speed = between(rng, 0.8, 1.25)
        sound = np.interp((np.arange(n) * speed) % (n - 1), np.arange(n), sound)
    if rng.uniform() < 0.2:
        sound = room(rng, sound, between(rng, 0.15, 1.8), uniform(rng, 0.05, 0.5))
    if rng.uniform() < 0.12:
        sound = np.tanh(level_one(sound) * between(rng, 1, 8))
    if not np.any(sound):
        sound = 1e-4 * rng.standard_normal(n)
    power = bands.powers(level_one(sound))
    return np.log2(np.maximum(power, 1e-12)).astype(np.float16), kind, number // len(CLASSES)


def sounds(each: int, workers: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    total = each * len(CLASSES)
    heard = np.empty((total, int(SECONDS * RATE) // bands.HOP + 1, bands.BANDS), np.float16)
    kinds = np.empty(total, np.int64)
    with ProcessPoolExecutor(workers) as pool:
        for at, (power, kind, _) in enumerate(pool.map(one_sound, range(first, first + total), chunksize=16)):
            heard[at], kinds[at] = power, kind
    return heard, kinds


class Network(nn.Module):
    """Four convolutions with halving, a layer over the bands, mean and greatest over time, an embedding."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (1, *CHANNELS)
        self.kernels = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1, bias=False) for a, b in pairwise(sizes))
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for b in CHANNELS)
        self.frame = nn.Linear(CHANNELS[-1] * (bands.BANDS // 16), WIDTH)
        self.embed = nn.Linear(2 * WIDTH, EMBEDDING)
        self.tell = nn.Linear(EMBEDDING, len(CLASSES))
        self.drop = nn.Dropout(0.25)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.joined(self.seen(x))

    def seen(self, x: torch.Tensor) -> torch.Tensor:
        """(batch, 25, channels × bands): what the convolutions leave."""
        x = x[:, None]
        for kernel, norm in zip(self.kernels, self.norms, strict=True):
            x = functional.avg_pool2d(functional.relu(norm(kernel(x))), 2)
        return x.permute(0, 2, 1, 3).flatten(2)

    def joined(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = functional.relu(self.frame(self.drop(x)))
        x = torch.cat([x.mean(1), x.amax(1)], 1)
        embedding = functional.relu(self.embed(self.drop(x)))
        return embedding, self.tell(self.drop(embedding))


def curves(batch: int, knots: int, spread: float, device: str) -> torch.Tensor:
    """Smooth chance curves over the bands, dB."""
    points = torch.randn(batch, 1, knots, device=device) * spread
    return functional.interpolate(points, bands.BANDS, mode="linear", align_corners=True)[:, 0]


def augmented(power: torch.Tensor, kinds: torch.Tensor) -> torch.Tensor:
    """(batch, 501, 64) power → (batch, 400, 64) levels as a library holds them: other microphones, rooms,
    beds, other sounds below, band limits, dynamics, and lengths from 0.3 s."""
    device, batch, frames = power.device, len(power), bands.FRAMES

    def chance() -> torch.Tensor:
        return torch.rand(batch, 1, 1, device=device)

    loud = power.sum(2) + 1e-12
    short = 30 * torch.exp(torch.rand(batch, device=device) * np.log(frames / 30))
    lengths = torch.where(chance()[:, 0, 0] < 0.45, torch.full_like(short, frames), short).long()
    spot = torch.multinomial(loud.sqrt(), 1)[:, 0]
    start = (spot - (torch.rand(batch, device=device) * lengths).long()).clamp(min=0)
    start = torch.minimum(start, power.shape[1] - lengths)
    at = torch.arange(frames, device=device)
    inside = at[None] < lengths[:, None]
    rows = (start[:, None] + at[None]).clamp(max=power.shape[1] - 1)
    x = torch.gather(power, 1, rows[:, :, None].expand(-1, -1, bands.BANDS))

    def mean(sound: torch.Tensor) -> torch.Tensor:
        kept = sound * inside[:, :, None]
        return kept.sum((1, 2), keepdim=True) / lengths[:, None, None] + 1e-12

    x = x / mean(x)
    # A second sound of the same class, made another way.
    order = torch.argsort(kinds * 1000 + torch.rand(batch, device=device) * 900)
    partner = torch.empty_like(order)
    partner[order] = torch.roll(order, 1)
    same = (kinds[partner] == kinds)[:, None, None]
    other = power[partner][:, :frames]
    other = other / mean(other)
    x = x + torch.where(same & (chance() < 0.25), 10 ** (-1.5 * chance()) * other, 0 * other)
    # Microphones and band limits.
    tilt = curves(batch, 6, 5.0, device) + curves(batch, 16, 1.5, device)
    at_band = torch.arange(bands.BANDS, device=device)[None]
    top = torch.where(
        chance()[:, 0] < 0.35, 32 + 32 * chance()[:, 0], 99 * torch.ones(batch, 1, device=device)
    )
    tilt = tilt - 10 * (at_band - top).clamp(min=0)
    low = torch.where(chance()[:, 0] < 0.25, 12 * chance()[:, 0], -99 * torch.ones(batch, 1, device=device))
    tilt = tilt - 5 * (low - at_band).clamp(min=0)
    x = x * 10 ** (tilt[:, None] / 10)
    # Rooms: each band's power rings on.
    long = 10 * torch.exp(torch.rand(batch, 1, device=device) * 2.6)
    decay = torch.exp(-13.8 * at[None] / long / 3)
    wet = torch.where(chance() < 0.35, 0.6 * chance() ** 2, 0 * chance())
    size = 2 * frames
    rung = torch.fft.irfft(torch.fft.rfft(x, size, 1) * torch.fft.rfft(decay, size, 1)[:, :, None], size, 1)
    x = x + wet * rung[:, :frames].clamp(min=0) / decay.sum(1)[:, None, None] * 8
    # Dynamics.
    frame_level = x.sum(2, keepdim=True) + 1e-6
    x = x * frame_level ** torch.where(chance() < 0.3, 0.6 * chance() - 0.3, 0 * chance())
    x = x / mean(x)
    # Beds of noise, and something else beneath.
    flicker = -torch.log(torch.rand(3, *x.shape, device=device).clamp(min=1e-7)).mean(0)
    bed = 10 ** (curves(batch, 5, 6.0, device)[:, None] / 10) * flicker
    bed = bed / mean(bed)
    x = x + torch.where(chance() < 0.6, 10 ** (-(0.8 + 3.7 * chance())) * bed, 0 * bed)
    below = x[torch.randperm(batch, device=device)]
    x = x + torch.where(chance() < 0.3, 10 ** (-(1.0 + 2.0 * chance())) * below, 0 * below)
    x = torch.where(inside[:, :, None], x, 1e-20 * torch.ones_like(x))
    decibels = 10 * torch.log10(x.clamp(min=1e-16))
    levels = (decibels - decibels.amax((1, 2), keepdim=True) + bands.FLOOR) / bands.FLOOR
    floor = torch.where(chance() < 0.25, 0.4 * chance(), 0 * chance())  # gates, few bits
    levels = torch.where(levels < floor, 0 * levels, levels).clamp(0, 1)
    # Stripes are left out (Park et al. 2019).
    for axis, reach in ((1, 40), (2, 8)):
        count = levels.shape[axis]
        first = torch.rand(batch, device=device) * count
        width = torch.rand(batch, device=device) * reach * (torch.rand(batch, device=device) < 0.4)
        line = torch.arange(count, device=device)[None]
        hidden = (line >= first[:, None]) & (line < (first + width)[:, None])
        levels = levels.masked_fill(hidden[:, :, None] if axis == 1 else hidden[:, None], 0)
    return levels


def drawn(embedding: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Loss that draws a class together (Khosla et al. 2020)."""
    unit = functional.normalize(embedding, dim=1)
    alike = (unit @ unit.T / 0.15).masked_fill(
        torch.eye(len(unit), dtype=torch.bool, device=unit.device), -1e4
    )
    same = (labels[:, None] == labels[None]).float().fill_diagonal_(0)
    return (-(same * functional.log_softmax(alike, 1)).sum(1) / same.sum(1).clamp(min=1)).mean()


def fit(heard: np.ndarray, kinds: np.ndarray, seconds: float, start: Path | None, rate: float) -> Network:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.manual_seed(1)
    network = Network().to(device)
    if start is not None:
        network.load_state_dict(torch.load(start, map_location=device, weights_only=True))
    kept = torch.from_numpy(heard).to(device)
    labels = torch.from_numpy(kinds).to(device)
    chosen = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.02)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    began, step, told = time.monotonic(), 0, 0.0
    while (gone := (time.monotonic() - began) / seconds) < 1:
        for group in chosen.param_groups:
            group["lr"] = rate * min(1.0, step / 100) * (0.5 + 0.5 * np.cos(np.pi * gone)) + 1e-6
        batch = torch.randint(0, len(kept), (BATCH,), device=device)
        levels = augmented(torch.exp2(kept[batch].float()), labels[batch])
        network.train()
        embedding, scores = network(levels)
        loss = functional.cross_entropy(scores, labels[batch], label_smoothing=0.05)
        whole = loss + 0.15 * drawn(embedding, labels[batch])
        chosen.zero_grad()
        whole.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        chosen.step()
        step += 1
        keep = min(0.998, 1 - 1 / (step + 1))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                average[name].mul_(keep).add_(value, alpha=1 - keep)
            else:
                average[name].copy_(value)
        if time.monotonic() - told > 10:
            told = time.monotonic()
            right = (scores.argmax(1) == labels[batch]).float().mean().item()
            print(f"{step} steps: loss {loss.item():.3f}, right {right:.3f}", flush=True)
    network.load_state_dict(average)
    print(f"{step} steps of {BATCH}")
    return network.eval().cpu()


def refit(network: Network, heard: np.ndarray, kinds: np.ndarray, times: int, steps: int = 1500) -> Network:
    """The layers after the convolutions alone, on sounds of families that were added later. For a
    processor."""
    torch.manual_seed(3)
    network.eval()
    seen, labels, began = [], [], time.monotonic()
    with torch.no_grad():
        for _ in range(times):
            for some in torch.randperm(len(heard)).split(64):
                truth = torch.from_numpy(kinds)[some]
                power = torch.exp2(torch.from_numpy(heard[some.numpy()]).float())
                seen.append(network.seen(augmented(power, truth)).half())
                labels.append(truth)
    x, truth = torch.cat(seen), torch.cat(labels)
    print(f"{len(x)} examples heard in {time.monotonic() - began:.0f} s", flush=True)
    layers = [*network.frame.parameters(), *network.embed.parameters(), *network.tell.parameters()]
    chosen = torch.optim.AdamW(layers, lr=6e-4, weight_decay=0.02)
    network.drop.train()
    for step in range(steps):
        for group in chosen.param_groups:
            group["lr"] = 6e-4 * (0.5 + 0.5 * np.cos(np.pi * step / steps)) + 1e-6
        batch = torch.randint(0, len(x), (96,))
        embedding, scores = network.joined(x[batch].float())
        loss = functional.cross_entropy(scores, truth[batch], label_smoothing=0.05) + 0.15 * drawn(
            embedding, truth[batch]
        )
        chosen.zero_grad()
        loss.backward()
        chosen.step()
        if step % 200 == 0:
            right = (scores.argmax(1) == truth[batch]).float().mean().item()
            print(f"{step} steps: loss {loss.item():.3f}, right {right:.3f}", flush=True)
    return network.eval()


def temperature(network: Network, heard: np.ndarray, kinds: np.ndarray) -> float:
    """What scores are divided by so that confidences are frequencies (Guo et al. 2017), on chance
    examples."""
    scores, labels = [], []
    torch.manual_seed(2)
    with torch.no_grad():
        for _ in range(4):
            batch = torch.randint(0, len(heard), (BATCH,))
            power = torch.exp2(torch.from_numpy(heard[batch.numpy()]).float())
            truth = torch.from_numpy(kinds)[batch]
            scores.append(network(augmented(power, truth))[1])
            labels.append(truth)
    all_scores, truth = torch.cat(scores), torch.cat(labels)
    right = (all_scores.argmax(1) == truth).float().mean()
    print(f"right on augmented sounds of the training families: {right:.3f}")
    tried = np.geomspace(0.3, 3, 40)
    return float(tried[np.argmin([functional.cross_entropy(all_scores / t, truth).item() for t in tried])])


def saved(network: Network, out: Path, warmth: float) -> None:
    """Half precision; the norms are folded into the kernels."""
    arrays: dict[str, np.ndarray] = {}
    for number, (kernel, norm) in enumerate(zip(network.kernels, network.norms, strict=True)):
        scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
        weight = kernel.weight.detach() * scale[:, None, None, None]
        arrays[f"kernel{number}"] = weight.permute(2, 3, 1, 0).reshape(-1, weight.shape[0]).numpy()
        arrays[f"bias{number}"] = (norm.bias - norm.running_mean * scale).detach().numpy()
    for name in ("frame", "embed", "tell"):
        layer = getattr(network, name)
        arrays[f"{name}_weights"] = layer.weight.detach().numpy().T
        arrays[f"{name}_bias"] = layer.bias.detach().numpy()
    halves = {name: np.ascontiguousarray(value, dtype=np.float16) for name, value in arrays.items()}
    np.savez_compressed(out, **halves, temperature=np.float32(warmth), classes=np.array(CLASSES))
    print(f"{out}: {out.stat().st_size} bytes, SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--each", type=int, default=900)
    parser.add_argument("--seconds", type=float, default=170)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--start", type=Path)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--first", type=int, default=0, help="number of the first sound")
    parser.add_argument(
        "--refit", type=int, default=0, help="the last layers alone, each sound so many times"
    )
    asked = parser.parse_args()
    began = time.monotonic()
    heard, kinds = sounds(asked.each, asked.workers, asked.first)
    print(f"{len(heard)} sounds in {time.monotonic() - began:.0f} s", flush=True)
    if asked.refit:
        network = Network()
        network.load_state_dict(torch.load(asked.start, weights_only=True))
        network = refit(network, heard, kinds, asked.refit)
        torch.save(network.state_dict(), asked.out.with_suffix(".pt"))
        saved(network, asked.out, temperature(network, heard, kinds))
        return
    left = max(20.0, asked.seconds - (time.monotonic() - began))
    network = fit(heard, kinds, left, asked.start, asked.rate)
    torch.save(network.state_dict(), asked.out.with_suffix(".pt"))
    saved(network, asked.out, temperature(network, heard, kinds))


if __name__ == "__main__":
    main()
