"""What is written on slates and over pictures, made up at random: labels, numbers, dates, names, lines."""

# ruff: noqa: SIM905  # lists of words are read more easily as words

from __future__ import annotations

import random

LABELS = (
    "PROD PRODUCTION PROD. DIRECTOR DIR CAMERA CAM CAM. DATE SCENE SC SC. SCN SLATE TAKE TK ROLL REEL CARD "
    "MAG SOUND FPS DAY NIGHT NITE INT EXT MOS SYNC FILTER LENS SHUTTER VFX EPISODE EP UNIT D.O.P. DOP D.P. "
    "SETUP SHOT TITLE TAIL PU CREW PICK-UP COLOUR ND STOP ISO WB TC OPERATOR CLIP NO NO. #"
).split()
TWO_WORDS = (
    "SLATE NO.|TAKE NO.|CAMERA ROLL|SOUND ROLL|A CAM|B CAM|SHOOT DAY|END SLATE|TAIL SLATE|SCENE NO|CAM ROLL|"
    "DIR OF PHOTOGRAPHY|INT DAY|EXT NIGHT|SECOND UNIT|FRAME RATE|PRODUCTION CO."
).split("|")
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
SCENE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # I and O are left out: they would be read as figures
ONSETS = (
    "B BL BR C CH CL CR D DR F FL FR G GL GR H J K L M N P PL PR QU R S SH SL SP ST STR T TH TR V W WH Y Z"
).split()
CORES = "A E I O U AI EA EE IE OA OO OU".split()
CODAS = "|||N|N|R|R|S|S|T|D|L|M|ND|NG|NT|RD|RN|ST|CK|LL|SS|X|P|TH|GE|KE".split("|")
MARKS = "-/.:,'&#()+?!"


def written(dice: random.Random) -> str:
    """A line of text in capitals, 1 to 18 characters of the reader's alphabet."""
    kind = dice.random()
    if kind < 0.16:
        text = dice.choice(LABELS) + dice.choice(["", "", "", ":", "."])
    elif kind < 0.20:
        text = dice.choice(TWO_WORDS)
    elif kind < 0.38:
        text = scene(dice)
    elif kind < 0.48:
        text = take(dice)
    elif kind < 0.58:
        text = _together(dice)
    elif kind < 0.64:
        text = roll(dice)
    elif kind < 0.70:
        text = _date(dice)
    elif kind < 0.74:
        text = dice.choice(
            ["24", "25", "23.976", "23.98", "29.97", "29.97 DF", "30", "48", "50", "59.94", "24 FPS"]
        )
    elif kind < 0.92:
        text = " ".join(name(dice) for _ in range(dice.choice([1, 1, 2, 2, 3])))
    else:
        letters = SCENE_LETTERS + "IO" + "0123456789" * 2 + MARKS
        text = "".join(dice.choice(letters) for _ in range(dice.randint(1, 9)))
    return text[:18].strip()


def scene(dice: random.Random) -> str:
    """12, 12A, A12, 12AB, 112-3 …"""
    number = str(dice.choice([dice.randint(1, 30), dice.randint(1, 199), dice.randint(1, 999)]))
    letters = "".join(dice.choice(SCENE_LETTERS) for _ in range(dice.choice([0, 1, 1, 1, 1, 2])))
    if dice.random() < 0.12:
        return letters[:1] + number
    text = number + letters
    if dice.random() < 0.08:
        text += dice.choice(["-", "/"]) + str(dice.randint(1, 12))
    return text


def take(dice: random.Random) -> str:
    """3, 03, T3, 3 PU …"""
    number = dice.choice([dice.randint(1, 9), dice.randint(1, 9), dice.randint(1, 29), dice.randint(1, 99)])
    text = dice.choice([f"{number}", f"{number}", f"{number}", f"{number:02d}", f"T{number}", f"TK {number}"])
    return text + (dice.choice([" PU", "PU", " MOS", " WT"]) if dice.random() < 0.08 else "")


def roll(dice: random.Random) -> str:
    """A001, A001C003, 12 …"""
    number = dice.randint(1, 120)
    letter = dice.choice("ABCDEF")
    return dice.choice(
        [
            f"{letter}{number:03d}",
            f"{letter}{number:03d}",
            f"{letter}{number:03d}C{dice.randint(1, 30):03d}",
            f"{letter}{number}",
            f"{number}",
            letter,
            f"SR{number:02d}",
            f"{letter} CAM",
        ]
    )


def name(dice: random.Random) -> str:
    """A word that could be a name."""
    parts = dice.choice([1, 2, 2, 2, 3])
    return "".join(dice.choice(ONSETS) + dice.choice(CORES) + dice.choice(CODAS) for _ in range(parts))[:11]


def _together(dice: random.Random) -> str:
    number = dice.randint(1, 20)
    first, mark = scene(dice), dice.choice
    return mark(
        [
            f"SCENE {first}",
            f"SC {first}-{number}",
            f"{first} / T{number}",
            f"{first}/{number}",
            f"{first}-{number}",
            f"TAKE {number}",
            f"SLATE {dice.randint(1, 400)}",
            f"{dice.randint(1, 400)} T{number}",
            f"TK{number}",
            f"SC{first}",
            f"ROLL {roll(dice)}",
            f"CAM {mark('ABCD')}",
            f"{first} TK {number}",
            f"SC {first} T {number}",
        ]
    )


def _date(dice: random.Random) -> str:
    day, month, year = dice.randint(1, 28), dice.randint(1, 12), dice.randint(2015, 2032)
    mark = dice.choice("-/.")
    return dice.choice(
        [
            f"{day:02d}{mark}{month:02d}{mark}{year}",
            f"{month}{mark}{day}{mark}{year % 100:02d}",
            f"{year}-{month:02d}-{day:02d}",
            f"{day} {dice.choice(MONTHS)} {year}",
            ":".join(f"{dice.randint(0, most):02d}" for most in (23, 59, 59, 24)),
        ]
    )
