"""Reads PyTorch checkpoints without PyTorch and admits tensors only: no name in the pickle is looked up.

Both layouts of torch.save: the ZIP archive since 1.6, and the stream of pickles before it. A small machine of
our own follows the pickle's opcodes; whatever is no tensor becomes a thing that can do nothing.
"""

from __future__ import annotations

import io
import math
import pickletools
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError

MAX_PICKLE = 64 * 2**20  # bytes: a description of a million tensors takes less
MAX_NAMES = 100_000  # things passed through while tensors are named
MAX_DEPTH = 16  # of dictionaries within dictionaries
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C  # torch.serialization.MAGIC_NUMBER
LEGACY_PROTOCOL = 1001
ZIP_MAGIC = b"PK\x03\x04"

_DTYPES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


def read_checkpoint(path: Path) -> dict[str, NDArray[Any]]:
    """Tensors by their path through the file's dictionaries, joined by dots ("state_dict.linear.weight").

    Read-only arrays in their own type and shape; bfloat16, which NumPy lacks, is widened to float32.
    Optimizer states, settings and classes are left where they are. Raises ModelError AP-MODEL-008 for what is
    no checkpoint, holds opcodes that none needs, or tensors that do not fit their storage.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(4)
            stream.seek(0)
            read = _read_zip if start == ZIP_MAGIC else _read_legacy
            return read(stream, path.stat().st_size)
    except (
        *(ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, struct.error),
        *(zipfile.BadZipFile, NotImplementedError, RecursionError, UnicodeDecodeError),
    ) as error:
        raise ModelError("AP-MODEL-008", f"not a checkpoint of tensors: {error}", file=str(path)) from error


@dataclass(frozen=True)
class _Storage:
    key: str
    dtype: str
    kind: str
    elements: int


@dataclass(frozen=True)
class _Tensor:
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True)
class _Name:
    """A global the pickle names. It stays a name."""

    module: str
    name: str


class _Inert:
    """What an object of another class becomes: nothing is made, set or called."""


def _read_zip(stream: IO[bytes], size: int) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(stream) as archive:
        members = {one.filename: one for one in archive.infolist()}
        if len(members) != len(archive.infolist()):
            raise ValueError("a member is given twice")
        pickles = [one for one in members if one.endswith("/data.pkl") and one.count("/") == 1]
        if len(pickles) != 1:
            raise ValueError(f"it holds {len(pickles)} files data.pkl, not one")
        prefix = pickles[0].removesuffix("data.pkl")
        order = members.get(prefix + "byteorder")
        if order is not None and archive.read(order) != b"little":
            raise ValueError("its numbers are not little-endian")
        described = members[pickles[0]]
        if described.file_size > MAX_PICKLE:
            raise ValueError(f"its description is {described.file_size} bytes long")
        tensors = _named(_Machine(io.BytesIO(archive.read(described))).run())

        def storage_bytes(storage: _Storage) -> bytes:
            member = members[f"{prefix}data/{storage.key}"]
            if member.compress_type != zipfile.ZIP_STORED or member.file_size > size:
                raise ValueError(f"{member.filename} is compressed")
            return archive.read(member)

        return _filled(tensors, storage_bytes)


def _read_legacy(stream: IO[bytes], size: int) -> dict[str, NDArray[Any]]:
    if _Machine(stream).run() != LEGACY_MAGIC or _Machine(stream).run() != LEGACY_PROTOCOL:
        raise ValueError("it begins neither like an archive nor like a stream of torch.save")
    system = _Machine(stream).run()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ValueError("its numbers are not little-endian")
    tensors = _named(_Machine(stream).run())
    keys = _Machine(stream).run()
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ValueError("its storages are not listed")
    sizes = {one.storage.key: np.dtype(one.storage.dtype).itemsize for one in tensors.values()}
    storages: dict[str, bytes] = {}
    for key in keys:
        (elements,) = struct.unpack("<q", stream.read(8))
        if key not in sizes:
            raise ValueError(f"storage {key!r} belongs to no tensor, so its length is not known")
        length = elements * sizes[key]
        if not 0 <= length <= size:
            raise ValueError(f"storage {key!r} would be {length} bytes long")
        storages[key] = stream.read(length)
    return _filled(tensors, lambda storage: storages[storage.key])


def _named(root: Any) -> dict[str, _Tensor]:
    """Tensors of nested dictionaries by their dotted path."""
    found: dict[str, _Tensor] = {}
    waiting: list[tuple[str, Any, int]] = [("", root, 0)]
    passed = 0
    while waiting:
        name, value, depth = waiting.pop()
        passed += 1
        if passed > MAX_NAMES or depth > MAX_DEPTH:
            raise ValueError("its dictionaries do not end")
        if isinstance(value, _Tensor):
            if name in found:
                raise ValueError(f"the name {name!r} is given twice")
            found[name] = value
        elif isinstance(value, dict):
            waiting += [
                (f"{name}.{key}" if name else str(key), one, depth + 1)
                for key, one in reversed(value.items())
            ]
        elif isinstance(value, list | tuple):
            waiting += [(f"{name}.{i}", one, depth + 1) for i, one in reversed(list(enumerate(value)))]
    return found


def _filled(
    tensors: dict[str, _Tensor], storage_bytes: Callable[[_Storage], bytes]
) -> dict[str, NDArray[Any]]:
    read: dict[str, NDArray[Any]] = {}
    found: dict[str, NDArray[Any]] = {}
    for name, one in tensors.items():
        storage = one.storage
        if storage.key not in read:
            raw = storage_bytes(storage)
            if len(raw) != storage.elements * np.dtype(storage.dtype).itemsize:
                raise ValueError(f"{name!r} says {storage.elements} numbers and has {len(raw)} bytes")
            read[storage.key] = np.frombuffer(raw, storage.dtype)
        found[name] = _laid_out(name, one, read[storage.key])
    return found


def _laid_out(name: str, one: _Tensor, flat: NDArray[Any]) -> NDArray[Any]:
    """A tensor's part of its storage. Checked here: NumPy's strided views look at no bounds."""
    count = math.prod(one.shape)
    last = one.offset + sum((n - 1) * step for n, step in zip(one.shape, one.strides, strict=True) if n)
    if flat.dtype != np.dtype(one.storage.dtype) or count > len(flat) or (count and last >= len(flat)):
        raise ValueError(f"{name!r} does not lie within its storage")
    if not count:
        return np.zeros(one.shape, flat.dtype)
    strides = tuple(step * flat.itemsize for step in one.strides)
    view = np.lib.stride_tricks.as_strided(flat[one.offset :], one.shape, strides, writeable=False)
    tensor = np.ascontiguousarray(view).reshape(one.shape)
    if one.storage.kind == "BFloat16Storage":
        tensor = (tensor.astype(np.uint32) << 16).view(np.float32)
    tensor.flags.writeable = False
    return tensor


class _Machine:
    """Follows one pickle from a stream, up to its STOP. Knows the opcodes that torch.save writes."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def run(self) -> Any:
        try:
            for opcode, argument, _ in pickletools.genops(self._stream):
                if opcode.name == "STOP":
                    if len(self._stack) != 1 or self._marks:
                        raise ValueError("its pickle ends with something left over")
                    return self._stack.pop()
                self._step(opcode.name, argument)
        except AttributeError as error:  # an opcode met a value of another kind than it is for
            raise ValueError(f"its pickle makes no sense: {error}") from error
        raise ValueError("its pickle has no end")

    def _step(self, name: str, argument: Any) -> None:
        stack = self._stack
        if name in _VALUES:
            stack.append(argument)
        elif name in _CONSTANTS:
            stack.append(_CONSTANTS[name]())
        elif name in ("PROTO", "FRAME"):
            pass
        elif name == "MARK":
            self._marks.append(len(stack))
        elif name in ("BINPUT", "LONG_BINPUT"):
            self._memo[argument] = stack[-1]
        elif name == "MEMOIZE":
            self._memo[len(self._memo)] = stack[-1]
        elif name in ("BINGET", "LONG_BINGET"):
            stack.append(self._memo[argument])
        elif name in ("TUPLE1", "TUPLE2", "TUPLE3"):
            size = int(name[-1])
            if len(stack) < size:
                raise ValueError("its pickle takes more than it put")
            stack[-size:] = [tuple(stack[-size:])]
        elif name == "TUPLE":
            stack.append(tuple(self._to_mark()))
        elif name in ("APPEND", "APPENDS"):
            items = [stack.pop()] if name == "APPEND" else self._to_mark()
            if isinstance(stack[-1], list):
                stack[-1].extend(items)
        elif name in ("SETITEM", "SETITEMS"):
            value = stack.pop() if name == "SETITEM" else None
            items = [stack.pop(), value] if name == "SETITEM" else self._to_mark()
            if isinstance(stack[-1], dict):
                # Other keys name no tensor, and hashing a tuple of 100 000 levels ends the process.
                pairs = zip(items[::2], items[1::2], strict=True)
                stack[-1].update((key, one) for key, one in pairs if isinstance(key, str | int))
        elif name == "GLOBAL":
            module, _, what = argument.partition(" ")
            stack.append(_Name(module, what))
        elif name == "STACK_GLOBAL":
            what, module = stack.pop(), stack.pop()
            stack.append(_Name(str(module), str(what)))
        elif name in ("REDUCE", "NEWOBJ"):
            arguments, what = stack.pop(), stack.pop()
            stack.append(_made(what, arguments))
        elif name == "BUILD":
            stack.pop()  # what would be set on an object: ours have nothing to set
            stack[-1]  # an object must be there
        elif name == "BINPERSID":
            stack.append(_storage(stack.pop()))
        else:
            raise ValueError(f"its pickle holds {name}, which no checkpoint needs")

    def _to_mark(self) -> list[Any]:
        at = self._marks.pop()
        if at > len(self._stack):
            raise ValueError("its pickle takes more than it put")
        items = self._stack[at:]
        del self._stack[at:]
        return items


