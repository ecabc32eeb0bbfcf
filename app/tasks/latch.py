"""Latch: one bit, held against noise (Bengio, Simard & Frasconi 1994)."""

from typing import Any

import numpy as np

from .base import Batch, Task

SHOWN, NOISE = 3, 0.2


class Latch(Task):
    """The class is shown in the first three timesteps; then there is only noise, and the answer is due at the end."""

    name = "latch"
    title = "Latch"
    description = "The first three inputs mean up or down, the rest is noise. At the end the output is to tell which."
    baseline_words = "guess: ln 2 = 0.693"
    solved_words = "cross-entropy below 0.05 (nearly every answer right)"
    min_length = SHOWN + 1
    loss = "cross_entropy"
    inputs = ("signal",)
    outputs = ("down", "up")
    baseline = float(np.log(2))
    solved_below = 0.05

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.needed_lag = T - SHOWN  # the last timestep that shows the class

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """-1 or +1 for three timesteps, N(0, 0.2²) on all of them; the class as the last target."""
        classes = rng.integers(0, 2, B)
        x = NOISE * rng.standard_normal((self.T, B, 1))
        x[:SHOWN, :, 0] += classes * 2.0 - 1.0
        target = np.full((self.T, B), -1)
        target[-1] = classes
        return Batch(x, target)
