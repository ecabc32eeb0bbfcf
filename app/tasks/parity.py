"""Parity: one bit of memory that must never be wrong."""

from typing import Any

import numpy as np

from .base import Batch, Task


class Parity(Task):
    """Running XOR: after each bit, answer whether the number of ones so far is odd."""

    name = "parity"
    title = "Parity"
    description = "Each input is a bit; the output is to tell whether the number of ones so far is odd."
    baseline_words = "guess: ln 2 = 0.693"
    solved_words = "cross-entropy below 0.05 (nearly every answer right)"
    loss = "cross_entropy"
    inputs = ("bit",)
    outputs = ("even", "odd")
    baseline = float(np.log(2))
    solved_below = 0.05

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.needed_lag = T - 1  # the very first bit still turns the last answer

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Fair bits, shown as -1 and +1, and their running XOR."""
        bits = rng.integers(0, 2, (self.T, B))
        return Batch(bits[..., None] * 2.0 - 1.0, np.cumsum(bits, axis=0) % 2)
