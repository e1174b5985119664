"""Watches that a step whose source changed has had its version raised.

`python -m answerprint.engine.fingerprints` compares the steps with tests/step_fingerprints.json;
`--write` records them, and refuses where a step changed and its version did not.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import json
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from blake3 import blake3

from answerprint.core.errors import AnswerprintError, EngineError
from answerprint.engine.step import Step

PACKAGES = ("answerprint.departments", "answerprint.pipeline")
RECORD = Path("tests/step_fingerprints.json")

Fingerprints = dict[str, dict[str, Any]]  # step name → {"version": 1, "digest": "…"}


def fingerprint(step: type[Step]) -> str:
    """BLAKE3 of the step's source and of every module of its department that this source imports.

    The step's source is its class and whatever of its own module the class reaches by name. Comments,
    docstrings and layout do not count. Floors below do not count either: a step whose results rest on a
    library names it in `libraries`.
    """
    module = step.__module__
    reached = _reached(_body(module), step.__name__)
    parts = [_normalised(statement) for statement in reached]
    modules = _department_imports(reached, module)
    for name in sorted(modules):
        parts += [name, *(_normalised(statement) for statement in _body(name))]
    return blake3("\n".join(parts).encode()).hexdigest()


def fingerprints(packages: Iterable[str] = PACKAGES) -> Fingerprints:
    """Version and digest of every step in packages, by name. Raises EngineError for a name used twice."""
    found: Fingerprints = {}
    for step in steps_of(packages):
        if step.name in found:
            raise EngineError("AP-ENGINE-022", f"two steps are called {step.name}")
        found[step.name] = {"version": step.version, "digest": fingerprint(step)}
    return dict(sorted(found.items()))


def steps_of(packages: Iterable[str]) -> list[type[Step]]:
    """Every named step defined in packages; all their modules are imported."""
    wanted = tuple(packages)
    for package in wanted:
        root = importlib.import_module(package)
        for module in pkgutil.walk_packages(root.__path__, f"{package}."):
            importlib.import_module(module.name)
    found = {
        step
        for step in _subclasses(Step)
        if any(step.__module__ == one or step.__module__.startswith(f"{one}.") for one in wanted)
        and "name" in vars(step)
    }
    return sorted(found, key=lambda step: (step.__module__, step.__qualname__))


def unraised(recorded: Fingerprints, now: Fingerprints) -> list[str]:
    """Steps that changed although their version is the recorded one."""
    return [
        name
        for name, step in now.items()
        if name in recorded
        and step["digest"] != recorded[name]["digest"]
        and step["version"] == recorded[name]["version"]
    ]


def main(arguments: list[str] | None = None) -> int:
    """0 when the record holds or was written; 1 when a step changed and its version did not, or is stale."""
    parser = argparse.ArgumentParser(prog="python -m answerprint.engine.fingerprints", description=__doc__)
    parser.add_argument("--write", action="store_true", help="record the steps as they are now")
    parser.add_argument("--record", type=Path, default=RECORD, help="the file they are recorded in")
    parser.add_argument("packages", nargs="*", default=PACKAGES, help="packages whose steps are watched")
    options = parser.parse_args(arguments)
    try:
        now = fingerprints(options.packages)
    except AnswerprintError as error:
        print(error, file=sys.stderr)
        return 1
    recorded: Fingerprints = json.loads(options.record.read_text("utf-8")) if options.record.exists() else {}
    changed = unraised(recorded, now)
    for name in changed:
        print(f"{name} changed: raise its version ({now[name]['version']})", file=sys.stderr)
    if changed:
        return 1
    if options.write:
        options.record.write_text(json.dumps(now, indent=2) + "\n", "utf-8")
        return 0
    if recorded != now:
        print(f"{options.record} is out of date: run this again with --write", file=sys.stderr)
        return 1
    return 0


def _subclasses(kind: type[Step]) -> Iterator[type[Step]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


@cache
def _body(module: str) -> list[ast.stmt]:
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise EngineError("AP-ENGINE-023", f"the source of {module} cannot be found")
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    return [statement for statement in tree.body if not _is_bare_text(statement)]


def _reached(body: list[ast.stmt], start: str) -> list[ast.stmt]:
    """Statements of a module that a name needs, in their order; those that define no name are always in."""
    defined = [(statement, _defines(statement)) for statement in body]
    wanted, pending = {start}, [start]
    kept: set[int] = {index for index, (_, names) in enumerate(defined) if not names}
    for index in kept:
        pending += _uses(defined[index][0])
    while pending:
        name = pending.pop()
        for index, (statement, names) in enumerate(defined):
            if index not in kept and (name in names or "*" in names):
                kept.add(index)
                pending += [one for one in _uses(statement) if one not in wanted]
                wanted.update(_uses(statement))
    return [body[index] for index in sorted(kept)]


def _defines(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).split(".")[0] for alias in statement.names}
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return {node.id for one in targets for node in ast.walk(one) if isinstance(node, ast.Name)}
    return set()


def _uses(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _department(module: str) -> tuple[str, ...]:
    """The packages within which a module's imports count: its department; for the pipeline, all of them."""
    parts = module.split(".")
    if module.startswith("answerprint.departments."):
        return (".".join(parts[:3]),)
    return PACKAGES if parts[0] == "answerprint" else (parts[0],)


def _department_imports(statements: list[ast.stmt], module: str) -> set[str]:
    """Modules of the department that statements import, and what those import, all the way."""
    department = _department(module)
    found: set[str] = set()
    pending = set(_imports(statements, module))
    while pending:
        name = pending.pop()
        inside = any(name == one or name.startswith(f"{one}.") for one in department)
        if inside and name not in found and name != module:
            found.add(name)
            pending.update(_imports(_body(name), name))
    return found


def _imports(statements: list[ast.stmt], module: str) -> Iterator[str]:
    """Full names of the modules statements import, those inside functions too."""
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            yield base
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                if _is_module(base) and _is_module(inner):
                    yield inner


@cache
def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # its parent is a module, not a package
        return False


def _normalised(node: Any) -> str:
    """A syntax tree as text: no places, no docstrings, and nothing that a later Python adds empty."""
    if isinstance(node, ast.Constant):
        return f"{type(node.value).__name__}:{node.value!r}"
    if isinstance(node, ast.JoinedStr):  # 3.12 ends some with an empty string that 3.11 has not
        node = ast.JoinedStr([one for one in node.values if getattr(one, "value", None) != ""])
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
        return f"{type(node).__name__}({','.join(f'{name}={_normalised(value)}' for name, value in fields)})"
    if isinstance(node, list):
        return f"[{','.join(_normalised(one) for one in node if not _is_bare_text(one))}]"
    return repr(node)


def _is_bare_text(node: Any) -> bool:
    """A docstring, or a string used as a comment."""
    bare = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return bare and isinstance(node.value.value, str)


if __name__ == "__main__":
    sys.exit(main())
