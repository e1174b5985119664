"""Train the reader of slates and write its weights: `python training/slates/fit.py FONTS --minutes 25`.

Needs torch, onnx, Pillow and OpenCV in an environment of its own; nothing of it is needed to read. FONTS is a
folder with one folder a Debian package (`dpkg -x`): see README.md for which, and which are held out.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnx.numpy_helper
import torch
from lines import HIGH, Grey, Typeface, line
from torch import nn

ALPHABET = " ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.:,'&#()+?!"  # class 0 is CTC's blank, then these
BATCH = 64
POOL = 4  # batches made at a time
PER_PACKAGE = 7  # a family of thirty weights is not thirty typefaces
HELD_OUT = (  # for the bench, and designs that are theirs under another name
    "fonts-dkg-handwriting",
    "fonts-humor-sans",
    "fonts-jetbrains-mono",
    "fonts-national-park",
    "fonts-sora",
    "fonts-comic-neue",
    "fonts-croscore",
    "fonts-hack-ttf",
    "fonts-arkpandora",
    "fonts-routed-gothic",
)
VALIDATION = ("fonts-lato", "fonts-cabin", "fonts-breip", "fonts-b612", "fonts-femkeklaver")
UNFIT = (
    "dseg7",
    "dseg14",
    "symbol",
    "dingbat",
    "ornament",
    "blackletter",
    "script",
    "barcode",
    "lobster",
    "blocks",
)


class Reader(nn.Module):
    """24 rows in, a column of class scores for every second column out."""

    def __init__(self) -> None:
        super().__init__()

        def block(
            into: int, out: int, kernel: tuple[int, int], padding: tuple[int, int], dilation: int = 1
        ) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(into, out, kernel, padding=padding, dilation=(1, dilation), bias=False),
                nn.BatchNorm2d(out),
                nn.ReLU(),
            )

        self.stages = nn.ModuleList(
            [
                block(1, 16, (3, 3), (1, 1)),
                block(16, 32, (3, 3), (1, 1)),
                block(32, 32, (3, 3), (1, 1)),
                block(32, 48, (3, 3), (1, 1)),
                block(48, 48, (3, 3), (1, 1)),
                block(48, 96, (3, 3), (0, 1)),
                block(96, 96, (1, 5), (0, 2)),
                block(96, 96, (1, 5), (0, 4), 2),
            ]
        )
        self.last = nn.Conv2d(96, len(ALPHABET) + 1, (1, 1))
        self.drop = nn.Dropout(0.1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(n, 1, 24, w) → (w // 2, n, classes) log-probabilities."""
        pool = nn.functional.max_pool2d
        one, two, three, four, five, six, seven, eight = self.stages
        x = pool(one(x), 2)
        x = pool(three(two(x)), (2, 1))
        x = pool(five(four(x)), (2, 1))
        x = six(x)
        x = x + seven(x)
        x = x + eight(x)
        x = self.last(self.drop(x)).squeeze(2)
        return x.permute(2, 0, 1).log_softmax(2)


def typefaces(folder: Path) -> tuple[list[Typeface], list[Typeface]]:
    """Those to train on and those to validate on."""
    train: list[Typeface] = []
    validate: list[Typeface] = []
    dice = random.Random(5)
    for package in sorted(folder.iterdir()):
        if package.name in HELD_OUT:
            continue
        files = sorted(one for one in package.rglob("*") if one.suffix.lower() in (".ttf", ".otf"))
        dice.shuffle(files)
        taken = 0
        for file in files:
            if taken >= PER_PACKAGE or any(word in file.name.lower() for word in UNFIT):
                continue
            try:
                face = Typeface(file)
                if not face.whole():
                    continue
            except OSError:
                continue
            taken += 1
            (validate if package.name in VALIDATION else train).append(face)
    return train, validate


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, list[str]]


def batches(dice: random.Random, faces: list[Typeface]) -> Iterator[Batch]:
    """Lines of like length together, so that little of a batch is padding."""
    while True:
        made: list[tuple[Grey, str]] = []
        while len(made) < POOL * BATCH:
            pixels, text = line(dice, faces)
            if text and all(letter in ALPHABET for letter in text):
                made.append((pixels, text))
        made.sort(key=lambda one: one[0].shape[1])
        parts = [made[first : first + BATCH] for first in range(0, len(made), BATCH)]
        dice.shuffle(parts)
        yield from (_batch(part) for part in parts)


