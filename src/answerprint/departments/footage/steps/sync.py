"""Separate sound and the picture it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import msgspec

from answerprint.core.logged import Listening
from answerprint.core.records import Asset
from answerprint.engine.step import Context, Inputs, Step


class SyncBrief(msgspec.Struct, frozen=True, kw_only=True):
    """The files to be matched: clips, and recordings without picture."""

    pictures: tuple[Asset, ...]
    sounds: tuple[Asset, ...]


@dataclass(frozen=True)
class SyncStep(Step):
    """Which recording belongs to which clip, by timecode, LTC or common audio; refused where unsure."""

    name: ClassVar[str] = "sync"
    version: ClassVar[int] = 3
    reads: ClassVar[tuple[str, ...]] = ("brief", "sound", "listening")
    writes: ClassVar[tuple[str, ...]] = ("sync",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.sync.cameras import link_cameras
        from answerprint.departments.footage.sync.matching import SyncSide, match_sound
        from answerprint.departments.footage.sync.sides import sync_side

        brief = inputs["brief"].record(SyncBrief)
        listened = inputs.many("listening")
        heard = inputs.many("sound")

        def sides(assets: tuple[Asset, ...]) -> dict[str, SyncSide]:
            return {
                one.id: sync_side(one, heard[one.id], listened[one.id].record(Listening))
                for one in assets
                if one.id in heard and one.id in listened
            }

        pictures = sides(brief.pictures)
        found = match_sound(pictures, sides(brief.sounds))
        cards = {one.id: one.card or "" for one in brief.pictures}
        cameras = link_cameras(pictures, found.matches, cards)
        context.write_record("sync", msgspec.structs.replace(found, cameras=cameras))
