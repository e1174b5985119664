"""What was done to a recording, written beside it: read it, change what is kept, and it is done so again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from answerprint.core.errors import UsageError

Value = float | int | str


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One step on one channel. proposed: whether the machine would keep it; kept: whether it is, which a
    person may change. before, after: what `measure` says of the recording without the step and with it."""

    channel: int  # from 1
    op: str
    kept: bool
    proposed: bool
    parameters: dict[str, Value]
    measure: str
    before: float | None
    after: float | None
    reason: str


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """A cleaning. digest: BLAKE3 of the recording; floor: dB, None where it was chosen; wet: 0 … 1; network:
    what told the noise beside the estimator."""

    input: str
    digest: str
    floor: float | None
    wet: float
    network: str
    chain: tuple[Link, ...]

    def decided(self) -> dict[tuple[int, str], bool]:
        """(channel, op) → kept, of the links on which a person and the machine differ."""
        return {(one.channel, one.op): one.kept for one in self.chain if one.kept != one.proposed}

    def encoded(self) -> bytes:
        """As JSON, for people to read and change."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"


def recipe_beside(out: Path) -> Path:
    """Where a recording's recipe lies."""
    return out.with_name(out.name + ".recipe.json")


def read_recipe(path: Path) -> Recipe:
    """Raises UsageError AP-USE-690 for what is no recipe, AP-USE-010 for what cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Recipe)
    except OSError as error:
        raise UsageError(
            "AP-USE-010", f"cannot be read: {error.strerror}", file=str(path), remedy="check the path"
        ) from error
    except msgspec.MsgspecError as error:
        raise UsageError(
            "AP-USE-690",
            f"this is no recipe of cleaning: {error}",
            file=str(path),
            remedy="give the .recipe.json that `sound clean` wrote, with only `kept` changed",
        ) from error
