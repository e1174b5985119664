"""Every command of `script` and `plan` that reads a file, with a place for the file that is bad."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

SCREENPLAYS = (".fountain", ".txt", ".fdx", ".pdf", ".fadein")


class Reading(NamedTuple):
    """A command line. `{bad}` is the file under test, `{good}` a folder of good ones, `{out}` of results."""

    name: str
    arguments: str
    suffixes: tuple[str, ...]  # what the bad file may be called

    def line(self, bad: Path, good: Path, out: Path) -> list[str]:
        return [
            one.format(bad=bad, good=good, out=out) if "{" in one else one for one in self.arguments.split()
        ]


QUICK = "--iterations 40"
FILM = "{good}/film.fountain"
SCHEDULE = "{good}/schedule.json"
SCRIPT_READINGS = (
    Reading("read", "script read {bad}", SCREENPLAYS),
    Reading("convert to fdx", "script convert {bad} {out}/made.fdx", SCREENPLAYS),
    Reading("convert to fountain", "script convert {bad} {out}/made.fountain", SCREENPLAYS),
    Reading("convert to pdf", "script convert {bad} {out}/made.pdf", SCREENPLAYS),
    Reading("convert to text", "script convert {bad} {out}/made.txt", SCREENPLAYS),
    Reading("tag", "script tag {bad}", (".txt", ".pdf")),
    Reading("analyse", "script analyse {bad} --html {out}/made.html", SCREENPLAYS),
    Reading("breakdown", "script breakdown {bad} --out {out}/made", SCREENPLAYS),
    Reading("compare", "script compare {bad} {good}/scripts", SCREENPLAYS),
    Reading("diff, before", "script diff {bad} " + FILM + " --html {out}/made.html", SCREENPLAYS),
    Reading("diff, after", "script diff " + FILM + " {bad} --picture {out}/made.svg", SCREENPLAYS),
    Reading("notes", "script notes {bad}", (*SCREENPLAYS, ".csv", ".md")),
    Reading("reorder", "script reorder {bad}", SCREENPLAYS),
    Reading("print", "script print {bad} --out {out}/made.pdf", SCREENPLAYS),
    Reading("pages", "script pages {good}/film.fountain {bad} --out {out}/made.pdf", SCREENPLAYS),
    Reading("sides", "script sides {bad} --scenes 1 --out {out}/made.pdf", SCREENPLAYS),
    Reading("answers", "script breakdown " + FILM + " --decisions {bad} --out {out}/made", (".toml",)),
    Reading("reference", "script analyse " + FILM + " --reference {bad}", (".json",)),
)
PLAN_READINGS = (
    Reading("schedule", "plan schedule {bad} --out {out}/made.json " + QUICK, (*SCREENPLAYS, ".json")),
    Reading("begin a plan", "plan schedule {bad} --write-plan {out}/made.toml", (*SCREENPLAYS, ".json")),
    Reading(
        "plan file", "plan schedule " + FILM + " --plan {bad} --out {out}/made.json " + QUICK, (".toml",)
    ),
    Reading("availability", "plan schedule " + FILM + " --availability {bad} " + QUICK, (".csv",)),
    Reading("weather", "plan schedule " + FILM + " --weather {bad} " + QUICK, (".csv",)),
    Reading("board", "plan schedule " + FILM + " --board {bad} " + QUICK, (".csv", ".txt")),
    Reading(
        "published", "plan schedule " + FILM + " --published {bad} --from 2026-05-05 " + QUICK, (".json",)
    ),
    Reading("documents", "plan documents {bad} --out {out}/made", (".json",)),
    Reading("company", "plan documents " + SCHEDULE + " --company {bad} --out {out}/made", (".toml",)),
    Reading("actuals", "plan documents " + SCHEDULE + " --actuals {bad} --out {out}/made", (".csv",)),
    Reading("budget", "plan budget {bad} --out {out}/made", (".json", ".fountain")),
    Reading("begin rates", "plan budget {bad} --write-rates {out}/made.toml", (".json",)),
    Reading("rates", "plan budget " + SCHEDULE + " --rates {bad} --out {out}/made", (".toml",)),
    Reading("risk", "plan risk {bad} --runs 200 --out {out}/made", (".json",)),
    Reading("risk rates", "plan risk " + SCHEDULE + " --runs 200 --rates {bad}", (".toml",)),
    Reading("climate", "plan risk " + SCHEDULE + " --runs 200 --plan {bad}", (".toml",)),
    Reading("history", "plan risk " + SCHEDULE + " --runs 200 --history {bad}", (".csv",)),
    Reading("talent", "plan talent {bad} --limit 1", (".dat",)),
    Reading("shots", "plan shots {bad} --out {out}/made", SCREENPLAYS),
    Reading("prepare", "plan prepare {bad} --out {out}/made " + QUICK, SCREENPLAYS),
    Reading(
        "moodboard script", "plan moodboard {good}/pictures --script {bad} --out {out}/made.pdf", SCREENPLAYS
    ),
    Reading("moodboard likeness", "plan moodboard {good}/pictures --like {bad}", (".png", ".jpg")),
)
READINGS = SCRIPT_READINGS + PLAN_READINGS

# Commands that write: OUT is a file or a folder. The source is called by the first suffix.
WRITINGS = (
    Reading("convert", "script convert {bad} {out}/OUT", (".fountain",)),
    Reading("print", "script print {bad} --out {out}/OUT", (".fountain",)),
    Reading("pages", "script pages {good}/film.fdx {bad} --out {out}/OUT --whole", (".fountain",)),
    Reading("sides", "script sides {bad} --scenes 1 --out {out}/OUT", (".fountain",)),
    Reading("analyse", "script analyse {bad} --html {out}/OUT", (".fountain",)),
    Reading("keep a reference", "script analyse {bad} --save-reference {out}/OUT", (".fountain",)),
    Reading("breakdown", "script breakdown {bad} --out {out}/OUT", (".fountain",)),
    Reading("diff", "script diff {good}/film.fdx {bad} --html {out}/OUT", (".fountain",)),
    Reading("schedule", "plan schedule {bad} --out {out}/OUT " + QUICK, (".fountain",)),
    Reading("begin a plan", "plan schedule {bad} --write-plan {out}/OUT", (".fountain",)),
    Reading("documents", "plan documents {bad} --out {out}/OUT", (".json",)),
    Reading("budget", "plan budget {bad} --out {out}/OUT", (".json",)),
    Reading("begin rates", "plan budget {bad} --write-rates {out}/OUT", (".json",)),
    Reading("risk", "plan risk {bad} --runs 200 --out {out}/OUT", (".json",)),
    Reading("shots", "plan shots {bad} --out {out}/OUT", (".fountain",)),
    Reading("prepare", "plan prepare {bad} --out {out}/OUT " + QUICK, (".fountain",)),
    Reading("moodboard", "plan moodboard {good}/pictures --script {bad} --out {out}/OUT", (".fountain",)),
)
