"""Trains the fusion of registered pictures, on scenes that are made up while it trains.

Run: PYTHONPATH=src python training/scaling/fit.py OUT.npz [--seconds 425] [--drawers 15] [--held 90000]
then, going on with softer scenes: … fit.py OUT2.npz --start OUT.npz --seconds 105
"""

from __future__ import annotations

import argparse
import multiprocessing
import queue
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from scenes import COARSE, FINE, Example, Scenes
from torch import nn
from torch.nn.functional import conv2d, grid_sample, pad, pixel_shuffle, pixel_unshuffle

from answerprint.departments.picture.scaling.registering import (
    CENTRES,
    EACH,
    LUMA,
    NEIGHBOURS,
    OWN,
    PLANES,
    TO_BLUE,
    TO_RED,
)
from answerprint.departments.picture.scaling.resampling import taps

SEED = 20
FEATURES = 48
BLOCKS = 3
OUT = 12  # the four finer pixels of luma, then of Cb, then of Cr
MESSAGE = 8  # examples a drawer sends at a time
CHECK = 128
EDGE = 6  # coarse pixels at the border that are not counted
RATE, FILMED_RATE = 1.5e-3, 7e-4
SHARP, SOFT = 1e-5, 1e-4  # under which squared difference a loss is rather one of squares
FEWER = 0.12  # of the examples that lack some neighbours
ALONE = 0.04  # of them that lack all


