"""Where claps are heard in a file, so that the pictures there are looked at."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from answerprint.core.errors import MediaError
from answerprint.core.time import Range, Time
from answerprint.departments.footage.sound.claps import find_claps
from answerprint.departments.footage.sound.listening import LISTENING_RATE
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm

PIECE = 60  # seconds listened to at a time
MOST = 60  # minutes that are listened to
OVERLAP = LISTENING_RATE  # samples kept from the piece before: a clap needs its surroundings


def heard_claps(file: Path) -> list[Time]:
    """Claps of a file's first sound stream on its own clock, in order; none without sound.

    Speech is not left out: hard consonants pass for claps, and cost a look at the picture.
    """
    found: list[Time] = []
    kept = np.zeros(0, np.float32)
    start = 0
    hour = Range(Time(-1, Fraction(1)), Time(MOST * 60, Fraction(1)))
    try:
        for block in read_sound(
            file, SoundForm(LISTENING_RATE, mono=True), block_samples=PIECE * LISTENING_RATE
        ):
            if not len(kept):
                start = block.start
            if Time(block.start, Fraction(LISTENING_RATE)) not in hour:
                break
            samples = np.concatenate([kept, np.nan_to_num(block.samples[:, 0])])
            for place in find_claps(samples):
                time = Time(start + place, Fraction(LISTENING_RATE))
                if not found or time - found[-1] > Time(1, Fraction(20)):
                    found.append(time)
            start += max(0, len(samples) - OVERLAP)
            kept = samples[-OVERLAP:]
    except MediaError as error:
        if error.code != "AP-MEDIA-014":  # no sound in it
            raise
    return found
