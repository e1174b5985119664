"""What the program can do is written down, and what is written down is what it does."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
import types
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from little_media import Command

from answerprint.cli.main import COMMANDS, GROUPED, overview
from answerprint.cli.reference import reference
from answerprint.core import errors
from answerprint.core.frames import FrameGrid
from answerprint.core.time import Time
from answerprint.engine.executors.serial import SerialExecutor
from answerprint.engine.graph import Graph, Value
from answerprint.engine.run import run_graph
from answerprint.store.production import Production
from answerprint.store.settings import WEIGHTS, Settings
from answerprint.store.settings_file import explanation_of, format_settings, format_value

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((ROOT / "src").rglob("README.md"))]


def commands() -> list[tuple[str, ...]]:
    """Every command line that has help of its own."""
    found: list[tuple[str, ...]] = []
    for name, entry in COMMANDS.items():
        found.append((name,))
        if name in GROUPED:
            app = importlib.import_module(f"answerprint.cli.{entry.module}").app
            found += [(name, one.name) for one in app.registered_commands]
    return found


def test_the_command_reference_is_what_the_program_says() -> None:
    written = (DOCS / "commands.md").read_text("utf-8")
    assert written == reference(), "python -m answerprint.cli.reference > docs/commands.md"


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_s_help_has_an_example_of_itself(
    answerprint: Command, command: tuple[str, ...]
) -> None:
    ran = answerprint(*command, "--help")
    assert ran.code == 0
    _, _, example = ran.out.partition("Example:")
    assert example.split()[: 1 + len(command)][:2] == ["answerprint", command[0]]


def test_every_command_takes_json() -> None:
    sections = re.split(r"^## ", reference(), flags=re.MULTILINE)[1:]
    assert len(sections) == sum(1 for one in commands() if one[0] not in GROUPED or len(one) == 2)
    for section in sections:
        assert "| `--json` |" in section, section.splitlines()[0]


def test_the_overview_names_every_command_of_every_file() -> None:
    shown = overview()
    for name, entry in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(entry.line)}$", shown, re.MULTILINE)
        app = importlib.import_module(f"answerprint.cli.{entry.module}").app
        registered = {one.name for one in app.registered_commands}
        if name not in GROUPED:
            assert registered == {each for each, other in COMMANDS.items() if other.module == entry.module}
    folder = ROOT / "src/answerprint/cli"
    files = {path.stem for path in folder.glob("*.py") if "command_app()" in path.read_text()}
    files |= {path.parent.name for path in folder.glob("*/app.py")}
    assert files - {"output"} == {entry.module for entry in COMMANDS.values()}


def test_every_option_of_production_toml_is_explained() -> None:
    page = (DOCS / "production.md").read_text("utf-8")
    new_file = format_settings(Settings())
    assert tomllib.loads(new_file)
    for table in msgspec.structs.fields(Settings):
        assert f"`[{table.name}]`" in page
        for option in msgspec.structs.fields(table.type):
            if option.name != "weights":
                assert explanation_of(table.name, option.name)
                shown = re.escape(format_value(getattr(table.default, option.name)))
                assert re.search(rf"^\| `{option.name}` \| `{shown}` \| \S", page, re.MULTILINE), option.name
    for weight in WEIGHTS:
        assert f"`{weight}`" in page


def raised() -> dict[str, set[str]]:
    """Error code → the classes it is raised as, from every `SomeError("AP-…", …)` of the source."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and str(first.value).startswith("AP-"):
                    found.setdefault(str(first.value), set()).add(node.func.id)
    return found


def test_every_error_code_has_the_form_people_search_for() -> None:
    codes = raised()
    assert len(codes) > 50
    assert [one for one in codes if not re.fullmatch(r"AP-[A-Z]+-\d{3}", one)] == []


def test_an_error_code_s_area_tells_its_exit_code() -> None:
    """AP-USE-… exits 2 and AP-NEED-… 4, whoever raises it; every other area exits 1."""
    kinds = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}
    exits = {"USE": errors.Exit.USAGE, "NEED": errors.Exit.NOT_AVAILABLE}
    wrong = {
        code: names
        for code, names in raised().items()
        for name in names & set(kinds)
        if kinds[name].exit_code != exits.get(code.split("-")[1], errors.Exit.FAILED)
    }
    assert wrong == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_pages_name_only_commands_and_options_that_exist(page: Path) -> None:
    known = {" ".join(one) for one in commands()}
    options = set(re.findall(r"`(--[a-z-]+)", reference())) | {"--help", "--version"}
    text = page.read_text("utf-8")
    for line in re.findall(r"answerprint ([a-z].*)", text):
        words = re.sub(r"[`\"']", " ", line).split("#")[0].split()
        assert words[0] in known or not re.match(r"^[a-z]+$", words[0]) or words[0] in _PROSE, line
    for line in re.findall(r"^(?:    |\$ |> )?answerprint [a-z]+ .*$", text, re.MULTILINE):
        for option in re.findall(r"(?<!\S)(--[a-z-]+)", line.split(" #")[0]):
            assert option in options, line


# Words that follow the program's name in a sentence rather than on a command line.
_PROSE = {"is", "makes", "reads", "never", "can", "and", "does", "asks", "says", "writes"}


def test_the_step_of_the_architecture_page_runs_and_is_kept(tmp_path: Path) -> None:
    example = re.search(
        r"```python\n(from __future__.*?)```", (DOCS / "architecture.md").read_text("utf-8"), re.S
    )
    assert example is not None
    page = types.ModuleType("page")
    sys.modules["page"] = page
    try:
        exec(example[1], page.__dict__)
        production = Production.create(tmp_path / "film")
        grid = FrameGrid(
            first=Time(0, Fraction(25)),
            rate=Fraction(25),
            count=4,
            end=Time(4, Fraction(25)),
            time_base=Fraction(1, 100),
            pts=(0, 4, 4, 12),
        )
        for expected in ("ran", "reused"):
            graph = Graph()
            node = graph.add(page.DoublesStep(), "clip", frames=Value(grid))
            catalogue = production.catalogue()
            report = run_graph(
                graph, catalogue=catalogue, objects=production.objects(), executor=SerialExecutor()
            )
            found = report.record(node, "doubles", page.Doubles)
            catalogue.close()
            assert (found.pictures, found.doubled) == (4, 1)
            assert list(getattr(report, expected)) == ["doubles:clip"]
    finally:
        del sys.modules["page"]
