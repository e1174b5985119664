"""What a production settles, as records. Every option carries its explanation; `settings_file` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from answerprint.core.errors import UsageError
from answerprint.core.timecode import can_drop, parse_rate, parse_timecode

# How much each quality of a take counts. The numbers are the editorial department's (its takes.py).
WEIGHTS: Mapping[str, tuple[float, str]] = MappingProxyType(
    {
        "completeness": (4.0, "words of the line that are said"),
        "fidelity": (2.0, "free of repeated, added and changed words"),
        "confidence": (0.5, "how surely the words were recognised"),
        "sound": (1.0, "speech over the recording's own noise"),
        "exposure": (1.0, "nearness to the scene's usual exposure"),
        "focus": (0.5, "sharpness of the picture"),
    }
)


def default_weights() -> dict[str, float]:
    return {name: weight for name, (weight, _) in WEIGHTS.items()}


class ProductionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(description="The film's name, as reports and timelines show it.")] = ""
    language: Annotated[
        str,
        Meta(
            description="The language spoken, as in BCP 47: en, de, pt-BR.",
            pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        ),
    ] = "en"


class PictureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rate: Annotated[
        str, Meta(description="Frames a second of the cut: 24, 25, 23.976 (which is 24000/1001), 29.97, 50 …")
    ] = "24"
    raster: Annotated[
        str,
        Meta(description="Width and height of the cut in pixels.", pattern=r"^[1-9]\d{0,4}x[1-9]\d{0,4}$"),
    ] = "1920x1080"
    drop_frame: Annotated[
        bool, Meta(description="Drop-frame timecode; exists at 29.97 and 59.94 frames a second only.")
    ] = False
    start_timecode: Annotated[str, Meta(description="The timecode of the first frame of the cut.")] = (
        "01:00:00:00"
    )
    mixed_rates: Annotated[
        Literal["real-time"],
        Meta(
            description="How media of another rate plays. real-time: at its own speed, frames skipped or "
            "repeated."
        ),
    ] = "real-time"

    match: Annotated[
        bool,
        Meta(description="Bring the clips of each scene to one look, where what they both show allows it."),
    ] = True
    leave: Annotated[
        tuple[str, ...],
        Meta(description="Clips whose look is deliberate, by file name: never matched."),
    ] = ()
    heroes: Annotated[
        dict[str, str],
        Meta(description='The clip that each scene is matched to: { "12" = "A003C002" }. Else the nearest.'),
    ] = {}

    @property
    def exact_rate(self) -> Fraction:
        """Frames a second: 24000/1001 for 23.976."""
        return parse_rate(self.rate)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        width, _, height = self.raster.partition("x")
        return int(width), int(height)

    @property
    def start_frame(self) -> int:
        """The start timecode as a frame number."""
        return parse_timecode(self.start_timecode, self.exact_rate, drop=self.drop_frame)


class EditorialSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    handles: Annotated[
        int,
        Meta(ge=0, le=1000, description="Frames that must exist beyond each end of a clip, for trimming."),
    ] = 12
    style: Annotated[
        str,
        Meta(
            description="How it is paced: drama, comedy, documentary or trailer (`answerprint cut --help`)."
        ),
    ] = "drama"
    target_duration: Annotated[
        str,
        Meta(description='How long the cut should last: "95:00", "1:35:00"; empty for as long as it takes.'),
    ] = ""
    taste: Annotated[
        bool, Meta(description="Learn from this production's own replacements what takes are chosen by.")
    ] = False
    weights: dict[str, Annotated[float, Meta(ge=0)]] = msgspec.field(default_factory=default_weights)

    def target_frames(self, rate: Fraction) -> int | None:
        """The length asked for in frames of a rate. Raises UsageError AP-USE-531 for what is no length."""
        if not self.target_duration:
            return None
        parts = self.target_duration.split(":")
        try:
            numbers = [Fraction(part) for part in parts]
        except (ValueError, ZeroDivisionError):
            numbers = []
        seconds = sum((one * 60**place for place, one in enumerate(reversed(numbers))), Fraction(0))
        if not 1 <= len(numbers) <= 3 or seconds <= 0 or any(one < 0 for one in numbers):
            raise UsageError(
                "AP-USE-531",
                f"{self.target_duration!r} is no length",
                remedy='write hours, minutes and seconds: "1:35:00", "95:00", or seconds: "5700"',
            )
        return max(1, round(seconds * rate))


class SoundSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    loudness: Annotated[
        float,
        Meta(
            ge=-70,
            le=0,
            description="Programme loudness in LUFS (ITU-R BS.1770): -23 EBU R 128, -24 ATSC A/85.",
        ),
    ] = -23.0
    true_peak: Annotated[
        float, Meta(ge=-20, le=0, description="The highest true peak in dBTP (ITU-R BS.1770 annex 2).")
    ] = -1.0
    clean: Annotated[bool, Meta(description="Take hum and steady noise out of dialogue.")] = True


class RenderSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    encoder: Annotated[
        str,
        Meta(
            description="The video encoder, by FFmpeg's name. libx264 is under the GPL: NOTICE says more.",
            pattern=r"^[A-Za-z0-9_]+$",
        ),
    ] = "libx264"
    quality: Annotated[
        int, Meta(ge=0, le=63, description="The encoder's constant rate factor: lower is better and larger.")
    ] = 20
    preset: Annotated[
        str, Meta(description="The encoder's preset: slower is smaller.", pattern=r"^[A-Za-z0-9_]*$")
    ] = "medium"
    threads: Annotated[
        int,
        Meta(
            ge=1,
            le=128,
            description="Encoder threads. Another number may give other bytes: it is part of the key.",
        ),
    ] = 1
    height: Annotated[
        int,
        Meta(
            ge=0, le=16384, description="Height of the rendered picture in pixels, even; 0 is the raster's."
        ),
    ] = 0


class ConsentSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    faces: Annotated[
        bool,
        Meta(description="The people filmed have agreed that their faces are analysed. Without it none is."),
    ] = False


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    path: Annotated[
        str,
        Meta(
            description="A folder on a local disk for the catalogue, where the production is on a network "
            "drive. Empty: .answerprint in the production."
        ),
    ] = ""


class LimitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    workers: Annotated[int, Meta(ge=0, le=1024, description="Worker processes; 0 is one a processor.")] = 0
    memory_mb: Annotated[
        int,
        Meta(
            ge=0,
            description="Memory a worker may hold, in MB; 0 shares four fifths of the machine's among them.",
        ),
    ] = 0
    timeout_s: Annotated[
        int, Meta(ge=1, description="Seconds without a sign of life after which a worker is taken for hung.")
    ] = 600


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """production.toml, table by table."""

    production: ProductionSettings = ProductionSettings()
    picture: PictureSettings = PictureSettings()
    editorial: EditorialSettings = EditorialSettings()
    sound: SoundSettings = SoundSettings()
    render: RenderSettings = RenderSettings()
    consent: ConsentSettings = ConsentSettings()
    store: StoreSettings = StoreSettings()
    limits: LimitSettings = LimitSettings()


def disagreement(settings: Settings) -> tuple[str, str, str, str] | None:
    """What types and limits cannot tell: (table, key, what is wrong, remedy), or None when all is well."""
    picture = settings.picture
    try:
        rate = picture.exact_rate
    except UsageError as error:
        return "picture", "rate", error.message, error.remedy or ""
    if picture.drop_frame and not can_drop(rate):
        return (
            "picture",
            "drop_frame",
            f"there is no drop-frame timecode at {picture.rate} frames a second",
            "write drop_frame = false, or a rate of 29.97 or 59.94",
        )
    try:
        _ = picture.start_frame
    except UsageError as error:
        return "picture", "start_timecode", error.message, error.remedy or 'write "01:00:00:00"'
    try:
        settings.editorial.target_frames(rate)
    except UsageError as error:
        return "editorial", "target_duration", error.message, error.remedy or ""
    for key in settings.editorial.weights:
        if key not in WEIGHTS:
            return "editorial.weights", key, f"{key!r} is no weight", f"known are {', '.join(WEIGHTS)}"
    if settings.render.height % 2:
        return "render", "height", "an odd height cannot be encoded", "write an even number, or 0"
    if settings.render.height == 0 and any(side % 2 for side in picture.size):
        return "picture", "raster", "an odd raster cannot be encoded", "write even numbers: 1920x1080"
    return None
