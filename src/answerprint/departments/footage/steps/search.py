"""What search needs beside the tracks: vectors of what is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from answerprint.engine.step import Context, Inputs, Step


@dataclass(frozen=True)
class MeaningStep(Step):
    """The vectors of an asset's passages, by MiniLM: its output is put into the production's vectors.

    Made anew only where a passage track or the model has changed: both are in its key.
    """

    asset: str
    minilm: str  # digest of the model; a step is added to the graph only where it is fetched

    name: ClassVar[str] = "meaning"
    version: ClassVar[int] = 1
    optional: ClassVar[tuple[str, ...]] = ("transcript", "readings")
    writes: ClassVar[tuple[str, ...]] = ("meaning",)
    libraries: ClassVar[tuple[str, ...]] = ("numpy", "scipy")

    def model_digests(self) -> dict[str, str]:
        return {"minilm": self.minilm}

    def run(self, inputs: Inputs, context: Context) -> None:
        from answerprint.core.errors import NotAvailableError
        from answerprint.departments.footage.search.meaning import ABSENT, embedded, sentence_model
        from answerprint.departments.footage.search.meaning_file import Rows, write_meanings

        model, why = sentence_model()
        if model is None:
            raise NotAvailableError("AP-NEED-331", f"meaning: {why}", remedy=ABSENT.partition(": ")[2])
        rows: Rows = {}
        for name in self.optional:
            if name in inputs:
                starts, vectors = embedded(inputs[name].track(), model.embed)
                rows[inputs[name].digest] = list(zip(starts.tolist(), vectors, strict=True))
        context.write_bytes("meaning", write_meanings(model.model, rows))
