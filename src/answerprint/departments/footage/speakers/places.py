"""Whose voice it is, as voices.toml has it: names that people gave, bound to where somebody speaks.

A name belongs to a moment of a file, not to a number that a grouping gave: however voices are put together
the next time, whoever speaks at that moment has that name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from answerprint.core.errors import StoreError, UsageError
from answerprint.core.records import Annotation
from answerprint.departments.footage.speakers.across_files import VoicePlace
from answerprint.store.catalogue import Catalogue
from answerprint.store.disk import display_name, not_readable, write_atomically
from answerprint.store.settings_file import format_value, parse_toml

FILE = "voices.toml"
SPEAKERS = "speakers.1"
MOST_NAME = 100  # letters
RESERVED = ("voice_", "speaker_")
_HEAD = """\
# Whose voice it is, by where somebody speaks: tick of 16 000 a second on the file's own clock.
# Written by `answerprint speakers DIR --name`. Comments are not kept.
"""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    asset: str
    tick: int


def read_voices(root: Path) -> tuple[VoicePlace, ...]:
    """Places with names from voices.toml of a production's folder; none where there is no such file.

    Raises StoreError AP-STORE-043 for a file that cannot be read, with its place.
    """
    path = root / FILE
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return ()
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"byte {error.start}", "not UTF-8") from error
    except OSError as error:
        raise not_readable(path, error) from error
    document = parse_toml(text, path, "AP-STORE-043")
    try:
        entries = msgspec.convert(document.pop("voice", []), tuple[_Entry, ...])
    except msgspec.ValidationError as error:
        raise _unreadable(path, "voice", str(error)) from error
    if document:
        raise _unreadable(path, next(iter(document)), "only [[voice]] stands in it")
    return tuple(VoicePlace(asset=one.asset, tick=one.tick, name=one.name) for one in entries)


def write_voices(root: Path, named: Sequence[VoicePlace]) -> None:
    """Writes voices.toml whole; takes it away when nothing stands in it."""
    path = root / FILE
    if not named:
        path.unlink(missing_ok=True)
        return
    blocks = [_HEAD]
    for one in sorted(named, key=lambda one: (one.name, one.asset, one.tick)):
        name, asset = format_value(one.name), format_value(one.asset)
        blocks.append(f"[[voice]]\nname = {name}\nasset = {asset}\ntick = {one.tick}\n")
    write_atomically(path, "\n".join(blocks).encode())


def voices_in(catalogue: Catalogue, asset: str | None = None) -> dict[str, dict[str, list[Annotation]]]:
    """Voice → file → its turns, of a production or of one file. A voice heard too little to be looked for in
    other files has an id all the same."""
    found: dict[str, dict[str, list[Annotation]]] = {}
    for info in catalogue.tracks(asset):
        if info.name != SPEAKERS:
            continue
        track = catalogue.current_track(info.asset, SPEAKERS)
        for one in track.annotations if track is not None else ():
            found.setdefault(str(one.value["voice"]), {}).setdefault(info.asset, []).append(one)
    return found


def name_voice(root: Path, catalogue: Catalogue, voice: str, name: str, asset: str | None = None) -> int:
    """Binds a name to where a voice speaks (its id, or what it is called now; of one file, where asset is
    given); in how many files. An empty name takes the name away.

    Raises UsageError AP-USE-356 for a voice there is none of, AP-USE-357 where several are called so, and
    AP-USE-358 for a name that does not do.
    """
    if len(name) > MOST_NAME or name.startswith(RESERVED) or (name and not name.isprintable()):
        raise UsageError(
            "AP-USE-358",
            f"{name!r} is no name for a voice",
            remedy=f"write up to {MOST_NAME} letters that do not begin with voice_ or speaker_",
        )
    there = voices_in(catalogue, asset)
    meant = [one for one, files in there.items() if one == voice or voice in _called(files)]
    if not meant:
        raise UsageError(
            "AP-USE-356",
            f"nobody is called {voice!r}",
            file=str(root),
            remedy="answerprint speakers DIR lists the voices; answerprint log DIR listens first",
        )
    if len(meant) > 1:
        raise UsageError(
            "AP-USE-357",
            f"{len(meant)} voices are called {voice!r}: {', '.join(sorted(meant))}",
            file=str(root),
            remedy="name one by its id, or the file with --in",
        )
    files = there[meant[0]]
    first = {file: min(one.start for one in said) for file, said in files.items()}
    kept = [
        one
        for one in read_voices(root)
        if not any(said.start <= one.tick < said.end for said in files.get(one.asset, ()))
    ]
    named = [VoicePlace(asset=file, tick=tick, name=name) for file, tick in first.items()] if name else []
    write_voices(root, [*kept, *named])
    return len(files)


def _called(files: dict[str, list[Annotation]]) -> set[str]:
    return {one.label for said in files.values() for one in said}


def _unreadable(path: Path, at: str, what: str) -> StoreError:
    return StoreError(
        "AP-STORE-043", what, file=display_name(path), at=at, remedy="mend it, or put an earlier copy back"
    )
