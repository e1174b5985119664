"""SMPTE ST 12-1 timecode: frame numbers to `HH:MM:SS:FF` labels and back, drop-frame included.

Drop-frame exists at 30000/1001 and 60000/1001 only: two (four) labels are skipped at the start of every
minute that is not a multiple of ten. Rates above 99 frames a second write three frame digits. Negative
frames carry a leading minus; hours run on beyond 23 unless wrapping is asked for.
"""

from __future__ import annotations

import re
from fractions import Fraction

from answerprint.core.errors import UsageError
from answerprint.core.time import Rounding, Time

RATES: dict[str, Fraction] = {
    "23.976": Fraction(24000, 1001),
    "24": Fraction(24),
    "25": Fraction(25),
    "29.97": Fraction(30000, 1001),
    "30": Fraction(30),
    "47.952": Fraction(48000, 1001),
    "48": Fraction(48),
    "50": Fraction(50),
    "59.94": Fraction(60000, 1001),
    "60": Fraction(60),
    "119.88": Fraction(120000, 1001),
    "120": Fraction(120),
}
DROP_RATES = (RATES["29.97"], RATES["59.94"])
HOURS_A_DAY = 24

_TIMECODE = re.compile(
    r"(?P<sign>-?)(?P<h>\d{2,}):(?P<m>\d{2})(?P<s1>[:;])(?P<s>\d{2})(?P<s2>[:;.,])(?P<f>\d{2,3})",
    re.ASCII,
)
_FRAME = re.compile(r"-?\d{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{0,18}|/\d{1,18})?|-?\.\d{1,18}", re.ASCII)
_DF_SEMICOLONS = re.compile(r"^(-?\d{2,});(\d{2});(\d{2});(\d{2,3})$", re.ASCII)


