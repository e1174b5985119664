"""How shots were taken: measured while a file passes, joined with its shots, compared across a production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from answerprint.core.logged import Probe
from answerprint.core.records import Annotation
from answerprint.engine.step import AnalyserStep, Context, Inputs, Step

if TYPE_CHECKING:
    from answerprint.departments.footage.looks.by_shot import Figures, LookedAt
    from answerprint.departments.footage.looks.tracking import Motion
    from answerprint.media.fanout import Consumer


@dataclass(frozen=True)
class DetailStep(AnalyserStep):
    """How the whole picture moves, picture by picture, and how sharp it is: arrays for ShotLooksStep."""

    name: ClassVar[str] = "detail"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("detail",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.looks.passing import DetailWatcher

        return DetailWatcher(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class SightsStep(AnalyserStep):
    """Light, colour and composition four times a second: arrays for ShotLooksStep."""

    name: ClassVar[str] = "sights"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("sights",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless")

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.looks.passing import SightWatcher

        return SightWatcher(inputs["probe"].record(Probe), context)


@dataclass(frozen=True)
class ShotLooksStep(Step):
    """The tracks `shot_looks.1`, `camera.1` and `fingerprints.1`.

    With `media` and a track `faces` (boxes of people's faces, where the production consents to them), shot
    scale, key/fill and headroom as well; without, those are null and so is `people`.
    """

    asset: str  # whose looks; in the key, because two files may hold the same pictures

    name: ClassVar[str] = "shot_looks"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("shots", "detail", "sights")
    optional: ClassVar[tuple[str, ...]] = ("media", "faces")
    writes: ClassVar[tuple[str, ...]] = ("shot_looks", "camera", "fingerprints")
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.looks.by_shot import look_at_shots
        from answerprint.departments.footage.looks.measures import Sharpness, Sights, load_arrays
        from answerprint.departments.footage.looks.tracking import Motion
        from answerprint.departments.footage.tracks import write_track

        track = inputs["shots"].track()
        shots = [(one.start, one.end) for one in track.annotations if one.label == "shot"]
        motion = load_arrays(inputs["detail"].path(), Motion)
        sharpness = load_arrays(inputs["detail"].path(), Sharpness)
        sights = load_arrays(inputs["sights"].path(), Sights)
        figures = _figures(inputs, shots)
        looked = look_at_shots(shots, motion, sharpness, sights, 1 / track.rate, figures)
        write_track(context, self.asset, "shot_looks", track.rate, [_look(one) for one in looked if one.look])
        write_track(context, self.asset, "camera", track.rate, _movements(looked, motion))
        known = [_known(one) for one in looked if one.known_by is not None]
        write_track(context, self.asset, "fingerprints", track.rate, known)


@dataclass(frozen=True)
class AlikeStep(Step):
    """The record `alike` (an AlikeShots): which shots of a production show the same."""

    name: ClassVar[str] = "alike"
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("fingerprints",)  # of every asset
    writes: ClassVar[tuple[str, ...]] = ("alike",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "opencv-contrib-python-headless")

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.looks.alike import AlikePair, AlikeShots, ShotPlace, pairs_of
        from answerprint.departments.footage.looks.fingerprints import Fingerprint

        places: list[ShotPlace] = []
        prints: list[Fingerprint] = []
        for asset, item in inputs.many("fingerprints").items():
            track = item.track()
            for one in track.annotations:
                places.append(ShotPlace(asset, track.range_of(one)))
                prints.append(Fingerprint.of_hash(str(one.value["hash"])))
        pairs = tuple(
            AlikePair(places[one.first], places[one.second], one.kind, one.likeness)
            for one in pairs_of(prints)
        )
        context.write_record("alike", AlikeShots(pairs))


def _look(shot: LookedAt) -> Annotation:
    import msgspec

    values: dict[str, Any] = msgspec.to_builtins(shot.look)
    text = " ".join(str(values[name]).replace("_", " ") for name in ("scale", "movement") if values[name])
    return Annotation(
        start=shot.start,
        end=shot.end,
        label=values["scale"] or "",
        text=f"{text} {values['key']} key".strip(),
        confidence=values["movement_confidence"],
        value=values,
    )


def _movements(looked: list[LookedAt], motion: Motion) -> list[Annotation]:
    from answerprint.departments.footage.looks.by_shot import curves

    found = []
    for shot in looked:
        for one in shot.movements:
            end = shot.end if one.last >= len(motion.pts) else min(int(motion.pts[one.last]), shot.end)
            found.append(
                Annotation(
                    start=int(motion.pts[one.first]),
                    end=end,
                    label=one.movement,
                    confidence=one.confidence,
                    value={
                        "speed": round(one.speed, 4),
                        "shake": round(one.shake, 5),
                        "parallax": one.parallax,
                        "curves": curves(motion, one),
                    },
                )
            )
    return found


def _known(shot: LookedAt) -> Annotation:
    assert shot.known_by is not None
    return Annotation(start=shot.start, end=shot.end, label="fingerprint", value={"hash": shot.known_by.hash})


def _figures(inputs: Inputs, shots: list[tuple[int, int]]) -> Mapping[int, Figures] | None:
    """People by shot from a track of faces, or None where nobody looked for any."""
    if "faces" not in inputs or "media" not in inputs:
        return None
    from answerprint.departments.footage.looks.people import figures_of

    return figures_of(inputs["faces"].track(), shots, inputs["media"].path())
