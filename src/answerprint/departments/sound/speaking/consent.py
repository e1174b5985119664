"""Consent to a person's voice: a record, and whether it covers what is asked.

A record names person, scope (`voice`), production, granted_by, date, until, and the digest of the model
(SHA-256, or `any`). A voice that is nobody's needs none.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from answerprint.formats.screenplays.model import normalise

SCOPE = "voice"
ANY = "any"
KEYS = ("person", "scope", "production", "granted_by", "date", "until", "digest")


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A record as it was given. date, until: both days are inside; until None has no end."""

    person: str
    scope: tuple[str, ...]
    production: str
    granted_by: str
    date: datetime.date
    until: datetime.date | None
    digest: str

    @property
    def told(self) -> str:
        end = f", until {self.until.isoformat()}" if self.until is not None else ""
        return f"consent of {self.person}, granted by {self.granted_by} on {self.date.isoformat()}{end}"


def consents_of(document: Mapping[str, Any]) -> tuple[Consent, ...]:
    """The records of a document: itself one, or those of its `consent` list. Raises ValueError naming what is
    missing or no record's."""
    rows = document.get("consent", [document])
    if not isinstance(rows, list) or not rows:
        raise ValueError("`consent` is no list of records")
    return tuple(_record(row, number) for number, row in enumerate(rows, start=1))


def covering(
    records: Sequence[Consent], person: str, productions: Sequence[str], digest: str, today: datetime.date
) -> Consent | str:
    """The record that covers this person's voice today, or why none does.

    productions: the names that the production goes by. digest: SHA-256 of the model; empty where no model is
    used, which only `any` covers.
    """
    own = [one for one in records if normalise(one.person) == normalise(person)]
    if not own:
        return f"no record names {person}"
    names = {normalise(one) for one in productions if one}
    why = ""
    for one in own:
        if SCOPE not in one.scope:
            why = f"it is given for {', '.join(one.scope) or 'nothing'}, not for the voice"
        elif one.production != ANY and normalise(one.production) not in names:
            why = f"it is given for {one.production!r}, and this is {productions[0]!r}"
        elif today < one.date:
            why = f"it begins on {one.date.isoformat()}"
        elif one.until is not None and today > one.until:
            why = f"it ended on {one.until.isoformat()}"
        elif one.digest != ANY and one.digest != digest:
            why = "it is given for another model (its digest differs)"
        else:
            return one
    return why


def _record(row: Any, number: int) -> Consent:
    if not isinstance(row, Mapping):
        raise ValueError(f"record {number} is no table")
    missing = [key for key in KEYS if key not in row and key != "until"]
    if missing:
        raise ValueError(f"record {number} lacks {', '.join(missing)}")
    scope = row["scope"]
    texts = {key: row[key] for key in ("person", "production", "granted_by", "digest")}
    empty = [key for key, value in texts.items() if not isinstance(value, str) or not value.strip()]
    if empty:
        raise ValueError(f"record {number}: {', '.join(empty)} is no text")
    return Consent(
        person=texts["person"].strip(),
        scope=tuple(str(one).casefold() for one in (scope if isinstance(scope, list) else [scope])),
        production=texts["production"].strip(),
        granted_by=texts["granted_by"].strip(),
        date=_day(row["date"], number, "date"),
        until=_day(row["until"], number, "until") if row.get("until") else None,
        digest=texts["digest"].strip().casefold().removeprefix("sha256:"),
    )


def _day(value: Any, number: int, key: str) -> datetime.date:
    if isinstance(value, datetime.datetime):
        return value.date()
    if isinstance(value, datetime.date):
        return value
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError(f"record {number}: {key} {value!r} is no day (2027-01-31)") from error
