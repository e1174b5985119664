"""A PyTorch checkpoint gives its tensors, and nothing it says is ever looked up, called or believed."""

from __future__ import annotations

import os
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerprint.core.errors import ModelError
from answerprint.models.checkpoints import LEGACY_MAGIC, LEGACY_PROTOCOL, read_checkpoint

FLOAT = "FloatStorage"


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + len(raw).to_bytes(4, "little") + raw


def whole(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def named(module: str, name: str) -> bytes:
    return f"c{module}\n{name}\n".encode()


def row(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def table(**items: bytes) -> bytes:
    return b"}(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


def storage(key: str, elements: int, kind: str = FLOAT, *view: bytes) -> bytes:
    return row(text("storage"), named("torch", kind), text(key), text("cpu"), whole(elements), *view) + b"Q"


def tensor(stored: bytes, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """What torch._utils._rebuild_tensor_v2 is given: the layout of torch.save (protocol 2)."""
    hooks = named("collections", "OrderedDict") + b")R"
    sizes, steps = row(*map(whole, shape)), row(*map(whole, strides))
    arguments = row(stored, whole(offset), sizes, steps, b"\x89", hooks)
    return named("torch._utils", "_rebuild_tensor_v2") + arguments + b"R"


def archive(path: Path, described: bytes, compress: int = zipfile.ZIP_STORED, **data: bytes) -> Path:
    with zipfile.ZipFile(path, "w", compress) as out:
        out.writestr("archive/data.pkl", b"\x80\x02" + described + b".")
        for key, raw in data.items():
            out.writestr(f"archive/data/{key.removeprefix('s')}", raw)
    return path


def legacy(path: Path, described: bytes, keys: list[str], *data: bytes) -> Path:
    parts = [pickle.dumps(one, 2) for one in (LEGACY_MAGIC, LEGACY_PROTOCOL, {"little_endian": True})]
    parts += [b"\x80\x02" + described + b".", pickle.dumps(keys, 2), *data]
    path.write_bytes(b"".join(parts))
    return path


VALUES = np.arange(6, dtype="<f4")


def test_an_archive_gives_its_tensors_by_their_path(tmp_path: Path) -> None:
    layer = table(
        weight=tensor(storage("0", 6), 0, (2, 3), (3, 1)), bias=tensor(storage("0", 6), 4, (2,), (1,))
    )
    file = archive(tmp_path / "x.bin", table(state_dict=layer, epoch=whole(7)), s0=VALUES.tobytes())
    found = read_checkpoint(file)
    assert list(found) == ["state_dict.weight", "state_dict.bias"]
    assert np.array_equal(found["state_dict.weight"], VALUES.reshape(2, 3))
    assert np.array_equal(found["state_dict.bias"], [4, 5])
    with pytest.raises(ValueError, match="read-only"):
        found["state_dict.bias"][0] = 1


def test_a_transposed_view_keeps_its_order(tmp_path: Path) -> None:
    file = archive(
        tmp_path / "x.bin", table(w=tensor(storage("0", 6), 0, (3, 2), (1, 3))), s0=VALUES.tobytes()
    )
    assert np.array_equal(read_checkpoint(file)["w"], VALUES.reshape(2, 3).T)


def test_the_layout_before_archives_is_read_too(tmp_path: Path) -> None:
    two = np.array([5, -6], "<i8")
    described = table(
        a=tensor(storage("11", 6, FLOAT, b"N"), 0, (6,), (1,)),
        b=tensor(storage("22", 2, "LongStorage", b"N"), 0, (2,), (1,)),
    )
    data = struct.pack("<q", 2) + two.tobytes() + struct.pack("<q", 6) + VALUES.tobytes()
    found = read_checkpoint(legacy(tmp_path / "x.pt", described, ["22", "11"], data))
    assert np.array_equal(found["a"], VALUES)
    assert np.array_equal(found["b"], two) and found["b"].dtype == np.int64


def test_bfloat16_is_the_upper_half_of_a_float32(tmp_path: Path) -> None:
    values = np.array([0.0, 1.0, -2.5, 3.140625], np.float32)
    raw = (values.view(np.uint32) >> 16).astype("<u2").tobytes()
    described = table(w=tensor(storage("0", 4, "BFloat16Storage"), 0, (4,), (1,)))
    assert np.array_equal(read_checkpoint(archive(tmp_path / "x", described, s0=raw))["w"], values)


class _Harmful:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.mark),)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_pickle_that_calls_a_function_calls_nothing(tmp_path: Path, protocol: int) -> None:
    mark = tmp_path / "was-here"
    body = pickle.dumps({"state_dict": {}, "trap": _Harmful(mark)}, protocol)
    with zipfile.ZipFile(tmp_path / "x.bin", "w") as out:
        out.writestr("archive/data.pkl", body)
    assert read_checkpoint(tmp_path / "x.bin") == {}
    pickle.loads(body)
    assert mark.is_dir(), "the trap works where pickles are believed"


def test_a_class_of_another_library_becomes_nothing(tmp_path: Path) -> None:
    made = named("omegaconf.nodes", "AnyNode") + b")\x81" + table(secret=whole(1)) + b"b"
    weight = tensor(storage("0", 6), 0, (6,), (1,))
    file = archive(tmp_path / "x", table(hyper=made, w=weight), s0=VALUES.tobytes())
    assert list(read_checkpoint(file)) == ["w"]


@pytest.mark.parametrize(
    ("shape", "offset", "strides"),
    [
        ((7,), 0, (1,)),
        ((2,), 5, (1,)),
        ((2, 3), 0, (4, 1)),
        ((1000000, 1000000), 0, (0, 0)),
        ((2,), -1, (1,)),
        ((2,), 3, (-1,)),
        ((-2,), 0, (1,)),
        ((2, 2), 0, (1,)),
    ],
)
def test_a_tensor_outside_its_storage_is_refused(
    tmp_path: Path, shape: tuple[int, ...], offset: int, strides: tuple[int, ...]
) -> None:
    described = table(w=tensor(storage("0", 6), offset, shape, strides))
    refused(archive(tmp_path / "x", described, s0=VALUES.tobytes()))


def refused(file: Path) -> None:
    with pytest.raises(ModelError) as caught:
        read_checkpoint(file)
    assert caught.value.code == "AP-MODEL-008"
    assert caught.value.file == str(file)


def test_a_storage_of_another_length_is_refused(tmp_path: Path) -> None:
    described = table(w=tensor(storage("0", 6), 0, (6,), (1,)))
    refused(archive(tmp_path / "short", described, s0=VALUES.tobytes()[:-1]))
    refused(archive(tmp_path / "long", described, s0=VALUES.tobytes() * 2))
    refused(archive(tmp_path / "absent", described))
    claimed = table(w=tensor(storage("0", 2**31 - 1), 0, (6,), (1,)))
    refused(archive(tmp_path / "claimed", claimed, s0=VALUES.tobytes()))
    refused(legacy(tmp_path / "old", described, ["0"], struct.pack("<q", 2**62)))


def test_a_compressed_storage_is_refused_before_it_grows(tmp_path: Path) -> None:
    described = table(w=tensor(storage("0", 2_000_000), 0, (6,), (1,)))
    refused(archive(tmp_path / "x", described, zipfile.ZIP_DEFLATED, s0=bytes(8_000_000)))


def test_dictionaries_that_hold_themselves_end(tmp_path: Path) -> None:
    loop = b"}q\x00" + text("again") + b"h\x00s"
    refused(archive(tmp_path / "loop", loop))
    # Each list holds the one before twice: 2^60 names from 400 bytes.
    doubling = b"]q\x00" + b"".join(b"0" + b"](h\x00h\x00eq\x00" for _ in range(60))
    refused(archive(tmp_path / "doubling", doubling.replace(b"0](", b"](")))


def test_a_key_of_a_hundred_thousand_levels_ends_no_process(tmp_path: Path) -> None:
    deep = b")" + b"\x85" * 200_000
    assert read_checkpoint(archive(tmp_path / "deep", b"}" + deep + whole(1) + b"s")) == {}
    parts = [pickle.dumps(one, 2) for one in (LEGACY_MAGIC, LEGACY_PROTOCOL, {"little_endian": True}, {})]
    (tmp_path / "old").write_bytes(b"".join(parts) + b"\x80\x02](" + deep + b"e.")
    refused(tmp_path / "old")


@pytest.mark.parametrize(
    "body",
    [b"", b"PK\x03\x04", b"hello", b"\x80\x02.", b"\x80\x02N.", b"\x80\x02t.", b"\x80\x02(.", b"\x80\x02N"],
)
def test_what_is_no_checkpoint_says_so(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "x.bin").write_bytes(body)
    refused(tmp_path / "x.bin")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_checkpoint_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: Any) -> None:
    layer = table(w=tensor(storage("0", 6), 0, (2, 3), (3, 1)), b=tensor(storage("0", 6), 4, (2,), (1,)))
    body = bytearray(b"\x80\x02" + table(state_dict=layer) + b".")
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "mutated.bin"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("archive/data.pkl", bytes(body))
        out.writestr("archive/data/0", VALUES.tobytes())
    try:
        found = read_checkpoint(path)
    except ModelError as error:
        assert error.code == "AP-MODEL-008"
    else:
        assert all(isinstance(one, np.ndarray) for one in found.values())
