"""What the engine runs for footage: logging each asset through one decode, and matching separate sound.

What only a run needs is imported in it: a make in which nothing is due loads no decoder and no recogniser.
"""

from answerprint.departments.footage.steps.faces import (
    MEDIAPIPE_FACES,
    FacesPeopleStep,
    FacesSeenStep,
    FacesStep,
)
from answerprint.departments.footage.steps.files import InspectStep, ProbeStep, ThumbnailStep
from answerprint.departments.footage.steps.glance import GlanceStep
from answerprint.departments.footage.steps.looks import AlikeStep, DetailStep, ShotLooksStep, SightsStep
from answerprint.departments.footage.steps.picture import LooksStep, ShotsStep
from answerprint.departments.footage.steps.search import MeaningStep
from answerprint.departments.footage.steps.slates import RAPIDOCR, SlatesStep, TextStep
from answerprint.departments.footage.steps.sound import SILERO, ClapStep, ListenStep, VoiceStep
from answerprint.departments.footage.steps.speakers import (
    SoundsStep,
    SpeakersHeardStep,
    SpeakersStep,
    VoicesStep,
)
from answerprint.departments.footage.steps.speech import ReadingsStep, ReadTranscriptStep, TranscriptStep
from answerprint.departments.footage.steps.sync import SyncBrief, SyncStep
from answerprint.departments.footage.steps.things import SeenStep, ThingsStep

__all__ = [
    "MEDIAPIPE_FACES",
    "RAPIDOCR",
    "SILERO",
    "AlikeStep",
    "ClapStep",
    "DetailStep",
    "FacesPeopleStep",
    "FacesSeenStep",
    "FacesStep",
    "GlanceStep",
    "InspectStep",
    "ListenStep",
    "LooksStep",
    "MeaningStep",
    "ProbeStep",
    "ReadTranscriptStep",
    "ReadingsStep",
    "SeenStep",
    "ShotLooksStep",
    "ShotsStep",
    "SightsStep",
    "SlatesStep",
    "SoundsStep",
    "SpeakersHeardStep",
    "SpeakersStep",
    "SyncBrief",
    "SyncStep",
    "TextStep",
    "ThingsStep",
    "ThumbnailStep",
    "TranscriptStep",
    "VoiceStep",
    "VoicesStep",
]
