"""Clips and stills without their noise: the noise measured or read, then taken away picture by picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from answerprint.core.errors import FormatError, UsageError
from answerprint.departments.picture.grain.denoising import PLAIN, Denoiser, Dose
from answerprint.departments.picture.grain.measuring import Measurer, quiet
from answerprint.departments.picture.grain.profiles import NoiseProfile, read_profile, written
from answerprint.departments.picture.grain.spectra import radial
from answerprint.departments.picture.windows import Operator, Pixels, Window
from answerprint.media.aside import written_aside
from answerprint.pipeline.picture.operating import Operated, Recipe, identity, operate
from answerprint.pipeline.picture.parts import kept
from answerprint.pipeline.picture.reels import Reel, Tell

PLACES = 8  # of a reel or stretch at which its noise is measured
TOGETHER = 3  # successive pictures at each
TRIALS = 3  # places at which is tried what neighbours give
NAMES = ("red", "green", "blue")
SEEN = {"dark": 0.15, "middle": 0.5, "light": 0.85}


class Surveyed(msgspec.Struct, frozen=True, kw_only=True):
    """profile: the noise that is taken away. source: where it is from. noise: whether there is any to speak
    of. joined: how many pictures, the mean of trials, one picture is made of, itself counted."""

    profile: NoiseProfile
    source: str
    noise: bool
    joined: float = 1.0


class Untouched:
    """Pictures as they are."""

    before = 0
    after = 0

    def picture(self, window: Window) -> Pixels:
        return window.now


def survey(
    reel: Reel,
    out: Path | None,
    dose: Dose = PLAIN,
    *,
    profile: Path | None = None,
    tell: Tell = lambda what, done: None,
) -> Surveyed:
    """What noise a reel has: measured at places spread over it, or as the profile says, which is believed.

    Kept beside `out`, where it is given, for a run that goes on. Raises FormatError as `profile_of`,
    UsageError AP-USE-840.
    """
    if profile is not None:
        known, source, noise = profile_of(profile), profile.name, True
        fits(known, reel, profile)
    else:
        known, source = measured(reel, out, tell=tell), "measured"
        noise = not quiet(known)
    joined = _joined(reel, known, dose, tell) if noise else 1.0
    return Surveyed(profile=known, source=source, noise=noise, joined=joined)


def denoise(
    reel: Reel,
    out: Path,
    found: Surveyed,
    dose: Dose = PLAIN,
    *,
    between: tuple[Fraction, Fraction] | None = None,
    sheet: Path | None = None,
    tell: Tell = lambda what, done: None,
) -> Operated:
    """Writes the reel without the noise that was found; where there is none, its pictures as they are.

    Raises as `operate`.
    """
    recipe = Recipe(
        operator="denoise",
        back_end="classical",
        parameters=dose._asdict(),
        found=told(found),
        key=written(found.profile),
    )

    def make() -> Operator:
        return Denoiser(found.profile, dose) if found.noise else Untouched()

    return operate(reel, out, make, recipe, between=between, sheet=sheet, tell=tell)


def told(found: Surveyed) -> dict[str, Any]:
    """What was found, in plain values: deviations are of 255, or of linear light times 255."""
    return {
        "noise": found.noise,
        "source": found.source,
        "pictures_joined": round(found.joined, 2),
        **described(found.profile),
    }


def described(profile: NoiseProfile) -> dict[str, Any]:
    """A profile in plain values. size: pixels across a grain, 1 where pixels know nothing of each other."""
    levels = np.repeat(np.array(list(SEEN.values()), np.float32)[:, None], 3, axis=1)
    deviation = 255 * np.sqrt(np.maximum(profile.variances(levels), 0))
    return {
        "measured": profile.measured,
        "deviation": {
            channel: {where: round(float(deviation[row, column]), 2) for row, where in enumerate(SEEN)}
            for column, channel in enumerate(NAMES)
        },
        "gain": [float(f"{one:.4g}") for one in profile.gain],
        "offset": [float(f"{one:.4g}") for one in profile.offset],
        "size": [round(float(np.sqrt(radial(one)[1:4].mean())), 2) for one in profile.power],
        "channels_share": round(
            float(np.mean([profile.correlation[i][j] for i, j in ((0, 1), (0, 2), (1, 2))])), 2
        ),
    }


def measured(
    reel: Reel,
    out: Path | None,
    first: int = 0,
    last: int | None = None,
    places: int = PLACES,
    *,
    tell: Tell = lambda what, done: None,
) -> NoiseProfile:
    """The noise of a reel's pictures from `first` up to, not including, `last`; kept beside `out`, where it
    is given."""
    last = reel.count if last is None else last

    def find() -> NoiseProfile:
        measurer = Measurer(linear=reel.linear)
        chosen = _places(reel, first, last, places)
        for done, number in enumerate(chosen):
            end = min(number + TOGETHER, reel.shot_of(number)[1], last)
            pictures = [pixels for _, pixels in reel.pictures(number, end)]
            if pictures:
                measurer.add(pictures)
            tell("measuring the noise", (done + 1) / len(chosen))
        return measurer.profile()

    if out is None:
        return find()
    key = msgspec.json.encode(["noise", identity(reel), first, last, places])
    made = kept(out, key, lambda: {"profile": np.frombuffer(written(find()), np.uint8)})
    return read_profile(made["profile"].tobytes(), reel.path)


def profile_of(path: Path) -> NoiseProfile:
    """A profile's file. Raises FormatError AP-FORMAT-808 and 809."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FormatError(
            "AP-FORMAT-808", f"it cannot be read: {error.strerror}", file=str(path), remedy="check the path"
        ) from error
    return read_profile(data, path)


def write_profile(path: Path, profile: NoiseProfile) -> None:
    """A profile as a file, whole or not at all."""
    with written_aside(path) as aside:
        aside.write_bytes(written(profile))


def fits(profile: NoiseProfile, reel: Reel, file: Path) -> None:
    """Raises UsageError AP-USE-840 for noise of linear light and pictures of code values, or the reverse."""
    if profile.linear != reel.linear:
        kinds = "linear light", "code values"
        one, other = kinds if profile.linear else kinds[::-1]
        raise UsageError(
            "AP-USE-840",
            f"the noise is of {one}, {reel.path.name} of {other}",
            file=str(file),
            remedy="give a profile, or a clip, of the same kind",
        )


def _places(reel: Reel, first: int, last: int, count: int) -> list[int]:
    """Numbers spread over the pictures, each the first of several of its shot where it has as many."""
    middles = first + ((np.arange(count) + 0.5) * (last - first) / count).astype(int)
    found = []
    for number in middles.tolist():
        start, end = reel.shot_of(number)
        found.append(max(min(number, min(end, last) - TOGETHER), start, first))
    return sorted(set(found))


def _joined(reel: Reel, profile: NoiseProfile, dose: Dose, tell: Tell) -> float:
    operator = Denoiser(profile, dose)
    counts = []
    for number in _places(reel, 0, reel.count, TRIALS):
        start, end = reel.shot_of(number)
        begin = max(start, number - operator.before)
        feed = reel.pictures(begin, min(end, number + operator.after + 1))
        window = {one: np.where(np.isfinite(pixels), pixels, np.float32(0)) for one, pixels in feed}
        if number in window:
            at = list(window).index(number)
            counts.append(operator.joined(Window(list(window.values()), at, number)))
        tell("trying neighbours", len(counts) / TRIALS)
    return float(np.mean(counts)) if counts else 1.0
