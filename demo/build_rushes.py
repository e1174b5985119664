"""Make demo/rushes: short takes of the script, drawn and spoken by this program, with known faults.

Needs `flite` (Debian: flite 2.2) beside the program's own environment; nothing but this script needs it.
Run `.venv/bin/python demo/build_rushes.py`; it writes demo/rushes and demo/truth.json, and the same build of
flite, OpenCV and PyAV gives the same bytes. Some four minutes of one core.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from shoot import filming, plan, slate, sound
from shoot.damage import damage
from shoot.sound import RATE, Sound

from answerprint.core.timecode import format_timecode, parse_timecode

DEMO = Path(__file__).resolve().parent
RUSHES = DEMO / "rushes"
FIRST_LINE_AFTER = 0.35  # seconds from the board's leaving to the first word
LAST_LINE_BEFORE = 0.55  # seconds from the last word to the cut
FRAMES_STEP = 5  # takes last a multiple of it: whole samples at 30000/1001 too


def main() -> int:
    if shutil.which("flite") is None:
        print("flite is not installed: the voices come from it (Debian: apt install flite)", file=sys.stderr)
        return 4
    if RUSHES.exists():
        shutil.rmtree(RUSHES)
    clips: list[dict[str, Any]] = []
    for card in plan.CARDS:
        frame = parse_timecode(card.start, card.rate, drop=card.drop)
        for take in card.takes:
            clip = shoot(card, take, frame)
            frame += clip["frames"]
            clips.append(clip)
            print(f"{clip['file']}  {take.setup} take {take.take}  {clip['frames']} frames")
    stray = write_stray()
    write_log()
    write_truth(clips, stray)
    total = sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file() and path.suffix != ".pyc")
    print(f"{len(clips)} clips, demo/ holds {total / 1e6:.2f} MB")
    return 0


def shoot(card: plan.Card, take: plan.Take, first_frame: int) -> dict[str, Any]:
    """Perform, photograph and record one take; gives its truth."""
    seed = sum(ord(letter) * 31**place for place, letter in enumerate(take.clip[::-1])) % 100_003
    voices, lines, spoken_until = perform(take, card.rate)
    frames = -(-(spoken_until + int(LAST_LINE_BEFORE * RATE)) * card.rate // RATE)
    frames = int(-(-frames // FRAMES_STEP) * FRAMES_STEP)
    samples = int(frames * RATE / card.rate)
    dry = np.zeros(samples)
    mouths = {}
    for name, voice in voices.items():
        voice = np.pad(voice, (0, max(0, samples - len(voice))))[:samples]
        mouths[name] = sound.envelope(voice, float(card.rate), frames)
        dry += voice
    clap_at = round(slate.CLAP_AFTER * RATE / card.rate)
    snap = sound.clap(seed)
    dry[clap_at : clap_at + len(snap)] += snap
    heard = hear(take, dry, seed)
    recording = record(take, card, dry, seed, first_frame) if take.recording else None

    label = format_timecode(first_frame, card.rate, drop=card.drop)
    path = RUSHES / card.name / f"{take.clip}.{card.suffix}"
    fps = {24: "24", 25: "25", 30: "29.97 DF"}[round(float(card.rate))]
    named = take.recording.file[:-4] if take.recording and take.logged_sound else "-"
    board = slate.board(plan.TITLE, take.setup, take.take, card.name, card.camera, fps, named)
    pictures = filming.frames(
        filming.prepare(take.setup), board, mouths, frames, card.rate, seed, take.stops, take.cast
    )
    filming.write_clip(path, pictures, card.rate, label, card.name, heard)
    harm = damage(path, lines_between(lines), card.rate) if take.damaged else None
    return {
        "clip": take.clip,
        "file": path.relative_to(DEMO).as_posix(),
        "card": card.name,
        "camera": card.camera,
        "scene": take.scene,
        "setup": take.setup,
        "take": take.take,
        "circled": take.circled,
        "rate": fraction(card.rate),
        "drop_frame": card.drop,
        "timecode": label,
        "first_frame": first_frame,
        "frames": frames,
        "duration": fraction(frames / card.rate),
        "samples": samples,
        "slate": {
            "frames": [0, slate.SLATE_FRAMES],
            "clap_frame": slate.CLAP_AFTER,
            "clap_sample": clap_at,
        },
        "lines": lines,
        "exposure_stops": take.stops,
        "colour_cast": list(take.cast),
        "hum": None if take.hum is None else {"frequency": 50, "level_dbfs": take.hum},
        "hiss_dbfs": take.hiss,
        "damage": harm,
        "sound": recording,
    }


def perform(take: plan.Take, rate: Fraction) -> tuple[dict[str, Sound], list[dict[str, Any]], int]:
    """The voices of a take by character, the truth of each line, and the sample where speech ends."""
    script = plan.speeches()
    at = int(slate.SLATE_FRAMES * RATE / rate) + int(FIRST_LINE_AFTER * RATE)
    placed: list[tuple[str, int, Sound]] = []
    lines: list[dict[str, Any]] = []
    for read in take.readings:
        speech = script[read.speech]
        says = read.says or speech.text
        voice = sound.reading(speech.character, says, take.pace)
        if take.wide:
            voice = voice * sound.level(-3.0)
        placed.append((speech.character, at, voice))
        start, end = at + sound.TAIL, at + len(voice) - sound.TAIL
        lines.append(
            {
                "line": speech.key,
                "index": speech.index,
                "character": speech.character,
                "text": speech.text,
                "spoken": plan.words(says),
                "complete": read.says is None,
                "repeated_words": list(read.repeated),
                "dropped_words": list(read.dropped),
                "start_sample": start,
                "end_sample": end,
                "start": fraction(Fraction(start, RATE)),
                "end": fraction(Fraction(end, RATE)),
            }
        )
        at += len(voice) + int(take.gap * RATE)
    length = max(start + len(voice) for _, start, voice in placed)
    voices = {name: np.zeros(length) for name in sound.VOICES}
    for name, start, voice in placed:
        voices[name][start : start + len(voice)] += voice
    return voices, lines, length


def hear(take: plan.Take, dry: Sound, seed: int) -> Sound:
    """What the camera's microphone made of it."""
    samples = len(dry)
    if take.scene == "2":
        heard = sound.distant(dry) + sound.sea(samples, seed, -37.0)
        heard += sound.noise(samples, seed + 1, -52.0, (20, 16000))
    else:
        heard = sound.room(dry, 0.22 if take.wide else 0.10, 0.32, 7)
        heard += sound.noise(samples, seed, -64.0, (60, 6000))
    if take.hum is not None:
        heard += sound.hum(samples, take.hum)
    if take.hiss is not None:
        heard += sound.noise(samples, seed + 2, take.hiss, (1500, 16000))
    return heard


