"""Cuts of made-up scenes with their truth: clean, or with one error that was put into the shot after.

A cut is a tail, a head, and (mostly) the tail of the last shot of the head's set-up. Nothing is ever the same
twice even where nothing is wrong: framing, lens, stop, light, where people stand, what they do, the sound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from continuity_filming import PICTURES, STEP, Acting, Camera, Pictures, film
from continuity_rooms import (
    CLOCK_X,
    LATER_HAIR,
    WALL,
    Figure,
    Light,
    Room,
    Thing,
    another_hour,
    dress,
    light_on,
    room,
    room_tone,
    thing,
    time_of_day,
)
from numpy.typing import NDArray

from answerprint.departments.editorial.continuity import Join
from answerprint.departments.editorial.continuity_looking import Look, Side, look_at
from answerprint.departments.footage.faces.sightings import FaceReaders
from answerprint.departments.footage.slates.reader import Reader
from answerprint.pipeline.continuity_eyes import faces_in, texts_in

ERRORS = (
    "light",
    "exposure",
    "colour",
    "wardrobe",
    "hair",
    "direction",
    "eyeline",
    "things",
    "text",
    "sound",
)
RATE = 16_000
HIGH = {"bun": 0.9, "cap": 0.7, "band": 0.5}  # heads over the middle of one, that these reach
SOUND_SECONDS = 3


@dataclass(frozen=True)
class Eyes:
    """What looks for faces and text: the pipeline's own."""

    faces: FaceReaders
    reader: Reader


@dataclass(frozen=True)
class MadeCut:
    """A cut and its truth: `error` is "" where it is clean. kind: of the scene."""

    join: Join
    error: str
    kind: str


def made_cut(seed: int, error: str, eyes: Eyes) -> MadeCut:
    """A cut by its number and error, the same every time."""
    random = np.random.default_rng([seed, 7])
    place = room(seed)
    if error == "direction" or (not error and random.random() < 0.15):
        return MadeCut(_walk(place, random, error, eyes, seed), error, "walk")
    kind = "singles" if error == "eyeline" else str(random.choice(["singles", "singles", "wide", "new"]))
    if error == "text" and kind == "singles":
        kind = "wide"
    return MadeCut(_dialogue(place, random, error, kind, eyes, seed), error, kind)


def _dialogue(place: Room, random: np.random.Generator, error: str, kind: str, eyes: Eyes, seed: int) -> Join:
    """singles: A–B–A over the shoulder line. wide: the wide returned to. new: in from the wide."""
    first, second = place.figures
    way = float(random.choice([-1, 1]))
    wide = _framing(random, 0, WALL[1] / 2, 440, random.uniform(1300, 1500))
    second = replace(second, wall=0 if kind != "singles" else 1)
    if kind != "singles":
        second = replace(second, x=first.x + way * random.uniform(300, 380))
    close = _framing(
        random,
        first.wall,
        first.x + way * 60,
        first.y + 80,
        random.uniform(520, 760),
        soft=random.uniform(0, 2),
    )
    reverse = _framing(
        random, 1, second.x - way * 60, second.y + 80, random.uniform(520, 760), soft=random.uniform(0, 2)
    )
    if error == "text" and kind == "new":  # a new set-up that shows the clock
        close = _framing(random, 0, (CLOCK_X + 0.05) * WALL[1], 240, random.uniform(620, 800))
    people = [first.x] + ([second.x] if kind != "singles" else [])
    if error == "things":
        place = _with_a_thing(place, random, close if kind != "wide" else wide, people)
    setup = {"singles": close, "wide": wide, "new": close}[kind]
    later = _with_error(place, random, error, first, setup)
    faced = later[0]
    looks = way * random.uniform(14, 38)  # the first looks this way, the second back
    back = -looks * random.uniform(0.8, 1.2)
    if error == "eyeline":
        back = -back
    before_setup = {"singles": reverse, "wide": close, "new": wide}[kind]
    mic = random.normal(0, 1.2, 2)

    def cast(one: Figure, camera: Camera) -> list[Acting]:
        actors = [_acting(random, one, looks)]
        if camera.wall == 1 or camera.wide > 1000:
            actors.append(_acting(random, second, back))
        return actors

    def side(what: Room, camera: Camera, light: Light, one: Figure, tail: bool, place_in: int) -> Look:
        taken = _again(random, camera)
        if place_in == 2:
            taken = _exposed(taken, random, error)
        pictures = film(what, taken, _drifted(light, random), cast(one, camera), (seed, place_in))
        tone = what.tone, what.tone_db + float(mic[int(camera is before_setup)]) + random.normal(0, 0.4)
        texted = place_in != 1 or kind == "new"  # text is compared with the reference alone
        return _look(pictures, tail, eyes, _sound(random, *tone), texted=texted)

    again = side(place, setup, place.light, first, True, 0) if kind != "new" else None
    before = side(place, before_setup, place.light, first, True, 1)
    after = side(later[1], setup, later[2], faced, False, 2)
    return Join(before, after, again)


