"""Reading Fountain beside three peers: what is read as the expected dumps say, and how many lines a second.

The dumps are fountain-tools' own (github.com/wildwinter/fountain-tools), so it has no mark of its own. Peers
run in .venv-bench, made here when it is missing. Entries are (kind, text) in order, neighbouring action
together, white space folded; an entry counts when the longest common run of both lists has it.

Run: python bench/screenplays.py
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import venv
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("ANSWERPRINT_TEST_DATA", ROOT.parent / "shared" / "data"))
CASES_AT = DATA / "screenplays" / "fountain-cases"
PEERS = {
    "fountain-tools": "fountain-tools==0.0.7",
    "jouvence": "Jouvence==0.4.2",
    "screenplain": "screenplain==0.12.0",
}
PYTHON = ROOT / ".venv-bench" / "bin" / "python"
CASES = {
    **{
        name: f"{name}.txt"
        for name in (
            *("Boneyards", "Character", "LineBreaks", "Lyrics", "Notes", "PageBreak", "Parenthetical"),
            *("SceneHeading", "Scratch", "Sections", "TitlePage", "Transition", "UTF8"),
        )
    },
    "Action": "Action-Merged.txt",
    "Dialogue": "Dialogue-Merged.txt",
}
PAGES = 120
ROUNDS = 3
Entry = tuple[str, str]


def main() -> None:
    make_peers()
    expected = {name: dumped((CASES_AT / file).read_text("utf-8")) for name, file in CASES.items()}
    long = feature()
    lines = long.read_text("utf-8").count("\n")
    entries = sum(map(len, expected.values()))
    print(f"{len(CASES)} cases, {entries} entries; a script of {PAGES} pages, {lines} lines\n")
    print(f"{'':<16}{'cases':>8}{'entries':>10}{'lines/s':>12}")
    for name in ("answerprint", *PEERS):
        found, seconds = asked(name, [*(CASES_AT / f"{one}.fountain" for one in CASES), long])
        if found is None:
            print(f"{name:<16}  not there: pip could not install it")
            continue
        whole = matched = 0
        for case, read in zip(CASES, found, strict=False):
            whole += read == expected[case]
            matched += sum(
                block.size
                for block in SequenceMatcher(None, expected[case], read, False).get_matching_blocks()
            )
        cases = "—" if name == "fountain-tools" else f"{whole}/{len(CASES)}"
        share = "—" if name == "fountain-tools" else f"{matched / entries:.1%}"
        print(f"{name:<16}{cases:>8}{share:>10}{lines / seconds:>12,.0f}")
    print(
        "\nThe two cases that answerprint reads otherwise are argued in tests/formats/test_fountain_cases.py."
    )
    long.unlink()
    finishing()


def finishing() -> None:
    """What comes after reading: ids, cast, days, pages; and writing what was not changed."""
    from answerprint.formats.screenplays.fountain import read_fountain
    from answerprint.formats.screenplays.fountain_writing import write_fountain
    from answerprint.formats.screenplays.registry import finish

    path = feature()
    text = path.read_text("utf-8")
    path.unlink()
    play = read_fountain(text)
    for what, do in (
        ("finish: ids, days, pages", lambda: finish(play)),
        ("write, unchanged", lambda: write_fountain(play)),
    ):
        began = time.perf_counter()
        do()
        print(f"{what:<28}{time.perf_counter() - began:.2f} s")
    print(f"written to the byte: {write_fountain(play) == text}")


def feature() -> Path:
    """The labelled screenplays of this folder, one after the other until they fill a feature's pages."""
    from answerprint.formats.screenplays.fountain import read_fountain
    from answerprint.formats.screenplays.registry import finish

    parts = [
        path.read_text("utf-8").split("\n\n", 1)[1]
        for path in sorted((ROOT / "bench" / "labelled").glob("*.fountain"))
    ]
    text = "\n\n".join(parts)
    times = -(-PAGES // finish(read_fountain(text)).pages)
    handle, name = tempfile.mkstemp(suffix=".fountain")
    os.close(handle)
    path = Path(name)
    path.write_text("\n\n".join([text] * times), encoding="utf-8")
    return path


def make_peers() -> None:
    if not PYTHON.exists():
        venv.create(PYTHON.parents[1], with_pip=True)
    for package in PEERS.values():
        subprocess.run([PYTHON, "-m", "pip", "install", "-q", package], capture_output=True, check=False)


def asked(name: str, files: list[Path]) -> tuple[list[list[Entry]] | None, float]:
    """What a reader makes of each file, and its seconds for the last one (best of some rounds)."""
    program = sys.executable if name == "answerprint" else str(PYTHON)
    done = subprocess.run(
        [program, __file__, "--read", name, *map(str, files)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None, 0.0
    document = json.loads(done.stdout)
    return [tidy([(kind, text) for kind, text in read]) for read in document["read"]], document["seconds"]


def tidy(entries: list[Entry]) -> list[Entry]:
    """Neighbouring action as one, white space folded, nothing empty but page breaks."""
    found: list[Entry] = []
    for kind, text in entries:
        text = " ".join(re.sub(r"\[\[.*?\]\]|/\*.*?\*/", " ", text, flags=re.DOTALL).split())
        if kind == "ACTION" and found and found[-1][0] == "ACTION":
            found[-1] = ("ACTION", f"{found[-1][1]} {text}".strip())
        elif text or kind == "PAGEBREAK":
            found.append((kind, text))
    return found


def dumped(text: str) -> list[Entry]:
    entries: list[Entry] = []
    for match in re.finditer(r'^(?P<kind>[A-Z]+):"(?P<text>[^"]*)"(?P<rest>[^\n]*)', text, re.MULTILINE):
        kind = "CENTERED" if "(centered)" in match["rest"] else match["kind"]
        if kind != "TITLEENTRY":
            entries.append((kind, match["text"]))
    return tidy(entries)


def read_with(name: str, text: str) -> list[Entry]:
    readers: dict[str, Any] = {
        "answerprint": read_ours,
        "fountain-tools": read_fountain_tools,
        "jouvence": read_jouvence,
        "screenplain": read_screenplain,
    }
    found: list[Entry] = readers[name](text)
    return found


def read_ours(text: str) -> list[Entry]:
    from answerprint.formats.screenplays.fountain import read_fountain

    return [
        (one.kind.replace("_", "").upper(), one.text)
        for scene in read_fountain(text).scenes
        for one in scene.elements
        if one.kind not in ("note", "boneyard")
    ]


def read_fountain_tools(text: str) -> list[Entry]:
    from fountain_tools.parser import Parser  # type: ignore[import-not-found]

    parser = Parser()
    parser.add_text(text)
    return dumped(parser.script.dump())


def read_jouvence(text: str) -> list[Entry]:
    from jouvence import document  # type: ignore[import-not-found]
    from jouvence.parser import JouvenceParser  # type: ignore[import-not-found]

    kinds = {
        document.TYPE_ACTION: "ACTION",
        document.TYPE_CENTEREDACTION: "CENTERED",
        document.TYPE_CHARACTER: "CHARACTER",
        document.TYPE_DIALOG: "DIALOGUE",
        document.TYPE_PARENTHETICAL: "PARENTHETICAL",
        document.TYPE_TRANSITION: "TRANSITION",
        document.TYPE_LYRICS: "LYRIC",
        document.TYPE_PAGEBREAK: "PAGEBREAK",
        document.TYPE_SECTION: "SECTION",
        document.TYPE_SYNOPSIS: "SYNOPSIS",
    }
    found: list[Entry] = []
    for scene in JouvenceParser().parseString(text).scenes:
        if scene.header:
            found.append(("HEADING", re.sub(r"\s*#[\w.\-]+#\s*$", "", scene.header)))
        for one in scene.paragraphs:
            said = getattr(one, "text", "") or ""
            kind = kinds.get(one.type, "ACTION")
            said = said.strip("()") if kind == "PARENTHETICAL" else said
            found.append((kind, _name(said) if kind == "CHARACTER" else said))
    return found


def read_screenplain(text: str) -> list[Entry]:
    from screenplain import types  # type: ignore[import-not-found]
    from screenplain.parsers import fountain  # type: ignore[import-not-found]

    def plain(rich: Any) -> str:
        return "".join(segment.text for segment in rich.segments) if hasattr(rich, "segments") else str(rich)

    def speech(one: Any) -> list[Entry]:
        parts: list[Entry] = [("CHARACTER", _name(plain(one.character)))]
        for bracketed, line in one.blocks:
            kind = "PARENTHETICAL" if bracketed else "DIALOGUE"
            said = plain(line).strip("()") if bracketed else plain(line)
            if parts[-1][0] == kind == "DIALOGUE":
                parts[-1] = (kind, f"{parts[-1][1]} {said}")
            else:
                parts.append((kind, said))
        return parts

    found: list[Entry] = []
    for one in fountain.parse(io.StringIO(text)):
        if isinstance(one, types.Slug):
            found.append(("HEADING", plain(one.line)))
        elif isinstance(one, types.Dialog):
            found += speech(one)
        elif isinstance(one, types.DualDialog):
            found += speech(one.left) + speech(one.right)
        elif isinstance(one, types.Transition):
            found.append(("TRANSITION", plain(one.line)))
        elif isinstance(one, types.Section):
            found.append(("SECTION", plain(one.text)))
        elif isinstance(one, types.PageBreak):
            found.append(("PAGEBREAK", ""))
        elif isinstance(one, types.Action):
            found.append(
                ("CENTERED" if one.centered else "ACTION", "\n".join(plain(line) for line in one.lines))
            )
        if getattr(one, "synopsis", None):
            found.append(("SYNOPSIS", one.synopsis))
    return found


def _name(cue: str) -> str:
    """A cue without its extensions and its caret: some peers leave them in the name."""
    return re.sub(r"\s*(\([^()]*\)|\^)\s*", "", cue).strip("@ ")


def read_files(name: str, files: list[str]) -> None:
    texts = [Path(file).read_text("utf-8") for file in files]
    read = [read_with(name, text) for text in texts]
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read_with(name, texts[-1])
        seconds.append(time.perf_counter() - began)
    print(json.dumps({"read": read, "seconds": min(seconds)}))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read_files(sys.argv[2], sys.argv[3:])
    else:
        main()