def record(take: plan.Take, card: plan.Card, dry: Sound, seed: int, first_frame: int) -> dict[str, Any]:
    """What the recorder made of it, written as a Broadcast Wave file that began at its own moment."""
    plan_of = take.recording
    assert plan_of is not None
    clean = np.pad(dry, (RATE, RATE))
    clock = int(first_frame * RATE / card.rate) + plan_of.start if plan_of.clock_set else 0
    start, end = RATE + plan_of.start, RATE + len(dry) + plan_of.end
    tracks = []
    for number, _ in enumerate(plan_of.tracks):
        track = clean * (1.0 if number == 0 else 0.8)
        track = track + np.pad(sound.sea(len(dry), seed, -37.0), (RATE, RATE)) * sound.level(
            -15.0 - 6 * number
        )
        track += sound.noise(len(track), seed + 5 + number, -66.0, (40, 12000))
        tracks.append(track[start:end])
    path = RUSHES / "sound" / "SR01" / plan_of.file
    path.parent.mkdir(parents=True, exist_ok=True)
    about = {"project": plan.TITLE, "scene": take.setup, "take": take.take, "tracks": plan_of.tracks}
    sound.write_broadcast_wave(path, tracks, clock, about)
    return {
        "file": path.relative_to(DEMO).as_posix(),
        "offset_samples": plan_of.start,
        "offset": fraction(Fraction(plan_of.start, RATE)),
        "samples": end - start,
        "channels": len(tracks),
        "track_names": list(plan_of.tracks),
        "time_reference": clock,
        "clock_set": plan_of.clock_set,
    }


def write_stray() -> dict[str, Any]:
    """A sound file that belongs to no clip: three seconds of the quay at another hour."""
    path = RUSHES / "sound" / "SR01" / plan.STRAY
    tone = sound.sea(plan.STRAY_SAMPLES, 90_001, -46.0) + sound.noise(
        plan.STRAY_SAMPLES, 90_002, -62.0, (40, 9000)
    )
    about = {"project": plan.TITLE, "scene": "2", "take": "room tone", "tracks": ("BOOM",)}
    sound.write_broadcast_wave(path, [tone], plan.STRAY_CLOCK, about)
    return {
        "file": path.relative_to(DEMO).as_posix(),
        "samples": plan.STRAY_SAMPLES,
        "channels": 1,
        "track_names": ["BOOM"],
        "time_reference": plan.STRAY_CLOCK,
        "clip": None,
    }


def lines_between(lines: list[dict[str, Any]]) -> tuple[int, int]:
    """The samples of the middle line: where the damage goes, away from the other lines."""
    middle = lines[len(lines) // 2]
    return middle["start_sample"], middle["end_sample"]


def write_log() -> None:
    """The script supervisor's log."""
    with (RUSHES / "script_log.csv").open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file, lineterminator="\n")
        sheet.writerow(["clip", "scene", "take", "camera", "circled", "sound", "notes"])
        for card in plan.CARDS:
            for take in card.takes:
                named = take.recording.file if take.recording and take.logged_sound else ""
                circled = "yes" if take.circled else ""
                sheet.writerow([take.clip, take.setup, take.take, card.camera, circled, named, take.notes])


def write_truth(clips: list[dict[str, Any]], stray: dict[str, Any]) -> None:
    truth = {
        "title": plan.TITLE,
        "sample_rate": RATE,
        "lines": [
            {"line": one.key, "index": one.index, "character": one.character, "text": one.text}
            for one in plan.speeches().values()
        ],
        "missing": [plan.MISSING],
        "clips": clips,
        "stray_sound": [stray],
    }
    (DEMO / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def fraction(value: Fraction | int) -> str:
    value = Fraction(value)
    return f"{value.numerator}/{value.denominator}"


if __name__ == "__main__":
    sys.exit(main())
