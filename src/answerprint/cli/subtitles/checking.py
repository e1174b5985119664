"""`answerprint subtitles check` and `fix`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.output import Json, emit, printable, refuse_taken, save
from answerprint.cli.subtitles.app import Force, In, Profile, Rate, app, exact_rate, written
from answerprint.core.errors import Exit, UsageError

if TYPE_CHECKING:
    from answerprint.departments.release.subtitling.fixing import Fixed
    from answerprint.departments.release.subtitling.profiles import SubtitleRules
    from answerprint.pipeline.captioning import Seen

Video = Annotated[
    Path | None,
    typer.Option(
        "--video", metavar="FILE", readable=False, help="The film: its rate, shot changes and speech."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="RULE", help="This rule alone; can be repeated. The others are left."),
]


@app.command("check")
def check(
    file: In,
    profile: Profile = "netflix-en",
    video: Video = None,
    rate: Rate = None,
    only: Only = None,
    json: Json = False,
) -> None:
    """Every rule of a profile held against every cue: times, gaps, shot changes, reading speed, lines, text.

    With --video its frame rate, its cuts and its speech are held against the cues too: how many seconds they
    come early or late is told with its confidence. Exit code 3: a rule is violated, or the cues are off the
    speech.

    Example: answerprint subtitles check film.srt --profile netflix-en --video film.mp4
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.captioning import profile_named, read, rules_named, seen, violations

    rules, chosen = profile_named(profile), rules_named(only or ())
    cues = read(file)
    with named_bar("reading", hidden=json or video is None) as tell:
        against = seen(cues, video, exact_rate(rate), tell)
    found = violations(cues, rules, against, chosen)
    document = {
        "file": str(file),
        "profile": profile,
        "cues": len(cues.cues),
        "rules": chosen,
        **_against(against),
        "notes": cues.notes,
        "violations": found,
    }

    def text(console: Console) -> None:
        line = _line(console)
        _head(line, file.name, len(cues.cues), rules, against)
        for note in cues.notes:
            line(f"  {note}")
        for rule, count in Counter(one.rule for one in found).items():
            line(f"  {rule:<15}{count:>5}  {_asked(rule)}")
        for one in found[:40]:
            line(f"    cue {one.cue}: {one.rule} {one.value:g}, {one.limit:g} asked")
        if len(found) > 40:
            line(f"    and {len(found) - 40} more: --json has them all")
        if not found:
            line("  every rule is kept")

    emit(document, json, text)
    if found or _off(against):
        raise typer.Exit(Exit.NEEDS_A_PERSON)


