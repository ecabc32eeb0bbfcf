"""Characters: learn to continue a text, letter by letter."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .base import PROBE, Batch, Task, solved_below
from .streams import shortest, starts
from .text import Text


@cache
def river() -> Text:
    """The text that ships with Unroll."""
    return Text.of(Path(__file__).with_name("river.txt").read_text("utf-8"))


class Characters(Task):
    """The next character of a text."""

    name = "characters"
    title = "Characters"
    description = "A story about a river, one character a timestep; the output is to be the next character."
    baseline_words = "know how often each character occurs: the entropy of single characters"
    persistence_words = "know for each character how often each other one follows it: the entropy of pairs"
    solved_words = "cross-entropy below what knowing the last character alone can reach (the entropy of pairs)"
    loss = "cross_entropy"
    continues = True
    takes_classes = True
    next_step = True
    is_stream = True
    needed_lag: int | None = 1  # the last character is the input; beating the pairs takes one before it

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.text: Text = river() if data is None else data
        self.inputs = self.outputs = self.text.vocabulary
        self.baseline = self.text.entropy()
        self.persistence = self.text.pair_entropy()
        self.solved_below = solved_below(min(self.baseline, self.persistence), self.baseline)

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Stretches of T characters from anywhere in the text."""
        return Batch(*self.text.windows(self._anywhere(rng, B), self.T))

    def window(self, seed: int, passes: int, position: int, B: int) -> Batch:  # noqa: ARG002
        """T characters of each stream; every pass reads the same text."""
        return Batch(*self.text.windows(starts(len(self.text.codes), B) + position, self.T))

    def stream_length(self, B: int) -> int:
        """Up to the last character, which none follows."""
        return shortest(len(self.text.codes), B)

    def before_probe(self, seed: int, index: int) -> np.ndarray:
        """The T characters before it."""
        start = self._anywhere(self._stream(seed, PROBE).at(index), 1)
        return self.text.windows(start - self.T, self.T)[0]

    def _anywhere(self, rng: np.random.Generator, B: int) -> np.ndarray:
        return rng.integers(0, len(self.text.codes), B)
