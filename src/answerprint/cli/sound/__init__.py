"""`answerprint sound`: sound cleaned, measured and brought to a level."""

from answerprint.cli.sound import (  # each import registers its file's commands
    adr,
    atmosphere,
    clean,
    cues,
    level,
    library,
    lips,
    match,
    measure,
    mix,
    music,
    palette,
    speak,
    stems,
)
from answerprint.cli.sound.app import app

__all__ = [
    "adr",
    "app",
    "atmosphere",
    "clean",
    "cues",
    "level",
    "library",
    "lips",
    "match",
    "measure",
    "mix",
    "music",
    "palette",
    "speak",
    "stems",
]
