"""Keys: BLAKE3 over the canonical JSON of everything that can change what a step writes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import metadata

from blake3 import blake3

from answerprint.core.encoding import to_json
from answerprint.core.errors import EngineError, NotAvailableError
from answerprint.engine.step import Step


class Keys:
    """Makes keys; remembers the part of a key that belongs to the step, for nodes that share one."""

    def __init__(self) -> None:
        self._steps: dict[int, tuple[Step, bytes]] = {}  # by identity; the step is held so it stays its own

    def of(self, step: Step, inputs: Mapping[str, str]) -> str:
        """The key of a step on inputs (name → digest): 64 hex digits."""
        return blake3(b'{"inputs":' + to_json(inputs) + b',"step":' + self.learn(step) + b"}").hexdigest()

    def learn(self, step: Step) -> bytes:
        """The step's part of its keys. Raises as `step_document` does."""
        known = self._steps.get(id(step))
        if known is None:
            known = self._steps[id(step)] = (step, step_document(step))
        return known[1]


def step_document(step: Step) -> bytes:
    """Canonical JSON of name, version, parameters, model digests and library versions.

    Raises EngineError when a parameter has no JSON form, NotAvailableError when a library is not there.
    """
    try:
        return to_json(
            {
                "libraries": {name: library_version(name) for name in step.libraries},
                "models": step.model_digests(),
                "name": step.name,
                "parameters": step.parameters(),
                "version": step.version,
            }
        )
    except (NotImplementedError, TypeError) as error:
        raise EngineError(
            "AP-ENGINE-009", f"{step.name} has a parameter without a JSON form: {error}"
        ) from error


def collected_digest(members: Mapping[str, str]) -> str:
    """The digest of a collection: BLAKE3 over subject → digest, so a member that left changes it."""
    return blake3(to_json(members)).hexdigest()


@cache
def library_version(distribution: str) -> str:
    """The installed version of a distribution. Raises NotAvailableError when it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError as error:
        raise NotAvailableError(
            "AP-NEED-010",
            f"the library {distribution} is not installed",
            remedy=f"pip install {distribution}",
        ) from error