def _walk(place: Room, random: np.random.Generator, error: str, eyes: Eyes, seed: int) -> Join:
    """Somebody walks out of one framing and into the next."""
    way = float(random.choice([-1, 1]))
    walker = place.figures[0]
    wide = float(random.uniform(900, 1500)), float(random.uniform(700, 1400))
    cameras = [
        _framing(random, wall, WALL[1] / 2, 450, wide[wall]) for wall in (0, int(random.integers(0, 2)))
    ]
    sides = []
    for number, camera in enumerate(cameras):
        goes = -way if number == 1 and error == "direction" else way
        speed = goes * random.uniform(0.012, 0.035) * camera.wide
        start = camera.x - goes * random.uniform(-0.05, 0.25) * camera.wide
        actor = _acting(random, replace(walker, wall=camera.wall, x=start), goes * random.uniform(20, 45))
        moving = replace(actor, walk=speed, gesture=0.35)
        pictures = film(place, camera, _drifted(place.light, random), [moving], (seed, number))
        sound = _sound(random, place.tone, place.tone_db + random.normal(0, 1.2))
        sides.append(_look(pictures, number == 0, eyes, sound))
    return Join(sides[0], sides[1])


def _with_error(
    place: Room, random: np.random.Generator, error: str, figure: Figure, setup: Camera
) -> tuple[Figure, Room, Light]:
    """The figure, room and light of the shot after: an error that its framing shows."""
    if error == "light":
        for _ in range(100):
            later = another_hour(place.light, random)
            if _seen_to_change(place, setup, later) > 0.5:
                break
        return figure, place, later
    if error == "wardrobe":
        other = dress(random, figure.dress)
        if random.random() < 0.3:  # the jacket is off, or on
            other = replace(
                figure.dress, jacket=not figure.dress.jacket, other=dress(random, figure.dress).tone
            )
        return replace(figure, dress=other), place, place.light
    if error == "hair":
        zoom = 640 / setup.wide
        over = (180 + (figure.y - setup.y) * zoom) / (figure.head * zoom)  # of the head, to the frame's edge
        worn = [one for one in LATER_HAIR if one != figure.hair and over > HIGH.get(one, 0.0)]
        return replace(figure, hair=str(random.choice(worn))), place, place.light
    if error == "text":
        shown = place.clock
        while shown[:2] == place.clock[:2]:
            shown = time_of_day(random)
        return figure, replace(place, clock=shown), place.light
    if error == "things":
        return figure, replace(place, things=_moved(place, random)), place.light
    if error == "sound":
        return figure, _other_tone(place, random), place.light
    return figure, place, place.light


def _seen_to_change(place: Room, setup: Camera, later: Light) -> float:
    """Stops that light changes by on the wall of a framing, where it changes most (a tenth of it does)."""
    before, after = (light_on(place, setup.wall, one)[0] for one in (place.light, later))
    half = setup.wide / 8, setup.wide * 9 / 16 / 8
    x, y = setup.x / 4, setup.y / 4
    window = (
        slice(max(0, int(y - half[1])), int(y + half[1])),
        slice(max(0, int(x - half[0])), int(x + half[0])),
    )
    change = np.abs(np.log2(after[window] / before[window]))
    return float(np.percentile(change[..., 1], 90))


def _with_a_thing(place: Room, random: np.random.Generator, camera: Camera, people: Sequence[float]) -> Room:
    """The room with something, its last, where the framing shows it clear of the people."""
    tall = camera.wide * 9 / 16
    for _ in range(200):
        x = camera.x + random.uniform(-0.42, 0.42) * camera.wide
        y = camera.y + random.uniform(-0.3, 0.25) * tall
        if min(abs(x - one) for one in people) > 230 and 120 < x < WALL[1] - 120:
            break
    size = camera.wide * random.uniform(0.07, 0.14)
    made = replace(thing(random, 0, 0), x=float(x), y=float(y), size=float(size))
    return replace(place, things=(*place.things, made))


def _moved(place: Room, random: np.random.Generator) -> tuple[Thing, ...]:
    """The things with the last gone, or another in its place."""
    left, chosen = place.things[:-1], place.things[-1]
    if random.random() < 0.5:
        return left
    return (*left, replace(thing(random, 0, 0), x=chosen.x, y=chosen.y, size=chosen.size))


def _other_tone(place: Room, random: np.random.Generator) -> Room:
    choice = random.random()
    if choice < 0.4:
        return replace(place, tone_db=place.tone_db + float(random.choice([-1, 1]) * random.uniform(6, 14)))
    if choice < 0.8:
        return replace(place, tone=room_tone(random))
    hum = np.array(place.tone)
    hum[int(random.integers(0, 6))] += random.uniform(14, 24)
    return replace(place, tone=tuple(hum.tolist()), tone_db=place.tone_db + 3)


