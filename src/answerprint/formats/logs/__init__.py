"""Script supervisors' logs: CSV and tab-separated tables, Avid Log Exchange, workbooks and PDF reports."""

from __future__ import annotations

from pathlib import Path

from answerprint.formats.logs.entries import COLUMNS, LogEntry, entries_of
from answerprint.formats.logs.written import written_tables
from answerprint.formats.text import read_head, read_text

__all__ = ["COLUMNS", "SUFFIXES", "LogEntry", "parse_log", "read_log"]

SUFFIXES = (".csv", ".tsv", ".ale", ".pdf", ".xlsx", ".xlsm")


def read_log(path: Path) -> tuple[LogEntry, ...]:
    """The rows of a log, in written order. What it is, its first bytes say, not its name.

    Text: commas, semicolons and tabs are told apart, ALE by its heading. A workbook: every sheet that holds
    a table of takes. A PDF: the tables of its pages, columns by where words stand; a circle drawn round a
    take circles it.
    Raises UsageError AP-USE-010 when the file cannot be opened; FormatError AP-FORMAT-060 when no column
    names a clip, or a scene, slate and take; AP-FORMAT-061 for a row that does not fit its header;
    AP-FORMAT-062 for a circle that is neither yes nor no; AP-FORMAT-063 for an Avid log without its Column
    or Data section; AP-FORMAT-064 for a PDF or workbook without a table of takes; AP-FORMAT-065 for a
    workbook that is damaged; AP-FORMAT-066 for one that unpacks to more than any log holds; AP-FORMAT-001,
    002, 180, 181, 182 and 183 as for other text and PDFs.
    """
    head = read_head(path, 1024)
    if b"%PDF-" in head:
        from answerprint.formats.logs.pdf_tables import pdf_tables

        return entries_of(pdf_tables(path), str(path))
    if head.startswith(b"PK"):
        from answerprint.formats.logs.workbooks import workbook_tables

        return entries_of(workbook_tables(path), str(path))
    text, _ = read_text(path)
    return parse_log(text, file=str(path))


def parse_log(text: str, *, file: str | None = None) -> tuple[LogEntry, ...]:
    """As `read_log`, from text."""
    return entries_of([written_tables(text, file)], file)
