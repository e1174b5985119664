"""A library of sounds: read through its index, named, ranked, held against itself."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import AnswerprintError, MediaError, ModelError, UsageError
from answerprint.departments.sound.effects.fingerprints import Pair, groups, same
from answerprint.departments.sound.effects.loops import Loop, best_loop, looped
from answerprint.departments.sound.effects.naming import Named, proposed, words_of
from answerprint.departments.sound.effects.records import Heard
from answerprint.departments.sound.effects.searching import Embed, Entry, by_likeness, by_words
from answerprint.media.decode import read_sound
from answerprint.media.fanout import SoundForm
from answerprint.media.wave_writing import write_wave
from answerprint.pipeline.measuring import sound_of
from answerprint.pipeline.sound_library.hearing import LOOPED, digest_of, heard_in, heard_safely
from answerprint.pipeline.sound_library.index import (
    Index,
    Seen,
    default_index,
    read_index,
    sound_files,
    version,
    write_index,
)
from answerprint.pipeline.sound_library.tagging import OwnTagger

FEW = 12  # files for which no workers are started
KEPT_EVERY = 15.0  # seconds between writings of the index
WAITING = 4  # files a worker that are handed out ahead

Tell = Callable[[float], None]


class Sound(NamedTuple):
    """A file of the library. name: its path in it."""

    path: Path
    name: str
    digest: str
    heard: Heard


class Library(NamedTuple):
    """fresh: files that were heard now, not read from the index, which is `kept_in`."""

    root: Path
    sounds: tuple[Sound, ...]
    failed: tuple[AnswerprintError, ...]
    fresh: int
    kept_in: Path


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """Files that are one sound. exact: byte for byte, all of them. pairs: of those that are not."""

    files: tuple[str, ...]
    exact: bool
    pairs: tuple[Pair, ...]


def read_library(
    root: Path, *, index: Path | None = None, tagger: Path | None = None, workers: int | None = None,
    tell: Tell | None = None,
) -> Library:  # fmt: skip
    """Every sound under a folder, or one file. Only what is new or changed is heard; the index is written as
    it goes, so that a run that was stopped goes on.

    Raises UsageError AP-USE-781 where there is no such folder or no sound in it, AP-USE-780 as `read_index`,
    ModelError as `OwnTagger`. A file that cannot be read is told in `failed`, and the rest goes on.
    """
    paths = [root] if root.is_file() else list(sound_files(root)) if root.is_dir() else []
    if not paths:
        raise UsageError(
            "AP-USE-781",
            "there is no sound file in it" if root.is_dir() else "there is no such folder",
            file=str(root),
            remedy="give a folder with wav, aiff, flac or mp3 files",
        )
    own = OwnTagger(tagger) if tagger is not None else None
    wanted = version(digest_of(tagger) if tagger is not None else "")
    where = index or default_index(root)
    kept = read_index(where, wanted)
    base = root.parent if root.is_file() else root
    failed: list[AnswerprintError] = []
    found: dict[Path, str] = {}
    todo: dict[str, Path] = {}
    for path in paths:
        try:
            found[path] = _digest(path, base, kept)
        except MediaError as error:
            failed.append(error)
            continue
        if found[path] not in kept.sounds:
            todo.setdefault(found[path], path)
    written = time.monotonic()
    errors: dict[str, AnswerprintError] = {}
    try:
        for number, (digest, heard) in enumerate(_all_heard(todo, tagger, own, workers), start=1):
            if isinstance(heard, AnswerprintError):
                errors[digest] = heard
                if isinstance(heard, ModelError):
                    raise heard
            else:
                kept.sounds[digest] = heard
            if tell is not None:
                tell(number / len(todo))
            if time.monotonic() - written > KEPT_EVERY:
                write_index(where, kept)
                written = time.monotonic()
    finally:
        if todo or not where.exists():
            write_index(where, kept)
    sounds = []
    for path, digest in found.items():
        if digest in kept.sounds:
            sounds.append(Sound(path, os.path.relpath(path, base), digest, kept.sounds[digest]))
        elif path == todo[digest]:
            failed.append(errors[digest])
        else:
            failed.append(_again(errors[digest], path))
    return Library(root, tuple(sounds), tuple(failed), len(todo) - len(errors), where)


def names_for(library: Library, creator: str, source: str) -> list[tuple[Sound, Named]]:
    """A name for each sound, none of them twice in one folder."""
    made, taken = [], Counter[tuple[str, str]]()
    for one in library.sounds:
        tags = [(tag.name, tag.confidence) for tag in one.heard.tags]
        named = proposed(one.path.stem, _ours(tags), creator, source)
        place = (str(Path(one.name).parent), f"{named.name}{one.path.suffix}".casefold())
        taken[place] += 1
        if taken[place] > 1 and named.source in ("name", "sound"):
            cat, title, *rest = named.name.split("_")
            named = msgspec.structs.replace(named, name="_".join((cat, f"{title} {taken[place]}", *rest)))
        made.append((one, named))
    return made


def like(library: Library, example: Path) -> list[tuple[Sound, float]]:
    """The library by likeness to a file, best first; the file itself is left out.

    Raises MediaError as `heard_in`, UsageError AP-USE-782 where the example is silent.
    """
    digest = digest_of(example)
    known = next((one.heard for one in library.sounds if one.digest == digest), None)
    vector = _embedding(known if known is not None else heard_in(example))
    if not vector.any():
        raise UsageError(
            "AP-USE-782", "the example is silent", file=str(example), remedy="give one with sound"
        )
    rest = [one for one in library.sounds if one.digest != digest]
    if not rest:
        return []
    scores = by_likeness(vector, np.stack([_embedding(one.heard) for one in rest]))
    return _ranked(rest, scores)


def said(library: Library, words: str, embed: Embed | None = None) -> list[tuple[Sound, float]]:
    """The library by words, best first; what fits none is left out. embed: meaning, where there is MiniLM.

    Raises UsageError AP-USE-783 where no word is asked.
    """
    if not words_of(words):
        raise UsageError("AP-USE-783", "no word is asked", remedy='--words "heavy rain on metal"')
    entries = [
        Entry(
            words_of(str(Path(one.name).with_suffix(""))),
            tuple((tag.name, tag.confidence) for tag in one.heard.tags),
        )
        for one in library.sounds
    ]
    scores = by_words(words, entries, embed)
    return [(one, score) for one, score in _ranked(library.sounds, scores) if score > 0]


def copies(library: Library) -> list[Copies]:
    """Groups of files that hold one sound: byte for byte, or by its fingerprint."""
    first: dict[str, str] = {}
    twins: list[tuple[str, str]] = []
    prints: dict[str, NDArray[np.uint32]] = {}
    digests = {one.name: one.digest for one in library.sounds}
    for one in library.sounds:
        if one.digest in first:
            twins.append((first[one.digest], one.name))
        else:
            first[one.digest] = one.name
            if one.heard.words:
                prints[one.name] = np.frombuffer(one.heard.words, "<u4")
    pairs = same(prints)
    found = groups([*twins, *((one.one, one.other) for one in pairs)])
    return [
        Copies(
            files=files,
            exact=len({digests[name] for name in files}) == 1,
            pairs=tuple(one for one in pairs if one.one in files),
        )
        for files in found
    ]


def write_loop(path: Path, out: Path) -> Loop:
    """Writes the seamless loop of a file as 24-bit wave. Raises MediaError as `read_sound` and `write_wave`,
    UsageError AP-USE-784 where it has no loop."""
    stream = sound_of(path)
    rate = int(stream.rate or 48_000)
    blocks, count = [], 0
    for block in read_sound(path, SoundForm(), stream=stream.index):
        blocks.append(np.nan_to_num(block.samples, posinf=0, neginf=0).astype(np.float32))
        count += len(block.samples)
        if count >= LOOPED * rate:
            break
    sound = np.concatenate(blocks)[: LOOPED * rate] if blocks else np.zeros((0, 1), np.float32)
    loop = best_loop(sound.mean(axis=1).astype(np.float32), rate) if len(sound) else None
    if loop is None:
        raise UsageError(
            "AP-USE-784",
            "no part of it goes round",
            file=str(path),
            remedy="give a sound of over a second that goes on",
        )
    write_wave(out, looped(sound, rate, loop), rate)
    return loop


def _digest(path: Path, base: Path, kept: Index) -> str:
    try:
        now = path.stat()
    except OSError as error:
        raise MediaError(
            "AP-MEDIA-001",
            f"cannot be read: {error.strerror or error}",
            file=str(path),
            remedy="a link to nothing?",
        ) from error
    key = os.fsencode(os.path.relpath(path, base))
    seen = kept.files.get(key)
    if seen is None or (seen.size, seen.modified) != (now.st_size, now.st_mtime_ns):
        seen = Seen(now.st_size, now.st_mtime_ns, digest_of(path))
        kept.files[key] = seen
    return seen.digest


def _all_heard(
    todo: dict[str, Path], tagger: Path | None, own: OwnTagger | None, workers: int | None
) -> Iterator[tuple[str, Heard | AnswerprintError]]:
    count = min(len(todo), workers or os.cpu_count() or 1)
    if len(todo) <= FEW or count == 1:
        yield from ((digest, heard_safely(path, own)) for digest, path in todo.items())
        return
    with ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_begin, initargs=(tagger,)
    ) as pool:
        rest = iter(todo.items())
        running: dict[Future[Heard | AnswerprintError], str] = {}
        try:
            while True:
                while len(running) < WAITING * count and (following := next(rest, None)) is not None:
                    running[pool.submit(_work, following[1])] = following[0]
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            for future in running:
                future.cancel()


_TAGGER: list[OwnTagger] = []  # of this worker


def _begin(tagger: Path | None) -> None:
    if tagger is not None:
        _TAGGER.append(OwnTagger(tagger))


def _work(path: Path) -> Heard | AnswerprintError:
    return heard_safely(path, _TAGGER[0] if _TAGGER else None)


def _again(error: AnswerprintError, path: Path) -> AnswerprintError:
    return type(error)(error.code, error.message, file=str(path), at=error.at, remedy=error.remedy)


def _ours(tags: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    from answerprint.departments.sound.effects.naming import classes

    return [one for one in tags if one[0] in classes()]


def _embedding(heard: Heard) -> NDArray[np.float32]:
    return np.frombuffer(heard.embedding, np.float16).astype(np.float32)


def _ranked(sounds: Sequence[Sound], scores: NDArray[np.float64]) -> list[tuple[Sound, float]]:
    order = sorted(range(len(sounds)), key=lambda at: (-scores[at], sounds[at].name))
    return [(sounds[at], round(float(scores[at]), 4)) for at in order]
