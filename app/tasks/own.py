"""The learner's own data: a text, a numeric series, or ready-made sequences."""

from typing import Any

import numpy as np

from ..errors import DatasetNeeded, OutOfRange
from .base import PROBE, Batch, Task, one_hot, solved_below
from .characters import Characters
from .sequences import Sequences
from .series import Series
from .streams import shortest, starts
from .text import Text

OwnData = Text | Series | Sequences


class Own(Task):
    """What all own data have in common; what they are decides which of the children below stands for them."""

    name = "own"
    title = "Own data"
    description = "A text, a table of numbers or ready-made sequences that you bring."
    baseline_words = "the best constant answer: the targets' mean, or how often each class occurs"
    solved_words = (
        "a loss below half of the baseline, and of what repeating the last row reaches (a text: below what knowing the "
        "last character alone can reach)"
    )
    needed_lag = None

    @staticmethod
    def of(data: OwnData | None) -> type[Task]:
        """The task these data are for."""
        if data is None:
            raise DatasetNeeded(
                "The task own needs data of your own: paste a text or a series, or upload a dataset.", "task"
            )
        return {Text: OwnText, Series: OwnSeries, Sequences: OwnSequences}[type(data)]


class OwnText(Characters):
    """The next character of the learner's text."""

    name = "own"
    title = "Own text"
    description = "Your text, one character a timestep; the output is to be the next character."
    needed_lag = None  # nobody knows how far back this text refers

    def info(self) -> dict[str, Any]:
        """Also what was read."""
        return {**super().info(), "read": self.text.read}


class OwnSeries(Own):
    """The next row of the learner's series."""

    next_step = True
    is_stream = True

    title = "Own series"
    description = "Your columns, one row a timestep; the output is to be the next row."
    baseline_words = "always answer each column's mean"
    persistence_words = "repeat the row that was just shown"
    solved_words = (
        "squared error below half of what answering the mean or repeating the last row reaches, the smaller one"
    )
    loss = "squared_error"

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        rows = len(data.values)
        if rows <= T:
            raise OutOfRange(
                f"The series has {rows} rows; a sequence length of {T} needs {T + 1}. Try {rows - 1}.",
                "sequence_length",
            )
        self.data: Series = data
        self.inputs = self.outputs = data.columns
        self.values = data.standard.values
        self.training_rows = data.training_rows
        self.baseline, self.persistence = data.standard.best_constant, data.standard.persistence
        self.solved_below = solved_below(min(self.baseline, self.persistence) / 2, self.baseline)

    def info(self) -> dict[str, Any]:
        """Also what was read."""
        return {**super().info(), "read": self.data.read}

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """Stretches of T rows from anywhere in the training rows, and for each row the one after it.

        Where the training rows are not enough for a stretch, it goes on beyond them, without targets there.
        """
        return self._stretches(self._anywhere(rng, B), 0, self.training_rows)

    def window(self, seed: int, passes: int, position: int, B: int) -> Batch:  # noqa: ARG002
        """T rows of each stream through the training rows; every pass reads the same ones."""
        return self._stretches(starts(self.training_rows, B) + position, 0, self.training_rows)

    def stream_length(self, B: int) -> int:
        """Up to the last training row, of which the next is not to be learned."""
        return shortest(self.training_rows, B)

    def before_probe(self, seed: int, index: int) -> np.ndarray:
        """The T rows before it, fewer where it begins in the first T rows: none where that is the first."""
        start = int(self._anywhere(self._stream(seed, PROBE).at(index), 1)[0])
        rows: np.ndarray = self.values[max(0, start - self.T) : start, None]
        return rows

    def _anywhere(self, rng: np.random.Generator, B: int) -> np.ndarray:
        return rng.integers(0, max(1, self.training_rows - self.T), B)

    def held_out_rows(self, B: int) -> int:
        """No more than there are different ones."""
        first, last = self._held_out_starts()
        return min(B, last - first + 1) if self.training_rows < len(self.values) else 0

    def held_out(self, B: int) -> Batch | None:
        """At most B stretches, evenly spaced, that end in the rows held out; only these are targets."""
        count = self.held_out_rows(B)
        if count == 0:
            return None
        evenly = np.linspace(*self._held_out_starts(), count).round().astype(int)
        return self._stretches(evenly, self.training_rows, len(self.values))

    def _held_out_starts(self) -> tuple[int, int]:
        """The first and the last row from which a stretch ends in the rows held out."""
        last = len(self.values) - 1 - self.T
        return min(self.training_rows - 1, last), last

    def _stretches(self, begin: np.ndarray, first: int, end: int) -> Batch:
        """T rows from each of ``begin`` (B,) on; targets are the rows after them that lie in first … end - 1.

        What reaches beyond the series, which only a stream shorter than T does, goes on at its beginning.
        """
        places = begin + np.arange(self.T + 1)[:, None]
        rows = self.values[places % len(self.values)]
        target = rows[1:]
        outside = (places[1:] < first) | (places[1:] >= end)
        if outside.any():
            target = np.where(outside[..., None], np.nan, target)
        return Batch(rows[:-1], target)


