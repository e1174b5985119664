"""The watch on step versions: what counts as a change of a step, and what does not."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from answerprint.engine import fingerprints as watch

STEPS = """
from __future__ import annotations
from dataclasses import dataclass
from answerprint.engine.step import Step
from fakedepartment import looks
from fakedepartment.numbers import LIMIT

SHARED = 3
OTHER = 5

@dataclass(frozen=True)
class Measure(Step):
    name = "measure"
    version = 1
    def run(self, inputs, context):
        context.write_record("out", helper() * LIMIT)

@dataclass(frozen=True)
class Look(Step):
    name = "look"
    version = 1
    def run(self, inputs, context):
        context.write_record("out", looks.look(OTHER))

def helper():
    return SHARED
"""
FILES = {
    "__init__.py": "",
    "steps.py": STEPS,
    "numbers.py": "from .deep import DEPTH\nLIMIT = DEPTH + 1\n",
    "deep.py": "DEPTH = 4\n",
    "looks.py": "def look(x):\n    return x\n",
}


class Department:
    """A package on disk, imported anew every time it is asked for its fingerprints."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "fakedepartment"
        self.folder.mkdir()
        self.record = folder / "record.json"
        for name, text in FILES.items():
            (self.folder / name).write_text(text)

    def change(self, file: str, before: str, after: str) -> None:
        text = (self.folder / file).read_text()
        assert before in text
        (self.folder / file).write_text(text.replace(before, after))

    def forget(self) -> None:
        for name in [one for one in sys.modules if one.startswith("fakedepartment")]:
            for kind in [one for one in vars(sys.modules.pop(name)).values() if isinstance(one, type)]:
                if kind.__module__.startswith("fakedepartment"):
                    kind.__module__ = "forgotten"
        watch._body.cache_clear()
        watch._is_module.cache_clear()

    def digests(self) -> dict[str, str]:
        self.forget()
        return {name: one["digest"] for name, one in watch.fingerprints(["fakedepartment"]).items()}

    def command(self, *options: str) -> int:
        self.forget()
        return watch.main(["--record", str(self.record), *options, "fakedepartment"])


@pytest.fixture
def department(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Department:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Department(tmp_path)


@pytest.mark.parametrize(
    ("file", "before", "after", "changed"),
    [
        ("steps.py", "helper() * LIMIT", "helper() + LIMIT", ["measure"]),
        ("steps.py", "SHARED = 3", "SHARED = 4", ["measure"]),  # reached through helper()
        ("steps.py", "OTHER = 5", "OTHER = 6", ["look"]),
        ("deep.py", "4", "5", ["measure"]),  # imported by what it imports
        ("looks.py", "return x", "return -x", ["look"]),
        ("looks.py", "def look(x):", 'def look(x):\n    """Looks."""  # at x', []),
        ("steps.py", "return SHARED", "return (  # the share\n        SHARED\n    )", []),
        ("steps.py", "class Look(Step):", "class Look(Step):\n    'How it looks.'\n", []),
        ("steps.py", "version = 1", "version = 2", ["look", "measure"]),
    ],
)
def test_a_step_changes_with_what_it_reaches_and_not_with_words_about_it(
    department: Department, file: str, before: str, after: str, changed: list[str]
) -> None:
    was = department.digests()
    department.change(file, before, after)
    now = department.digests()
    assert [name for name in now if now[name] != was[name]] == changed


def test_a_changed_step_is_recorded_only_under_a_raised_version(
    department: Department, capsys: pytest.CaptureFixture[str]
) -> None:
    assert department.command("--write") == 0
    assert department.command() == 0
    first = department.record.read_text()
    department.change("looks.py", "return x", "return -x")
    assert department.command() == 1
    assert department.command("--write") == 1
    assert "look changed: raise its version (1)" in capsys.readouterr().err
    assert department.record.read_text() == first
    department.change("steps.py", 'name = "look"\n    version = 1', 'name = "look"\n    version = 2')
    assert department.command() == 1  # raised, and not yet recorded
    assert department.command("--write") == 0
    assert department.command() == 0
    assert json.loads(department.record.read_text())["look"]["version"] == 2


def test_two_steps_of_one_name_are_refused(
    department: Department, capsys: pytest.CaptureFixture[str]
) -> None:
    department.change("steps.py", '"look"', '"measure"')
    assert department.command() == 1
    assert "AP-ENGINE-022" in capsys.readouterr().err
