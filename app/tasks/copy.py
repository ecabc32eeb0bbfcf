"""Copy: keep a whole list and repeat it after many blanks (Hochreiter & Schmidhuber 1997; Arjovsky et al. 2016)."""

from typing import Any

import numpy as np

from .base import Batch, Task, one_hot

SYMBOLS, BLANK, GO = 8, 0, 9


class Copy(Task):
    """n symbols, silence, a go signal; then the n symbols again, in order."""

    name = "copy"
    takes_classes = True
    title = "Copy"
    description = "A list of up to ten symbols, then blanks, then a go signal: now the output has to repeat the list."
    baseline_words = "answer blank, then guess the n symbols: n ln 8 / T"
    solved_words = "cross-entropy below a tenth of its baseline (nearly every symbol right)"
    min_length = 3
    loss = "cross_entropy"
    inputs = ("blank", *"12345678", "go")
    outputs = ("blank", *"12345678")

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        self.n = min(10, (T - 1) // 2)
        self.needed_lag = T - self.n
        self.baseline = self.n * float(np.log(SYMBOLS)) / T
        self.solved_below = self.baseline / 10

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Random symbols 1 to 8 as the first n inputs and the last n targets; blank elsewhere."""
        symbols = rng.integers(1, SYMBOLS + 1, (self.n, B))
        shown, target = np.full((2, self.T, B), BLANK)
        shown[: self.n] = symbols
        shown[self.T - self.n - 1] = GO
        target[self.T - self.n :] = symbols
        return Batch(one_hot(shown, len(self.inputs)), target)