class Fusion(nn.Module):
    """Convolutions over the coarse grid; what they add to the picture scaled by Lanczos."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Conv2d(PLANES, FEATURES, 3, padding=1)]
            + [nn.Conv2d(FEATURES, FEATURES, 3, padding=1) for _ in range(2 * BLOCKS)]
            + [nn.Conv2d(FEATURES, OUT, 3, padding=1)]
        )
        for layer in self.layers[2:-1:2]:
            nn.init.normal_(layer.weight, std=0.01)
        nn.init.normal_(self.layers[-1].weight, std=0.001)
        nn.init.zeros_(self.layers[-1].bias)

    def forward(self, planes: torch.Tensor) -> torch.Tensor:
        held = torch.relu(self.layers[0](planes))
        for block in range(BLOCKS):
            inner = torch.relu(self.layers[1 + 2 * block](held))
            held = torch.relu(held + self.layers[2 + 2 * block](inner))
        return self.layers[-1](held)


class Pool:
    """Examples on the card: each is trained on several times, turned and mirrored, before it is replaced."""

    def __init__(self, size: int, device: str) -> None:
        self.device, self.size, self.count = device, size, 0
        self.coarse = torch.empty(size, 5, 3, COARSE, COARSE, dtype=torch.uint8, device=device)
        self.flows = torch.empty(size, 4, 2, COARSE, COARSE, dtype=torch.float16, device=device)
        self.fine = torch.empty(size, 3, FINE, FINE, dtype=torch.uint8, device=device)

    def put(self, examples: list[Example]) -> None:
        at = (self.count + torch.arange(len(examples))) % self.size
        at = at.to(self.device)
        coarse = np.stack([one.coarse for one in examples]).transpose(0, 1, 4, 2, 3)
        flows = np.stack([one.flows for one in examples]).transpose(0, 1, 4, 2, 3)
        fine = np.stack([one.fine for one in examples]).transpose(0, 3, 1, 2)
        self.coarse[at] = torch.from_numpy(np.ascontiguousarray(coarse)).to(self.device)
        self.flows[at] = torch.from_numpy(np.ascontiguousarray(flows)).to(self.device)
        self.fine[at] = torch.from_numpy(np.ascontiguousarray(fine)).to(self.device)
        self.count += len(examples)

    def batch(self, count: int, *, plain: bool = False) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        full = min(self.count, self.size)
        at = torch.arange(min(count, full)) if plain else torch.randint(0, full, (count,))
        at = at.to(self.device)
        coarse, flows = self.coarse[at].float() / 255, self.flows[at].float()
        fine = self.fine[at].float() / 255
        if plain:
            return coarse, flows, fine
        for _ in range(int(torch.randint(0, 4, ()))):  # quarter turns: (x, y) goes to (y, −x)
            coarse, fine = coarse.rot90(1, (-2, -1)), fine.rot90(1, (-2, -1))
            turned = flows.rot90(1, (-2, -1))
            flows = torch.stack([turned[:, :, 1], -turned[:, :, 0]], 2)
        if torch.rand(()) < 0.5:
            coarse, fine, flows = coarse.flip(-1), fine.flip(-1), flows.flip(-1)
            flows = flows * flows.new_tensor([-1.0, 1.0])[:, None, None]
        if torch.rand(()) < 0.5:  # time runs the other way
            order = torch.tensor([4, 3, 2, 1, 0], device=self.device)
            coarse, flows = coarse[:, order], flows[:, order[1:]]
        level = 0.6 + 0.4 * torch.rand(count, 1, 1, 1, device=self.device)
        return coarse * level[:, None], flows, fine * level


def parted(pixels: torch.Tensor) -> torch.Tensor:
    luma = (pixels * pixels.new_tensor(LUMA)[:, None, None]).sum(-3)
    blue, red = TO_BLUE * (pixels[..., 2, :, :] - luma), TO_RED * (pixels[..., 0, :, :] - luma)
    return torch.stack([luma, blue, red], -3)


def doubled(planes: torch.Tensor) -> torch.Tensor:
    """(n, c, 2h, 2w) by Lanczos, as `resampling.doubled`."""
    count, channels, high, wide = planes.shape
    reach = 3
    near, far = planes.new_tensor(taps(0.75)), planes.new_tensor(taps(0.25))
    flat = pad(planes.reshape(-1, 1, high, wide), (reach,) * 4, mode="replicate")
    parts = []
    for down, skip_y in ((near, 0), (far, 1)):
        for across, skip_x in ((near, 0), (far, 1)):
            kernel = (down[:, None] * across)[None, None]
            made = conv2d(flat, kernel)
            parts.append(made[:, 0, skip_y : skip_y + high, skip_x : skip_x + wide])
    four = torch.stack(parts, 1).reshape(count, channels * 4, high, wide)
    return pixel_shuffle(four, 2)


def planes_of(coarse: torch.Tensor, flows: torch.Tensor) -> torch.Tensor:
    """As `registering.planes_of`, of many at a time."""
    count, _, _, high, wide = coarse.shape
    parts = parted(coarse)
    ours, theirs = parts[:, 2], parts[:, [0, 1, 3, 4]]
    lacking = torch.rand(count, NEIGHBOURS, device=coarse.device)
    limit = torch.where(torch.rand(count, 1, device=coarse.device) < FEWER, 0.5, 0.0)
    limit = torch.where(torch.rand(count, 1, device=coarse.device) < ALONE, 1.1, limit)
    gone = lacking < limit
    theirs = torch.where(gone[:, :, None, None, None], ours[:, None], theirs)
    flows = torch.where(gone[:, :, None, None, None], torch.zeros_like(flows), flows)
    finer = pixel_unshuffle(doubled(ours[:, :1]), 2)
    made = [ours, finer - ours[:, :1]]
    y, x = torch.meshgrid(
        torch.arange(high, device=coarse.device), torch.arange(wide, device=coarse.device), indexing="ij"
    )
    for number in range(NEIGHBOURS):
        at_x, at_y = x + flows[:, number, 0], y + flows[:, number, 1]
        luma = [
            _sampled(theirs[:, number, :1], at_x + right, at_y + below, "bicubic") - finer[:, at : at + 1]
            for at, (right, below) in enumerate(CENTRES)
        ]
        chroma = _sampled(theirs[:, number, 1:], at_x, at_y, "bilinear") - ours[:, 1:]
        turn = 2 * np.pi * flows[:, number]
        made += [*luma, chroma]
        made += [turn[:, :1].cos(), turn[:, :1].sin(), turn[:, 1:].cos(), turn[:, 1:].sin()]
    found = torch.cat(made, 1)
    assert found.shape[1] == PLANES == OWN + NEIGHBOURS * EACH
    return found


def _sampled(planes: torch.Tensor, x: torch.Tensor, y: torch.Tensor, how: str) -> torch.Tensor:
    high, wide = planes.shape[-2:]
    where = torch.stack([2 * x / (wide - 1) - 1, 2 * y / (high - 1) - 1], -1)
    return grid_sample(planes, where, mode=how, padding_mode="border", align_corners=True)


def colours(planes: torch.Tensor) -> torch.Tensor:
    luma, blue, red = planes[:, 0], planes[:, 1], planes[:, 2]
    b, r = luma + blue / TO_BLUE, luma + red / TO_RED
    return torch.stack([r, (luma - float(LUMA[2]) * b - float(LUMA[0]) * r) / float(LUMA[1]), b], 1)


def off(net: nn.Module, batch: tuple[torch.Tensor, torch.Tensor, torch.Tensor], half: bool) -> torch.Tensor:
    """What is left of the difference to the finer picture, R'G'B', and the difference of Lanczos alone."""
    coarse, flows, fine = batch
    with torch.no_grad():
        planes = planes_of(coarse, flows)
        wanted = fine - doubled(coarse[:, 2])
    with torch.autocast("cuda", dtype=torch.bfloat16, enabled=half):
        told = net(planes)
    told = colours(pixel_shuffle(told.float(), 2))
    inner = (..., slice(2 * EDGE, -2 * EDGE), slice(2 * EDGE, -2 * EDGE))
    return torch.stack([(told - wanted)[inner], wanted[inner]])


