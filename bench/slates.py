"""Slates read from drawn clips with every kind of damage: our own reader, PP-OCRv6, both and Tesseract.

Run: python bench/slates.py [--fonts FOLDER] [--each 4] [--seed 2029]
FOLDER holds font packages of Debian, each unpacked (`dpkg -x`) into a folder of its name; without it the
boards are written in DejaVu and Liberation alone. None of these typefaces was trained on. Tesseract is run as
a program where it is installed, on the same pictures, with the same grammar and vote.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "footage"))

from drawn_slates import Board, Damage, clip, variations, write_clip  # noqa: E402  (drawn for the tests too)

from answerprint.departments.footage.slates.boards import sighting_of_words  # noqa: E402
from answerprint.departments.footage.slates.in_file import slates_of  # noqa: E402
from answerprint.departments.footage.slates.lines import TextLine  # noqa: E402
from answerprint.departments.footage.slates.reader import Read, Reader  # noqa: E402
from answerprint.departments.footage.slates.readers import RAPIDOCR, readers_of  # noqa: E402
from answerprint.departments.footage.slates.voting import vote  # noqa: E402
from answerprint.media.decode import read_pictures  # noqa: E402
from answerprint.media.forms import PictureForm  # noqa: E402
from answerprint.models.shelf import Shelf  # noqa: E402

SYSTEM = Path("/usr/share/fonts/truetype")
PRINT = ("dejavu/DejaVuSans-Bold.ttf", "dejavu/DejaVuSansCondensed.ttf", "liberation/LiberationSans-Bold.ttf")
PRINT_TOO = ("liberation/LiberationSansNarrow-Bold.ttf", "liberation/LiberationSerif-Bold.ttf")
PACKAGES = ("fonts-national-park", "fonts-sora", "fonts-jetbrains-mono")
HANDS = ("fonts-dkg-handwriting", "fonts-humor-sans", "fonts-comic-neue")
FRAMES = 30
TESSERACT_PICTURES = 5


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--fonts", type=Path)
    asked.add_argument("--each", type=int, default=4)
    asked.add_argument("--seed", type=int, default=2029)
    asked.add_argument("--readers", default="own,rapidocr,both,tesseract")
    asked.add_argument("--print", dest="faces", type=Path, nargs="*", help="typefaces of the labels, instead")
    asked.add_argument("--hands", type=Path, nargs="*", help="typefaces of the values, instead")
    asked.add_argument("--verbose", action="store_true")
    options = asked.parse_args()
    faces, hands = options.faces or _faces(options.fonts, PACKAGES), options.hands
    if hands is None:
        hands = _faces(options.fonts, HANDS, system=False)
    made = variations(faces, hands, options.seed, options.each)
    print(f"{len(made)} drawn clips, {len(faces)} typefaces in print and {len(hands)} by hand, H.264")
    readers = {name: _reader(name) for name in options.readers.split(",")}
    rows: dict[str, dict[str, Counter[str]]] = {}
    seconds: dict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as folder:
        for number, (board, damage) in enumerate(made):
            path = Path(folder) / "clip.mp4"
            write_clip(path, clip(board, damage, options.seed + number, frames=FRAMES))
            for name, reader in readers.items():
                if reader is None:
                    continue
                began = _processor()
                said = _tesseract(path, damage) if isinstance(reader, str) else _ours(path, *reader)
                seconds[name] += _processor() - began
                kinds = rows.setdefault(name, {})
                verdict = [_verdict(said.get(field), true) for field, true in _truth(board).items()]
                kinds.setdefault(damage.kind, Counter()).update(verdict)
                if options.verbose and set(verdict) != {"right"}:
                    print(f"  {name}: {damage.kind} {board.layout} {board.look} {_truth(board)} {said}")
    _print(rows, readers, seconds, len(made))
    return 0


def _processor() -> float:
    """Seconds of processor, of programs that were started too."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _truth(board: Board) -> dict[str, str]:
    return {"scene": board.scene, "take": board.take}


def _verdict(said: str | None, true: str) -> str:
    return "unread" if said is None else "right" if said == true else "wrong"


