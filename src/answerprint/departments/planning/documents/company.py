"""What call sheets say and no screenplay knows, from a TOML file."""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec

from answerprint.core.encoding import from_builtins
from answerprint.core.errors import PlanError
from answerprint.departments.planning.documents.call_sheets import Company
from answerprint.formats.text import read_text


def read_company(path: Path) -> Company:
    """The company's facts. Raises PlanError AP-PLAN-081 naming the key, and what `read_text` raises."""
    text, _ = read_text(path)
    known = [field.name for field in msgspec.structs.fields(Company)]
    try:
        values = tomllib.loads(text)
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise msgspec.ValidationError(f"there is no key {unknown[0]!r}")
        return from_builtins(values, Company)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError, msgspec.ValidationError) as error:
        raise PlanError(
            "AP-PLAN-081", str(error)[:300], file=str(path), remedy=f"keys: {', '.join(known)}"
        ) from error
