"""Who is seen in a file, and what they do: only where those filmed agreed.

Three steps: one looks (through the shared decode), one says who is who over the whole production (only where
identity is asked for), one writes the tracks.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from answerprint.core.logged import Probe
from answerprint.engine.step import AnalyserStep, Context, Inputs, Item, Step

if TYPE_CHECKING:
    from answerprint.departments.footage.faces.places import Place
    from answerprint.departments.footage.faces.tracks import FaceTrack
    from answerprint.media.fanout import Consumer

MEDIAPIPE_FACES = "mediapipe-faces"
FACES_SEEN, FACES_PEOPLE, FACES = "faces_seen", "faces_people", "faces"  # the steps, by name


@dataclass(frozen=True)
class FacesSeenStep(AnalyserStep):
    """The object `faces_seen`: every face of a file, picture by picture, its measures and one small picture.

    consent: nothing is looked at without it. identity: "" keeps no vectors; "classical", or a model of the
    user's shelf. withheld: places of this file's faces that are to be forgotten: no trace of them is kept.
    """

    consent: bool
    models: str  # the digest of mediapipe-faces
    identity: str = ""
    identity_model: str = ""  # its digest, where it is a model
    withheld: tuple[Place, ...] = ()

    name: ClassVar[str] = FACES_SEEN
    version: ClassVar[int] = 4
    reads: ClassVar[tuple[str, ...]] = ("media", "probe")
    writes: ClassVar[tuple[str, ...]] = ("faces_seen",)
    libraries: ClassVar[tuple[str, ...]] = ("av", "numpy", "opencv-contrib-python-headless", "onnxruntime")

    def model_digests(self) -> dict[str, str]:
        found = {MEDIAPIPE_FACES: self.models}
        return {**found, self.identity: self.identity_model} if self.identity_model else found

    def consumer(self, inputs: Inputs, context: Context) -> Consumer:
        from answerprint.departments.footage.faces.in_file import embedder_named, face_readers
        from answerprint.departments.footage.faces.keeping import to_bytes
        from answerprint.departments.footage.faces.places import is_at
        from answerprint.departments.footage.faces.watching import FaceWatcher, require_consent

        require_consent(self.consent)

        def done(found: list[Any], summary: Any) -> None:
            base = summary.time_base or Fraction(1)
            kept = [
                one for one in found if not any(is_at(one.samples, place, base) for place in self.withheld)
            ]
            context.write_bytes("faces_seen", to_bytes(kept, base))

        embedder = embedder_named(self.identity) if self.identity else None
        return FaceWatcher(inputs["probe"].record(Probe), face_readers(), done, embedder)


@dataclass(frozen=True)
class FacesPeopleStep(Step):
    """The record `people`: who is who over all files, with the names people gave. Only for identity."""

    consent: bool
    identity: str
    named: tuple[Place, ...] = ()

    name: ClassVar[str] = FACES_PEOPLE
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("faces_seen", "shots")
    writes: ClassVar[tuple[str, ...]] = ("people",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.faces.embedding import alike, vectors_name
        from answerprint.departments.footage.faces.identity import people_of
        from answerprint.departments.footage.faces.watching import require_consent

        require_consent(self.consent)
        shots = inputs.many("shots")
        tracks = {asset: _tracks(item, shots.get(asset)) for asset, item in inputs.many("faces_seen").items()}
        name = vectors_name(self.identity)
        context.write_record("people", people_of(tracks, self.named, name, alike(name)))


@dataclass(frozen=True)
class FacesStep(Step):
    """The tracks `faces.1` and `cues.1`. Without `people` every face of every shot is a person of its own,
    but for those named by place."""

    asset: str  # whose faces; in the key, because two files may hold the same pictures
    consent: bool
    named: tuple[Place, ...] = ()  # of this file

    name: ClassVar[str] = FACES
    version: ClassVar[int] = 1
    reads: ClassVar[tuple[str, ...]] = ("faces_seen",)
    optional: ClassVar[tuple[str, ...]] = ("shots", "people")
    writes: ClassVar[tuple[str, ...]] = ("faces", "cues")
    libraries: ClassVar[tuple[str, ...]] = ("numpy",)

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.departments.footage.faces.identity import names_at
        from answerprint.departments.footage.faces.marking import cue_marks, face_marks
        from answerprint.departments.footage.faces.people import People
        from answerprint.departments.footage.faces.watching import require_consent
        from answerprint.departments.footage.tracks import write_track

        require_consent(self.consent)
        shots = inputs["shots"] if "shots" in inputs else None  # noqa: SIM401  # inputs are no mapping
        tracks, base = _tracks(inputs["faces_seen"], shots)
        labels = names_at(tracks, base, self.named)
        if "people" in inputs:
            labels = {**inputs["people"].record(People).of(self.asset), **labels}
        write_track(context, self.asset, "faces", 1 / base, face_marks(tracks, base, labels))
        write_track(context, self.asset, "cues", 1 / base, cue_marks(tracks, base, labels))


def _tracks(seen: Item, shots: Item | None) -> tuple[list[FaceTrack], Fraction]:
    """A file's faces through its shots, and the seconds a tick."""
    from answerprint.departments.footage.faces.keeping import from_bytes
    from answerprint.departments.footage.faces.tracks import face_tracks

    sightings, base = from_bytes(seen.path().read_bytes())
    intervals: list[tuple[int, int]] = []
    if shots is not None:
        track = shots.track()
        scale = 1 / (track.rate * base)
        intervals = [
            (int(one.start * scale), int(one.end * scale)) for one in track.annotations if one.label == "shot"
        ]
    return face_tracks(sightings, sorted(intervals), base), base
