"""Sentence vectors: MiniLM (all-MiniLM-L6-v2) run in NumPy from its safetensors file.

Six BERT layers, mean over tokens, unit length, as its published pipeline has it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from answerprint.core.errors import ModelError
from answerprint.models.safetensors import read_safetensors
from answerprint.models.shelf import Shelf
from answerprint.models.wordpiece import WordPiece

NAME = "minilm"
WIDTH = 384
LAYERS = 6
HEADS = 12
MAX_TOKENS = 256  # its sentence_bert_config.json
EPSILON = 1e-12  # layer_norm_eps of its config.json
# Sentences run together: enough for the matrix library, few enough to stay in the processor's cache.
BATCH = 32

Floats = NDArray[np.float32]


class Sentences:
    """MiniLM loaded from the shelf. Raises NotAvailableError when it was not fetched."""

    def __init__(self, shelf: Shelf) -> None:
        path = shelf.path(NAME)
        self.digest = shelf.digest(NAME)
        self._tokens = WordPiece(shelf.path(NAME, "vocab.txt"))
        self._weights = _Weights(path)

    def embed(self, sentences: Sequence[str]) -> Floats:
        """(n, 384) float32, each row of unit length; the dot product of two rows is their cosine."""
        encoded = [self._tokens.encode(sentence, MAX_TOKENS) for sentence in sentences]
        # Sentences of equal length run together: no padding, so what runs beside a sentence cannot touch it.
        by_length: dict[int, list[int]] = defaultdict(list)
        for index, tokens in enumerate(encoded):
            by_length[len(tokens)].append(index)
        vectors = np.zeros((len(encoded), WIDTH), np.float32)
        for _, indices in sorted(by_length.items()):
            for start in range(0, len(indices), BATCH):
                group = indices[start : start + BATCH]
                vectors[group] = self._weights.forward(np.array([encoded[index] for index in group]))
        return vectors


class _Weights:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._tensors = read_safetensors(path)
        self._words = self._tensor("embeddings.word_embeddings.weight", WIDTH)
        # Every sentence is BERT's first segment: its type vector is added to the positions once.
        kinds = self._tensor("embeddings.token_type_embeddings.weight", WIDTH)
        self._positions = self._tensor("embeddings.position_embeddings.weight", WIDTH) + kinds[0]

    def forward(self, tokens: NDArray[np.int64]) -> Floats:
        """(batch, length) token numbers → (batch, 384) unit vectors."""
        batch, length = tokens.shape
        state = self._words[tokens] + self._positions[:length]
        state = self._norm("embeddings", state)
        for layer in range(LAYERS):
            name = f"encoder.layer.{layer}"
            query, key, value = (
                self._linear(f"{name}.attention.self.{part}", state)
                .reshape(batch, length, HEADS, WIDTH // HEADS)
                .transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            )
            scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(WIDTH // HEADS))
            scores = np.exp(scores - scores.max(-1, keepdims=True))
            scores /= scores.sum(-1, keepdims=True)
            heard = (scores @ value).transpose(0, 2, 1, 3).reshape(batch, length, WIDTH)
            heard = self._linear(f"{name}.attention.output.dense", heard)
            state = self._norm(f"{name}.attention.output", heard + state)
            wide = self._linear(f"{name}.intermediate.dense", state)
            wide *= np.float32(0.5) * (1 + erf(wide / np.float32(np.sqrt(2.0))))  # GELU, the exact form
            state = self._norm(f"{name}.output", self._linear(f"{name}.output.dense", wide) + state)
        mean = state.mean(axis=1)
        unit: Floats = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), np.float32(EPSILON))
        return unit

    def _linear(self, name: str, state: Floats) -> Floats:
        product: Floats = state @ self._tensor(f"{name}.weight", state.shape[-1]).T
        product += self._tensor(f"{name}.bias", product.shape[-1])
        return product

    def _norm(self, name: str, state: Floats) -> Floats:
        centred = state - state.mean(-1, keepdims=True)
        deviation = np.sqrt(np.square(centred).mean(-1, keepdims=True) + np.float32(EPSILON))
        weight = self._tensor(f"{name}.LayerNorm.weight", WIDTH)
        bias = self._tensor(f"{name}.LayerNorm.bias", WIDTH)
        normed: Floats = centred / deviation * weight + bias
        return normed

    def _tensor(self, name: str, width: int) -> NDArray[Any]:
        tensor = self._tensors.get(name)
        if tensor is None or tensor.dtype != np.float32 or tensor.shape[-1] != width:
            raise ModelError(
                "AP-MODEL-007",
                f"this is not MiniLM: {name} is missing or of another shape",
                file=str(self._path),
            )
        return tensor
