"""Sine: predict a smooth curve one step ahead."""

import numpy as np

from .base import PROBE, TRAINING, Batch, Task

SHORTEST, LONGEST = 8, 24  # periods, in timesteps
WAVE = 1000  # timesteps of a wave that is read in order; then others follow


def _repeating_the_last_value() -> float:
    """The mean of (sin(a + w) - sin a)^2 = 1 - cos w over all phases a and all periods 2 pi / w."""
    places, weights = np.polynomial.legendre.leggauss(40)
    periods = (SHORTEST + LONGEST) / 2 + (LONGEST - SHORTEST) / 2 * places
    return float(np.dot(weights, 1 - np.cos(2 * np.pi / periods)) / 2)


class Sine(Task):
    """The next value of a sine wave whose period and phase the network has to find out from what it has seen."""

    name = "sine"
    next_step = True
    is_stream = True
    title = "Sine"
    description = "Each timestep shows a point of a sine wave of unknown period; the output is to be the next one."
    baseline_words = "always answer 0: squared error 1/2"
    persistence_words = "repeat the value that was just shown"
    solved_words = "squared error below 0.01 (a tenth of the wave's height)"
    loss = "squared_error"
    inputs = ("value",)
    outputs = ("next value",)
    baseline = 0.5
    persistence = _repeating_the_last_value()
    needed_lag = 2  # three points determine period, phase and so the next point
    solved_below = 0.01

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Periods of 8 to 24 timesteps, any phase."""
        return self._waves(rng, 0, B)

    def window(self, seed: int, passes: int, position: int, B: int) -> Batch:
        """A wave for each stream, others after every pass."""
        return self._waves(self._stream(seed, TRAINING).at(passes), position, B)

    def stream_length(self, B: int) -> int:  # noqa: ARG002
        """That of a wave."""
        return WAVE

    def before_probe(self, seed: int, index: int) -> np.ndarray:
        """The same wave, earlier."""
        return self._waves(self._stream(seed, PROBE).at(index), -self.T, 1).x

    def _waves(self, rng: np.random.Generator, first: int, B: int) -> Batch:
        """T timesteps of B waves from timestep ``first`` on."""
        frequency = 2 * np.pi / rng.uniform(SHORTEST, LONGEST, B)
        times = np.arange(first, first + self.T + 1)[:, None]
        wave = np.sin(frequency * times + rng.uniform(0, 2 * np.pi, B))[..., None]
        return Batch(wave[:-1], wave[1:])
