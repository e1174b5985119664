"""Damage put on clean moving pictures, with the truth of where it lies: dirt, scratches, flicker, weave, lost
lines, fields, 3:2 pulldown, faded dyes. Pictures are R'G'B' (h, w, 3) float32, 0 … 1."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np


class Damaged(NamedTuple):
    pictures: list[np.ndarray]
    masks: list[np.ndarray]  # (h, w) bool: where damage is plain to see (2 % of full scale)


def _composed(picture: np.ndarray, cover: np.ndarray, colour: float) -> np.ndarray:
    return picture + cover[..., None] * (np.float32(colour) - picture)


def dirty(pictures: list[np.ndarray], seed: int, places: float = 14) -> Damaged:
    """Specks, blotches and hairs, dark (two in three) and bright, more or less opaque, new in each one."""
    draw = np.random.default_rng(seed)
    made, masks = [], []
    for picture in pictures:
        high, wide = picture.shape[:2]
        now = picture.copy()
        for _ in range(draw.poisson(places)):
            cover = np.zeros((high, wide), np.uint8)
            at = int(draw.integers(0, wide)), int(draw.integers(0, high))
            kind = draw.random()
            if kind < 0.6:  # a blotch of a ragged outline
                size = float(np.exp(draw.uniform(np.log(1.2), np.log(0.025 * wide))))
                angles = np.linspace(0, 2 * np.pi, 14, endpoint=False)
                reach = size * draw.uniform(0.5, 1.3, 14)
                points = np.stack([np.cos(angles) * reach + at[0], np.sin(angles) * reach + at[1]], axis=1)
                cv2.fillPoly(cover, [np.rint(points * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
            elif kind < 0.85:  # a speck
                cv2.circle(cover, at, int(draw.integers(1, 3)), 255, -1, cv2.LINE_AA)
            else:  # a hair
                turn, bend = draw.uniform(0, 6.28), draw.uniform(-0.15, 0.15)
                steps = np.arange(int(draw.integers(8, 24)))
                ways = np.cumsum(np.stack([np.cos(turn + bend * steps), np.sin(turn + bend * steps)], 1), 0)
                points = np.rint(ways * wide / 400 * 2 + at).astype(np.int32)
                cv2.polylines(cover, [points], False, 255, 1, cv2.LINE_AA)
            shade = cv2.GaussianBlur(cover, (0, 0), 0.6).astype(np.float32) / 255 * draw.uniform(0.6, 1)
            colour = draw.uniform(0.0, 0.12) if draw.random() < 2 / 3 else draw.uniform(0.85, 1.0)
            now = _composed(now, shade, colour)
        made.append(now)
        masks.append(np.abs(now - picture).mean(axis=2) > 0.02)
    return Damaged(made, masks)


def scratched(pictures: list[np.ndarray], seed: int, lines: int = 3) -> Damaged:
    """Vertical scratches that stay for long, bright or dark, wavering by a pixel, half transparent."""
    draw = np.random.default_rng(seed)
    high, wide = pictures[0].shape[:2]
    made = [one.copy() for one in pictures]
    across = np.arange(wide)
    for _ in range(lines):
        column, width = draw.uniform(0.05, 0.95) * wide, draw.uniform(0.5, 1.1) * max(1, wide / 640)
        length = int(len(pictures) * draw.uniform(0.6, 1.0))
        first = int(draw.integers(0, len(pictures) - length + 1))
        colour, cover = (
            (0.95, draw.uniform(0.25, 0.9)) if draw.random() < 0.6 else (0.03, draw.uniform(0.35, 0.9))
        )
        waver = np.cumsum(draw.normal(0, 0.15, len(pictures)))
        along = 0.75 + 0.25 * np.sin(np.linspace(0, draw.uniform(3, 12), high) + draw.uniform(0, 6))
        for number in range(first, first + length):
            at = column + waver[number] - waver[first]
            line = np.exp(-0.5 * ((across - at) / width) ** 2)
            shade = (cover * along[:, None] * line[None]).astype(np.float32)
            made[number] = _composed(made[number], shade, colour)
    masks = [np.abs(a - b).mean(axis=2) > 0.02 for a, b in zip(made, pictures, strict=True)]
    return Damaged(made, masks)


def flickering(
    pictures: list[np.ndarray], seed: int, depth: float = 0.06, local: float = 0.03
) -> list[np.ndarray]:
    """Each picture's light off by a gain and a contrast of its own, and by one that differs over it."""
    draw = np.random.default_rng(seed)
    high, wide = pictures[0].shape[:2]
    made = []
    for picture in pictures:
        gain, gamma = np.exp(draw.normal(0, depth)), np.exp(draw.normal(0, depth / 4))
        field = cv2.resize(
            draw.normal(0, local, (3, 4)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC
        )
        made.append(np.clip(picture**gamma * gain * np.exp(field)[..., None], 0, 1).astype(np.float32))
    return made


def unsteady(count: int, seed: int, size: float) -> np.ndarray:
    """(count, 2) pixels right and down that each picture of a film sits off its place in the gate."""
    return np.random.default_rng(seed).normal(0, size, (count, 2))


def lost_lines(pictures: list[np.ndarray], seed: int, places: float = 4) -> Damaged:
    """Runs of lines that a tape lost: grey, white, or noise."""
    draw = np.random.default_rng(seed)
    made = []
    for picture in pictures:
        now = picture.copy()
        high, wide = picture.shape[:2]
        for _ in range(draw.poisson(places)):
            top, thick = int(draw.integers(0, high - 4)), int(draw.integers(1, 4))
            left, length = int(draw.integers(-wide // 4, wide)), int(draw.uniform(0.15, 1.0) * wide)
            at = np.s_[top : top + thick, max(0, left) : max(0, min(wide, left + length))]
            shape = now[at].shape
            kind = draw.integers(0, 3)
            now[at] = draw.uniform(0, 1, (*shape[:2], 1)) if kind == 0 else (0.5 if kind == 1 else 0.97)
        made.append(now)
    masks = [np.abs(a - b).mean(axis=2) > 0.02 for a, b in zip(made, pictures, strict=True)]
    return Damaged(made, masks)


def woven(first: np.ndarray, second: np.ndarray, top_first: bool = True) -> np.ndarray:
    """One interlaced picture of two, whose fields are shown one after the other."""
    made = first.copy()
    made[int(top_first) :: 2] = second[int(top_first) :: 2]
    return made


def pulled_down(pictures: list[np.ndarray], start: int = 0) -> list[np.ndarray]:
    """24 pictures a second as 30: fields of each held for two and three in turn (A A, B B, B C, C D, D D)."""
    fields: list[int] = []
    for number in range(len(pictures)):
        fields += [number] * (2 if (number + start) % 2 == 0 else 3)
    made = []
    for place in range(0, len(fields) - 1, 2):
        made.append(woven(pictures[fields[place]], pictures[fields[place + 1]]))
    return made


def faded(pictures: list[np.ndarray], cyan: float = 0.5, yellow: float = 0.75) -> list[np.ndarray]:
    """Cyan dye gone and yellow going: red lifted and flat, blue a little."""
    made = []
    for picture in pictures:
        light = np.clip(picture, 1e-3, 1) ** 2.2
        gone = light ** np.array([cyan, 0.95, yellow], np.float32)
        made.append((gone ** (1 / 2.2)).astype(np.float32))
    return made
