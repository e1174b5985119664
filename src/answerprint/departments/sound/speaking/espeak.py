"""espeak-ng as a program: what it says as sound, how it says it as phonemes. Text goes in by stdin only."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from answerprint.core.errors import NotAvailableError, UsageError

WAIT = 120  # seconds for one line
RATE = 48_000
LONGEST = 20_000  # characters of one speech
SLOWEST, FASTEST = 80, 400  # words a minute that it is asked for
_DATA = re.compile(rb"data")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


class Saying(NamedTuple):
    """voice: `en+f2`; pitch: 0 to 99; words: a minute."""

    voice: str
    pitch: int
    words: int


def program() -> str:
    """Where espeak-ng is. Raises NotAvailableError AP-NEED-068 where it is not."""
    found = shutil.which("espeak-ng")
    if found is None:
        raise NotAvailableError(
            "AP-NEED-068",
            "espeak-ng is not here, and nothing else speaks",
            remedy="install espeak-ng (Debian: apt install espeak-ng; macOS: brew install espeak-ng)",
        )
    return found


@cache
def version() -> str:
    """Its version as it says it: `1.51`."""
    told = re.search(r"(\d+(?:\.\d+)+)", _run(["--version"], "").decode("utf-8", "replace"))
    return told.group(1) if told else "of an unknown version"


@cache
def languages() -> frozenset[str]:
    """The languages it has voices for, as it names them: `en-gb`."""
    rows = _run(["--voices"], "").decode("utf-8", "replace").splitlines()[1:]
    found = {row.split()[1].casefold() for row in rows if len(row.split()) > 1}
    return frozenset(found | {one.split("-")[0] for one in found})


@cache
def variants() -> frozenset[str]:
    """The variants it has, as `+name` takes them."""
    rows = _run(["--voices=variant"], "").decode("utf-8", "replace").splitlines()[1:]
    return frozenset(word[3:] for row in rows for word in row.split() if word.startswith("!v/"))


def check_voice(language: str, variant: str) -> None:
    """Raises UsageError AP-USE-733 for a language or a variant that it does not have."""
    if not _NAME.fullmatch(language) or language.casefold() not in languages():
        raise UsageError(
            "AP-USE-733",
            f"espeak-ng has no voice for the language {language!r}",
            remedy="espeak-ng --voices lists what it has; give --language",
        )
    if not _NAME.fullmatch(variant) or variant not in variants():
        raise UsageError(
            "AP-USE-733",
            f"espeak-ng has no voice variant {variant!r}",
            remedy="espeak-ng --voices=variant lists them; change the voices file",
        )


def spoken(text: str, how: Saying) -> NDArray[np.float32]:
    """(samples,) at 48 kHz, silence at both ends cut. Raises NotAvailableError AP-NEED-068 where it fails."""
    words = str(min(max(how.words, SLOWEST), FASTEST))
    pitch = str(min(max(how.pitch, 0), 99))
    raw = _run(["--stdin", "-b", "1", "-z", "-v", how.voice, "-s", words, "-p", pitch, "--stdout"], text)
    rate, samples = _wave(raw)
    if not len(samples):
        return np.zeros(0, np.float32)
    common = int(np.gcd(RATE, rate))
    made = resample_poly(samples.astype(np.float64), RATE // common, rate // common)
    return trimmed(made.astype(np.float32))


def phonemes(text: str, language: str) -> str:
    """How it says a text, in IPA, one clause after the other apart by a space."""
    told = _run(["--stdin", "-b", "1", "-q", "--ipa", "-v", language], text)
    return " ".join(told.decode("utf-8", "replace").split())


def trimmed(samples: NDArray[np.float32], least: float = 1e-3) -> NDArray[np.float32]:
    """Without what is under −60 dBFS at both ends, but for 10 ms."""
    loud = np.flatnonzero(np.abs(samples) > least)
    if not len(loud):
        return samples[:0]
    edge = RATE // 100
    return samples[max(0, loud[0] - edge) : loud[-1] + edge]


def _run(arguments: Sequence[str], text: str) -> bytes:
    if len(text) > LONGEST:
        raise UsageError(
            "AP-USE-734",
            f"a speech of {len(text)} characters: {LONGEST} at most are spoken in one breath",
            remedy="divide it into paragraphs",
        )
    try:
        run = subprocess.run(
            [program(), *arguments], input=text.encode("utf-8", "replace"), capture_output=True, timeout=WAIT
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotAvailableError(
            "AP-NEED-068", f"espeak-ng failed: {error}", remedy="install it again; nothing was written"
        ) from error
    if run.returncode:
        said = run.stderr.decode("utf-8", "replace").strip()[:200]
        raise NotAvailableError(
            "AP-NEED-068", f"espeak-ng failed: {said}", remedy="install it again; nothing was written"
        )
    return run.stdout


def _wave(raw: bytes) -> tuple[int, NDArray[np.float32]]:
    """Rate and samples of the wave that it streams: 16 bits, mono, its length not said in the header."""
    data = _DATA.search(raw, 12)
    if raw[:4] != b"RIFF" or data is None:
        return RATE, np.zeros(0, np.float32)
    rate = int.from_bytes(raw[24:28], "little")
    body = raw[data.end() + 4 :]
    return rate, np.asarray(np.frombuffer(body[: len(body) // 2 * 2], "<i2") / 32768, np.float32)
