"""Trains what tells a room's RT60 from speech alone, on voices put into rooms that are made up here.

Run: python training/reverberation/fit.py voices.npz OUT.npz [--seconds 360]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from features import BANDS, RATE, log_bands
from torch import nn
from voices import HELD_OUT

LENGTH = 4 * RATE
TAIL = 2 * RATE
SHORTEST, LONGEST = 0.12, 2.2  # seconds of RT60; a dry voice counts as the shortest
DRY = 0.06  # of the examples
BATCH = 192


class Net(nn.Module):
    """Four convolutions over time, their mean, spread and peak; the logarithm of RT60, and of its spread."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Conv1d(BANDS, 64, 9),
                nn.Conv1d(64, 64, 9, stride=2),
                nn.Conv1d(64, 64, 9, stride=2),
                nn.Conv1d(64, 96, 5, stride=2),
            ]
        )
        self.norms = nn.ModuleList([nn.BatchNorm1d(one.out_channels) for one in self.layers])
        self.hidden = nn.Linear(3 * 96, 96)
        self.out = nn.Linear(96, 2)
        self.drop = nn.Dropout(0.15)

    def forward(self, bands: torch.Tensor) -> torch.Tensor:
        held = bands
        for layer, norm in zip(self.layers, self.norms, strict=True):
            held = torch.relu(norm(layer(held)))
        pooled = torch.cat([held.mean(2), held.std(2), held.amax(2)], 1)
        return self.out(self.drop(torch.relu(self.hidden(pooled))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=360.0)
    parser.add_argument("--batch", type=int, default=BATCH)
    asked = parser.parse_args()
    torch.manual_seed(5)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = np.load(asked.voices)
    samples = torch.from_numpy(data["samples"].astype(np.float32) / 32768).to(device)
    held = np.isin(data["names"], HELD_OUT)
    train, check = (Voices(samples, data["edges"], np.flatnonzero(one)) for one in (~held, held))
    net = Net().to(device)
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-3)
    began, step, lost = time.monotonic(), 0, 0.0
    while (spent := time.monotonic() - began) < asked.seconds:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * 0.5 * (1 + np.cos(np.pi * spent / asked.seconds)) + 1e-5
        sound, wanted = train.batch(asked.batch, device)
        loss = _loss(net(log_bands(sound)), wanted)
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        lost = 0.99 * lost + 0.01 * float(loss.detach()) if step else float(loss.detach())
        step += 1
        if step % 1000 == 0:
            print(f"{spent:6.0f} s  step {step}  loss {lost:.3f}  {_checked(net, check, device)}", flush=True)
    net.eval()
    print(f"{step} steps; voices never trained on: {_checked(net, check, device, 20)}")
    np.savez(asked.out, **_weights(net))


