"""A rates file to start from: the schedule's own cast, places and things, with every option explained."""

from __future__ import annotations

from answerprint.departments.planning.money.quantities import Quantities
from answerprint.departments.planning.records import Schedule

_HEAD = """\
# Rates of the production. Every figure here was written by the program as a place to start: put in yours,
# then take the next line out. Amounts are exact; nothing is rounded before a row of the detail.
starter = true
currency = "{currency}"         # ISO 4217
title = {title}

[globals]
shoot_hours = 10         # paid hours of a shooting day; what lies beyond is overtime
days_per_week = 5
prep_weeks = 4
wrap_weeks = 1
background_group = 8     # people behind a background entry that names no number

[globals.background]     # how many people an entry of the breakdown means
{background}
# Overtime: hours of a day beyond after_hours, for lines with overtime = true.
[[overtime]]
after_hours = 10
multiplier = 1.5

[[overtime]]
after_hours = 12
multiplier = 2

# Fringes: per cent of pay, for lines that name them; a ceiling holds for each person on a line.
[[fringe]]
id = "social"
name = "Social charges"
percent = 21
ceiling = 60000

[[fringe]]
id = "holiday"
name = "Holiday pay"
percent = 8.33

# The chart of accounts. Sections: above (the line), production, post, other.
"""

_ACCOUNTS = (
    ("1100", "Story and rights", "above"),
    ("1200", "Producers", "above"),
    ("1300", "Direction", "above"),
    ("1400", "Cast", "above"),
    ("2000", "Production staff", "production"),
    ("2100", "Background", "production"),
    ("2200", "Art department, props and vehicles", "production"),
    ("2300", "Camera", "production"),
    ("2400", "Lighting and grip", "production"),
    ("2500", "Production sound", "production"),
    ("2600", "Wardrobe, make-up and hair", "production"),
    ("2700", "Locations", "production"),
    ("2800", "Transport, catering and per diem", "production"),
    ("2900", "Stunts, effects and animals", "production"),
    ("3000", "Picture editing", "post"),
    ("3100", "Sound and music", "post"),
    ("3200", "Grading, titles and deliverables", "post"),
    ("4000", "Insurance", "other"),
    ("4100", "Legal, accounting and office", "other"),
)

_LINES = """\
# Lines. unit is one of
#   flat            once, or quantity times              hour   quantity hours
#   day, week       a quantity, or period = "prep", "shoot", "wrap" or "all"
#   page            pages scheduled                      cast_day       days of one cast number (DOOD)
#   shoot_day       shooting days of a unit (crew = …)   location_day   shooting days at a location
#   element_day     days with an element on set          background_day people called, each day
#   percent         rate per cent of the sections or accounts in `of`
# times = how many people or things; kit fees and per diems are lines like any other.

[[line]]
account = "1100"
name = "Screenplay"
rate = 15000
unit = "flat"

[[line]]
account = "1200"
name = "Producer"
rate = 20000
unit = "flat"

[[line]]
account = "1300"
name = "Director"
rate = 1800
unit = "week"
period = "all"
fringes = ["social"]
"""

_CREW = (
    # account, name, rate, unit and period, times, overtime and fringes
    ("2000", "Production manager", 1500, 'unit = "week"\nperiod = "all"', 1, False, True),
    ("2000", "First assistant director", 1400, 'unit = "week"\nperiod = "all"', 1, True, True),
    ("2000", "Script supervisor", 1100, 'unit = "week"\nperiod = "shoot"', 1, True, True),
    ("2000", "Production assistants", 150, 'unit = "shoot_day"', 3, True, True),
    ("2200", "Production designer", 1400, 'unit = "week"\nperiod = "all"', 1, False, True),
    ("2200", "Set dressing and materials", 350, 'unit = "page"', 1, False, False),
    ("2300", "Director of photography", 450, 'unit = "shoot_day"', 1, True, True),
    ("2300", "Camera assistants", 260, 'unit = "shoot_day"', 2, True, True),
    ("2300", "Camera package", 900, 'unit = "shoot_day"', 1, False, False),
    ("2400", "Gaffer, key grip and crew", 270, 'unit = "shoot_day"', 4, True, True),
    ("2400", "Lighting and grip package", 700, 'unit = "shoot_day"', 1, False, False),
    ("2500", "Sound mixer", 350, 'unit = "shoot_day"', 1, True, True),
    ("2500", "Sound mixer's kit fee", 120, 'unit = "shoot_day"', 1, False, False),
    ("2600", "Wardrobe, make-up and hair", 280, 'unit = "shoot_day"', 3, True, True),
    ("2800", "Catering and per diem", 32, 'unit = "shoot_day"', 25, False, False),
    ("2800", "Vans and fuel", 90, 'unit = "shoot_day"', 4, False, False),
    ("3000", "Editor", 1400, 'unit = "week"\nquantity = 12', 1, False, True),
    ("3100", "Sound editing and mix", 18000, 'unit = "flat"', 1, False, False),
    ("3100", "Music", 8000, 'unit = "flat"', 1, False, False),
    ("3200", "Grading, titles and deliverables", 14000, 'unit = "flat"', 1, False, False),
    ("4100", "Legal, accounting and office", 9000, 'unit = "flat"', 1, False, False),
)

