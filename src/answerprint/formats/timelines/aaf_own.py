"""What a cut says that AAF has no word for: our attributes on a mob, JSON in pieces a property can hold.

What AAF does say is read from what AAF says. A record of ours is believed for a clip that still shows what
was written with it, and is shifted with a clip that was slipped since.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
import zlib
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import Any

import aaf2
import msgspec
from aaf2.mobid import MobID

from answerprint.core.encoding import from_builtins, to_builtins

NAME = "_ANSWERPRINT"
PIECE = 30_000  # letters: a property of AAF holds 65 535 bytes, a letter takes two
LARGEST_TABLE = 2**26  # bytes of a frame table that are unpacked: days of pictures
_SPACE = uuid.UUID("8d8fbf6e-52f5-5d0a-9d0c-6a4f1c1f3f55")  # of identifiers derived from content


def keep(mob: Any, record: Mapping[str, Any]) -> None:
    """Writes a record on a mob."""
    text = json.dumps(record, separators=(",", ":"))
    parts = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]
    make = mob.root.create.from_name
    mob["MobAttributeList"].extend(
        [make("TaggedValue", f"{NAME}_{number}", part) for number, part in enumerate(parts)]
    )


def kept(mob: Any) -> dict[str, Any]:
    """The record on a mob; empty where there is none, or none that can be read."""
    said = attributes(mob, "MobAttributeList")
    parts: list[str] = []
    while isinstance(part := said.get(f"{NAME}_{len(parts)}"), str):
        parts.append(part)
    try:
        found = json.loads("".join(parts)) if parts else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def attributes(item: Any, name: str) -> dict[str, Any]:
    """A list of tagged values of an object, by their names; empty where it has none."""
    return {one.name: one.value for one in item.getvalue(name) or ()}


def fields_of(record: msgspec.Struct, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """A record as JSON builtins, without what is as it would be anyway."""
    kind = type(record)
    default = dict(zip(reversed(kind.__struct_fields__), reversed(kind.__struct_defaults__), strict=False))
    changed = {
        name
        for name in kind.__struct_fields__
        if name not in without and getattr(record, name) != default.get(name, msgspec.UNSET)
    }
    bare = msgspec.structs.replace(record, **{name: default[name] for name in without if name in default})
    return {name: value for name, value in to_builtins(bare).items() if name in changed}


def restored(kind: type[msgspec.Struct], fields: Any, **more: Any) -> Any:
    """The record that `fields_of` wrote, with fields that it left out; None where it is none of that kind."""
    try:
        return from_builtins({**fields, **{name: to_builtins(one) for name, one in more.items()}}, kind)
    except (msgspec.ValidationError, TypeError, ValueError, ZeroDivisionError):
        return None


def fraction(text: Any) -> Fraction | None:
    """A fraction of a record of ours, None where it is none."""
    try:
        return Fraction(text)
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def packed(times: Sequence[int]) -> str:
    """A frame table in few letters: its steps, which are nearly all alike, compressed."""
    steps = [after - before for before, after in pairwise((0, *times))]
    return base64.b64encode(zlib.compress(json.dumps(steps).encode(), 9)).decode() if steps else ""


def unpacked(text: Any) -> tuple[int, ...]:
    """The inverse; empty for what it is none of, or for more than a file has of pictures."""
    try:
        unpacker = zlib.decompressobj()
        steps = json.loads(unpacker.decompress(base64.b64decode(text), LARGEST_TABLE))
        return tuple(accumulate(int(one) for one in steps))
    except (ValueError, TypeError, zlib.error, RecursionError):
        return ()


def auid_of(*parts: str) -> uuid.UUID:
    """An identifier that follows from what it identifies (RFC 9562, version 5 over a SHA-256)."""
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return uuid.uuid5(_SPACE, digest)


def mob_id_of(*parts: str) -> Any:
    """A mob's identifier that follows from content: a basic UMID (SMPTE ST 330) of a UUID."""
    found = MobID.new()
    found.material = aaf2.auid.AUID(auid_of(*parts))
    return found


def short(mob_id: Any) -> str:
    """A mob's identifier short enough to stand with every clip."""
    return bytes(mob_id.bytes_le[16:]).hex()[:12]


def plain(text: str) -> str:
    """A text that AAF holds: UTF-16 without NUL, and no longer than a property."""
    clean = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    if len(clean) <= PIECE // 2:
        return clean
    return clean.encode("utf-16-le")[: 2 * PIECE].decode("utf-16-le", "ignore")
