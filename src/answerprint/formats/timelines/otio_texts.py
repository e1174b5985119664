"""Texts that JSON and OTIO would not keep, written so that they come back as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_HEX = "utf8_hex"


def exact_text(text: str) -> Any:
    """A text that JSON and OTIO keep: itself, or its bytes in hex where it holds NUL or no Unicode."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        return {_HEX: text.encode("utf-8", "surrogateescape").hex()}
    return text


def exact(value: Any) -> Any:
    """Builtins with every text made one that survives."""
    if isinstance(value, str):
        return exact_text(value)
    if isinstance(value, Mapping):
        return {key: exact(one) for key, one in value.items()}
    return [exact(one) for one in value] if isinstance(value, list | tuple) else value


def restored(value: Any) -> Any:
    """The inverse of `exact`, with OTIO's containers turned into dicts and lists."""
    if isinstance(value, Mapping):
        if set(value) == {_HEX}:
            return bytes.fromhex(value[_HEX]).decode("utf-8", "surrogateescape")
        return {key: restored(value[key]) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [restored(one) for one in value]
    return value