def nominal(rate: Fraction) -> int:
    """Frames counted in a timecode second: 24 for 24000/1001."""
    return -(-rate.numerator // rate.denominator)


def can_drop(rate: Fraction) -> bool:
    return rate in DROP_RATES


def parse_rate(text: str) -> Fraction:
    """A frame rate from `25`, `23.976`, `29.97`, `24000/1001`. Decimals snap to n·1000/1001.

    Raises UsageError AP-USE-001 when the text is no positive rate.
    """
    value = _number(text.strip())
    if value is None or value <= 0 or value > 1000:
        raise UsageError(
            "AP-USE-001", f"{text!r} is not a frame rate", remedy="write 25, 23.976 or 24000/1001"
        )
    return snap_rate(value)


def snap_rate(value: Fraction | float) -> Fraction:
    """The exact rate that a rounded decimal stands for: 23.976 and 23.98 are 24000/1001.

    Values that are whole, or already of the form n·1000/1001, come back as they are; a value within
    0.005 of n·1000/1001 becomes that; anything else is kept.
    """
    exact = Fraction(value).limit_denominator(10_000_000)
    if exact.denominator == 1:
        return exact
    whole = round(exact * 1001 / 1000)
    candidate = Fraction(whole * 1000, 1001)
    if whole and abs(candidate - exact) <= Fraction(5, 1000):
        return candidate
    return exact


def format_timecode(frame: int, rate: Fraction, *, drop: bool = False, wrap: bool = False) -> str:
    """The label of a frame: `01:00:00:00`, `;` before the frames when drop-frame.

    Raises UsageError AP-USE-002 when drop-frame is asked of a rate that has none.
    """
    _check_drop(rate, drop)
    base = nominal(rate)
    if wrap:
        frame %= frames_a_day(rate, drop)
    sign, number = ("-", -frame) if frame < 0 else ("", frame)
    if drop:
        number = _skip_dropped_labels(number, base)
    seconds, frames = divmod(number, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    digits = 3 if base > 99 else 2
    return f"{sign}{hours:02d}:{minutes:02d}:{seconds:02d}{';' if drop else ':'}{frames:0{digits}d}"


def parse_timecode(text: str, rate: Fraction, *, drop: bool | None = None) -> int:
    """The frame number of a label.

    drop: True or False overrides the separator; None reads it (`;` before the frames is drop-frame).
    Raises UsageError AP-USE-003 for text that is no timecode, AP-USE-004 for a label that does not exist
    at this rate (frame digits too high, or a label that drop-frame skips).
    """
    stripped = text.strip()
    all_semicolons = _DF_SEMICOLONS.match(stripped)
    if all_semicolons:
        stripped = "{}:{}:{};{}".format(*all_semicolons.groups())
    match = _TIMECODE.fullmatch(stripped)
    if match is None:
        raise UsageError(
            "AP-USE-003",
            f"{text!r} is not a timecode",
            remedy="write HH:MM:SS:FF, or HH:MM:SS;FF for drop-frame",
        )
    sign, *_, separator, _ = match.groups()
    if drop is None:
        drop = separator in ";," and can_drop(rate)
    _check_drop(rate, drop)
    base = nominal(rate)
    hours, minutes, seconds, frames = map(int, match.group("h", "m", "s", "f"))
    dropped = (base // 15) if drop else 0
    if minutes > 59 or seconds > 59 or frames >= base:
        raise UsageError(
            "AP-USE-004",
            f"{text!r} does not exist at {rate} frames a second",
            remedy=f"minutes and seconds run to 59, frames to {base - 1}",
        )
    if dropped and seconds == 0 and frames < dropped and minutes % 10:
        raise UsageError(
            "AP-USE-004",
            f"{text!r} does not exist: drop-frame skips it",
            remedy=f"the next label is {hours:02d}:{minutes:02d}:00;{dropped:02d}",
        )
    number = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if dropped:
        all_minutes = hours * 60 + minutes
        number -= dropped * (all_minutes - all_minutes // 10)
    return -number if sign else number


def recount(frame: int, rate: Fraction, drop: bool, to: Fraction) -> tuple[int, bool]:
    """The first frame at another rate that a label falls on, and whether it counts there as drop-frame.

    A camera at 60 frames a second whose timecode counts 30 gives two pictures one label: 01:00:59;28 is
    01:00:59;56 in a count of every picture. The clock's reading is kept, not the seconds that passed.
    """
    if rate == to:
        return frame, drop
    base = nominal(rate)
    sign, number = (-1, -frame) if frame < 0 else (1, frame)
    seconds, frames = divmod(_skip_dropped_labels(number, base) if drop else number, base)
    dropped = drop and can_drop(to)
    minutes, seconds = divmod(seconds, 60)
    first = frames * nominal(to) // base
    label = f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}:{first:02d}"
    return sign * parse_timecode(label, to, drop=dropped), dropped


def parse_position(text: str, rate: Fraction, *, drop: bool | None = None) -> int:
    """A frame from what a person types: digits alone a frame, suffix `s` seconds, else a timecode."""
    stripped = text.strip()
    if _FRAME.fullmatch(stripped):
        return int(stripped)
    if stripped.endswith("s"):
        seconds = _number(stripped[:-1])
        if seconds is None:
            raise UsageError(
                "AP-USE-003",
                f"{text!r} is not a time",
                remedy="write 12.5s, or 1001/24000s for an exact fraction",
            )
        return Time.of_seconds(seconds).frame(rate, Rounding.FLOOR)
    return parse_timecode(stripped, rate, drop=drop)


def _number(text: str) -> Fraction | None:
    """A plain number or fraction. Exponents are refused: 1e999999999 would fill the memory."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return Fraction(text)
    except ZeroDivisionError:
        return None


def _check_drop(rate: Fraction, drop: bool) -> None:
    if drop and not can_drop(rate):
        raise UsageError(
            "AP-USE-002",
            f"there is no drop-frame timecode at {rate} frames a second",
            remedy="drop-frame exists at 30000/1001 and 60000/1001",
        )


def _skip_dropped_labels(number: int, base: int) -> int:
    """Renumber a non-negative frame so that plain counting gives the drop-frame label."""
    dropped = base // 15
    ten_minutes = base * 600 - 9 * dropped
    one_minute = base * 60 - dropped
    tens, rest = divmod(number, ten_minutes)
    skipped = tens * 9 * dropped
    if rest >= base * 60:
        skipped += dropped * (1 + (rest - base * 60) // one_minute)
    return number + skipped


def frames_a_day(rate: Fraction, drop: bool) -> int:
    """Labels in 24 hours of timecode, after which a wrapping counter starts again."""
    base = nominal(rate)
    minutes = HOURS_A_DAY * 60
    return minutes * 60 * base - (base // 15 * (minutes - minutes // 10) if drop else 0)
