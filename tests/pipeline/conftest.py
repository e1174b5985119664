"""The demonstration made once, for every test that looks at it."""

from __future__ import annotations

import pytest
from productions import Made, begin_demo, make


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The whole demonstration, made by two workers. Nothing may change it: copy it first."""
    root = begin_demo(tmp_path_factory.mktemp("demo") / "the-late-post")
    return Made(root, make(root, workers=2))
