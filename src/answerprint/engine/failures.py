"""What an exception in a step means: that node's failure, or that nothing can be written any more."""

from __future__ import annotations

import errno
import shutil
import traceback
from pathlib import Path

from answerprint.core.errors import AnswerprintError, StoreError
from answerprint.engine.tasks import Failed, Halted, Job
from answerprint.store.disk import disk_full

FULL = (errno.ENOSPC, errno.EDQUOT)
FULL_BELOW = 1 << 20  # bytes: with less than this free, an unexplained failure is the disk's
# The store's own troubles, which every later node would meet too: full, refused, damaged, busy.
STORE_CANNOT = ("AP-STORE-009", "AP-STORE-010", "AP-STORE-014", "AP-STORE-015")


def failure(job: Job, error: Exception, root: Path) -> Failed | Halted:
    """The event an exception becomes. root: the folder the outputs go to."""
    if isinstance(error, StoreError) and error.code in STORE_CANNOT:
        return Halted(job.node, error)
    if _disk_is_full(error, root):
        return Halted(job.node, disk_full(root))
    return Failed(job.node, *explain(error))


def explain(error: BaseException) -> tuple[str, str]:
    """An exception as a code and a reason for people, with the place in the source when it has no code."""
    if isinstance(error, AnswerprintError):
        return error.code, _storable(str(error).removeprefix(error.code).strip())
    places = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(places[-1].filename).name}:{places[-1].lineno})" if places else ""
    return "AP-ENGINE-017", _storable(f"{type(error).__name__}: {error}{place}")


def _storable(text: str) -> str:
    """The text with bytes of file names that are no UTF-8 written out: a catalogue holds only UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _disk_is_full(error: BaseException, root: Path) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in FULL:
            return True
        cause = cause.__cause__ or cause.__context__
    # Libraries below FFmpeg and libsndfile do not always say why a write failed.
    return not isinstance(error, AnswerprintError) and shutil.disk_usage(root).free < FULL_BELOW
