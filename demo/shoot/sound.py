"""What was heard: voices from flite, rooms, the sea, hum and hiss; and the recorder's Broadcast Wave files.

Everything is mono float64 at 48 kHz unless it says otherwise. flite says the same thing the same way every
time, so the same build of it gives the same samples.
"""

from __future__ import annotations

import struct
import subprocess
import tempfile
import wave
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, filtfilt, lfilter, resample_poly

Sound = NDArray[np.float64]

RATE = 48_000
VOICES = {"TOM": "rms", "RUTH": "slt"}  # flite's voices that pocketsphinx follows best
SPEECH_LEVEL = -24.0  # dBFS RMS of a close reading
SILENT = 0.02  # of the peak: below it a reading has not begun, or is over
TAIL = 960  # samples kept before and after a reading: 20 ms


def level(decibels: float) -> float:
    return float(10 ** (decibels / 20))


@cache
def reading(character: str, text: str, pace: float) -> Sound:
    """One speech as read, trimmed to 20 ms around what is heard."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        subprocess.run(
            [
                "flite",
                "-voice",
                VOICES[character],
                "--setf",
                f"duration_stretch={pace}",
                "-t",
                text,
                "-o",
                str(path),
            ],
            check=True,
        )
        with wave.open(str(path)) as said:
            rate = said.getframerate()
            raw = np.frombuffer(said.readframes(said.getnframes()), "<i2").astype(np.float64) / 32768
    full = resample_poly(raw, RATE // rate, 1)
    heard = np.flatnonzero(np.abs(full) > SILENT * np.abs(full).max())
    full = full[max(0, heard[0] - TAIL) : heard[-1] + TAIL]
    full *= level(SPEECH_LEVEL) / np.sqrt(np.mean(full**2))
    ramp = np.minimum(1, np.arange(len(full)) / TAIL)
    return np.asarray(full * ramp * ramp[::-1])


def envelope(voice: Sound, rate: float, frames: int) -> Sound:
    """How far a mouth is open in each frame, 0 to 1, from the voice's level."""
    step = RATE / rate
    loud = np.empty(frames)
    for frame in range(frames):
        part = voice[int(frame * step) : int((frame + 1) * step)]
        loud[frame] = np.sqrt(np.mean(part**2)) if len(part) else 0.0
    return np.asarray(np.clip(loud / level(SPEECH_LEVEL + 3), 0, 1) ** 0.8)


def clap(seed: int) -> Sound:
    """Two boards meeting: a burst of wood that dies in 60 ms."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(0.12 * RATE)) / RATE
    knock = rng.standard_normal(len(time)) * np.exp(-time * 75)
    knock += 0.7 * np.sin(2 * np.pi * 1180 * time) * np.exp(-time * 60)
    return np.asarray(0.38 * knock / np.abs(knock).max())


def room(dry: Sound, wet: float, seconds: float, seed: int) -> Sound:
    """The same sound in a room: the direct sound untouched in time and level, its reverberation added."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    tail = rng.standard_normal(len(time)) * np.exp(-6.9 * time / seconds)
    tail[: int(0.004 * RATE)] = 0
    tail /= np.sqrt(np.sum(tail**2))
    return np.asarray(dry + wet * fftconvolve(dry, tail)[: len(dry)])


def noise(samples: int, seed: int, decibels: float, band: tuple[float, float]) -> Sound:
    """Noise within a band of frequencies, at an RMS level."""
    rng = np.random.default_rng(seed)
    low, high = butter(2, [band[0], band[1]], "bandpass", fs=RATE)
    shaped = lfilter(low, high, rng.standard_normal(samples + RATE))[RATE:]
    return np.asarray(shaped * level(decibels) / np.sqrt(np.mean(shaped**2)))


def sea(samples: int, seed: int, decibels: float) -> Sound:
    """Small waves on stone: noise that swells every few seconds."""
    time = np.arange(samples) / RATE
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * 0.31 * time + seed) * np.sin(2 * np.pi * 0.17 * time)
    return noise(samples, seed, decibels, (90, 1400)) * swell


def hum(samples: int, decibels: float) -> Sound:
    """Mains hum: 50 Hz and its next two harmonics, 6 and 10 dB lower."""
    time = np.arange(samples) / RATE
    total = np.zeros(samples)
    for partial, below in ((1, 0.0), (2, 6.0), (3, 10.0)):
        total += level(decibels - below) * np.sqrt(2) * np.sin(2 * np.pi * 50 * partial * time)
    return total


def distant(voice: Sound) -> Sound:
    """What the microphone on a camera across the quay hears: less treble, less level, same moment."""
    low, high = butter(1, 4200, "lowpass", fs=RATE)
    return np.asarray(0.5 * filtfilt(low, high, voice))


def write_broadcast_wave(path: Path, tracks: list[Sound], time_reference: int, about: dict[str, Any]) -> None:
    """A 16-bit Broadcast Wave file (EBU Tech 3285 version 1) with an iXML chunk naming its tracks.

    time_reference: samples since midnight. No clock time of the build is written.
    """
    names = about["tracks"]
    description = f"sSCENE={about['scene']}\r\nsTAKE={about['take']}\r\n"
    description += "".join(f"sTRK{index}={name}\r\n" for index, name in enumerate(names, 1))
    bext = struct.pack(
        "<256s32s32s10s8sIIH64s190s",
        description.encode(),
        b"Answerprint demo",
        Path(path).stem.encode(),
        b"2026-01-01",
        b"00:00:00",
        time_reference & 0xFFFFFFFF,
        time_reference >> 32,
        1,
        b"",
        b"",
    )
    listed = "".join(
        f"<TRACK><CHANNEL_INDEX>{i}</CHANNEL_INDEX><INTERLEAVE_INDEX>{i}</INTERLEAVE_INDEX><NAME>{name}</NAME></TRACK>"
        for i, name in enumerate(names, 1)
    )
    ixml = (
        '<?xml version="1.0" encoding="UTF-8"?><BWFXML><IXML_VERSION>1.61</IXML_VERSION>'
        f"<PROJECT>{about['project']}</PROJECT><SCENE>{about['scene']}</SCENE><TAKE>{about['take']}</TAKE>"
        f"<TAPE>SR01</TAPE><TRACK_LIST><TRACK_COUNT>{len(names)}</TRACK_COUNT>{listed}</TRACK_LIST></BWFXML>"
    ).encode()
    samples = np.stack(tracks, axis=1)
    data = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    form = struct.pack("<HHIIHH", 1, len(tracks), RATE, RATE * 2 * len(tracks), 2 * len(tracks), 16)
    body = b"WAVE"
    for name, chunk in ((b"bext", bext), (b"iXML", ixml), (b"fmt ", form), (b"data", data)):
        body += name + struct.pack("<I", len(chunk)) + chunk + b"\0" * (len(chunk) % 2)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
