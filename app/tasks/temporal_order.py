"""Temporal order: two events among distractors, and which came first (Hochreiter & Schmidhuber 1997)."""

from math import ceil
from typing import Any

import numpy as np

from .base import Batch, Task, one_hot

A, B_SYMBOL, DISTRACTORS = 0, 1, 4


class TemporalOrder(Task):
    """A or B early on, A or B in the middle, distractors elsewhere; name the pair at the end."""

    name = "temporal_order"
    takes_classes = True
    title = "Temporal order"
    description = "Among distractors stand two symbols, each A or B. The output at the end names them in their order."
    baseline_words = "guess: ln 4 = 1.386 (knowing only one of the two: ln 2)"
    solved_words = "cross-entropy below 0.1 (nearly every answer right)"
    min_length = 6  # the shortest length at which both windows hold a position
    loss = "cross_entropy"
    inputs = ("A", "B", "c", "d", "e", "f")
    outputs = ("A then A", "B then A", "A then B", "B then B")
    baseline = float(np.log(4))
    solved_below = 0.1

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.needed_lag = T - 1 - ceil(T / 10)

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Positions, counted from 0, in [0.1 T, 0.2 T) and [0.5 T, 0.6 T); class v0 + 2 v1, v = 0 for A, 1 for B."""
        T, rows = self.T, np.arange(B)
        shown = rng.integers(B_SYMBOL + 1, B_SYMBOL + 1 + DISTRACTORS, (T, B))
        early = rng.integers(ceil(T / 10), ceil(T / 5), B)
        middle = rng.integers(ceil(T / 2), ceil(T * 6 / 10), B)
        v0, v1 = rng.integers(A, B_SYMBOL + 1, (2, B))
        shown[early, rows], shown[middle, rows] = v0, v1
        target = np.full((T, B), -1)
        target[-1] = v0 + 2 * v1
        return Batch(one_hot(shown, len(self.inputs)), target)
