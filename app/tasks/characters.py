"""Characters: learn to continue a text, letter by letter."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .base import Batch, Task, solved_below
from .text import Text


@cache
def river() -> Text:
    """The text that ships with Unroll."""
    return Text.of(Path(__file__).with_name("river.txt").read_text("utf-8"))


class Characters(Task):
    """The next character of a text."""

    name = "characters"
    title = "Characters"
    description = "A story about a river, one character a timestep; the network has to say which character comes next."
    baseline_words = "know how often each character occurs: the entropy of single characters"
    persistence_words = "know for each character how often each other one follows it: the entropy of pairs"
    solved_words = "cross-entropy below what knowing the last character alone can reach (the entropy of pairs)"
    loss = "cross_entropy"
    continues = True
    takes_classes = True
    next_step = True
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
        return Batch(*self.text.windows(rng, self.T, B))
