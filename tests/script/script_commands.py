"""`answerprint script …` run in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from answerprint.cli.main import run


@dataclass(frozen=True)
class Done:
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def script(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> Done:
    """Run `answerprint script`; an exception it does not turn into an error fails the test."""
    capfd.readouterr()
    code = run(["script", *(str(one) for one in arguments)])
    captured = capfd.readouterr()
    return Done(code, captured.out, captured.err)
