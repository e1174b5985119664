"""The ear in a decode group: the mono 16 kHz copy that every later listener reads."""

from __future__ import annotations

import msgspec

from answerprint.core.logged import Probe
from answerprint.departments.footage.sound.listening import LISTENING_RATE, Ear
from answerprint.departments.footage.sound.roles import unheard
from answerprint.departments.footage.sound.timecode_clock import TimecodeClock
from answerprint.engine.step import Context
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, SoundForm, Wants


class Listener:
    wants = Wants(sound=SoundForm(rate=LISTENING_RATE))

    def __init__(self, found: Probe, context: Context) -> None:
        audio = next((one for one in found.streams if one.kind == "audio"), None)
        left_out: frozenset[int] = frozenset()
        if audio is not None:
            left_out = unheard(audio.track_names, audio.channels or 1, audio.ltc_channel)
        self._stream = audio.index if audio is not None else None
        self._ear = Ear(left_out)
        self._timecode = audio.ltc_channel if audio is not None else None
        self._clock = TimecodeClock()
        self._context = context
        self._file = context.new_file("sound").open("wb")

    def picture(self, block: PictureBlock) -> None:
        """Sound is heard, not seen."""

    def sound(self, block: SoundBlock) -> None:
        if block.stream == self._stream:
            self._file.write(self._ear.add(block.start, block.samples))
            if self._timecode is not None:
                self._clock.add(block.samples[:, self._timecode])

    def finish(self, summary: DecodeSummary) -> None:
        self._file.close()
        listening = self._ear.finish()
        if listening is not None:
            told = msgspec.structs.replace(listening, timecode_ppm=self._clock.ppm())
            self._context.write_record("listening", told)
