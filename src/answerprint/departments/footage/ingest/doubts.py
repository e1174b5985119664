"""What a listing makes one doubt: numbers left out, frames missing, names that other systems cannot hold."""

from __future__ import annotations

import unicodedata

from answerprint.core.findings import Finding, Severity
from answerprint.departments.footage.ingest.grouping import CardFiles
from answerprint.departments.footage.ingest.listing import Listing
from answerprint.formats.cameras.sequences import ImageSequence, ranges
from answerprint.store.disk import display_name

MOST_NAMED = 20  # findings of one kind before they are counted only


def finding(
    code: str, subject: str, message: str, *, severity: Severity = "warning", person: bool = False
) -> Finding:
    return Finding(
        code=f"ingest.{code}", message=message, severity=severity, subject=subject, needs_a_person=person
    )


def folded(path: str) -> str:
    """A path as a disk that does not tell capitals apart sees it (APFS, NTFS, exFAT)."""
    return unicodedata.normalize("NFC", path).casefold()


def listing_doubts(listing: Listing) -> list[Finding]:
    """Names that differ only in capitals, and names that are no UTF-8."""
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for path in [*listing.folders, *(one.path for one in listing.files)]:
        other = seen.setdefault(folded(path), path)
        if other != path:
            text = f"{display_name(path)} and {display_name(other)} are one name on most disks of editors"
            found.append(finding("case", display_name(path), text))
        if not _is_utf8(path):
            text = f"{display_name(path)} is no UTF-8: other systems and hash lists cannot write this name"
            found.append(finding("no_utf8", display_name(path), text))
    return limited(found)


def number_doubts(card: CardFiles) -> list[Finding]:
    """Clip numbers that a cinema camera's card leaves out: these cameras do not delete single clips."""
    by_reel: dict[str, set[int]] = {}
    for clip in card.clips:
        written = clip.written
        if written.clip is not None and clip.medium != "sound":
            by_reel.setdefault(written.reel, set()).add(written.clip)
    found = []
    for reel, numbers in sorted(by_reel.items()):
        gone = [one for one in range(min(numbers), max(numbers)) if one not in numbers]
        if gone:
            runs: list[tuple[int, int]] = []
            for one in gone:
                if runs and runs[-1][1] == one - 1:
                    runs[-1] = (runs[-1][0], one)
                else:
                    runs.append((one, one))
            text = f"clip {ranges(runs)} of {reel} is not here"
            found.append(finding("clip_hole", reel, text, person=True))
    return found


def sequence_doubts(sequence: ImageSequence) -> list[Finding]:
    """Frames that a sequence leaves out."""
    if not sequence.missing:
        return []
    runs = sequence.missing
    count = sum((last - first) // sequence.step + 1 for first, last in runs)
    named = ranges(runs[:MOST_NAMED]) + (" …" if len(runs) > MOST_NAMED else "")
    where = f" in {sequence.folder}" if sequence.folder else ""
    text = f"{count} of the frames of {sequence.name}{where} {'is' if count == 1 else 'are'} missing: {named}"
    return [finding("sequence_hole", sequence.name, text, person=True)]


def limited(found: list[Finding]) -> list[Finding]:
    """The first of each kind, and how many more there are: 100 000 alike findings help nobody."""
    kept: list[Finding] = []
    counts: dict[str, int] = {}
    for one in found:
        counts[one.code] = counts.get(one.code, 0) + 1
        if counts[one.code] <= MOST_NAMED:
            kept.append(one)
    for code, count in counts.items():
        if count > MOST_NAMED:
            last = next(one for one in reversed(kept) if one.code == code)
            more = f"and {count - MOST_NAMED} more of this kind"
            kept.append(
                finding(
                    code.removeprefix("ingest."), "", more, severity=last.severity, person=last.needs_a_person
                )
            )
    return kept


def _is_utf8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
