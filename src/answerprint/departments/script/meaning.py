"""Likeness of meaning by MiniLM from the shelf: there when it was fetched, and said so when it was not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import AnswerprintError, NotAvailableError

ABSENT = "not available: answerprint models fetch minilm"
Embed = Callable[[Sequence[str]], NDArray[np.float32]]


def sentence_vectors() -> tuple[Embed | None, str]:
    """What turns sentences into unit vectors (n, 384), or None and why there is nothing that does."""
    from answerprint.models.minilm import Sentences
    from answerprint.models.shelf import Shelf

    try:
        return Sentences(Shelf()).embed, ""
    except NotAvailableError:
        return None, ABSENT
    except AnswerprintError as error:
        return None, f"not available: {error}"
