"""The tracks that logging leaves and the words their annotations use: what search asks and others read.

| track | an annotation is | label | text | value |
|---|---|---|---|---|
| `glance.1` | a coarse shot, between keyframes | `shot` or `black` | | |
| `shots.1` | a boundary, or a shot | cut, dissolve, …; `shot` | | evidence |
| `looks.1` | half a second | `look` | | exposure, contrast, cast, sharpness, motion |
| `shot_looks.1` | a shot | a Scale, or "" | | see LOOK_VALUES |
| `camera.1` | a stretch of one movement | a Movement | | speed, curves |
| `fingerprints.1` | a shot | `fingerprint` | | `hash` (hex); pairs are in the record `alike` |
| `voice.1` | somebody speaks | `voice` | | |
| `sounds.1` | something is heard | a Sound | | measures |
| `speakers.1` | a turn | `speaker_1`, or a name | | `voice` (id across files), `overlap` |
| `words.1` | a word | the line's key, or "" | the word | kind, index, `speaker` |
| `readings.1` | a reading, or what is off the script | the line's key | what is said | completeness … |
| `transcript.1` | a passage, recognised or imported | the speaker, or "" | the passage | `draft`, `source` |
| `faces.1` | one face through a shot | `person_1`, or a name | | boxes, frontal share |
| `cues.1` | a measurable cue of a face | a Cue | | `person`, measures |
| `slates.1` | a slate is seen | `slate` | "scene 12A take 3" | scene, take, camera, circled |
| `text.1` | text in the picture | `text` | as read | box |
| `things.1` | an object or an action | as the user's model names it | | box |
| `seen.1` | a picture that a user's image–text encoder saw | `seen` | | |

Times are ticks of the track's rate on the asset's own clock: the picture stream's time base for what is seen,
16 000 a second for what is heard. Confidence is 0 … 1, calibrated where the department's README says so.
"""

from __future__ import annotations

from typing import Literal, get_args

Scale = Literal[
    "extreme_close_up", "close_up", "medium_close_up", "medium", "medium_wide", "wide", "extreme_wide"
]
Movement = Literal[
    "static",
    "pan_left",
    "pan_right",
    "tilt_up",
    "tilt_down",
    "zoom_in",
    "zoom_out",
    "dolly_in",
    "dolly_out",
    "track_left",
    "track_right",
    "pedestal_up",
    "pedestal_down",
    "roll",
    "handheld",
]
Sound = Literal["laughter", "applause", "music", "silence"]
Cue = Literal[
    "smile",
    "mouth_open",
    "blink",
    "eyes_closed",
    "turn_to_camera",
    "turn_away",
    "head_left",
    "head_right",
    "head_up",
    "head_down",
    "look_left",
    "look_right",
    "look_to_camera",
    "nod",
    "shake",
]

SCALES: tuple[str, ...] = get_args(Scale)
MOVEMENTS: tuple[str, ...] = get_args(Movement)
SOUNDS: tuple[str, ...] = get_args(Sound)
CUES: tuple[str, ...] = get_args(Cue)

LOOK_VALUES = {
    "scale": "a Scale, or null where no figure is seen",
    "movement": "the Movement that fills most of the shot",
    "focus": "0 soft … 1 sharp, against the sharpest shots of its size",
    "exposure": "mean display luminance, stops from 18 % grey",
    "contrast": "standard deviation of display luminance, stops",
    "key_fill": "light on the bright side of the figure over the dark side, stops; null without a figure",
    "key": "low, normal or high",
    "temperature_k": "correlated colour temperature of the neutrals, kelvin; null where there are none",
    "palette": "the main colours, [[#rrggbb, share], …]",
    "motion": "mean motion energy, 0 still … 1",
    "people": "figures seen at once, at most",
    "composition": "where the weight of the picture lies: thirds, symmetry, headroom",
}
