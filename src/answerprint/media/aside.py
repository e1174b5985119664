"""Files come into being whole: written aside in the same folder, flushed to disk, then renamed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from answerprint.core.errors import MediaError


@contextmanager
def written_aside(out: Path) -> Iterator[Path]:
    """A path to write to; it becomes `out` when the block ends well and is removed when it does not.

    Raises MediaError AP-MEDIA-050 when the folder cannot be written.
    """
    aside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        yield aside
        with aside.open("rb") as handle:
            os.fsync(handle.fileno())
        aside.replace(out)
    except OSError as error:
        raise MediaError(
            "AP-MEDIA-050",
            f"cannot write: {error.strerror or error}",
            file=str(out),
            remedy="check that the folder exists, may be written, and has space",
        ) from error
    finally:
        with suppress(OSError):  # the place itself may be impossible: a file for a folder, too long a name
            aside.unlink()
