"""Adding: two numbers far apart, their sum at the end (Hochreiter & Schmidhuber 1997)."""

from typing import Any

import numpy as np

from .base import Batch, Task


class Adding(Task):
    """Say at the end the sum of the two marked values."""

    name = "adding"
    title = "Adding"
    description = "Each timestep shows a number; one in each half is marked. The output at the end is their sum."
    baseline_words = "always answer 1, the mean sum: squared error 1/6"
    solved_words = "squared error below 0.02 (knowing only one of the two numbers leaves 1/12)"
    min_length = 2
    loss = "squared_error"
    inputs = ("value", "marker")
    outputs = ("sum",)
    baseline = 1 / 6
    solved_below = 0.02

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.needed_lag = T - 1  # the first marker may stand at timestep 1

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Values U[0, 1], one marker uniform in each half, the sum of the marked ones as the last target."""
        half, rows = self.T // 2, np.arange(B)
        values, markers = rng.random((self.T, B)), np.zeros((self.T, B))
        first, second = rng.integers(0, half, B), rng.integers(half, self.T, B)
        markers[first, rows] = markers[second, rows] = 1.0
        target = np.full((self.T, B, 1), np.nan)
        target[-1, :, 0] = values[first, rows] + values[second, rows]
        return Batch(np.stack([values, markers], axis=-1), target)
