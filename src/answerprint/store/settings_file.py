"""production.toml: written with every option explained, read with errors that name key, line and remedy."""

from __future__ import annotations

import json
import math
import re
import tomllib
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from answerprint.core.encoding import from_builtins
from answerprint.core.errors import StoreError
from answerprint.store.disk import display_name
from answerprint.store.settings import WEIGHTS, Settings, default_weights, disagreement

_HEAD = """\
# What this production settles. Every option may be left out; it then has the value a new file shows.
"""
_WEIGHTS_NOTE = "How much each quality of a take counts when takes are compared; 0 leaves it out."
_BREAK_AT = 100  # characters of a comment line


def format_settings(settings: Settings) -> str:
    """The text of production.toml, each option under a comment that explains it."""
    lines = [_HEAD]
    for table in msgspec.structs.fields(Settings):
        record = getattr(settings, table.name)
        lines.append(f"[{table.name}]")
        for field in msgspec.structs.fields(type(record)):
            if field.name == "weights":
                continue
            lines += _comment(_explanation(type(record), field.name))
            lines.append(f"{field.name} = {format_value(getattr(record, field.name))}")
        lines.append("")
        if table.name == "editorial":
            lines += [*_comment(_WEIGHTS_NOTE), "[editorial.weights]"]
            for name, weight in {**default_weights(), **record.weights}.items():
                lines += [*_comment(WEIGHTS[name][1]), f"{name} = {format_value(weight)}"]
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def parse_settings(text: str, path: Path) -> Settings:
    """The settings of a production.toml.

    Raises StoreError AP-STORE-003 for text that is not TOML, AP-STORE-004 for an unknown table or option,
    AP-STORE-005 for a value that does not do; each with the line.
    """
    document = parse_toml(text, path, "AP-STORE-003")
    _check_names(document, text, path)
    editorial = document.get("editorial")
    if isinstance(editorial, dict) and isinstance(editorial.get("weights"), dict):
        given = editorial["weights"]
        for name, weight in given.items():
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < math.inf:
                keys = ["editorial", "weights", name]
                raise _wrong(path, text, keys, "expected a number from 0 up", "see the comment above it")
        document = {**document, "editorial": {**editorial, "weights": {**default_weights(), **given}}}
    try:
        settings = from_builtins(document, Settings)
    except msgspec.ValidationError as error:
        what, _, place = str(error).partition(" - at ")
        keys = re.findall(r"\.(\w+)", place.replace("[...]", ""))
        raise _wrong(path, text, keys, what[:1].lower() + what[1:], "see the comment above it") from error
    found = disagreement(settings)
    if found is not None:
        table, key, what, remedy = found
        raise _wrong(path, text, [*table.split("."), key], what, remedy)
    return settings


def explanation_of(table: str, option: str) -> str:
    """What an option of production.toml is for: the comment that stands above it in a new file."""
    tables = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    return _explanation(tables[table], option)


def parse_toml(text: str, path: Path, code: str) -> dict[str, Any]:
    """A TOML document. Raises StoreError with the code given, naming the line, when it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = re.search(r"\(at line (\d+), column \d+\)", message)
        line = place[1] if place else str(len(text.splitlines()))
        raise StoreError(
            code,
            f"not TOML: {message.split(' (at ')[0]}",
            file=display_name(path),
            at=f"line {line}",
            remedy="mend that line (https://toml.io); text stands in quotes",
        ) from error


def format_value(value: str | bool | int | float | Sequence[str] | Mapping[str, str]) -> str:
    """A scalar, a list or an inline table as TOML writes it."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{format_value(name)} = {format_value(one)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's escapes are TOML's, but TOML wants DEL escaped too
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Sequence):
        return f"[{', '.join(format_value(one) for one in value)}]"
    return repr(value)


def line_of(text: str, keys: list[str]) -> int:
    """The line (from 1) where a key of a table is set; its table's line when it is not set by itself."""
    table: list[str] = []
    fallback = 1
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\[\]]+)\]", line)
        if header:
            table = [part.strip(" \"'") for part in header[1].split(".")]
            if table == keys[: len(table)]:
                fallback = number
                if table == keys:
                    return number
            continue
        setting = re.match(r"\s*([\w\"'. -]+?)\s*=", line)
        if setting:
            path = table + [part.strip(" \"'") for part in setting[1].split(".")]
            if path == keys[: len(path)]:
                return number
    return fallback


def _check_names(document: dict[str, Any], text: str, path: Path) -> None:
    for keys, known in _unknown_names(document):
        raise StoreError(
            "AP-STORE-004",
            f"there is no option {'.'.join(keys)}",
            file=display_name(path),
            at=f"line {line_of(text, keys)}",
            remedy=f"known here: {', '.join(known)}",
        )


def _unknown_names(document: dict[str, Any]) -> Iterator[tuple[list[str], list[str]]]:
    tables = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    for table, content in document.items():
        if table not in tables:
            yield [table], list(tables)
        elif isinstance(content, dict):
            options = [field.name for field in msgspec.structs.fields(tables[table])]
            for option, value in content.items():
                if option not in options:
                    yield [table, option], options
                elif option == "weights" and isinstance(value, dict):
                    yield from (([table, option, one], list(WEIGHTS)) for one in value if one not in WEIGHTS)


def _wrong(path: Path, text: str, keys: list[str], what: str, remedy: str) -> StoreError:
    return StoreError(
        "AP-STORE-005",
        f"{'.'.join(keys)}: {what}",
        file=display_name(path),
        at=f"line {line_of(text, keys)}",
        remedy=remedy,
    )


def _explanation(record: type, name: str) -> str:
    hint = typing.get_type_hints(record, include_extras=True)[name]
    return " ".join(meta.description for meta in getattr(hint, "__metadata__", ()) if meta.description)


def _comment(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= _BREAK_AT:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return [f"# {line}" for line in lines]