class OwnSequences(Own):
    """The learner's sequences, cut to their first T timesteps."""

    title = "Own sequences"
    description = "Your sequences with their targets, as they are in the file."
    solved_words = "a loss below half of the baseline"

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:
        super().__init__(T, lag, data)
        N, longest = data.inputs.shape[:2]
        if longest < T:
            raise OutOfRange(
                f"Your sequences have {longest} timesteps; got a sequence length of {T}. Try {longest}.",
                "sequence_length",
            )
        self.N: int = N
        self.x, self.target, self.h0 = data.inputs[:, :T], data.targets[:, :T], data.h0
        self.units = None if data.h0 is None else data.h0.shape[1]
        self.tokens: int | None = data.vocabulary
        self.takes_classes = self.tokens is not None
        self.lengths = data.lengths
        self.inputs = (
            tuple(f"input {i}" for i in range(1, data.width + 1))
            if self.tokens is None
            else tuple(f"token {i}" for i in range(self.tokens))
        )
        if data.classes is None:
            self.loss = "squared_error"
            self.outputs = tuple(f"output {o}" for o in range(1, self.target.shape[2] + 1))
        else:
            self.loss = "cross_entropy"
            self.outputs = tuple(f"class {c}" for c in range(data.classes))
        self.baseline = data.found.answers.losses[T - 1]
        if not data.found.answers.known[T - 1]:
            raise OutOfRange(
                f"None of the first {T} timesteps of your sequences has a target. Try {longest} timesteps.",
                "sequence_length",
            )
        self.solved_below = solved_below(self.baseline / 2, self.baseline)
        self.data: Sequences = data

    def info(self) -> dict[str, Any]:
        """Also what was read."""
        return {**super().info(), "read": self.data.read}

    def rows(self, batch_size: int) -> int:
        """No more than there are."""
        return min(batch_size, self.N)

    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """B different sequences; all of them, in the order of the file, where no more are there."""
        return self._chosen(np.arange(self.N) if self.N <= B else rng.choice(self.N, B, replace=False))

    def probe(self, seed: int, index: int) -> Batch:  # noqa: ARG002
        """The sequence with this index in the file."""
        if index >= self.N:
            raise OutOfRange(f"probe must be below {self.N}, the number of your sequences; got {index}.", "probe")
        return self._chosen(np.array([index]))

    def _chosen(self, rows: np.ndarray) -> Batch:
        x = self.x[rows].swapaxes(0, 1)
        return Batch(
            x if self.tokens is None else one_hot(x, self.tokens),
            self.target[rows].swapaxes(0, 1),
            None if self.h0 is None else self.h0[rows],
            None if self.lengths is None else np.minimum(self.lengths[rows], self.T),
        )
