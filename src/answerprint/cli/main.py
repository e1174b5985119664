"""The `answerprint` program: finds the command, imports only what that command needs, and runs it."""

from __future__ import annotations

import importlib
import io
import sys
from typing import NamedTuple

from answerprint import __version__


class Command(NamedTuple):
    """Where a command lives, and its line in the overview (its own help says the rest)."""

    group: str
    module: str
    line: str


COMMANDS: dict[str, Command] = {
    "new": Command("Production", "production", "Start a production: settle rate, raster, timecode, loudness"),
    "add": Command(
        "Production", "production", "Bring rushes, sound, a screenplay or a log into a production"
    ),
    "make": Command(
        "Production", "making", "Make the answer print: log, sync, cut, mix, subtitle, render, report"
    ),
    "status": Command("Production", "production", "What a production holds, and what ran, waits or failed"),
    "review": Command(
        "Production", "review", "See proposals with their reasons; accept, reject, replace, lock"
    ),
    "forget": Command("Production", "forget", "Take files out of a production's memory for good"),
    "script": Command(
        "Script and plan", "script", "Read, tag, convert, analyse, compare, break down a screenplay"
    ),
    "plan": Command(
        "Script and plan", "plan", "Schedule, day-out-of-days, call sheets, budget, risk, talent, boards"
    ),
    "takes": Command("Editorial", "takes", "Every reading of every line, take by take; what nobody reads"),
    "cut": Command("Editorial", "cut", "The rough cut: takes, angles, J and L cuts, reactions; what changed"),
    "paper": Command(
        "Editorial", "paper", "The cut as a text: move, strike, restore lines and words; tighten pauses"
    ),
    "adopt": Command("Editorial", "adopt", "A timeline back from an editor, its changes as decisions"),
    "notes": Command("Editorial", "notes", "Review notes of Resolve, Premiere, Avid, Frame.io, as proposals"),
    "themes": Command("Editorial", "themes", "What is said, grouped by meaning; string-outs of it"),
    "matches": Command("Editorial", "matches", "Match cuts: shots alike in place, in outline, in movement"),
    "pacing": Command("Editorial", "pacing", "How long shots are; what drags or hurries, what to lay in"),
    "versions": Command("Editorial", "versions", "Trailers, social clips, other lengths and shapes"),
    "render": Command("Editorial", "render", "Any timeline as a film, a ProRes master or pictures"),
    "turnover": Command("Editorial", "turnover", "A version handed to sound, colour or effects, all counted"),
    "continuity": Command("Editorial", "continuity", "What changed across cuts that should not have"),
    "reframe": Command("Editorial", "reframe", "Another aspect ratio, the crop window following the subject"),
    "convert": Command(
        "Editorial", "timelines", "A timeline into another program's format, and what is lost on the way"
    ),
    "diff": Command("Editorial", "timelines", "What changed from one timeline to another, of any formats"),
    "log": Command("Footage", "log", "Bins within minutes, then every track, the most wanted files first"),
    "sync": Command("Footage", "sync", "Separate sound and several cameras, laid to one another"),
    "ingest": Command("Footage", "ingest", "Look through, copy with proof, verify a card; proxies and logs"),
    "search": Command("Footage", "search", "Moments by what is said, seen and heard, with the evidence"),
    "looks": Command("Footage", "looks", "How each shot was taken, and which shots show the same"),
    "speech": Command(
        "Footage", "speech", "What is said, held against a script or a transcript; transcripts"
    ),
    "speakers": Command("Footage", "speakers", "Who speaks when, overlaps; laughter, applause, music"),
    "faces": Command("Footage", "faces", "Who is seen when, and what faces do; only with their consent"),
    "things": Command("Footage", "things", "Objects and actions by an ONNX model of your own"),
    "shots": Command("Footage", "shots", "Cuts, dissolves and fades of a file, at exact times"),
    "slates": Command("Footage", "slates", "Scene and take from the slates in the picture; text; log or no"),
    "picture": Command("Picture", "picture", "Clips brought to one look as a CDL; grades put on"),
    "sound": Command("Sound", "sound", "Recordings rescued, matched, mixed; guide voices, effects, music"),
    "subtitles": Command(
        "Release", "subtitles", "Made, checked by a platform's rules, mended, converted, conformed, burnt in"
    ),
    "probe": Command("One file", "media", "Streams, exact rates, timecode, colour tags and damage of a file"),
    "timecode": Command("One file", "timecode", "Convert between frames, seconds and timecode"),
    "models": Command("This machine", "models", "The model shelf: list, show, fetch, verify, remove"),
    "doctor": Command("This machine", "doctor", "What this machine has and lacks"),
}
GROUPED = (
    "models",
    "script",
    "plan",
    "ingest",
    "picture",
    "sound",
    "subtitles",
)  # commands that have commands of their own


def main() -> None:
    """Entry point of the console script. A document is UTF-8 whatever the terminal speaks."""
    if isinstance(sys.stdout, io.TextIOWrapper) and isinstance(sys.stderr, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if "--json" in sys.argv else None, errors="backslashreplace")
        sys.stderr.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code."""
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(overview())
        return 0 if arguments else 2
    if arguments[0] in ("--version", "-V"):
        print(f"answerprint {__version__}")
        return 0
    name = arguments[0]
    if name not in COMMANDS:
        return _unknown(name, "--json" in arguments)
    module = importlib.import_module(f"answerprint.cli.{COMMANDS[name].module}")
    from answerprint.cli.output import invoke

    return invoke(module.app, name, arguments[1:], grouped=name in GROUPED)


def overview() -> str:
    """What `answerprint --help` prints."""
    lines = [
        "Usage: answerprint COMMAND [OPTIONS]",
        "",
        "From a screenplay and a folder of rushes to the answer print: local, exact, explained.",
    ]
    for group in dict.fromkeys(command.group for command in COMMANDS.values()):
        lines += ["", f"{group}:"]
        lines += [
            f"  {name:<12}{command.line}" for name, command in COMMANDS.items() if command.group == group
        ]
    lines += [
        "",
        "Every command takes --json (one document on stdout) and --help (with an example).",
        "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but a person is needed, 4 not available.",
        "",
        "Example: answerprint new film && answerprint add film A001 my.fountain && answerprint make film",
    ]
    return "\n".join(lines)


def _unknown(name: str, as_json: bool) -> int:
    from difflib import get_close_matches

    from answerprint.cli.output import report_error
    from answerprint.core.errors import UsageError

    near = get_close_matches(name, COMMANDS, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else "answerprint --help lists the commands"
    return report_error(UsageError("AP-USE-012", f"there is no command {name!r}", remedy=remedy), as_json)