_TAIL = """\
[[line]]
account = "4000"
name = "Production insurance"
rate = 2.5
unit = "percent"
of = ["above", "production", "post"]

[contingency]
percent = 10
of = ["above", "production", "post"]

[bond]
name = "Completion bond"
percent = 2
of = ["above", "production", "post", "contingency"]

# A tax incentive as your adviser reckons it; take the marks away to use it.
# [[incentive]]
# name = "Rebate on local spend"
# percent = 25
# of = ["production", "post"]
# cap = 250000

# For `answerprint plan risk`: the share of days, month by month, that are fit for exteriors at a place.
# [[location]]
# name = "Harbour"
# dry_probability = { 4 = 0.6, 5 = 0.7, 6 = 0.75 }
"""

_ELEMENTS = (  # category, account, rate a day
    ("vehicles", "2200", 180),
    ("animals", "2900", 350),
    ("stunts", "2900", 600),
    ("sfx", "2900", 500),
)


def starter_rates(schedule: Schedule, counted: Quantities, *, title: str = "", currency: str = "EUR") -> str:
    """The text of a rates file for a schedule: each performer, place and costly element has a line."""
    people = sorted(name for name in counted.background_days if name)
    background = "".join(f"# {_text(name)} = 20\n" for name in people)
    parts = [_HEAD.format(currency=currency, title=_text(title), background=background)]
    parts += [
        f'[[account]]\nnumber = "{n}"\nname = {_text(name)}\nsection = "{s}"\n' for n, name, s in _ACCOUNTS
    ]
    parts.append(_LINES)
    performers = {one.number: one for one in schedule.performers}
    for number in sorted(set(counted.cast_work) | set(counted.cast_hold)):
        one = performers.get(number)
        rate = one.day_rate if one and one.day_rate else 400
        hold = one.hold_rate if one and one.hold_rate is not None else rate
        name = one.name if one else f"Cast {number}"
        parts.append(
            f'[[line]]\naccount = "1400"\nname = {_text(f"{number} {name}")}\nrate = {rate}\n'
            f'unit = "cast_day"\ncast = {number}\nhold_rate = {hold}\nfringes = ["social"]\novertime = true\n'
        )
    if people:
        parts.append(
            '[[line]]\naccount = "2100"\nname = "Background"\nrate = 110\nunit = "background_day"\n'
            'fringes = ["social"]\n'
        )
    for account, name, amount, unit, times, overtime, fringe in _CREW:
        parts.append(
            f'[[line]]\naccount = "{account}"\nname = {_text(name)}\nrate = {amount}\n{unit}\n'
            + (f"times = {times}\n" if times != 1 else "")
            + ("overtime = true\n" if overtime else "")
            + ('fringes = ["social", "holiday"]\n' if fringe else "")
        )
    for place in sorted(counted.location_days):
        parts.append(
            f'[[line]]\naccount = "2700"\nname = {_text(place)}\nrate = 400\nunit = "location_day"\n'
            f"location = {_text(place)}\n"
        )
    for category, account, amount in _ELEMENTS:
        if category in counted.element_days:
            parts.append(
                f'[[line]]\naccount = "{account}"\nname = {_text(category.capitalize())}\nrate = {amount}\n'
                f'unit = "element_day"\ncategory = "{category}"\n'
            )
    return "\n".join([*parts, _TAIL])


def _text(value: str) -> str:
    """A TOML basic string of one line."""
    line = " ".join("".join(one if one.isprintable() else " " for one in value).split())[:200]
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'
