"""The program as it is installed, and a clip and a production to try it on."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from little_media import PROGRAM, Command, Ran, film

from answerprint.cli.main import run


@pytest.fixture
def answerprint(capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command line in this process, which spares loading the libraries again and again.

    An exception that the program does not turn into a coded error fails the test by itself.
    """

    def command(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        code = run([str(one) for one in arguments])
        captured = capfd.readouterr()
        return Ran(code, captured.out, captured.err)

    return command


@pytest.fixture
def installed() -> Command:
    """Runs the installed program in a process of its own."""

    def command(*arguments: str | bytes | Path, **more: Any) -> Ran:
        done = subprocess.run([PROGRAM, *arguments], capture_output=True, timeout=300, check=False, **more)
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        return ran

    return command


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes of 24 frames with sound and timecode."""
    return film(tmp_path_factory.mktemp("clips") / "A001C001.mov", 24, 24, timecode="10:00:00:00")


@pytest.fixture
def production(tmp_path: Path, answerprint: Command) -> Path:
    """An empty production whose films are small."""
    folder = tmp_path / "film"
    assert answerprint("new", folder, "--raster", "96x54", "--rate", "25", "--name", "A film").code == 0
    return folder
