"""Checksums of offloading: MD5, SHA-1, C4 and xxHash, fed together from one reading of a file."""

from __future__ import annotations

import ctypes
import hashlib
import importlib
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Protocol

from answerprint.core.errors import NotAvailableError, UsageError
from answerprint.formats.cameras.mhl import FORMATS

_C4_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_C4_LENGTH = 88  # base-58 digits of 512 bits, after "c4" (SMPTE ST 2114)


class Digest(Protocol):
    def update(self, data: Any, /) -> None: ...
    def digest(self) -> bytes: ...


def available(form: str) -> bool:
    """Whether a format can be computed here. xxHash needs its Python module or the system's library."""
    return _maker(form) is not None


def default_format() -> str:
    """xxh64, the trade's usual one, where xxHash is there; else MD5."""
    return "xxh64" if available("xxh64") else "md5"


def check_formats(names: Sequence[str]) -> tuple[str, ...]:
    """The formats asked for, each once. Raises UsageError AP-USE-210 for a name that is none,
    NotAvailableError AP-NEED-210 where xxHash is missing."""
    for name in names:
        if name not in FORMATS:
            raise UsageError(
                "AP-USE-210", f"{name!r} is no checksum of ASC MHL", remedy=f"one of {', '.join(FORMATS)}"
            )
        if not available(name):
            raise missing_xxhash(name)
    return tuple(dict.fromkeys(names)) or (default_format(),)


def missing_xxhash(name: str) -> NotAvailableError:
    return NotAvailableError(
        "AP-NEED-210",
        f"{name} needs xxHash, which is not on this machine",
        remedy="pip install xxhash, or install the system's libxxhash; md5, sha1 and c4 need nothing",
    )


class Checksums:
    """Several formats at once over the same bytes."""

    def __init__(self, formats: Iterable[str]) -> None:
        self._digests: dict[str, Digest] = {}
        for one in formats:
            make = _maker(one)
            if make is None:
                raise missing_xxhash(one)
            self._digests[one] = make()

    def update(self, data: Any) -> None:
        for one in self._digests.values():
            one.update(data)

    def values(self) -> dict[str, str]:
        """Each format's value as hash lists write it."""
        return {form: as_text(form, one.digest()) for form, one in self._digests.items()}


def as_text(form: str, digest: bytes) -> str:
    """A digest as hash lists write it: hexadecimal, or a C4 id."""
    if form != "c4":
        return digest.hex()
    number = int.from_bytes(digest, "big")
    digits = []
    while number:
        number, rest = divmod(number, 58)
        digits.append(_C4_DIGITS[rest])
    return "c4" + "".join(reversed(digits)).rjust(_C4_LENGTH, _C4_DIGITS[0])


def as_bytes(form: str, text: str) -> bytes:
    """A digest's bytes from its text. Raises ValueError for text that is none."""
    if form != "c4":
        return bytes.fromhex(text)
    if len(text) != _C4_LENGTH + 2 or not text.startswith("c4"):
        raise ValueError(f"{text!r} is no C4 id")
    number = 0
    for one in text[2:]:
        number = number * 58 + _C4_DIGITS.index(one)
    return number.to_bytes(64, "big")


def of_bytes(form: str, data: bytes) -> str:
    """The checksum of some bytes."""
    sums = Checksums((form,))
    sums.update(data)
    return sums.values()[form]


def of_list(form: str, values: Iterable[str]) -> str:
    """ASC MHL's hash of a folder: over its children's digests, in the order of their texts."""
    sums = Checksums((form,))
    for one in sorted(values):
        sums.update(as_bytes(form, one))
    return sums.values()[form]


@cache
def _maker(form: str) -> Callable[[], Digest] | None:
    if form == "md5":
        return lambda: hashlib.md5(usedforsecurity=False)
    if form == "sha1":
        return lambda: hashlib.sha1(usedforsecurity=False)
    if form == "c4":
        return hashlib.sha512
    name = {"xxh64": "xxh64", "xxh3": "xxh3_64", "xxh128": "xxh3_128", "xxh32": "xxh32"}.get(form)
    if name is None:
        return None
    try:
        module = importlib.import_module("xxhash")
    except ImportError:
        return _from_library(form)
    found: Callable[[], Digest] = getattr(module, name)
    return found


@cache
def _library() -> ctypes.CDLL | None:
    # By its names: asking the system where it is starts other programs, which takes longer than a small card.
    for name in ("libxxhash.so.0", "libxxhash.0.dylib", "/opt/homebrew/lib/libxxhash.dylib"):
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None


def _from_library(form: str) -> Callable[[], Digest] | None:
    library = _library()
    if library is None or form not in ("xxh64", "xxh32", "xxh3", "xxh128"):
        return None
    family = {"xxh64": "XXH64", "xxh32": "XXH32"}.get(form, "XXH3")
    bits = {"xxh3": "_64bits", "xxh128": "_128bits"}.get(form, "")
    if not hasattr(library, f"{family}{bits}_digest"):
        return None  # an old library without the third family

    class SystemXxHash:
        """xxHash of the system's C library, by its streaming interface."""

        def __init__(self) -> None:
            create = getattr(library, f"{family}_createState")
            create.restype = ctypes.c_void_p
            self._free = getattr(library, f"{family}_freeState")
            self._free.argtypes = (ctypes.c_void_p,)
            self._state = ctypes.c_void_p(create())
            if not self._state:
                raise MemoryError("xxHash has no memory for its state")
            reset = getattr(library, f"{family}{bits}_reset")
            if family == "XXH3":
                reset.argtypes = (ctypes.c_void_p,)
                reset(self._state)
            else:
                reset.argtypes = (ctypes.c_void_p, ctypes.c_uint64 if form == "xxh64" else ctypes.c_uint32)
                reset(self._state, 0)
            self._update = getattr(library, f"{family}{bits}_update")
            self._update.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
            self._end = getattr(library, f"{family}{bits}_digest")
            self._end.argtypes = (ctypes.c_void_p,)
            kinds: dict[str, Any] = {"xxh32": ctypes.c_uint32, "xxh128": _Halves}
            self._end.restype = kinds.get(form, ctypes.c_uint64)

        def update(self, data: Any, /) -> None:
            view = memoryview(data)
            if view.readonly:
                held = bytes(view)
                self._update(self._state, held, len(held))
            elif view.nbytes:
                self._update(self._state, (ctypes.c_char * view.nbytes).from_buffer(view), view.nbytes)

        def digest(self) -> bytes:
            found = self._end(self._state)
            if form == "xxh128":
                return int(found.high).to_bytes(8, "big") + int(found.low).to_bytes(8, "big")
            return int(found).to_bytes(4 if form == "xxh32" else 8, "big")

        def __del__(self) -> None:
            if getattr(self, "_state", None):
                self._free(self._state)

    return SystemXxHash


class _Halves(ctypes.Structure):
    _fields_ = (("low", ctypes.c_uint64), ("high", ctypes.c_uint64))
