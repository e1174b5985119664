"""The command reference of docs/commands.md, written from the commands themselves.

`python -m answerprint.cli.reference` prints it; a test fails when the page says anything else.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import typer.main

from answerprint.cli.main import COMMANDS, GROUPED


def reference() -> str:
    """The whole page, Markdown."""
    parts = [
        "# Commands",
        "",
        "Written from the program's own help by `python -m answerprint.cli.reference`.",
        "Every command takes `--json` (one document on stdout) and `--help`. Exit codes: 0 done, 1 failed,",
        "2 wrong usage, 3 done with findings that need a person, 4 not available here.",
    ]
    for name, command in _commands():
        parts += ["", f"## answerprint {name}", "", *_description(command.help or "")]
        parts += [*_parameters(command)]
    return "\n".join(parts) + "\n"


def _commands() -> Iterator[tuple[str, Any]]:
    for name, entry in COMMANDS.items():
        module = importlib.import_module(f"answerprint.cli.{entry.module}")
        found: Any = typer.main.get_command(module.app)
        if name in GROUPED:
            for sub, command in found.commands.items():
                yield f"{name} {sub}", command
        else:
            yield name, found.commands[name] if hasattr(found, "commands") else found


def _description(text: str) -> list[str]:
    lines = []
    for paragraph in text.strip().split("\n\n"):
        joined = " ".join(line.strip() for line in paragraph.splitlines())
        if joined.startswith("Example:"):
            lines += ["Example:", "", f"    {joined.removeprefix('Example:').strip()}", ""]
        else:
            lines += [joined, ""]
    return lines


def _parameters(command: Any) -> list[str]:
    rows = ["| argument or option | |", "|---|---|"]
    for one in command.params:
        if one.name == "help":
            continue
        if one.param_type_name == "argument":
            names = f"`{(one.metavar or one.name or '').strip('{}')}`"
        else:
            value = "" if one.is_flag else " VALUE"
            names = ", ".join(f"`{option}{value}`" for option in (*one.opts, *one.secondary_opts))
        rows.append(f"| {names} | {(one.help or '').strip()}{_more(one)} |")
    return rows


def _more(one: Any) -> str:
    """What an explanation leaves to the program: required, repeatable, and what holds without it."""
    if one.param_type_name == "argument":
        return ""
    said = [" Required."] if one.required else []
    if one.multiple:
        said.append(" May be given several times.")
    if isinstance(one.default, str | int) and one.default:
        said.append(f" Default: `{one.default}`.")
    return "".join(said)


if __name__ == "__main__":
    print(reference(), end="")
