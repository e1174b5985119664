"""Guide voices written: a wave for every line, a guide of all, the list, and the timeline of it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.cut import Clip, Cut, CutTrack
from answerprint.core.errors import UsageError
from answerprint.core.time import Range
from answerprint.departments.sound.speaking import espeak
from answerprint.departments.sound.speaking.delivery import Delivery
from answerprint.departments.sound.speaking.laying import frames_of, joined, places, sample_at
from answerprint.departments.sound.speaking.piper import PiperVoice
from answerprint.departments.sound.speaking.voices import Voice
from answerprint.formats.spreadsheet import harmless
from answerprint.formats.timelines.files import format_named, reread
from answerprint.formats.timelines.model import MediaLink
from answerprint.media.decode import read_sound
from answerprint.media.forms import SoundForm
from answerprint.media.ixml import ProductionSound
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.speaking import Plan, PlannedLine, PlannedPiece
from answerprint.store.disk import coded_writing, sync_folder

LINES, GUIDE, LIST, VOICES = "lines", "guide.wav", "lines.csv", "voices.toml"
TIMELINES = ("guide.otio", "guide.aaf")
HEADS = (
    "number", "scene", "character", "voice", "file", "in", "out", "seconds", "words a minute", "semitones",
    "dB", "line key", "line", "why",
)  # fmt: skip


class SpokenLine(msgspec.Struct, frozen=True, kw_only=True):
    """first, end: frames of the guide, end not included. seconds: of speech, without what fills the frame."""

    number: int
    file: str
    first: int
    end: int
    seconds: float


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """unknown: phonemes that the model has no id for, by line. silent: lines the voice gave no sound for."""

    folder: str
    lines: tuple[SpokenLine, ...]
    files: tuple[str, ...]
    seconds: float
    unknown: Mapping[str, int]
    silent: tuple[str, ...]


def speak(
    plan: Plan, out: Path, model: PiperVoice | None, tell: Callable[[float], None] = lambda done: None
) -> Spoken:
    """Speaks the plan into a new folder, which appears whole or not at all.

    Raises UsageError AP-USE-736 where something is there, StoreError AP-STORE-009 and 010 where it cannot be
    written, what `plan_of` raises of voices and models, and AP-USE-732 where no line gives a sound.
    """
    with _aside(out) as aside:
        (aside / LINES).mkdir()
        unknown: dict[str, int] = {}
        said: list[PlannedLine] = []
        silent: list[str] = []
        sizes: list[int] = []
        names: list[str] = []
        for line in plan.lines:
            sound, lacking = _said(line, model)
            if lacking:
                unknown[_label(line)] = lacking
            if len(sound):
                who = f"{_safe(line.speech.scene)}_{_safe(line.speech.character)}"
                name = f"{LINES}/{len(said) + 1:04d}_{who}.wav"
                _write_line(aside / name, sound, line, plan)
                said.append(line)
                sizes.append(len(sound))
                names.append(name)
            else:
                silent.append(_label(line))
            tell(0.9 * line.number / len(plan.lines))
        if not said:
            raise UsageError(
                "AP-USE-732", "the voices gave no sound for any line", remedy="try another language or voice"
            )
        frames = [frames_of(one, plan.rate) for one in sizes]
        starts = places(frames, [one.speech for one in said], plan.rate)
        lines = tuple(
            SpokenLine(
                number=number,
                file=name,
                first=first,
                end=first + long,
                seconds=round(size / espeak.RATE, 3),
            )
            for number, (name, first, long, size) in enumerate(
                zip(names, starts, frames, sizes, strict=True), start=1
            )
        )
        cut, media = _cut(plan, said, lines)
        _write_guide(aside, lines, plan, said)
        for timeline in TIMELINES:
            chosen = format_named(Path(timeline))
            data = chosen.write(cut, media)
            reread(data, chosen, cut.rate, timeline)
            (aside / timeline).write_bytes(data)
        (aside / LIST).write_bytes(_table(said, lines, cut))
        (aside / VOICES).write_text(voices_file(plan.voices), encoding="utf-8")
        files = tuple(sorted(str(one.relative_to(aside)) for one in aside.rglob("*") if one.is_file()))
        tell(1.0)
    return Spoken(
        folder=str(out),
        lines=lines,
        files=files,
        seconds=float(round(cut.frames / plan.rate, 3)),
        unknown=unknown,
        silent=tuple(silent),
    )


def said_piece(
    piece: PlannedPiece, voice: Voice, language: str, model: PiperVoice | None
) -> tuple[NDArray[np.float32], int]:
    """(samples,) at 48 kHz before they are brought to a level, and the phonemes that the model lacks."""
    if not piece.text:
        return np.zeros(0, np.float32), 0
    if model is None:
        return espeak.spoken(piece.text, espeak.Saying(piece.voice, piece.pitch, piece.words)), 0
    phonemes = espeak.phonemes(piece.text, language)
    mark = piece.text.rstrip()[-1:]
    phonemes += mark if mark in ".?!," and mark in model.ids else ""
    return model.spoken(phonemes, voice.pace * piece.delivery.pace, voice.speaker)


def voices_file(voices: Mapping[str, Voice]) -> str:
    """The cast as a voices file: given back with --voices it stays, whatever becomes of the script."""
    rows = ["# Who speaks with which voice; --voices takes this file."]
    for who, voice in voices.items():
        rows += ["", f"[{json.dumps(who, ensure_ascii=False)}]"]
        for name in Voice.__struct_fields__:
            value = getattr(voice, name)
            if value not in ("", None):
                rows.append(f"{name} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(rows) + "\n"


def _said(line: PlannedLine, model: PiperVoice | None) -> tuple[NDArray[np.float32], int]:
    parts: list[tuple[Delivery, NDArray[np.float32]]] = []
    lacking = 0
    for piece in line.pieces:
        language = line.voice.language or (model.language if model else "")
        sound, unknown = said_piece(piece, line.voice, language, model)
        lacking += unknown
        parts.append((piece.delivery, sound))
    if not any(len(sound) for _, sound in parts):
        return np.zeros(0, np.float32), lacking
    return joined(parts), lacking


def _write_line(path: Path, sound: NDArray[np.float32], line: PlannedLine, plan: Plan) -> None:
    """The line, silence after it to its last whole frame."""
    long = sample_at(frames_of(len(sound), plan.rate), plan.rate) + 1
    note = _note(line, plan)
    write_wave(
        path,
        np.pad(sound, (0, max(0, long - len(sound))))[:, None],
        espeak.RATE,
        track_names=(line.speech.character,),
        sound=ProductionSound(
            project=plan.title, scene=line.speech.scene, take="1", note=note, timecode_rate=plan.rate
        ),
        description=note,
        originator="Answerprint",
        coding_history=f"A=PCM,F={espeak.RATE},W=24,M=mono,T=synthetic voice; {plan.back_end}\r\n",
    )


def _note(line: PlannedLine, plan: Plan) -> str:
    """What must not be lost comes first: a bext description holds 256 bytes."""
    whose = line.consent or "no person's voice is named"
    voice = line.pieces[0].voice or f"speaker {line.voice.speaker or 0}"
    return f"SYNTHETIC VOICE, guide only; {whose}; {voice}; {plan.back_end}"


def _write_guide(folder: Path, lines: Sequence[SpokenLine], plan: Plan, said: Sequence[PlannedLine]) -> None:
    whose = sorted({one.consent for one in said} - {""})
    note = f"SYNTHETIC VOICES, guide only; {'; '.join(whose) or 'no person is named'}; {plan.back_end}"

    def blocks() -> Iterator[NDArray[np.float32]]:
        at = 0
        for one in lines:
            start, end = sample_at(one.first, plan.rate), sample_at(one.end, plan.rate)
            if start > at:
                yield np.zeros((start - at, 1), np.float32)
            form = SoundForm(rate=espeak.RATE)
            sound = np.concatenate([block.samples for block in read_sound(folder / one.file, form)])
            yield sound[: end - start].astype(np.float32)
            at = end

    write_wave(
        folder / GUIDE,
        blocks(),
        espeak.RATE,
        time_reference=0,
        track_names=("guide",),
        sound=ProductionSound(project=plan.title, note=note, timecode_rate=plan.rate),
        description=note,
        originator="Answerprint",
    )


def _cut(
    plan: Plan, said: Sequence[PlannedLine], lines: Sequence[SpokenLine]
) -> tuple[Cut, dict[str, MediaLink]]:
    """The lines on one track in order, each on its own wave."""
    media: dict[str, MediaLink] = {}
    clips = []
    for line, one in zip(said, lines, strict=True):
        long = one.end - one.first
        media[one.file] = MediaLink(
            name=Path(one.file).name,
            url=one.file,
            rate=plan.rate,
            frames=long,
            picture=False,
            channels=1,
            sample_rate=espeak.RATE,
        )
        clips.append(
            Clip(
                id=f"line {one.number}",
                asset=one.file,
                record=Range.of_ticks(one.first, one.end, plan.rate),
                source=Range.of_ticks(0, long, plan.rate),
                name=_label(line),
                lines=(line.speech.key,),
                reason="; ".join(line.reasons),
            )
        )
    track = CutTrack(name="A1", kind="audio", clips=tuple(clips), role="guide")
    return Cut(name=f"{plan.title} guide voices", rate=plan.rate, tracks=(track,)), media


def _table(said: Sequence[PlannedLine], lines: Sequence[SpokenLine], cut: Cut) -> bytes:
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\r\n")
    sheet.writerow(HEADS)
    for line, one in zip(said, lines, strict=True):
        how = line.pieces[0].delivery
        row = (
            one.number,
            line.speech.scene,
            line.speech.character,
            line.pieces[0].voice or f"speaker {line.voice.speaker or 0}",
            one.file,
            cut.timecode(one.first),
            cut.timecode(one.end),
            f"{one.seconds:.2f}",
            line.pieces[0].words,
            f"{how.semitones:.1f} higher" if how.semitones >= 0 else f"{-how.semitones:.1f} lower",
            f"{how.decibels:.1f} louder" if how.decibels >= 0 else f"{-how.decibels:.1f} softer",
            line.speech.key,
            line.speech.text,
            "; ".join(line.reasons),
        )
        sheet.writerow([harmless(str(value)) for value in row])
    return text.getvalue().encode()


def _label(line: PlannedLine) -> str:
    return f"{line.speech.scene}.{line.speech.number} {line.speech.character}"


def _safe(name: str) -> str:
    plain = "".join(one if one.isalnum() else "-" for one in name).strip("-")
    return plain[:40] or "x"


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """A folder filled beside its place, and moved there when the block ends well."""
    refuse_folder(out)
    aside = out.with_name(f".{out.name}.aside")
    with coded_writing(out):
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        try:
            yield aside
            sync_folder(aside)
            if out.exists():
                out.rmdir()
            aside.rename(out)
            sync_folder(out.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def refuse_folder(out: Path) -> None:
    """Raises UsageError AP-USE-736 where there is a file, or a folder that is not empty."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(
            "AP-USE-736",
            "something is there already",
            file=str(out),
            remedy="name a new folder: nothing is written over",
        )
