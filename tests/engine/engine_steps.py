"""Steps for the engine's tests. Each writes a line to the file ENGINE_LOG names when it runs."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar

from answerprint.core.errors import FormatError
from answerprint.core.records import Annotation, Track
from answerprint.engine.step import Context, Inputs, Step


def note(name: str, context: Context) -> None:
    """One line in one write: lines of several processes never mix."""
    with Path(os.environ["ENGINE_LOG"]).open("a") as log:
        log.write(f"{name}:{context.subject}\n")


@dataclass(frozen=True)
class Say(Step):
    """Writes its text."""

    name: ClassVar[str] = "say"
    version: ClassVar[int] = 1
    writes: ClassVar[tuple[str, ...]] = ("out",)
    text: str = ""
    seconds: float = 0.0

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        time.sleep(self.seconds)
        context.write_record("out", self.text)


@dataclass(frozen=True)
class Length(Step):
    """The length of a text: many texts have the same."""

    name: ClassVar[str] = "length"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("text",)
    writes: ClassVar[tuple[str, ...]] = ("out",)

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        context.write_record("out", len(inputs["text"].record(str)))


@dataclass(frozen=True)
class LengthAgain(Length):
    """The next version of Length, with the same results."""

    version: ClassVar[int] = 2


@dataclass(frozen=True)
class LengthDoubled(Length):
    """A later version of Length, with other results."""

    version: ClassVar[int] = 3

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        context.write_record("out", 2 * len(inputs["text"].record(str)))


@dataclass(frozen=True)
class Double(Step):
    name: ClassVar[str] = "double"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("number",)
    writes: ClassVar[tuple[str, ...]] = ("out",)

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        context.write_record("out", 2 * inputs["number"].record(int))


@dataclass(frozen=True)
class Gather(Step):
    """Everything given, as subject → value; `title` may be left out."""

    name: ClassVar[str] = "gather"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("parts", "title")
    optional: ClassVar[tuple[str, ...]] = ("title",)
    writes: ClassVar[tuple[str, ...]] = ("out",)

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        parts = {subject: item.record(Any) for subject, item in inputs.many("parts").items()}
        title = inputs["title"].record(str) if "title" in inputs else None
        context.write_record("out", {"title": title, "parts": parts})


@dataclass(frozen=True)
class Mixed(Step):
    """One output of every kind: a record, bytes, a file and a track; `nothing` it leaves out."""

    name: ClassVar[str] = "mixed"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("number",)
    writes: ClassVar[tuple[str, ...]] = ("record", "bytes", "file", "track", "nothing")
    rate: Fraction = Fraction(24000, 1001)
    spans: tuple[tuple[int, int], ...] = ((0, 10), (10, 24))
    options: dict[str, Fraction] = field(default_factory=lambda: {"gain": Fraction(1, 3)})
    size: int = 100

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        number = inputs["number"].record(int)
        context.write_record("record", {"rate": self.rate, "gain": self.options["gain"], "number": number})
        context.write_bytes("bytes", bytes([number % 256]) * 3)
        context.new_file("file", ".txt").write_bytes(f"{number}\n".encode() * self.size)
        annotations = tuple(Annotation(start=a, end=b, label=str(number)) for a, b in self.spans)
        context.write_track(
            "track", Track(asset=context.subject, name="shots.1", rate=self.rate, annotations=annotations)
        )


@dataclass(frozen=True)
class ReadBack(Step):
    """Reads what Mixed wrote, each in its own way."""

    name: ClassVar[str] = "read_back"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("file", "track", "value")
    writes: ClassVar[tuple[str, ...]] = ("out",)

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        context.write_record(
            "out",
            {
                "first_line": inputs["file"].path().read_text().split("\n")[0],
                "spans": [(one.start, one.end) for one in inputs["track"].track().annotations],
                "value": inputs["value"].record(dict[str, Fraction]),
                "value_as_file": inputs["value"].path().read_text(),
            },
        )


@dataclass(frozen=True)
class Refuse(Step):
    """Raises: a coded error, or a plain one."""

    name: ClassVar[str] = "refuse"
    version: ClassVar[int] = 1
    writes: ClassVar[tuple[str, ...]] = ("out",)
    coded: bool = True

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        context.new_file("out").write_bytes(b"half a file")
        if self.coded:
            raise FormatError("AP-FORMAT-999", "no slate", file="A001.mov", at="01:00:00:00", remedy="look")
        raise KeyError("slate")


@dataclass(frozen=True)
class WriteElsewhere(Step):
    """Breaks its own declaration in one of several ways."""

    name: ClassVar[str] = "write_elsewhere"
    version: ClassVar[int] = 1
    writes: ClassVar[tuple[str, ...]] = ("out",)
    way: str = "undeclared"

    def run(self, inputs: Inputs, context: Context) -> None:
        if self.way == "undeclared":
            context.write_record("other", 1)
        elif self.way == "twice":
            context.write_record("out", 1)
            context.write_record("out", 2)
        else:
            context.new_file("out")


@dataclass(frozen=True)
class Perish(Step):
    """Loses its worker the first `times` times it runs: killed, hung, or out of bounds."""

    name: ClassVar[str] = "perish"
    version: ClassVar[int] = 1
    writes: ClassVar[tuple[str, ...]] = ("out",)
    way: str = "kill"
    times: int = 99

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        lines = Path(os.environ["ENGINE_LOG"]).read_text().split("\n")
        if lines.count(f"{self.name}:{context.subject}") <= self.times:
            perish(self.way)
        context.write_record("out", "survived")


@dataclass(frozen=True)
class Slow(Step):
    """Takes its time, but says how far it is."""

    name: ClassVar[str] = "slow"
    version: ClassVar[int] = 1
    writes: ClassVar[tuple[str, ...]] = ("out",)
    seconds: float = 1.0

    def run(self, inputs: Inputs, context: Context) -> None:
        note(self.name, context)
        parts = round(self.seconds / 0.05)
        for part in range(parts):
            time.sleep(0.05)
            context.progress(part + 1, parts)
        context.write_record("out", self.seconds)


def perish(way: str) -> None:
    if way == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif way == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif way == "hang":
        time.sleep(600)
    elif way == "memory":
        held = []
        for _ in range(200):  # 3.2 GiB in 4 seconds, if nobody stops it
            held.append(b"\xff" * (16 << 20))
            time.sleep(0.02)
    else:
        raise AssertionError(way)
