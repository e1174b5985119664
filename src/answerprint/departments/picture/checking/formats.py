"""The file itself against what a profile admits: container, codec, size, rate, depth, scan, sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from answerprint.core.logged import Probe
from answerprint.core.records import Stream
from answerprint.departments.picture.checking.film import Found
from answerprint.departments.picture.checking.profiles import FileRules


def file_faults(
    found: Probe, picture: Stream, rules: FileRules, *, bits: int, suffix: str
) -> Iterator[Found]:
    """bits: a component's depth. suffix: of the file's name, which parts .mov from .mp4."""
    container = suffix.removeprefix(".").casefold() or found.container
    size = f"{picture.width}x{picture.height}"
    yield from _one_of("container", "the container is", container, rules.containers)
    yield from _one_of("codec", "the pictures are coded in", picture.codec, rules.codecs)
    yield from _one_of("size", "the picture is", size, rules.sizes)
    yield from _one_of("pixel_format", "the pixels are", picture.pixel_format or "", rules.pixel_formats)
    rates = rules.exact_rates()
    if rates and picture.rate is not None and picture.rate not in rates:
        yield Found(
            kind="rate",
            message=f"{_rate(picture.rate)} pictures a second, where {', '.join(rules.rates)} are asked for",
            value=round(float(picture.rate), 3),
            evidence={"admitted": ", ".join(rules.rates)},
        )
    if rules.constant_rate and picture.variable_rate:
        yield Found(kind="rate", message="its rate varies: pictures are shown for uneven times")
    if bits < rules.least_bits:
        yield Found(
            kind="bits",
            message=f"{bits} bits a component, where {rules.least_bits} are asked for",
            value=float(bits),
            limit=float(rules.least_bits),
            unit="bits",
        )
    if rules.progressive and picture.field_order not in ("progressive", None):
        yield Found(
            kind="scan", message=f"interlaced ({picture.field_order}), where progressive is asked for"
        )
    if rules.square_pixels and picture.pixel_aspect not in (None, Fraction(1)):
        yield Found(
            kind="pixel_aspect",
            message=f"pixels of {picture.pixel_aspect}, where square ones are asked for",
            value=float(picture.pixel_aspect),
            limit=1.0,
        )
    if rules.timecode and found.timecode is None:
        yield Found(kind="timecode", message="it has no start timecode")
    yield from _sound([one for one in found.streams if one.kind == "audio"], rules)


def _sound(streams: Sequence[Stream], rules: FileRules) -> Iterator[Found]:
    if rules.sound and not streams:
        yield Found(kind="sound", message="there is no sound in it")
    for one in streams:
        if rules.channels and one.channels is not None and one.channels not in rules.channels:
            yield Found(
                kind="sound",
                message=f"stream {one.index} has {one.channels} channels, where "
                f"{_or(rules.channels)} are asked for",
                value=float(one.channels),
            )
        if rules.sample_rates and one.rate is not None and int(one.rate) not in rules.sample_rates:
            yield Found(
                kind="sound",
                message=f"stream {one.index} has {int(one.rate)} samples a second, where "
                f"{_or(rules.sample_rates)} are asked for",
                value=float(one.rate),
            )


def _one_of(kind: str, told: str, value: str, admitted: Sequence[str]) -> Iterator[Found]:
    if admitted and value not in admitted:
        yield Found(
            kind=kind,
            message=f"{told} {value}, where {_or(admitted)} is asked for",
            evidence={"is": value, "admitted": ", ".join(admitted)},
        )


def _or(values: Sequence[object]) -> str:
    return " or ".join(str(one) for one in values)


def _rate(rate: Fraction) -> str:
    return str(rate) if rate.denominator == 1 else f"{float(rate):.3f} ({rate})"