class Voices:
    """Sentences to put into rooms, laid into one long track in a new order now and then."""

    def __init__(self, samples: torch.Tensor, edges: np.ndarray, chosen: np.ndarray) -> None:
        self._samples = samples
        self._edges = [(int(edges[at]), int(edges[at + 1])) for at in chosen]
        self._batches = 0
        self._track = self._laid()

    def _laid(self) -> torch.Tensor:
        """All sentences with pauses between, each at another level and as a larger or smaller speaker."""
        parts = []
        for at in torch.randperm(len(self._edges)).tolist():
            first, last = self._edges[at]
            factor = float(0.85 + 0.35 * torch.rand(()))
            part = nn.functional.interpolate(
                self._samples[None, None, first:last], scale_factor=factor, mode="linear"
            )
            parts.append(part[0, 0] * (0.3 + 0.7 * torch.rand((), device=part.device)))
            parts.append(torch.zeros(int((0.05 + 0.9 * torch.rand(())) * RATE), device=part.device))
        return torch.cat(parts)

    def batch(self, count: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
        """(count, LENGTH) sounds, and the logarithm of each room's RT60."""
        self._batches += 1
        if self._batches % 100 == 0:
            self._track = self._laid()
        starts = torch.randint(0, len(self._track) - LENGTH - TAIL, (count, 1), device=device)
        dry = self._track[starts + torch.arange(LENGTH + TAIL, device=device)]
        low, high = np.log(SHORTEST), np.log(LONGEST)
        seconds = torch.exp(low + (high - low) * torch.rand(count, device=device))
        is_dry = torch.rand(count, device=device) < DRY
        seconds = torch.where(is_dry, torch.full_like(seconds, SHORTEST), seconds)
        # Voices come from a booth and through somebody's dynamics processor before they come into the room.
        booth = _rooms(0.05 + 0.25 * _random(count, device)[:, 0], device, 15 * _random(count, device)[:, 0])
        dry = _convolved(dry, booth * (_random(count, device) < 0.6) + _click(count, device))
        dry = _processed(dry, 0.5, 4.0)
        direct = -8 + 22 * _random(count, device)[:, 0]  # dB of the direct sound over the rest
        rooms = _rooms(seconds, device, direct) * (~is_dry)[:, None]
        wet = _convolved(dry, rooms + _click(count, device))
        sound = _recorded(wet[:, TAIL:], device)
        return _processed(sound, 0.25, 2.0), torch.log(seconds)


def _random(count: int, device: str) -> torch.Tensor:
    return torch.rand(count, 1, device=device)


def _processed(sound: torch.Tensor, share: float, most: float) -> torch.Tensor:
    """A share of the sounds compressed, by up to `most` to 1, or expanded a little: decays seem longer."""
    count, device = len(sound), str(sound.device)
    slow = (0.003 + 0.08 * _random(count, device)) * RATE
    at = torch.arange(RATE // 2, device=device)
    follower = torch.exp(-at / slow)
    level = _convolved(sound.pow(2), follower / follower.sum(1, keepdim=True)).clamp(min=0)
    usual = level.mean(1, keepdim=True)
    ratio = torch.exp(np.log(0.7) + (np.log(most) - np.log(0.7)) * _random(count, device))
    knee = usual * torch.pow(10.0, -3 * _random(count, device))
    gain = (level.clamp(min=1e-12) / knee.clamp(min=1e-12)).clamp(1e-3, 1e4).pow((1 / ratio - 1) / 2)
    return torch.where(_random(count, device) < share, sound * gain, sound)


def _click(count: int, device: str) -> torch.Tensor:
    made = torch.zeros(count, TAIL, device=device)
    made[:, 0] = 1
    return made


def _rooms(seconds: torch.Tensor, device: str, direct: torch.Tensor) -> torch.Tensor:
    """(count, TAIL) what follows the direct sound: early reflections and decaying noise, whose highs and lows
    may ring shorter or longer than the middle, by which RT60 is named."""
    count = len(seconds)
    at = torch.arange(TAIL, device=device) / RATE
    noise = torch.randn(count, TAIL, device=device)
    spectrum = torch.fft.rfft(noise)
    hertz = torch.fft.rfftfreq(TAIL, 1 / RATE).to(device)
    octaves = torch.log2(hertz.clamp(min=50) / 1000)
    tail = torch.zeros_like(noise)
    plain = (_random(count, device)[:, 0] < 0.4)[:, None]
    lows = torch.where(plain[:, 0], 0.0, 0.15 * torch.randn(count, device=device))
    highs = torch.where(plain[:, 0], 0.0, -0.12 + 0.12 * torch.randn(count, device=device))
    for centre in (-3.0, -1.5, 0.0, 1.5, 3.0):
        window = (1 - (octaves - centre).abs() / 1.5).clamp(min=0)
        if centre == 3.0:
            window = torch.where(octaves > 3, torch.ones_like(window), window)
        if centre == -3.0:
            window = torch.where(octaves < -3, torch.ones_like(window), window)
        bend = torch.exp((lows * max(-centre, 0) + highs * max(centre, 0)) / 1.5)
        band = torch.fft.irfft(spectrum * window, TAIL)
        tail = tail + band * torch.pow(10.0, -3 * at / (seconds * bend.clamp(0.4, 2.0))[:, None])
    onset = (0.001 + 0.02 * _random(count, device)) * (_random(count, device) < 0.8)
    tail = tail * (at >= onset)
    sparse = (torch.rand(count, TAIL, device=device) < 12 / (0.05 * RATE)) & (at < 0.08) & (at > 0.002)
    early = torch.randn(count, TAIL, device=device) * sparse
    early = early * torch.pow(10.0, -3 * at / seconds[:, None])
    share = _random(count, device)
    rest = _unit(tail) + share * _unit(early)
    return _unit(rest) * torch.pow(10.0, -direct / 20)[:, None]


def _recorded(sound: torch.Tensor, device: str) -> torch.Tensor:
    """Through a made microphone, with noise of a colour, at any level."""
    count = len(sound)
    spectrum = torch.fft.rfft(sound)
    hertz = torch.fft.rfftfreq(sound.shape[1], 1 / RATE).to(device).clamp(min=20)
    octaves = torch.log2(hertz / 1000)
    tilt = 3 * torch.randn(count, 1, device=device) * octaves / 3
    bump = (
        4
        * torch.randn(count, 1, device=device)
        * torch.exp(-((octaves - 4 * _random(count, device) + 1) ** 2))
    )
    low = 20 * torch.pow(20.0, _random(count, device))
    cut = -10 * torch.log10(1 + (low / hertz) ** 4)
    heard = torch.fft.irfft(spectrum * torch.pow(10.0, (tilt + bump + cut) / 20), sound.shape[1])
    colour = torch.pow(10.0, (-6 * _random(count, device) * octaves).clamp(-40, 40) / 20)
    noise = torch.fft.irfft(torch.fft.rfft(torch.randn_like(heard)) * colour, sound.shape[1])
    snr = 12 + 48 * _random(count, device)
    heard = _level(heard) + _level(noise) * torch.pow(10.0, -snr / 20)
    return heard * torch.pow(10.0, -_random(count, device) * 2)


def _convolved(sound: torch.Tensor, response: torch.Tensor) -> torch.Tensor:
    size = sound.shape[1] + response.shape[1]
    made = torch.fft.irfft(torch.fft.rfft(sound, size) * torch.fft.rfft(response, size), size)
    return made[:, : sound.shape[1]]


def _unit(rows: torch.Tensor) -> torch.Tensor:
    return rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-9)


def _level(rows: torch.Tensor) -> torch.Tensor:
    return rows / rows.pow(2).mean(1, keepdim=True).sqrt().clamp(min=1e-9) * 0.1


def _loss(told: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    spread = told[:, 1].clamp(-4, 2)
    return (0.5 * ((told[:, 0] - wanted) / spread.exp()) ** 2 + spread).mean()


@torch.no_grad()
def _checked(net: Net, voices: Voices, device: str, batches: int = 4) -> str:
    net.eval()
    off = []
    for _ in range(batches):
        sound, wanted = voices.batch(128, device)
        told = net(log_bands(sound))[:, 0]
        off.append((torch.exp(told - wanted) - 1).abs()[wanted > np.log(0.2)])
    net.train()
    every = torch.cat(off)
    return f"within 20 % {float((every <= 0.2).float().mean()):.1%}, median {float(every.median()):.1%}"


def _weights(net: Net) -> dict[str, np.ndarray]:
    """What inference needs: each layer with its norm folded in, half precision."""
    made: dict[str, np.ndarray] = {}
    for number, (layer, norm) in enumerate(zip(net.layers, net.norms, strict=True)):
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        made[f"kernel{number}"] = layer.weight * scale[:, None, None]
        made[f"bias{number}"] = (layer.bias - norm.running_mean) * scale + norm.bias
    made |= {"hidden": net.hidden.weight, "hidden_bias": net.hidden.bias}
    made |= {"out": net.out.weight, "out_bias": net.out.bias}
    return {name: one.detach().cpu().numpy().astype(np.float16) for name, one in made.items()}


if __name__ == "__main__":
    main()
