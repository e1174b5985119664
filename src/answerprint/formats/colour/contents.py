"""The bytes of a colour file, or the reason why there are none."""

from __future__ import annotations

from pathlib import Path

from answerprint.core.errors import FormatError


def contents_of(path: Path) -> bytes:
    """Raises FormatError AP-FORMAT-800 where the file cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FormatError(
            "AP-FORMAT-800", f"it cannot be read: {error.strerror}", file=str(path), remedy="check the path"
        ) from error
