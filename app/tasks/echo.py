"""Echo: the plainest memory, with the distance in the learner's hand."""

from typing import Any

import numpy as np

from .base import Batch, Task


class Echo(Task):
    """Repeat at t the input of t - lag: +1 or -1."""

    name = "echo"
    title = "Echo"
    description = "Each input is +1 or −1; the output has to repeat the input of lag timesteps ago."
    baseline_words = "always answer 0: squared error 1"
    solved_words = "squared error below 0.05 (every echo clearly on its side of 0)"
    loss = "squared_error"
    inputs = ("input",)
    outputs = ("output",)
    baseline = 1.0
    solved_below = 0.05

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.lag = self.needed_lag = min(lag, T - 1)

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Fair coins, and the same coins `lag` timesteps later; before that there is no target."""
        x = rng.integers(0, 2, (self.T, B, 1)) * 2.0 - 1.0
        target = np.full((self.T, B, 1), np.nan)
        target[self.lag :] = x[: self.T - self.lag]
        return Batch(x, target)