@torch.no_grad()
def checked(net: nn.Module, pool: Pool) -> str:
    state = torch.random.get_rng_state()
    gains = []
    batch = pool.batch(CHECK, plain=True)
    for at in range(0, len(batch[0]), 16):
        one = off(net, tuple(part[at : at + 16] for part in batch), False)  # type: ignore[arg-type]
        errors = one.pow(2).mean((2, 3, 4)).clamp(min=1e-7)
        gains.append(10 * torch.log10(errors[1] / errors[0]))
    every = torch.cat(gains)
    torch.random.set_rng_state(state)
    told = [float(one) for one in (every.mean(), every.quantile(0.1), every.min(), every.max())]
    return "gain dB mean {:.2f}, a tenth under {:.2f}, least {:.2f}, most {:.2f}".format(*told)


def draw(seed: int, filmed: bool, out: multiprocessing.Queue) -> None:  # type: ignore[type-arg]
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    scenes = Scenes(seed, filmed=filmed)
    while True:
        out.put([scenes.example() for _ in range(MESSAGE)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=420.0)
    parser.add_argument("--drawers", type=int, default=15)
    parser.add_argument("--held", type=int, default=90000)
    parser.add_argument("--start", type=Path, help="weights to go on from, with scenes as they are filmed")
    parser.add_argument("--batch", type=int, default=32)
    asked = parser.parse_args()
    torch.manual_seed(SEED)
    filmed = asked.start is not None
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    device = "cuda" if torch.cuda.is_available() else "cpu"
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    drawn = context.Queue(4 * asked.drawers)
    drawers = [
        context.Process(target=draw, args=(SEED * 1000 + number, filmed, drawn), daemon=True)
        for number in range(asked.drawers)
    ]
    for one in drawers:
        one.start()
    check, pool = Pool(CHECK, device), Pool(asked.held, device)
    while check.count < CHECK:
        check.put(drawn.get())
    ended = threading.Event()

    def feed() -> None:
        while not ended.is_set():
            try:
                pool.put(drawn.get(timeout=1))
            except queue.Empty:
                continue

    feeder = threading.Thread(target=feed, daemon=True)
    feeder.start()
    while pool.count < 4 * asked.batch:
        time.sleep(0.1)
    net = Fusion().to(device).to(memory_format=torch.channels_last)
    rate, depth = RATE, SHARP
    if filmed:
        load(net, asked.start)
        rate, depth = FILMED_RATE, SOFT
        print(f"at the start: {checked(net, check)}", flush=True)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-4)
    step, told = 0, time.monotonic()
    while (spent := time.monotonic() - began) < asked.seconds:
        share = spent / asked.seconds
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 200) * 0.5 * (1 + np.cos(np.pi * share)) + 1e-6
        left, _ = off(net, pool.batch(asked.batch), device == "cuda")
        loss = (left.pow(2) + depth).sqrt().mean()
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimiser.step()
        step += 1
        if time.monotonic() - told > 30:
            told = time.monotonic()
            print(f"{spent:5.0f} s, step {step}, drawn {pool.count}: {checked(net, check)}", flush=True)
            save(net, asked.out)
    ended.set()
    print(f"{step} steps of {asked.batch}, {pool.count} examples drawn: {checked(net, check)}", flush=True)
    save(net, asked.out)
    for one in drawers:
        one.terminate()


def load(net: Fusion, source: Path) -> None:
    with np.load(source) as stored, torch.no_grad():
        for number, layer in enumerate(net.layers):
            layer.weight.copy_(torch.from_numpy(stored[f"kernel{number}"]))
            layer.bias.copy_(torch.from_numpy(stored[f"bias{number}"]))


def save(net: Fusion, out: Path) -> None:
    made = {}
    for number, layer in enumerate(net.layers):
        made[f"kernel{number}"] = layer.weight
        made[f"bias{number}"] = layer.bias
    np.savez(out, **{name: one.detach().float().cpu().numpy() for name, one in made.items()})


if __name__ == "__main__":
    main()
