"""The overview answers at once: nothing heavy is loaded before a command needs it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "scipy", "cv2", "av", "onnxruntime", "pocketsphinx", "opentimelineio", "jinja2")


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules in memory after a command line, in a process of its own."""
    script = (
        "import contextlib, io, json, sys\n"
        "from answerprint.cli.main import run\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    code = run({list(arguments)!r})\n"
        "assert code == 0, code\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("help",)])
def test_the_overview_loads_neither_numpy_nor_typer(arguments: tuple[str, ...]) -> None:
    assert not loaded_by(*arguments) & {*HEAVY, "typer", "rich", "msgspec"}


@pytest.mark.parametrize("command", ["make", "probe", "shots", "doctor", "models", "review", "timecode"])
def test_help_of_a_command_loads_no_media_library(command: str) -> None:
    assert not loaded_by(command, "--help") & set(HEAVY)


def test_a_conversion_of_timecode_loads_no_media_library() -> None:
    assert not loaded_by("timecode", "48", "--rate", "24") & set(HEAVY)
