"""What no footage department should trip over: nothing to hear, nothing to see, and headers that lie."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from little_media import Command
from test_bad_input import untouched

from answerprint.core.errors import ModelError
from answerprint.models.shelf import Shelf

TEN_HOURS = 36_000
ONES = {  # command and options: whether it looks, whether it listens
    ("shots",): (True, False),
    ("shots", "--backend", "classical"): (True, False),
    ("looks",): (True, False),
    ("slates", "--reader", "own"): (True, False),
    ("slates", "--reader", "own", "--text"): (True, False),
    ("speech",): (False, True),
    ("speakers", "--backend", "classical"): (False, True),
}


def pictures(path: Path, width: int, height: int, level: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1" if width % 2 else "libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv444p" if width % 2 else "yuv420p"
        for _ in range(50):
            picture = np.full((height, width, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def said_longer(path: Path, seconds: int) -> Path:
    """An MP4 whose headers claim another length."""
    data = bytearray(path.read_bytes())
    for box in (b"mvhd", b"mdhd"):
        at = data.index(box) + 16  # version and flags, two dates: the timescale
        struct.pack_into(">I", data, at + 4, seconds * struct.unpack_from(">I", data, at)[0])
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("odd")
    soundfile.write(folder / "silence.wav", np.zeros(96_000, np.int16), 48_000)
    soundfile.write(folder / "three_samples.wav", np.zeros(3, np.int16), 48_000)
    soundfile.write(folder / "ten_hours.wav", np.zeros(96_000, np.int16), 48_000)
    wave = bytearray((folder / "ten_hours.wav").read_bytes())
    struct.pack_into("<I", wave, 40, TEN_HOURS * 96_000)
    (folder / "ten_hours.wav").write_bytes(wave)
    pictures(folder / "black.mp4", 320, 180, 0)
    pictures(folder / "one_by_one.mkv", 1, 1, 90)
    pictures(folder / "two_by_two.mp4", 2, 2, 90)
    said_longer(pictures(folder / "ten_hours.mp4", 96, 54, 60), TEN_HOURS)
    (folder / "empty.mp4").write_bytes(b"")
    (folder / "noise.mov").write_bytes(np.random.default_rng(1).bytes(50_000))
    return folder


@pytest.mark.parametrize("asked", ONES, ids=" ".join)
def test_nothing_is_found_where_nothing_is(answerprint: Command, odd: Path, asked: tuple[str, ...]) -> None:
    looks, listens = ONES[asked]
    command, *options = asked
    with untouched(odd):
        for file in sorted(odd.iterdir()):
            ran = answerprint(command, file, *options, "--json")
            broken = file.name in ("empty.mp4", "noise.mov")
            apt = listens if file.suffix == ".wav" else looks
            assert ran.code == (1 if broken or not apt else 0), (file.name, ran)
            if ran.code:
                assert ran.error["code"].startswith("AP-") and ran.error["file"], file.name
                continue
            assert not list(claims(ran.document)), (file.name, ran.out)


def claims(document: object) -> Iterator[object]:
    """What a command says it found: boundaries, words, turns, slates."""
    if isinstance(document, dict):
        for name, value in document.items():
            if name in ("boundaries", "words", "lines", "turns", "slates", "drafts") and value:
                yield value
            yield from claims(value)
    elif isinstance(document, list):
        for one in document:
            yield from claims(one)


def test_a_header_of_ten_hours_is_no_shot_of_ten_hours(answerprint: Command, odd: Path) -> None:
    (shot,) = answerprint("shots", odd / "ten_hours.mp4", "--json").document["shots"]
    assert shot["end"]["time"] == "2/1"


@pytest.mark.parametrize("name", [card.name for card in Shelf().list() if card.kind != "file"])
def test_a_model_that_is_not_what_its_card_says_is_not_used(name: str, tmp_path: Path) -> None:
    shelf = Shelf()
    if not shelf.fetched(name):
        pytest.skip(f"{name} is not here: answerprint models fetch {name}")
    shutil.copytree(shelf.cache_dir / name, tmp_path / name)
    for file in (one for one in (tmp_path / name).rglob("*") if one.is_file()):
        changed(file)
    with pytest.raises(ModelError, match=name):
        Shelf(tmp_path).path(name)


def test_a_command_whose_model_was_changed_says_so(
    answerprint: Command, odd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "transnetv2"
    if not Shelf().fetched(name):
        pytest.skip(f"{name} is not here: answerprint models fetch {name}")
    shutil.copytree(Shelf().cache_dir / name, tmp_path / name)
    monkeypatch.setenv("ANSWERPRINT_MODELS", str(tmp_path))
    for file in (one for one in (tmp_path / name).rglob("*") if one.is_file()):
        changed(file)
    ran = answerprint("shots", odd / "black.mp4", "--backend", name, "--json")
    assert ran.code == 1
    assert ran.error["code"] == "AP-MODEL-002" and ran.error["remedy"]


def changed(file: Path) -> None:
    """One bit of it, in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
