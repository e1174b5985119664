"""Text files as people send them: byte-order marks, encodings, and line ends of three systems."""

from __future__ import annotations

import codecs
from pathlib import Path

from answerprint.core.errors import FormatError, UsageError
from answerprint.core.findings import Evidence, Finding

TEXT_LIMIT = 64 * 1024 * 1024  # bytes; the longest screenplay or edit list is far below it
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_text(path: Path) -> tuple[str, str]:
    """A file's text with `\\n` line ends, and the encoding it was read in (`utf-8`, `cp1252`, …).

    A byte-order mark decides; else UTF-8; else Windows-1252, which most old screenplay and subtitle
    programs wrote. Raises UsageError AP-USE-010 when the file cannot be opened, FormatError AP-FORMAT-001
    when it is no text, AP-FORMAT-002 when it is too large to be one.
    """
    data = read_head(path, TEXT_LIMIT + 1)
    if len(data) > TEXT_LIMIT:
        raise FormatError(
            "AP-FORMAT-002",
            f"larger than {TEXT_LIMIT // 2**20} MiB: this is no text file",
            file=str(path),
        )
    return decode_text(data, file=str(path))


def read_head(path: Path, most: int) -> bytes:
    """A file's first bytes, at most `most`. Raises UsageError AP-USE-010 when it cannot be opened."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise UsageError(
            "AP-USE-010",
            f"cannot be read: {error.strerror}",
            file=str(path),
            remedy="check the path and its permissions",
        ) from error


def guessed_encoding(name: str) -> Finding:
    """That a text file was read as Windows-1252 because it is not UTF-8; name is the file's, for people."""
    return Finding(
        code="text.encoding_guessed",
        message=f"{name} is not UTF-8 and was read as Windows-1252: check its accented letters",
        severity="warning",
        subject=name,
        evidence=(Evidence(measure="encoding", value="cp1252"),),
    )


def decode_text(data: bytes, *, file: str | None = None) -> tuple[str, str]:
    """As `read_text`, from bytes."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = _decode(data[len(mark) :], encoding, file)
            return one_line_end(text), encoding
    # A NUL is never text in UTF-8 or Windows-1252: a picture, an archive, a binary document.
    at = data.find(b"\0")
    if at >= 0:
        raise FormatError(
            "AP-FORMAT-001",
            "this is not a text file",
            file=file,
            at=f"byte {at}",
            remedy="export it as plain text in UTF-8",
        )
    try:
        return one_line_end(data.decode("utf-8")), "utf-8"
    except UnicodeDecodeError:
        return one_line_end(_decode(data, "cp1252", file)), "cp1252"


def one_line_end(text: str) -> str:
    """Windows and old Macintosh line ends as `\\n`; a leading byte-order mark gone."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes, encoding: str, file: str | None) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FormatError(
            "AP-FORMAT-001",
            f"this is not text in {encoding}",
            file=file,
            at=f"byte {error.start}",
            remedy="save it as UTF-8",
        ) from error
