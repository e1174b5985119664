"""The film that planning's tests ask for: three scenes, two people, two places."""

from __future__ import annotations

from pathlib import Path

import pytest

FILM = """\
INT. MILL - KITCHEN - DAY

ADA waits for BEN.

ADA
Now.

BEN
Later.

EXT. QUAY - NIGHT

ADA
Late.

INT. MILL - LOFT - DAY

BEN
Here.
"""


@pytest.fixture
def film(tmp_path: Path) -> Path:
    file = tmp_path / "film.fountain"
    file.write_text(FILM)
    return file
