"""The notes of some files as one report: what readers say, how many say it, where they are divided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from answerprint.core.errors import AnswerprintError
from answerprint.core.findings import Evidence, Finding
from answerprint.departments.script.analysis.manuscript import sentences_of
from answerprint.departments.script.notes.endpoint import Endpoint, Unusable
from answerprint.departments.script.notes.grouping import Embed, divided, grouped, merged, stems
from answerprint.departments.script.notes.records import Means, Merged, Note, NoteGroup, NotesReport

SENTENCES = 2  # of a group's summary
WHOLE_SENTENCES = 4
LEAST_ASKED = 2  # remarks: of one, the remark itself is the summary


def report_on(
    notes: Sequence[Note],
    *,
    endpoint: Endpoint | None = None,
    embed: Embed | None = None,
    refused: Sequence[AnswerprintError] = (),
) -> NotesReport:
    """The report. With an endpoint its summaries are used where they pass; the rest is extractive."""
    remarks = merged(notes, embed)
    findings = [_left_out(error) for error in refused]
    groups: list[NoteGroup] = []
    down = ""
    for (scene, subject), members in grouped(remarks).items():
        summary, means = extract(members, SENTENCES), "extractive"
        if endpoint is not None and not down and len(members) >= LEAST_ASKED:
            try:
                summary, means = (
                    endpoint.summarise([_told(one) for one in members]).summary,
                    "endpoint",
                )
            except Unusable as error:
                down = str(error)  # one failure is enough: the rest would only wait as long again
        groups.append(_group(scene, subject, members, summary, means))
    summary, whole_means = extract(remarks, WHOLE_SENTENCES), "extractive"
    if endpoint is not None and not down:
        try:
            summary, whole_means = (
                endpoint.summarise([_told(one) for one in remarks]).summary,
                "endpoint",
            )
        except Unusable as error:
            down = str(error)
    if down and endpoint is not None:
        findings.append(
            Finding(
                code="notes.endpoint_unusable",
                message=f"the endpoint gave no usable summary: {down}; sentences were taken from the notes",
                severity="warning",
                subject=endpoint.model,
                needs_a_person=True,
            )
        )
    for group in groups:
        if group.divided:
            findings.append(
                Finding(
                    code="notes.divided",
                    message=f"readers want opposite things: {_where(group)}",
                    severity="note",
                    subject=group.scene,
                    evidence=tuple(Evidence(line=one.note.text[:200]) for one in group.notes[:4]),
                    needs_a_person=True,
                )
            )
    return NotesReport(
        files=tuple(dict.fromkeys(one.file for one in notes)),
        total=len(notes),
        distinct=len(remarks),
        groups=tuple(groups),
        summary=summary.strip(),
        means=_means(whole_means),
        meaning="words and meaning (minilm)" if embed is not None else "words",
        findings=tuple(findings),
    )


def extract(remarks: Sequence[Merged], count: int) -> str:
    """The sentences that say most of what the others say: the readers' own words, in their order.

    A sentence's worth is the mean frequency of its stems over the remarks, a remark weighing as many readers
    as made it; what was said already counts no second time (SumBasic, Nenkova & Vanderwende 2005).
    """
    weight: Counter[str] = Counter()
    candidates: list[tuple[int, str, frozenset[str]]] = []
    for index, one in enumerate(remarks):
        own: set[str] = set()
        for sentence in sentences_of(one.note.text):
            found = frozenset(stems(sentence))
            candidates.append((index, sentence, found))
            own |= found
        for stem in own:
            weight[stem] += max(1, len(one.readers))
    total = max(1, sum(weight.values()))
    worth = {stem: value / total for stem, value in weight.items()}
    chosen: list[int] = []
    while len(chosen) < min(count, len(candidates)):
        best, place = 0.0, -1
        for at, (index, _, found) in enumerate(candidates):
            if at in chosen or not found:
                continue
            score = sum(worth[one] for one in found) / (len(found) + 2) * len(remarks[index].readers or "1")
            if score > best:
                best, place = score, at
        if place < 0:
            break
        chosen.append(place)
        for stem in candidates[place][2]:
            worth[stem] = worth[stem] ** 2
    return " ".join(candidates[at][1] for at in sorted(chosen))


def _group(scene: str, subject: str, members: list[Merged], summary: str, means: str) -> NoteGroup:
    return NoteGroup(
        scene=scene,
        subject=subject,
        notes=tuple(members),
        summary=summary.strip(),
        means=_means(means),
        divided=divided(members),
    )


def _means(name: str) -> Means:
    return "endpoint" if name == "endpoint" else "extractive"


def _told(one: Merged) -> str:
    readers = f" ({len(one.readers)} readers)" if len(one.readers) > 1 else ""
    return f"{one.note.text}{readers}"


def _where(group: NoteGroup) -> str:
    return f"{group.subject}, {'scene ' + group.scene if group.scene else 'the whole script'}"


def _left_out(error: AnswerprintError) -> Finding:
    return Finding(
        code="notes.file_left_out",
        message=str(error),
        severity="warning",
        subject=error.file or "",
        needs_a_person=True,
    )
