"""The `answerprint sound` group; each file beside this one adds its commands to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from answerprint.cli.output import command_app
from answerprint.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from answerprint.departments.sound.levels import Profile
    from answerprint.departments.sound.programme import Programme, Verdict

app = command_app()


@app.callback()
def sound() -> None:
    """Sound cleaned, measured, and brought to the level that a delivery asks for.

    Example: answerprint sound measure film.mp4 --profile ebu-r128
    """


def profile_named(name: str) -> Profile:
    """Raises UsageError AP-USE-671 for a profile that is none."""
    from answerprint.departments.sound.levels import profiles

    found = profiles().get(name)
    if found is None:
        raise UsageError(
            "AP-USE-671", f"there is no loudness profile {name!r}", remedy="one of " + ", ".join(profiles())
        )
    return found


def refuse_other_than_wave(out: Path) -> None:
    """Raises UsageError AP-USE-692 for a name that is no wave file's."""
    if out.suffix.casefold() != ".wav":
        raise UsageError("AP-USE-692", "what is written is a wave file", file=str(out), remedy="name it .wav")


def print_programme(line: Callable[[str], None], one: Programme) -> None:
    """A programme's figures, for people."""

    def row(name: str, value: float | None, unit: str, note: str = "") -> None:
        told = "–" if value is None else f"{value:.1f} {unit}"
        line(f"  {name:<22}{told:>12}{f'  {note}' if note else ''}")

    row("integrated", one.integrated, "LUFS")
    row("range", one.range, "LU")
    row("true peak", one.true_peak, "dBTP")
    row("momentary, highest", one.momentary_max, "LUFS")
    row("short-term, highest", one.short_term_max, "LUFS")
    share = (
        f"{one.dialogue_share:.0%} of it spoken, by our estimate" if one.dialogue_share is not None else ""
    )
    row("dialogue in the mix", one.dialogue_in_mix, "LKFS", share)
    row(
        "dialogue alone",
        one.dialogue_integrated,
        "LKFS",
        "estimated from the pauses beside it" if share else "",
    )
    row("dialogue range", one.dialogue_range, "LU")
    row("Leq(m)", one.leq_m, "dB")


def print_verdicts(line: Callable[[str], None], found: Sequence[Verdict]) -> None:
    """What a profile asks, met or not."""
    for one in found:
        told = "cannot be measured" if one.met is None else "met" if one.met else "NOT met"
        value = "–" if one.value is None else f"{one.value:.1f}"
        line(f"  {one.rule:<22}{value:>8}  {one.limit}: {told}")
