"""Coded errors: what went wrong, in which file, where, and what to do about it.

AnswerprintError          exit 1
├── UsageError            exit 2   AP-USE-…      a wrong option, value or path given by the user
├── NotAvailableError     exit 4   AP-NEED-…     a model or program is missing
├── MediaError            exit 1   AP-MEDIA-…    media/
├── FormatError           exit 1   AP-FORMAT-…   formats/
├── StoreError            exit 1   AP-STORE-…    store/
├── EngineError           exit 1   AP-ENGINE-…   engine/
├── FootageError          exit 1   AP-FOOTAGE-…  departments/footage
├── ScriptError           exit 1   AP-SCRIPT-…   departments/script
├── PlanError             exit 1   AP-PLAN-…     departments/planning
└── ModelError            exit 1   AP-MODEL-…    models/
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    NEEDS_A_PERSON = 3
    NOT_AVAILABLE = 4


class AnswerprintError(Exception):
    """An error a person can act on.

    code: `AP-AREA-nnn`, stable between releases. file: the file concerned, as the user named it.
    at: the place inside it (a timecode, a line number, a byte). remedy: what to do now.
    """

    exit_code: ClassVar[Exit] = Exit.FAILED

    def __init__(
        self,
        code: str,
        message: str,
        *,
        file: str | None = None,
        at: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.file = file
        self.at = at
        self.remedy = remedy

    def __str__(self) -> str:
        place = " ".join(part for part in (self.file, f"at {self.at}" if self.at else None) if part)
        text = f"{self.code} {place + ': ' if place else ''}{self.message}"
        return f"{text} ({self.remedy})" if self.remedy else text

    def document(self) -> dict[str, dict[str, str | None]]:
        """The error as the JSON document that `--json` prints."""
        return {
            "error": {
                "code": self.code,
                "message": self.message,
                "file": self.file,
                "at": self.at,
                "remedy": self.remedy,
            }
        }

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.message, self.file, self.at, self.remedy)


def _rebuild(
    kind: type[AnswerprintError],
    code: str,
    message: str,
    file: str | None,
    at: str | None,
    remedy: str | None,
) -> AnswerprintError:
    return kind(code, message, file=file, at=at, remedy=remedy)


class UsageError(AnswerprintError):
    exit_code = Exit.USAGE


class NotAvailableError(AnswerprintError):
    exit_code = Exit.NOT_AVAILABLE


class MediaError(AnswerprintError):
    pass


class FormatError(AnswerprintError):
    pass


class StoreError(AnswerprintError):
    pass


class EngineError(AnswerprintError):
    pass


class FootageError(AnswerprintError):
    pass


class ScriptError(AnswerprintError):
    pass


class PlanError(AnswerprintError):
    pass


class ModelError(AnswerprintError):
    pass