_VALUES = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "LONG4", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE"}
)
_CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_DICT": dict,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
}


def _made(what: Any, arguments: Any) -> Any:
    """What a call in the pickle stands for: a tensor, an ordered dictionary, or nothing."""
    if what == _Name("torch._utils", "_rebuild_tensor_v2"):
        storage, offset, shape, strides = arguments[:4]
        sizes = (offset, *shape, *strides)
        if not isinstance(storage, _Storage) or not all(type(one) is int and one >= 0 for one in sizes):
            raise ValueError("a tensor has no proper storage, place and shape")
        return _Tensor(storage, offset, tuple(shape), tuple(strides))
    if what == _Name("torch._utils", "_rebuild_parameter"):
        return arguments[0]
    if what == _Name("collections", "OrderedDict") and arguments == ():
        return {}
    return _Inert()


def _storage(persistent: Any) -> _Storage:
    """A storage from its persistent id: ("storage", type, key, device, elements, and in old files a view)."""
    word, kind, key, _, elements, *view = persistent
    if word != "storage" or not isinstance(kind, _Name) or kind.module != "torch" or any(view):
        raise ValueError("a tensor's storage is described in an unknown way")
    if kind.name not in _DTYPES:
        raise ValueError(f"numbers of the type {kind.name} are not known")
    if not isinstance(key, str) or type(elements) is not int or elements < 0:
        raise ValueError("a tensor's storage has no proper name and length")
    return _Storage(key, _DTYPES[kind.name], kind.name, elements)
