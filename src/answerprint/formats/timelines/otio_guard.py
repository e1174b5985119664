"""What OpenTimelineIO's parser does not survive: a timeline that holds itself (it ends the whole program)."""

from __future__ import annotations

import json
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter

from answerprint.core.errors import FormatError

_REFERENCE = "ObjectRef"  # of SerializableObjectRef.1; an escape may hide it
_ID, _TO = "OTIO_REF_ID", "id"


class _Object(list[tuple[str, object]]):
    """A JSON object with every key it is written with: parsers differ in which of two alike they take."""


def refuse_cycles(text: str, file: str | None) -> None:
    """Raises FormatError AP-FORMAT-042 where an object of a document holds a reference to what holds it,
    AP-FORMAT-040 where such a document is no JSON. Documents without references are not looked into."""
    if _REFERENCE not in text and "\\u" not in text:
        return
    try:
        document = json.loads(text, object_pairs_hook=_Object)
    except (ValueError, RecursionError) as error:
        raise FormatError("AP-FORMAT-040", f"this is no OTIO document: {error}", file=file) from error
    held: dict[object, set[str]] = defaultdict(set)
    left: list[tuple[object, object]] = [(document, None)]
    while left:
        value, holder = left.pop()
        if isinstance(value, _Object):
            names = [str(one) for key, one in value if key == _ID]
            refers = any(key == "OTIO_SCHEMA" and _REFERENCE in str(one) for key, one in value)
            names += [str(one) for key, one in value if refers and key == _TO]
            held[holder].update(names)
            for name in names[1:]:  # one object of two names
                held[names[0]].add(name)
            left += [(one, names[0] if names else holder) for _, one in value]
        elif isinstance(value, list):
            left += [(one, holder) for one in value]
    try:
        TopologicalSorter(held).prepare()
    except CycleError as error:
        raise FormatError(
            "AP-FORMAT-042",
            "a timeline in this document holds itself",
            file=file,
            remedy="flatten or expand it in the editing program and export again",
        ) from error
