"""`answerprint sound`: sound cleaned, measured and brought to a level."""

from answerprint.cli.sound import (  # each import registers its file's commands
    adr,
    clean,
    level,
    lips,
    match,
    measure,
    mix,
    music,
)
from answerprint.cli.sound.app import app

__all__ = ["adr", "app", "clean", "level", "lips", "match", "measure", "mix", "music"]
