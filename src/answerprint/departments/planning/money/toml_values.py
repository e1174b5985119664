"""Values of a TOML table, each checked and refused with the name of its key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

from answerprint.core.errors import PlanError

LARGEST = Decimal(10) ** 12  # of money or of a quantity; anything above is a slip of the keyboard
FINEST = -6  # decimal places: a rate with more is the trace of a calculation, not a price

T = TypeVar("T")
Name = TypeVar("Name", bound=str)


class TomlValues:
    """Reads checked values; `file` is named in every refusal.

    Raises PlanError: AP-PLAN-070 a value of the wrong kind or out of range, 071 an unknown currency, unit or
    choice, 072 a name that refers to nothing, 073 the same thing twice.
    """

    def __init__(self, file: str | None) -> None:
        self.file = file

    def refuse(self, code: str, key: str, message: str, remedy: str | None = None) -> NoReturn:
        remedy = (
            remedy
            or "`answerprint plan budget SCHEDULE --write-rates new.toml` shows how every key is written"
        )
        raise PlanError(code, message, file=self.file, at=key, remedy=remedy)

    def each(
        self, data: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], T]
    ) -> tuple[T, ...]:
        rows = data.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self.refuse("AP-PLAN-070", name, f"these have to be tables: [[{name}]]")
        return tuple(read(row, f"{name}[{at}]") for at, row in enumerate(rows, 1))

    def only(self, row: Mapping[str, Any], known: Iterable[str], key: str, where: str = "") -> None:
        """Refuse a key nobody reads: a slip that is passed over is a cost that is missing."""
        names = list(known)
        for name in row:
            if name not in names:
                close = get_close_matches(name, names, 1)
                self.refuse(
                    "AP-PLAN-072",
                    _under(key, name),
                    f"no such key{where}",
                    f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(names)}",
                )

    def unique(self, kind: str, names: Iterable[tuple[str, str]]) -> None:
        seen: dict[str, int] = {}
        for at, (name, label) in enumerate(names, 1):
            if name in seen:
                self.refuse(
                    "AP-PLAN-073", f"{kind}[{at}]", f"{label} is there already ({kind}[{seen[name]}])"
                )
            seen[name] = at

    def unknown(self, key: str, name: str, known: Iterable[str], kind: str) -> NoReturn:
        close = get_close_matches(name, list(known), 1)
        remedy = f"did you mean {close[0]!r}?" if close else None
        self.refuse("AP-PLAN-072", key, f"there is no {kind} {name!r}", remedy)

    def text(self, row: Mapping[str, Any], name: str, key: str, default: str | None = None) -> str:
        value = row.get(name, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            found = "missing" if value is None else "empty" if value == "" else "this has to be text"
            self.refuse("AP-PLAN-070", _under(key, name), found)
        if len(value) > 200 or not all(one.isprintable() for one in value):
            self.refuse("AP-PLAN-070", _under(key, name), "this has to be one line of at most 200 characters")
        return value.strip()

    def texts(self, row: Mapping[str, Any], name: str, key: str) -> tuple[str, ...]:
        value = row.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.refuse("AP-PLAN-070", _under(key, name), 'this has to be a list of names: ["…"]')
        if len(set(value)) < len(value):
            self.refuse("AP-PLAN-073", _under(key, name), "a name is there twice")
        return tuple(value)

    def choice(self, row: Mapping[str, Any], name: str, key: str, choices: tuple[Name, ...]) -> Name:
        value = self.text(row, name, key)
        for one in choices:
            if one == value:
                return one
        close = get_close_matches(value, choices, 1)
        self.refuse(
            "AP-PLAN-071",
            _under(key, name),
            f"there is no {name} {value!r}",
            f"did you mean {close[0]!r}?" if close else f"one of {', '.join(choices)}",
        )

    def flag(self, row: Mapping[str, Any], name: str, key: str) -> bool:
        value = row.get(name, False)
        if not isinstance(value, bool):
            self.refuse("AP-PLAN-070", _under(key, name), "this has to be true or false")
        return value

    def amount(self, row: Mapping[str, Any], name: str, key: str) -> Decimal:
        """A number, zero or more, exact as it is written."""
        place, value = _under(key, name), row.get(name)
        if value is None:
            self.refuse("AP-PLAN-070", place, "missing")
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.refuse("AP-PLAN-070", place, "this has to be a number")
        number = Decimal(value)
        if not number.is_finite():
            self.refuse("AP-PLAN-070", place, f"{value} is no number to calculate with")
        if number < 0:
            self.refuse("AP-PLAN-070", place, f"{_short(number)} is negative", "rates are zero or more")
        if number > LARGEST:
            self.refuse("AP-PLAN-070", place, f"more than {LARGEST:.0e}: this cannot be meant")
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and exponent < FINEST:
            self.refuse("AP-PLAN-070", place, f"more than {-FINEST} digits after the point")
        return number

    def optional(self, row: Mapping[str, Any], name: str, key: str) -> Decimal | None:
        return self.amount(row, name, key) if name in row else None

    def percent(self, row: Mapping[str, Any], name: str, key: str) -> Decimal:
        number = self.amount(row, name, key)
        if number > 100:
            self.refuse("AP-PLAN-070", _under(key, name), f"{_short(number)} is more than 100 per cent")
        return number

    def whole(self, row: Mapping[str, Any], name: str, key: str) -> int:
        number = self.amount(row, name, key)
        if number != number.to_integral_value() or not 0 < number < 1_000_000:
            self.refuse("AP-PLAN-070", _under(key, name), "this has to be a whole number from 1")
        return int(number)


def _under(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _short(number: Decimal) -> str:
    return format(number, "f") if -6 <= number.adjusted() < 15 else f"{number:.3e}"
