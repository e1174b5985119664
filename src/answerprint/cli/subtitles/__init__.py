"""`answerprint subtitles`: made, checked, mended, converted, conformed, translated, burnt in."""

from answerprint.cli.subtitles import (  # each import registers its file's commands
    burning,
    checking,
    converting,
    making,
    translating,
)
from answerprint.cli.subtitles.app import app

__all__ = ["app", "burning", "checking", "converting", "making", "translating"]
