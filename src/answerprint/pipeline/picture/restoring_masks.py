"""What was repaired in each picture, kept beside the result while it is made; shown as masks and a sheet."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import msgspec
import numpy as np

from answerprint.core.errors import UsageError
from answerprint.departments.picture.restoring.motion import Floats, Mask
from answerprint.departments.picture.restoring.restorer import Place, Touched
from answerprint.departments.picture.windows import Pixels, Window
from answerprint.media.aside import written_aside
from answerprint.pipeline.picture.reels import Reel, Tell
from answerprint.pipeline.picture.sheets import small

CLOSE = 3  # times a place's size that is shown of its surroundings
SMALLEST_CLOSE = 48  # pixels
MARK = np.array([1.0, 0.15, 0.1], np.float32)  # R'G'B'
SHOWN = 384  # pixels across of a picture on the sheet


class Note(msgspec.Struct, frozen=True):
    """Of one picture: the share repaired by kind, and the largest places."""

    shares: dict[str, float]
    places: list[tuple[str, int, int, int, int]]


class MaskFolder:
    """Masks and notes by picture number. Those of another key are thrown away."""

    def __init__(self, out: Path, key: str) -> None:
        self.folder = out.with_name(f".{out.name}.masks")
        mark = self.folder / "key"
        if not (mark.is_file() and mark.read_text() == key):
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)
        mark.write_text(key)

    def keep(self, number: int, touched: Touched) -> None:
        note = Note(touched.shares, [(one.kind, *one[1:]) for one in touched.places])
        self._write(f"{number:08d}.json", msgspec.json.encode(note))
        self._put(f"{number:08d}.png", touched.mask)

    def mask(self, number: int) -> Mask | None:
        return self._get(f"{number:08d}.png")

    def note(self, number: int) -> Note | None:
        place = self.folder / f"{number:08d}.json"
        return msgspec.json.decode(place.read_bytes(), type=Note) if place.is_file() else None

    def painted(self, number: int) -> Mask | None:
        return self._get(f"painted-{number:08d}.png")

    def take_painted(self, masks: Reel, like: Reel, tell: Tell) -> None:
        """Keeps a person's masks. Raises UsageError AP-USE-832 for masks of another size or number."""
        if (masks.width, masks.height) != (like.width, like.height) or masks.count != like.count:
            raise UsageError(
                "AP-USE-832",
                f"{masks.count} masks of {masks.width}x{masks.height} pixels; there are {like.count} "
                f"pictures of {like.width}x{like.height}",
                file=str(masks.path),
                remedy="give a mask for each picture, such as --review-only writes",
            )
        for number, pixels in masks.pictures():
            self._put(f"painted-{number:08d}.png", pixels[..., :3].mean(axis=2) > 0.5)
            tell("reading masks", (number + 1) / masks.count)

    def forget(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _put(self, name: str, mask: Mask) -> None:
        coded = cv2.imencode(".png", mask.astype(np.uint8) * 255, [cv2.IMWRITE_PNG_BILEVEL, 1])[1]
        self._write(name, coded.tobytes())

    def _get(self, name: str) -> Mask | None:
        place = self.folder / name
        if not place.is_file():
            return None
        read = cv2.imdecode(np.frombuffer(place.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
        return np.asarray(read) > 127 if read is not None else None

    def _write(self, name: str, content: bytes) -> None:
        with written_aside(self.folder / name) as aside:
            aside.write_bytes(content)


class ShowMasks:
    """An operator whose pictures are the masks that were kept."""

    before = after = 0

    def __init__(self, folder: MaskFolder) -> None:
        self._folder = folder

    def picture(self, window: Window) -> Pixels:
        mask = self._folder.mask(window.number)
        shape = window.now.shape
        made = np.ones(shape, np.float32)
        made[..., :3] = mask[..., None] if mask is not None else 0.0
        return made


def mask_path(out: Path) -> Path:
    """Where the masks of a result go: beside it, of its own kind."""
    return out.with_name(f"{out.stem}.mask{out.suffix}" if out.suffix else f"{out.name}-mask")


def review_path(out: Path) -> Path:
    return out.with_name(f"{out.stem}.review.jpg")


def whole_row(number: int, before: Pixels, after: Pixels, mask: Mask) -> tuple[str, list[tuple[str, Floats]]]:
    """A picture before and after, and what was repaired."""
    pictures = [("before", small(before, SHOWN)), ("after", small(after, SHOWN))]
    return f"picture {number}", [*pictures, ("repaired", small(marked(before, mask), SHOWN))]


def close_row(
    place: Place, before: Pixels, after: Pixels, mask: Mask
) -> tuple[str, list[tuple[str, Floats]]]:
    """The same, of one place, enlarged."""
    high, wide = mask.shape
    size = max(SMALLEST_CLOSE, CLOSE * max(place.width, place.height))
    size = min(size, wide, high)
    left = int(np.clip(place.x + place.width // 2 - size // 2, 0, wide - size))
    top = int(np.clip(place.y + place.height // 2 - size // 2, 0, high - size))
    at = np.s_[top : top + size, left : left + size]
    tall = SHOWN * 9 // 16

    def enlarged(pixels: Pixels) -> Floats:
        return np.asarray(cv2.resize(pixels[at], (tall, tall), interpolation=cv2.INTER_NEAREST), np.float32)

    named = (("before", before), ("after", after), ("repaired", marked(before, mask)))
    return f"  its {place.kind}, close", [(name, enlarged(pixels)) for name, pixels in named]


def marked(picture: Pixels, mask: Mask) -> Floats:
    """A picture in grey with the mask in red on it."""
    grey = np.repeat(np.clip(picture[..., :3], 0, 1).mean(axis=2, keepdims=True), 3, axis=2) * 0.6
    return np.where(mask[..., None], MARK, grey).astype(np.float32)
