"""Records to JSON and back, deterministically: the same record is always the same bytes.

Fractions are written `"n/d"`; keys keep their declared order; floats are written by msgspec (shortest form).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def _encode_other(value: Any) -> Any:
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def _decode_other(kind: type, value: Any) -> Any:
    if kind is Fraction and isinstance(value, str | int):
        return _fraction(value)
    raise NotImplementedError(f"{kind.__name__} has no JSON form")


# The same few rates stand in every time of a document: reading each once is four times quicker.
_fraction = lru_cache(maxsize=1024)(Fraction)
_encoder = msgspec.json.Encoder(enc_hook=_encode_other, order="deterministic")


def to_json(record: Any) -> bytes:
    """The record's canonical JSON."""
    return _encoder.encode(record)


def to_builtins(record: Any) -> Any:
    """The record as dicts, lists and scalars, as `--json` prints it."""
    return msgspec.to_builtins(record, enc_hook=_encode_other, order="deterministic")


def from_json(data: bytes | str, kind: type[T]) -> T:
    """A record of a kind. Raises msgspec.DecodeError for what is no JSON; of it ValidationError when the
    document does not fit, or is nested deeper than any record."""
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_decode_other)
    except RecursionError as error:
        raise msgspec.ValidationError("nested too deeply") from error


def from_builtins(data: Any, kind: type[T]) -> T:
    """A record of a kind from dicts, lists and scalars (a parsed TOML file, say)."""
    return msgspec.convert(data, type=kind, dec_hook=_decode_other)