def _exposed(camera: Camera, random: np.random.Generator, error: str) -> Camera:
    sign = float(random.choice([-1, 1]))
    if error == "exposure":
        return replace(camera, stops=camera.stops + sign * random.uniform(0.4, 1.2))
    if error == "colour" and random.random() < 0.7:
        return replace(camera, mired=camera.mired + sign * random.uniform(28, 90))
    if error == "colour":
        return replace(camera, tint=camera.tint + sign * random.uniform(0.15, 0.4))
    return camera


def _framing(
    random: np.random.Generator, wall: int, x: float, y: float, wide: float, soft: float = 0.0
) -> Camera:
    return Camera(
        wall=wall,
        x=float(x + random.normal(0, 15)),
        y=float(y + random.normal(0, 10)),
        wide=float(wide),
        stops=float(random.normal(0, 0.12)),
        mired=float(random.normal(0, 5)),
        tint=float(random.normal(0, 0.02)),
        vignette=float(random.uniform(0, 0.25)),
        soft=soft,
        shake=float(random.choice([0.0, 0.3, 0.8])),
    )


def _again(random: np.random.Generator, camera: Camera) -> Camera:
    """The set-up as another take of it has it."""
    return replace(
        camera,
        x=camera.x + float(random.normal(0, 0.015)) * camera.wide,
        y=camera.y + float(random.normal(0, 0.010)) * camera.wide,
        wide=camera.wide * float(np.exp(random.normal(0, 0.02))),
        roll=float(random.normal(0, 0.005)),
        stops=camera.stops + float(random.normal(0, 0.05)),
        mired=camera.mired + float(random.normal(0, 3)),
        tint=camera.tint + float(random.normal(0, 0.012)),
        soft=max(0.0, camera.soft + float(random.normal(0, 0.25))),
    )


def _drifted(light: Light, random: np.random.Generator) -> Light:
    """The light some minutes on."""
    return replace(
        light,
        window=light.window * 2.0 ** float(random.normal(0, 0.08)),
        warm=light.warm + float(random.normal(0, 3)),
        sun_x=light.sun_x + float(random.normal(0, 8)),
        sun=light.sun * float(np.exp(random.normal(0, 0.08))),
    )


def _acting(random: np.random.Generator, figure: Figure, yaw: float) -> Acting:
    moved = replace(
        figure,
        x=figure.x + float(random.normal(0, 0.18)) * figure.head,
        y=figure.y + float(random.normal(0, 0.08)) * figure.head,
        head=figure.head * float(np.exp(random.normal(0, 0.03))),
    )
    return Acting(
        moved,
        yaw=float(yaw + random.normal(0, 6)),
        pitch=float(random.normal(0, 4)),
        arms=(float(abs(random.normal(0.1, 0.3))), float(abs(random.normal(0.1, 0.3)))),
        gesture=float(random.choice([0.02, 0.05, 0.2])),
    )


def _look(
    pictures: Pictures, tail: bool, eyes: Eyes, sound: NDArray[np.float32], *, texted: bool = True
) -> Look:
    at = pictures[-1] if tail else pictures[0]
    faces = faces_in(at, eyes.faces)
    texts = texts_in(at, eyes.reader) if texted else None
    assert len(pictures) == PICTURES
    return look_at(Side(pictures, STEP, tail, faces, texts, sound))


def _sound(random: np.random.Generator, tone: Sequence[float], level_db: float) -> NDArray[np.float32]:
    """Three seconds of a room in which somebody may speak: words with pauses between them."""
    count = RATE * SOUND_SECONDS
    bands = np.interp(
        np.log2(np.maximum(np.fft.rfftfreq(count, 1 / RATE), 30)), np.linspace(5, 13, len(tone)), tone
    )
    noise = np.fft.irfft(np.fft.rfft(random.normal(size=count)) * 10 ** (bands / 20), count)
    sound = noise / np.sqrt(np.mean(noise**2)) * 10 ** (level_db / 20)
    at = random.uniform(0, 0.4)
    while at < SOUND_SECONDS and random.random() < 0.9:
        length = float(random.uniform(0.15, 0.6))
        time = np.arange(int(length * RATE)) / RATE
        pitch = random.uniform(90, 240) * (1 + 0.1 * np.sin(time * 6))
        voice = sum(np.sin(2 * np.pi * np.cumsum(pitch * k) / RATE) / k for k in range(1, 14))
        first = int(at * RATE)
        piece = (voice * np.hanning(len(time)) * 10 ** (random.uniform(-32, -22) / 20))[: count - first]
        sound[first : first + len(piece)] += piece
        at += length + random.exponential(0.25) + 0.05
    return np.clip(sound, -1, 1).astype(np.float32)