def _ours(path: Path, reader: Reader, second: Reader | None) -> Mapping[str, str | None]:
    """Scene (or slate number) and take of the file's slate; a second slate with another reading is wrong."""
    found: dict[str, str | None] = {}
    for one in slates_of(path, reader, second=second).document.slates:
        slate = one.values.get("slate")
        said = {"scene": one.scene.text or (slate.text if slate else None), "take": one.take.text}
        for name, text in said.items():
            if text is not None:
                found[name] = text if found.get(name) in (None, text) else f"{found[name]} and {text}"
    return found


def _tesseract(path: Path, damage: Damage) -> Mapping[str, str | None]:
    """Words of `tesseract --psm 11` on the sharpest pictures, put through the same grammar and vote."""
    pictures = [block.pixels for block in read_pictures(path, PictureForm("grey"))]
    frames = np.concatenate(pictures)
    if damage.upside_down:
        frames = frames[:, ::-1, ::-1]  # it is told, since it does not look for it
    sharp = sorted(range(len(frames)), key=lambda at: -float(cv2.Laplacian(frames[at], cv2.CV_32F).var()))
    seen = []
    for at in sharp[:TESSERACT_PICTURES]:
        words = _tesseract_words(np.ascontiguousarray(frames[at]))
        found = sighting_of_words(words)
        if found is not None:
            seen.append(found.fields)
    values = vote(seen)
    scene, slate, take = (values.get(name) for name in ("scene", "slate", "take"))
    first = scene.text if scene is not None and scene.text else (slate.text if slate is not None else None)
    return {"scene": first, "take": take.text if take is not None else None}


def _tesseract_words(grey: np.ndarray) -> list[tuple[TextLine, Read]]:
    with tempfile.NamedTemporaryFile(suffix=".png") as file:
        cv2.imwrite(file.name, grey)
        command = ["tesseract", file.name, "-", "--psm", "11", "-l", "eng", "tsv"]
        told = subprocess.run(
            command, capture_output=True, text=True, check=True, env={"OMP_THREAD_LIMIT": "1"}
        )
    found = []
    for row in told.stdout.splitlines()[1:]:
        parts = row.split("\t")
        if len(parts) == 12 and parts[0] == "5" and parts[11].strip():
            left, top, wide, high = map(float, parts[6:10])
            text, sure = parts[11].strip().upper(), max(0.0, float(parts[10])) / 100
            line = TextLine(left, top, left + wide, top + high, 0.0, True, len(text))
            found.append((line, Read(((text, sure),))))
    return found


def _reader(name: str) -> tuple[Reader, Reader | None] | str | None:
    if name == "own":
        return readers_of("own")
    if name in ("both", "rapidocr"):
        return readers_of(name if name == "rapidocr" else "auto") if Shelf().fetched(RAPIDOCR) else None
    return "tesseract" if shutil.which("tesseract") else None


def _faces(folder: Path | None, packages: Sequence[str], *, system: bool = True) -> list[Path]:
    found = [SYSTEM / name for name in (*PRINT, *PRINT_TOO)] if system else []
    for package in packages if folder is not None else ():
        assert folder is not None
        files = sorted(one for one in (folder / package).rglob("*") if one.suffix in (".ttf", ".otf"))
        found += [one for one in files if "Regular" in one.name or "Bold." in one.name or len(files) < 3][:2]
    return [one for one in found if one.exists()]


def _print(
    rows: Mapping[str, Mapping[str, Counter[str]]],
    readers: Mapping[str, object],
    seconds: Mapping[str, float],
    clips: int,
) -> None:
    print("Of the scenes and takes: right / wrong / unread")
    print(f"{'':20}" + "".join(f"{name:>20}" for name in readers))
    kinds = list(dict.fromkeys(kind for one in rows.values() for kind in one))
    for kind in kinds:
        cells = [_cell(rows[name][kind]) if name in rows else "–" for name in readers]
        print(f"{kind:20}" + "".join(f"{cell:>20}" for cell in cells))
    for name, reader in readers.items():
        if reader is None:
            print(f"{name}: not here")
            continue
        total: Counter[str] = sum(rows[name].values(), Counter())
        count = total.total()
        print(
            f"{name}: right {total['right'] / count:.1%}, wrong {total['wrong'] / count:.1%}, "
            f"unread {total['unread'] / count:.1%}; {seconds[name] / clips:.2f} s of processor a clip"
        )


def _cell(count: Counter[str]) -> str:
    return f"{count['right']} / {count['wrong']} / {count['unread']}"


if __name__ == "__main__":
    sys.exit(main())
