"""`answerprint picture`: colour, quality control, restoration, grain, scale and time."""

from answerprint.cli.picture import (  # each import registers its file's commands
    apply,
    balance,
    check,
    denoise,
    export,
    match,
    regrain,
    restore,
    retime,
    scale,
)
from answerprint.cli.picture.app import app

__all__ = [
    "app",
    "apply",
    "balance",
    "check",
    "denoise",
    "export",
    "match",
    "regrain",
    "restore",
    "retime",
    "scale",
]
