"""What a reframing watches for in one decode: shots, what moves and stands out, faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import UsageError
from answerprint.core.logged import Probe
from answerprint.departments.editorial.saliency import LONG_SIDE, Seeker, best_place, profile
from answerprint.departments.editorial.subject_tracks import Detection, SubjectTrack, track_of
from answerprint.departments.footage.faces.in_file import MODEL, face_readers
from answerprint.departments.footage.faces.sightings import Sighting
from answerprint.departments.footage.faces.tracks import FaceTrack, face_tracks
from answerprint.departments.footage.faces.watching import FaceWatcher
from answerprint.departments.footage.shots.backends import Detector, backend
from answerprint.media.display import Display, upright
from answerprint.media.fanout import DecodeSummary, PictureBlock, SoundBlock, Wants
from answerprint.media.forms import PictureForm
from answerprint.models.shelf import Shelf

HEAD = (1.5, 1.9)  # a head with hair and chin, in widths and heights of the face that is found
HEAD_UP = 0.6  # of the added height lies over the face
PROFILE_EVERY = 12  # pictures between those in which it is looked at what stands out


class ShotWatcher:
    """Finds the file's shots in the decode."""

    def __init__(self) -> None:
        self._backend = backend()
        self.wants = Wants(picture=self._backend.form)
        self._detector: Detector | None = None
        self._found: list[tuple[int, int]] | None = None

    def picture(self, block: PictureBlock) -> None:
        if self._detector is None:
            self._detector = self._backend.make(block.time_base)
        self._detector.add(block.pts, block.pixels.astype(np.uint8, copy=False))

    def sound(self, block: SoundBlock) -> None:
        """Shots are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        if self._detector is not None:
            self._found = list(self._detector.finish(summary.end_of_pictures).shots)

    def intervals(self, summary: DecodeSummary) -> list[tuple[int, int]]:
        """The shots in ticks, half-open, touching."""
        return self._found or [(int(summary.pts.min()), summary.end_of_pictures)]


class SubjectWatcher:
    """Looks for what moves and stands out, in small pictures."""

    def __init__(self, display: Display, across: bool) -> None:
        width, height = display.within(LONG_SIDE, LONG_SIDE)
        self.wants = Wants(picture=PictureForm("rgb", *display.coded(width, height), quick=True))
        self._rotation, self._across = display.rotation, across
        self._seeker = Seeker()
        self._profiles: list[NDArray[np.float32]] = []
        self._count = 0
        self.found: list[list[Detection]] = []

    def picture(self, block: PictureBlock) -> None:
        for tick, pixels in zip(block.pts.tolist(), block.pixels, strict=True):
            picture = upright(pixels.astype(np.uint8, copy=False), self._rotation)
            self._seeker.add(picture, float(tick * block.time_base))
            if self._count % PROFILE_EVERY == 0:
                self._profiles.append(profile(picture, self._across))
            self._count += 1

    def sound(self, block: SoundBlock) -> None:
        """Subjects are seen, not heard."""

    def finish(self, summary: DecodeSummary) -> None:
        self.found = self._seeker.finish()

    def rest(self, first: int, end: int, length: float) -> float:
        """Where the window stands in a shot without a subject; its middle, in parts of the picture."""
        inside = self._profiles[-(-first // PROFILE_EVERY) : -(-end // PROFILE_EVERY)]
        return best_place(np.sum(inside, axis=0), length) if inside else 0.5


class FacesInFile:
    """Looks for faces; only with consent."""

    def __init__(self, found: Probe) -> None:
        self._sightings: list[Sighting] = []
        self.watcher = FaceWatcher(found, face_readers(), lambda those, _: self._sightings.extend(those))

    def heads(
        self, shots: Sequence[tuple[int, int]], summary: DecodeSummary
    ) -> Mapping[int, list[FaceTrack]]:
        """The faces of each shot, by the tick at which the shot starts."""
        assert summary.time_base is not None
        tracks: dict[int, list[FaceTrack]] = {}
        for one in face_tracks(self._sightings, shots, summary.time_base):
            tracks.setdefault(one.shot, []).append(one)
        return tracks


def head_track(face: FaceTrack, pts: NDArray[np.int64], times: NDArray[np.float64]) -> SubjectTrack:
    """A face through a shot as a subject: the whole head. pts: the ticks of the shot's pictures; times: their
    seconds from its start."""
    boxes = np.array([one.box for one in face.samples], np.float64)
    x, y, w, h = boxes.T
    wide, tall = HEAD[0] * w, HEAD[1] * h
    heads = np.stack([x - (wide - w) / 2, y - HEAD_UP * (tall - h), wide, tall], axis=1)
    numbers = np.searchsorted(pts, [one.tick for one in face.samples]).tolist()
    return track_of(numbers, heads, [one.presence for one in face.samples], times)


def faces_asked(found: Probe, follow: str, consent: bool, file: Path) -> FacesInFile | None:
    """The watcher of faces where they are to be followed and may be; None where they are not.

    Raises UsageError AP-USE-541 where faces are asked for without consent, NotAvailableError AP-NEED-060
    where their models were not fetched. `auto` takes them when there is consent and they were.
    """
    if follow == "motion" or (follow == "auto" and not (consent and Shelf().fetched(MODEL))):
        return None
    if not consent:
        raise UsageError(
            "AP-USE-541",
            "faces are followed only with the consent of those filmed",
            file=str(file),
            remedy="when they have agreed, say so with --consent; or use --follow motion",
        )
    return FacesInFile(found)