@app.command("fix")
def fix(
    file: In,
    out: Annotated[
        Path | None,
        typer.Argument(metavar="[OUT]", readable=False, help="The mended file; not with --dry-run."),
    ] = None,
    profile: Profile = "netflix-en",
    video: Video = None,
    rate: Rate = None,
    only: Only = None,
    sync: Annotated[
        bool, typer.Option("--sync", help="First lay the cues on the speech of --video, where that is sure.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show each cue before and after, and write nothing.")
    ] = False,
    force: Force = False,
    json: Json = False,
) -> None:
    """Mends what times and line breaks can mend; names the rest, with why it wants other words.

    No letter changes, and a rule that --only does not name is neither applied nor newly broken. Cues that
    hold more than fits are parted. Fixing what was fixed changes nothing. Exit code 3: something is left that
    cannot be mended without rewriting.

    Example: answerprint subtitles fix film.srt film-netflix.srt --video film.mp4 --dry-run
    """
    from answerprint.cli.progress import named_bar
    from answerprint.pipeline.captioning import mended, profile_named, read, rules_named, seen, shifted

    if out is None and not dry_run:
        raise UsageError("AP-USE-698", "a mended file needs a name", remedy="give OUT, or --dry-run")
    if sync and video is None:
        raise UsageError("AP-USE-698", "the speech to lay cues on is in a film", remedy="give --video")
    rules, chosen = profile_named(profile), rules_named(only or ())
    if out is not None and not dry_run:
        refuse_taken(out, file, video, force=force)
    cues = read(file)
    with named_bar("reading", hidden=json or video is None) as tell:
        against = seen(cues, video, exact_rate(rate), tell)
    moved = sync and against.sync is not None and against.sync.sure
    if moved:
        assert against.sync is not None
        cues = shifted(cues, against.sync)
    result, made = mended(cues, rules, against, chosen)
    if out is not None and not dry_run:
        save(out, written(result, out, against.rate), force=force)
    document = {
        "file": str(file),
        "out": str(out) if out is not None and not dry_run else None,
        "profile": profile,
        "cues": len(cues.cues),
        "cues_after": len(result.cues),
        "rules": chosen,
        **_against(against),
        "shifted": moved,
        "notes": cues.notes,
        "violations": made.violations,
        "fixed": made.fixed,
        "unfixable": made.unfixable,
        "changes": made.changes,
    }

    def text(console: Console) -> None:
        line = _line(console)
        _head(line, file.name, len(cues.cues), rules, against)
        if sync:
            line("  laid on the speech" if moved else "  not laid on the speech: where it lies is not sure")
        asked = Counter(one.rule for one in made.violations if one.rule in chosen)
        mended_ = Counter(one.rule for one in made.fixed)
        for rule, count in asked.items():
            line(f"  {rule:<15}{count:>5} violated, {mended_[rule]} mended  {_asked(rule)}")
        if not asked:
            line("  nothing to mend")
        if dry_run:
            _changes(line, made, against.rate)
        for one in made.unfixable[:40]:
            line(f"  cue {one.cue}, {one.rule} {one.value:g} ({one.limit:g} asked): {one.reason}")
        if len(made.unfixable) > 40:
            line(f"  and {len(made.unfixable) - 40} more: --json has them all")
        line("nothing was written" if dry_run or out is None else f"{out.name}: {len(result.cues)} cues")

    emit(document, json, text)
    if made.unfixable:
        raise typer.Exit(Exit.NEEDS_A_PERSON)


def _line(console: Console) -> Callable[[str], None]:
    return lambda told: console.print(printable(told), markup=False, highlight=False)


def _against(against: Seen) -> dict[str, Any]:
    sync = against.sync
    return {
        "rate": str(against.rate),
        "rate_from": against.rate_from,
        "shots": len(against.shots),
        "sync": None
        if sync is None
        else {
            "offset": sync.offset,
            "offset_frames": round(sync.offset * float(against.rate)),
            "ratio": str(sync.ratio),
            "confidence": sync.confidence,
            "sure": sync.sure,
        },
    }


def _off(against: Seen) -> bool:
    """Whether the cues are surely off the speech: by three frames and more, or by another clock."""
    sync = against.sync
    return sync is not None and sync.sure and (abs(sync.offset * against.rate) >= 3 or sync.ratio != 1)


def _head(line: Callable[[str], None], name: str, count: int, rules: SubtitleRules, against: Seen) -> None:
    line(f"{name}: {count} cues, {rules.title}{', a habit and no requirement' if rules.guide else ''}")
    shots = f", {len(against.shots)} shot changes" if against.shots else ""
    line(f"  {float(against.rate):.3f} frames a second, from {against.rate_from}{shots}")
    sync = against.sync
    if sync is not None:
        how = "on the speech" if not _off(against) else f"{sync.offset:+.2f} s lay them on the speech"
        clock = f", times × {sync.ratio}" if sync.ratio != 1 else ""
        sure = "" if sync.sure else " (not sure)"
        line(f"  {how}{clock}, confidence {sync.confidence:.2f}{sure}")


def _asked(rule: str) -> str:
    from answerprint.departments.release.subtitling.checking import ASKED

    return ASKED[rule]


def _changes(line: Callable[[str], None], made: Fixed, rate: Fraction) -> None:
    """Each changed cue, before and after, with the rules it was for."""
    for one in made.changes:
        rules = ", ".join(dict.fromkeys(each.rule for each in made.fixed if each.cue == one.cue))
        line(f"  cue {one.cue}{f' ({rules})' if rules else ' (its neighbour)'}")
        for sign, cues in (("-", (one.before,)), ("+", one.after)):
            for each in cues:
                said = each.text.replace("\n", " / ")
                line(f"    {sign} {_clock(each.start, rate)} {_clock(each.end, rate)}  {said}")


def _clock(frame: int, rate: Fraction) -> str:
    seconds = float(frame / rate)
    return f"{int(seconds // 60):02d}:{seconds % 60:06.3f}"
