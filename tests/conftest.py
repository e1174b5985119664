"""What every test may ask for: the folder of real test files."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import pytest

# The same examples every time; ANSWERPRINT_EXPLORE=1 looks for new ones.
hypothesis.settings.register_profile("same", derandomize=True)
if not os.environ.get("ANSWERPRINT_EXPLORE"):
    hypothesis.settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real media nobody on this project made. Where it is absent the test is skipped, saying so."""
    folder = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}: set ANSWERPRINT_TEST_DATA")
    return folder
