"""3D look-up tables: `.cube` files after the Adobe Cube LUT Specification 1.0."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SIZE = 33  # nodes a side, what every grading program reads


def write_cube(table: NDArray[np.float32], *, title: str, notes: tuple[str, ...] = ()) -> bytes:
    """A table (n, n, n, 3) indexed [red, green, blue] over 0 … 1, red running fastest in the file."""
    size = table.shape[0]
    if table.shape != (size, size, size, 3) or not 2 <= size <= 256:
        raise ValueError(f"a cube has 2 … 256 nodes a side and three values each, not {table.shape}")
    name = title.replace('"', "'").replace("\n", " ")
    head = [f'TITLE "{name}"', *(f"# {note}" for note in notes), f"LUT_3D_SIZE {size}"]
    rows = table.transpose(2, 1, 0, 3).reshape(-1, 3)
    body = [f"{red:.7f} {green:.7f} {blue:.7f}" for red, green, blue in rows.tolist()]
    return ("\n".join([*head, "DOMAIN_MIN 0.0 0.0 0.0", "DOMAIN_MAX 1.0 1.0 1.0", *body]) + "\n").encode()


def lattice(size: int = SIZE) -> NDArray[np.float32]:
    """The nodes of a cube (n, n, n, 3) indexed [red, green, blue], 0 … 1: the identity."""
    steps = np.linspace(0, 1, size, dtype=np.float32)
    return np.ascontiguousarray(np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1))
