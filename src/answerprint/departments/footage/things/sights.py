"""An image–text encoder: pictures and words as vectors that lie close where they mean the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answerprint.core.errors import ModelError
from answerprint.departments.footage.things.cards import Model, SightCard
from answerprint.departments.footage.things.picturing import fitted
from answerprint.departments.footage.things.tokens import Tokenizer
from answerprint.models.runtimes.onnx import Session, session

Vectors = NDArray[np.float32]


class Encoder:
    """A loaded image–text encoder; each half is loaded when it is first asked."""

    def __init__(self, model: Model, threads: int = 1) -> None:
        if not isinstance(model.card, SightCard):
            raise ModelError(
                "AP-MODEL-031",
                f"{model.card.name} is a detector, not an image–text encoder",
                remedy="answerprint things runs it",
            )
        self.card = model.card
        self.name = f"{model.card.name}@{model.digest[:16]}"
        self._folder = model.folder
        self._threads = threads
        self._vision: Session | None = None
        self._text: tuple[Session, Tokenizer] | None = None

    def see(self, pixels: NDArray[np.uint8]) -> Vectors:
        """A picture (h, w, 3) R'G'B' as a unit vector (dimensions,)."""
        if self._vision is None:
            self._vision = session(self._folder / self.card.vision, self._threads)
        values, _ = fitted(pixels, self.card.input)
        outputs = self._vision.run({self.card.input.name or self._vision.inputs[0]: values})
        return self._unit(self._vision, outputs, self.card.vision_output, "image_embeds")

    def read(self, texts: Sequence[str]) -> Vectors:
        """Texts as unit vectors (n, dimensions)."""
        if self._text is None:
            loaded = session(self._folder / self.card.text, self._threads)
            self._text = (loaded, Tokenizer(self._folder / self.card.tokenizer, self.card.words))
        model, tokenizer = self._text
        given = self.card.words
        rows = []
        for text in texts:
            numbers, used = tokenizer.encode(given.template.replace("{}", text) if given.template else text)
            feeds: dict[str, NDArray[Any]] = {
                given.name or model.inputs[0]: np.array([numbers], np.dtype(given.dtype))
            }
            mask = given.mask or next((one for one in model.inputs if one == "attention_mask"), "")
            if mask:
                feeds[mask] = (np.arange(given.length) < used).astype(np.dtype(given.dtype))[None]
            rows.append(self._unit(model, model.run(feeds), self.card.text_output, "text_embeds"))
        return np.stack(rows)

    def _unit(self, model: Session, outputs: list[NDArray[Any]], wanted: str, usual: str) -> Vectors:
        names = model.outputs
        if wanted and wanted not in names:
            raise ModelError(
                "AP-MODEL-032",
                f"the card names {wanted!r}; the model has {', '.join(names)}",
                file=str(model.path),
                remedy="correct the card",
            )
        name = wanted or (
            usual if usual in names else "pooler_output" if "pooler_output" in names else names[0]
        )
        vector = np.asarray(outputs[names.index(name)], np.float64).reshape(-1)
        length = float(np.linalg.norm(vector))
        if outputs[names.index(name)].ndim > 2 or not np.isfinite(length) or length == 0:
            raise ModelError(
                "AP-MODEL-032",
                f"{name} is no vector: its shape is {tuple(outputs[names.index(name)].shape)}",
                file=str(model.path),
                remedy="name the projected output in the card (vision_output, text_output)",
            )
        unit: Vectors = (vector / length).astype(np.float32)
        return unit
