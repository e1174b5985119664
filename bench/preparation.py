"""A screenplay of over 120 pages, as PDF, to everything that `plan prepare` hands out: seconds by part.

Run: python bench/preparation.py
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from generated.screenplay import SEEDS, make

from answerprint.cli.main import run
from answerprint.departments.script.reading import read_screenplay
from answerprint.formats.screenplays.fountain import read_fountain
from answerprint.formats.screenplays.pdf_writing import write_pdf
from answerprint.formats.screenplays.tagger.tagging import tag_lines

SCENES = 205  # of the generator's length: a little over 120 pages


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder, "film.pdf")
        source = read_fountain(make(SEEDS[0], scenes=SCENES))
        pdf.write_bytes(write_pdf(source, numbers=True))
        began = time.perf_counter()
        read = read_screenplay(pdf)
        reading = time.perf_counter() - began
        lines = [line for scene in read.scenes for one in scene.elements for line in one.text.split("\n")]
        began = time.perf_counter()
        tag_lines(lines)
        tagging = time.perf_counter() - began
        began = time.perf_counter()
        code = run(["plan", "prepare", str(pdf), "--out", str(Path(folder, "out")), "--json"])
        whole = time.perf_counter() - began
        files = [one for one in Path(folder, "out").rglob("*") if one.is_file()]
        found = {(scene.number, scene.heading) for scene in read.scenes}
        kept = sum((scene.number, scene.heading.upper()) in found for scene in source.scenes)
    print()
    print(
        f"pages {read.pages}, scenes read back from the PDF {kept} of {len(source.scenes)}, exit code {code}"
    )
    print(f"reading the PDF   {reading:6.1f} s  (of it tagging {len(lines)} lines: {tagging:.2f} s)")
    print(f"plan prepare      {whole:6.1f} s  {len(files)} files, the schedule's search takes 10 s of it")


if __name__ == "__main__":
    main()
