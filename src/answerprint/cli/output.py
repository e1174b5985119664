"""What commands print: results on stdout, everything else on stderr, errors as text or as one document."""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.core.encoding import to_builtins, to_json
from answerprint.core.errors import AnswerprintError, Exit, UsageError

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]

# Typer carries its own copy of Click; its base of usage errors is reached through the public subclass.
_ClickError: type[Exception] = next(
    kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException"
)


def command_app() -> typer.Typer:
    """A Typer application as every command file declares it."""
    return typer.Typer(
        no_args_is_help=False,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )


def stdout() -> Console:
    return Console(soft_wrap=not sys.stdout.isatty())


def stderr() -> Console:
    return Console(stderr=True, soft_wrap=not sys.stderr.isatty())


def emit(document: Any, as_json: bool, text: Callable[[Console], None] | None = None) -> None:
    """Print a result: the one JSON document, or the text form for people."""
    if as_json or text is None:
        sys.stdout.write(_json(document) + "\n")
    else:
        text(stdout())


def refuse_taken(out: Path, *originals: Path | None, force: bool = False) -> None:
    """Whether a result may be written here, said before anything is computed.

    Raises UsageError AP-USE-080 for a file that the command reads, `force` or not, and AP-USE-074 when
    something is there and `force` is not given.
    """
    if any(one is not None and _same(one, out) for one in originals):
        raise UsageError(
            "AP-USE-080",
            "this is a file that is read: originals are never written",
            file=str(out),
            remedy="choose another name",
        )
    there = what_is_at(out)
    folder = there == "a folder"
    if there and (not force or folder):
        raise UsageError(
            "AP-USE-074",
            there if folder else "is there already",
            file=str(out),
            remedy="choose another name" + ("" if folder else ", or write over it with --force"),
        )


def what_is_at(path: Path) -> str:
    """`a folder`, `a file`, or nothing; nothing too for a path that cannot be: writing to it says why."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return ""
    return "a folder" if stat.S_ISDIR(mode) else "a file"


def save(out: Path, data: bytes, *, force: bool = False) -> None:
    """Write a result to a file, whole or not at all.

    Raises UsageError AP-USE-074 when something is there and `force` is not given, MediaError AP-MEDIA-050
    when the folder cannot be written.
    """
    from answerprint.media.aside import written_aside

    refuse_taken(out, force=force)
    with written_aside(out) as aside:
        aside.write_bytes(data)


def save_all(folder: Path, files: Mapping[str, bytes], *originals: Path | None, force: bool = False) -> None:
    """Write results into a folder, made when missing; refuses before it writes anything, as `refuse_taken`
    and `save` do."""
    for name in files:
        refuse_taken(folder / name, *originals, force=force)
    try:
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            "AP-USE-075",
            f"no folder can be made here: {error.strerror}",
            file=str(folder),
            remedy="choose another --out",
        ) from error
    for name, data in files.items():
        save(folder / name, data, force=force)


def printable(text: str) -> str:
    """A text with file names in it, for people: bytes that are no UTF-8, and control characters that a
    terminal would obey, are shown escaped."""
    return "".join(one if one.isprintable() or one == "\n" else _escape(one) for one in text)


def typed(path: Path) -> str:
    """A path as it is typed in a shell, quoted where it has to be."""
    return shlex.quote(printable(str(path)))


def report_error(error: AnswerprintError, as_json: bool) -> int:
    """Print an error and return its exit code."""
    if as_json:
        sys.stdout.write(_json(error.document()) + "\n")
    else:
        console = stderr()
        place = " ".join(part for part in (error.file, f"at {error.at}" if error.at else None) if part)
        console.print(f"[bold red]{error.code}[/] ", end="")
        console.print(
            printable(f"{place + ': ' if place else ''}{error.message}"), markup=False, highlight=False
        )
        if error.remedy:
            console.print(printable(f"  → {error.remedy}"), markup=False, highlight=False)
    return int(error.exit_code)


def invoke(app: typer.Typer, name: str, arguments: list[str], *, grouped: bool) -> int:
    """Run a command's application; errors become a message (or a document) and an exit code."""
    as_json = "--json" in arguments
    single = len(app.registered_commands) == 1 and not grouped
    try:
        result = app(
            args=arguments if single or grouped else [name, *arguments],
            prog_name=f"answerprint {name}" if single or grouped else "answerprint",
            standalone_mode=False,
        )
        return result if isinstance(result, int) else int(Exit.DONE)
    except AnswerprintError as error:
        return report_error(error, as_json)
    except typer.Abort:
        stderr().print("stopped; nothing half-done was kept, run it again to go on")
        return int(Exit.FAILED)
    except KeyboardInterrupt:
        stderr().print("\nstopped; what was finished is kept, run it again to go on")
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`| head`): that is no failure of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.DONE)
    except _ClickError as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        remedy = f"answerprint {name} --help shows how it is used"
        return report_error(UsageError("AP-USE-011", message, remedy=remedy), as_json)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _json(document: Any) -> str:
    try:
        return to_json(document).decode()
    except UnicodeEncodeError:  # a file name that is no UTF-8 has no place in JSON: its bytes are escaped
        return to_json(_escaped(to_builtins(document))).decode()


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(_escape(one) if "\ud800" <= one <= "\udfff" else one for one in value)
    if isinstance(value, dict):
        return {_escaped(key): _escaped(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_escaped(one) for one in value]
    return value


def _escape(one: str) -> str:
    """A character as `\\x1b`. Python keeps a byte that is no UTF-8 as U+DC80 … U+DCFF (PEP 383)."""
    byte = ord(one) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else one.encode("unicode_escape").decode()
