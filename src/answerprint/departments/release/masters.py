"""What a timeline is rendered as: presets of encoders and image sequences."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from answerprint.core.errors import UsageError
from answerprint.media.encode import AudioSettings, VideoSettings


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """suffixes: of the file, or of each picture of a sequence (a folder). sound: None where there is none."""

    about: str
    suffixes: tuple[str, ...]
    video: VideoSettings
    sound: str | None = "aac"
    sequence: bool = False
    longest: int | None = None  # most pixels of its height: a proxy is smaller

    @property
    def audio(self) -> AudioSettings:
        return AudioSettings(codec=self.sound or "aac")


def _prores(profile: str) -> VideoSettings:
    pixels = "yuv444p10le" if profile == "4444" else "yuv422p10le"
    return VideoSettings(encoder="prores_ks", pixel_format=pixels, profile=profile, threads=1)


PRESETS: Mapping[str, Preset] = {
    "h264": Preset(
        about="H.264, crf 18, AAC", suffixes=(".mp4", ".mov"), video=VideoSettings(crf=18, threads=1)
    ),
    "h264-proxy": Preset(
        about="H.264 for review, 720 lines at most",
        suffixes=(".mp4", ".mov"),
        video=VideoSettings(crf=26, preset="veryfast", threads=1),
        longest=720,
    ),
    "prores-proxy": Preset(
        about="Apple ProRes 422 Proxy, PCM", suffixes=(".mov",), video=_prores("proxy"), sound="pcm_s24le"
    ),
    "prores-422": Preset(
        about="Apple ProRes 422, PCM", suffixes=(".mov",), video=_prores("standard"), sound="pcm_s24le"
    ),
    "prores-hq": Preset(
        about="Apple ProRes 422 HQ, PCM", suffixes=(".mov",), video=_prores("hq"), sound="pcm_s24le"
    ),
    "prores-4444": Preset(
        about="Apple ProRes 4444, PCM", suffixes=(".mov",), video=_prores("4444"), sound="pcm_s24le"
    ),
    "png": Preset(
        about="PNG pictures, numbered as the timecode counts",
        suffixes=(".png",),
        video=VideoSettings(encoder="png", pixel_format="rgb24"),
        sound=None,
        sequence=True,
    ),
    "tiff": Preset(
        about="TIFF pictures",
        suffixes=(".tif",),
        video=VideoSettings(encoder="tiff", pixel_format="rgb24"),
        sound=None,
        sequence=True,
    ),
    "dpx": Preset(
        about="DPX pictures, 10 bit",
        suffixes=(".dpx",),
        video=VideoSettings(encoder="dpx", pixel_format="gbrp10le"),
        sound=None,
        sequence=True,
    ),
}


def preset_for(name: str, out: Path) -> tuple[str, Preset]:
    """A preset by its name, or by what a file is called: .mp4 is h264, .mov prores-hq, a folder png.

    Raises UsageError AP-USE-650 for a name that is none, AP-USE-651 where the file's name does not fit it.
    """
    chosen = name or {".mp4": "h264", ".mov": "prores-hq", "": "png"}.get(out.suffix.casefold(), "")
    preset = PRESETS.get(chosen)
    if preset is None:
        raise UsageError(
            "AP-USE-650", f"{name or out.suffix!r} is no preset", remedy=f"name one of {', '.join(PRESETS)}"
        )
    fits = not out.suffix if preset.sequence else out.suffix.casefold() in preset.suffixes
    if not fits:
        wanted = "a folder" if preset.sequence else " or ".join(preset.suffixes)
        raise UsageError("AP-USE-651", f"{chosen} is written as {wanted}", file=str(out))
    return chosen, preset
