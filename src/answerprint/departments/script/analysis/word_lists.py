"""The word lists of data/words.toml."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files


def word_list(name: str) -> tuple[str, ...]:
    """A list by name, in written order."""
    return tuple(_lists()[name].split())


@lru_cache(maxsize=1)
def _lists() -> dict[str, str]:
    data = files("answerprint.departments.script.analysis").joinpath("data/words.toml").read_text("utf-8")
    return tomllib.loads(data)
