"""A workbook holds what was put into it, and nothing about when."""

from __future__ import annotations

import io
import time

from openpyxl import load_workbook

from answerprint.formats.spreadsheet import Table, write_tables

TABLE = Table(
    "Scenes: all", ["Scene", "Set", "Eighths"], [["12A", "=HYPERLINK(1)", 3], ["13", "Barn\x07", 1]]
)


def test_cells_come_back_and_a_cell_of_text_is_no_formula() -> None:
    sheet = load_workbook(io.BytesIO(write_tables([TABLE]))).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Scene", "Set", "Eighths"],
        ["12A", "=HYPERLINK(1)", 3],
        ["13", "Barn", 1],
    ]
    assert sheet["B2"].data_type == "s"


def test_the_same_table_is_the_same_bytes_a_second_later() -> None:
    first = write_tables([TABLE])
    time.sleep(1.1)
    assert write_tables([TABLE]) == first
