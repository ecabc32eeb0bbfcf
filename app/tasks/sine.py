"""Sine: predict a smooth curve one step ahead."""

import numpy as np

from .base import Batch, Task


class Sine(Task):
    """The next value of a sine wave whose period and phase the network has to find out from what it has seen."""

    name = "sine"
    next_step = True
    title = "Sine"
    description = "Each timestep shows a point of a sine wave of unknown period; the network has to say the next one."
    baseline_words = "always say 0: squared error 1/2"
    solved_words = "squared error below 0.01 (a tenth of the wave's height)"
    loss = "squared_error"
    inputs = ("value",)
    outputs = ("next value",)
    baseline = 0.5
    needed_lag = 2  # three points determine period, phase and so the next point
    solved_below = 0.01

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Periods of 8 to 24 timesteps, any phase."""
        frequency = 2 * np.pi / rng.uniform(8, 24, B)
        wave = np.sin(frequency * np.arange(self.T + 1)[:, None] + rng.uniform(0, 2 * np.pi, B))[..., None]
        return Batch(wave[:-1], wave[1:])
