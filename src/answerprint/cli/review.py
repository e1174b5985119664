"""`answerprint review`: the machine's proposals, and people's answers to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from answerprint.cli.naming import user_name
from answerprint.cli.output import Json, command_app, emit, printable, typed
from answerprint.core.errors import UsageError
from answerprint.core.proposals import Answer, Decision, Proposal

app = command_app()


@app.command("review")
def review(
    folder: Annotated[Path, typer.Argument(metavar="DIR", readable=False, help="The production.")],
    accept: Annotated[list[str] | None, typer.Option(help="Keep the proposed choice.")] = None,
    reject: Annotated[list[str] | None, typer.Option(help="Never use the proposed choice here.")] = None,
    replace: Annotated[
        list[str] | None, typer.Option(help="Use another: 1.3=2 takes the second alternate shown.")
    ] = None,
    lock: Annotated[list[str] | None, typer.Option(help="Keep this slot exactly as it came out.")] = None,
    undo: Annotated[list[str] | None, typer.Option(help="Take back the last answer.")] = None,
    note: Annotated[str, typer.Option(help="Why; kept with the decision.")] = "",
    by: Annotated[str, typer.Option(help="Who decides (default: the user's name).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be recorded only.")] = False,
    json: Json = False,
) -> None:
    """List the proposals with their reasons, or answer them.

    A slot is named by its place in the script (1.3 is the third line of scene 1), by its number in the
    list, by its id, or as `opening`. Answers are kept in decisions.toml and honoured by every later run.

    Example: answerprint review film --lock opening --replace 2.1=1 --note "warmer"
    """
    from answerprint.pipeline.answering import Answers
    from answerprint.store.production import Production

    production = Production.open(folder)
    who = printable(by) or user_name()
    with Answers(production) as answers:
        recorded: list[Decision] = []
        wanted: list[tuple[Answer, str]] = [
            *(("accept", name) for name in accept or ()),
            *(("reject", name) for name in reject or ()),
            *(("replace", name) for name in replace or ()),
            *(("lock", name) for name in lock or ()),
        ]
        for answer, name in wanted:
            slot, _, other = name.partition("=")
            if answer == "replace" and not other:
                raise UsageError("AP-USE-033", f"replace {name!r} by what?", remedy="write --replace 1.3=2")
            recorded.append(answers.prepare(answer, slot, other=other, note=printable(note), by=who))
        undone = [answers.answered(name) for name in undo or ()]
        if not dry_run:
            answers.record(recorded, [one.id for one in undone])
        proposals = answers.proposals()
        decisions = answers.decisions()
        names = answers.asset_names()

    document = {
        "proposals": [_document(one, decisions.get(one.id)) for one in proposals],
        "recorded": [{"proposal": one.proposal, "answer": one.answer} for one in recorded],
        "undone": [one.id for one in undone],
        "dry_run": dry_run,
    }

    def text(console: Console) -> None:
        if recorded or undone:
            would = "would be " if dry_run else ""
            for one in recorded:
                subject = next((each.subject for each in proposals if each.id == one.proposal), one.proposal)
                console.print(
                    printable(f"{would}recorded: {one.answer} {subject}"), markup=False, highlight=False
                )
            for proposal in undone:
                console.print(
                    printable(f"{would}taken back: {proposal.subject}"), markup=False, highlight=False
                )
            if not dry_run:
                console.print(
                    f"answerprint make {typed(folder)} carries it out.", markup=False, highlight=False
                )
            return
        for number, proposal in enumerate(proposals, start=1):
            _print(console, number, proposal, decisions.get(proposal.id), names)
        if not proposals:
            console.print("No proposals yet: run answerprint make.", highlight=False)

    emit(document, json, text)


def _print(
    console: Console, number: int, one: Proposal, decision: Decision | None, names: dict[str, str]
) -> None:
    state = f"  [{decision.answer}{'ed' if decision.answer[-1] != 'e' else 'd'}]" if decision else ""
    close = "  (close)" if one.confidence is not None and one.confidence < 0.25 and not decision else ""
    console.print(printable(f"{number:3d}  {one.subject}{state}{close}"), markup=False, highlight=False)
    console.print(printable(f"     {one.reason}"), markup=False, highlight=False, style="dim")
    if one.kind == "note":
        console.print(printable(f"     accepted: {one.changes}"), markup=False, highlight=False, style="dim")
    for place, choice in enumerate(one.alternates, start=1):
        label = choice.label or names.get(choice.asset, choice.asset[:12])
        console.print(
            printable(f"       {place}. {label} ({choice.cost})"), markup=False, highlight=False, style="dim"
        )


def _document(one: Proposal, decision: Decision | None) -> dict[str, Any]:
    from answerprint.core.encoding import to_builtins

    document: dict[str, Any] = to_builtins(one)
    document["decision"] = to_builtins(decision) if decision is not None else None
    return document
