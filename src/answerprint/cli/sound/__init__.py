"""`answerprint sound`: sound cleaned, measured and brought to a level."""

from answerprint.cli.sound import clean, level, measure, music  # each import registers its file's commands
from answerprint.cli.sound.app import app

__all__ = ["app", "clean", "level", "measure", "music"]