def _batch(made: list[tuple[Grey, str]]) -> Batch:
    count = len(made)
    wide = max(16, math.ceil(max(pixels.shape[1] for pixels, _ in made) / 16) * 16)
    x = np.zeros((count, 1, HIGH, wide), np.float32)
    for row, (pixels, _) in enumerate(made):
        x[row, 0, :, : pixels.shape[1]] = pixels
    codes = [ALPHABET.index(letter) + 1 for _, text in made for letter in text]
    lengths = torch.tensor([len(text) for _, text in made])
    columns = torch.tensor([max(pixels.shape[1] // 2, 1) for pixels, _ in made]).clamp(max=wide // 2)
    return torch.from_numpy(x), torch.tensor(codes), columns, lengths, [text for _, text in made]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("fonts", type=Path)
    asked.add_argument("--minutes", type=float, default=25)
    asked.add_argument("--out", type=Path, default=Path("reader.onnx"))
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--go-on", type=Path, help="a checkpoint (.pt) to go on from")
    options = asked.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    dice = random.Random(options.seed)
    train, validate = typefaces(options.fonts)
    print(f"{len(train)} typefaces to train on, {len(validate)} to validate on", flush=True)
    model = Reader().to(memory_format=torch.channels_last)
    made = batches(dice, train)
    if options.go_on:
        model.load_state_dict(torch.load(options.go_on))
    best = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-3)
    began = time.monotonic()
    steps, shown, mean = 0, began, 0.0
    while (spent := (time.monotonic() - began) / 60) < options.minutes:
        share = spent / options.minutes
        for group in best.param_groups:
            group["lr"] = 2.5e-3 * min(1, (steps + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * share)) + 1e-5
        x, codes, columns, lengths, _ = next(made)
        scores = model(x.to(memory_format=torch.channels_last))
        loss = nn.functional.ctc_loss(scores, codes, columns, lengths, zero_infinity=True)
        best.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        best.step()
        steps += 1
        mean = loss.item() if steps == 1 else 0.98 * mean + 0.02 * loss.item()
        if time.monotonic() - shown > 60:
            shown = time.monotonic()
            print(
                f"{spent:5.1f} min  {steps * BATCH} lines  loss {mean:.3f}  {accuracy(model, validate, 4)}",
                flush=True,
            )
            write(model, options.out)
            torch.save(model.state_dict(), options.out.with_suffix(".pt"))
    write(model, options.out)
    torch.save(model.state_dict(), options.out.with_suffix(".pt"))
    print(f"validation: {accuracy(model, validate, 30)}")
    return 0


@torch.no_grad()
def accuracy(model: Reader, faces: list[Typeface], count: int) -> str:
    model.eval()
    right = total = 0
    made = batches(random.Random(77), faces)
    for _ in range(count):
        x, _, columns, _, texts = next(made)
        picked = model(x).argmax(2).T.numpy()
        for row, (text, wide) in enumerate(zip(texts, columns.tolist(), strict=True)):
            steps = picked[row, :wide]
            kept = steps[np.append(True, steps[1:] != steps[:-1])]
            right += "".join(ALPHABET[code - 1] for code in kept if code) == text
            total += 1
    model.train()
    return f"{right / total:.3f} of lines right"


class _Exported(nn.Module):
    """(n, 1, 24, w) → (n, w // 2, classes), probabilities."""

    def __init__(self, model: Reader) -> None:
        super().__init__()
        self.model = model

    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        return self.model(lines).permute(1, 0, 2).exp()


def write(model: Reader, path: Path) -> None:
    """The network as ONNX, its weights as 16-bit floats."""
    model.eval()
    free = {"lines": {0: "n", 3: "w"}, "probabilities": {0: "n", 1: "t"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Exported(model),
            (torch.rand(2, 1, HIGH, 96),),
            str(path),
            input_names=["lines"],
            output_names=["probabilities"],
            dynamic_axes=free,
            opset_version=17,
            dynamo=False,
        )
    model.train()
    made = onnx.load(str(path))
    graph = made.graph
    for weight in list(graph.initializer):
        values = onnx.numpy_helper.to_array(weight)
        if values.dtype != np.float32 or values.size < 500:
            continue
        half = onnx.numpy_helper.from_array(values.astype(np.float16), f"{weight.name}_half")
        cast = onnx.helper.make_node("Cast", [half.name], [weight.name], to=onnx.TensorProto.FLOAT)
        graph.initializer.remove(weight)
        graph.initializer.append(half)
        graph.node.insert(0, cast)
    made.producer_name, made.producer_version, made.doc_string = "training/slates/fit.py", "", ""
    onnx.save(made, str(path))


if __name__ == "__main__":
    sys.exit(main())
