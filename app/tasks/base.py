"""What a task is: sequences to learn from, and the words that say what learning them means."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from .stream import Stream

Loss = Literal["cross_entropy", "squared_error"]
STREAK = 10  # batches in a row that must count as solved: one alone may be luck
MAX_NAMES = 1024  # inputs, outputs, classes or characters a task may have
TRAINING, PROBE = 0, 1  # two streams of random numbers, so that no probe is ever a sequence that was trained on


@dataclass(frozen=True, eq=False)
class Batch:
    """B sequences, time first.

    x (T, B, I); target (T, B) class or -1 for none, or (T, B, O) values or NaN for none; h0 (B, H), None for zeros;
    lengths (B,), beyond which there are no targets, None where all are T.
    """

    x: np.ndarray
    target: np.ndarray
    h0: np.ndarray | None = None
    lengths: np.ndarray | None = None


class Task(ABC):
    """One task at one sequence length T. `lag` is for tasks that have one; own data arrive as `data`.

    What it draws depends on the random generator alone, never on the network: the batch of an iteration can be drawn
    again, and two networks can be given the same one.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    baseline_words: ClassVar[str]
    persistence_words: ClassVar[str | None] = None
    solved_words: ClassVar[str]
    min_length: ClassVar[int] = 1

    loss: Loss
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]  # names of the classes, or of the values to predict
    baseline: float  # mean loss per target that can be reached without reading the input
    persistence: float | None = None  # ... from what is shown at the same timestep alone; None: unknown
    needed_lag: int | None  # how many timesteps back the network has to reach; None where nobody knows
    solved_below: float | None  # the mean loss per target under which a batch counts as solved; None: none does
    continues: bool = False  # whether its output can be its next input: one alphabet for inputs and classes
    takes_classes: bool = False  # whether every input is a class, one-hot, which an embedding can stand for
    next_step: bool = False  # whether the target at t is the input at t + 1
    is_stream: bool = False  # whether its sequences are windows of one long one, which can be read in order
    units: int | None = None  # how many hidden units its initial states are for; None where they are zeros

    def __init__(self, T: int, lag: int = 0, data: Any = None) -> None:  # noqa: ARG002 (most tasks need T alone)
        self.T = T
        self._streams: dict[tuple[int, int], Stream] = {}

    @abstractmethod
    def draw(self, rng: np.random.Generator, B: int) -> Batch:
        """B fresh sequences."""

    @classmethod
    def about(cls) -> dict[str, Any]:
        """What can be said before there is a run."""
        return {
            "title": cls.title,
            "description": cls.description,
            "min_length": cls.min_length,
            "baseline": cls.baseline_words,
            "persistence": cls.persistence_words,
            "solved": f"{cls.solved_words}, {STREAK} batches in a row",
        }

    def info(self) -> dict[str, Any]:
        """What can be said about the task at this length: names, baseline, needed lag, what solves it."""
        return {
            "name": self.name,
            **self.about(),
            "loss": self.loss,
            "inputs": list(self.inputs),
            "outputs": list(self.outputs),
            "classes": list(self.outputs) if self.loss == "cross_entropy" else None,
            "baseline_loss": self.baseline,
            "persistence_loss": self.persistence,
            "needed_lag": self.needed_lag,
            "solved_below": self.solved_below,
            "stream": self.is_stream,
        }

    def rows(self, batch_size: int) -> int:
        """How many sequences a batch holds when `batch_size` are asked for: own data may have fewer."""
        return batch_size

    def is_solved_by(self, loss_per_timestep: float) -> bool:
        """Whether a batch with this mean loss per target counts as solved."""
        return self.solved_below is not None and loss_per_timestep < self.solved_below

    def held_out_rows(self, B: int) -> int:  # noqa: ARG002
        """How many sequences `held_out` gives."""
        return 0

    def held_out(self, B: int) -> Batch | None:  # noqa: ARG002
        """At most B sequences whose targets are never trained on; None where none are kept for that."""
        return None

    def batch(self, seed: int, iteration: int, B: int) -> Batch:
        """The batch that update `iteration` learns from."""
        return self.draw(self._stream(seed, TRAINING).at(iteration), B)

    def probe(self, seed: int, index: int) -> Batch:
        """The one sequence that is looked at, the same at every iteration."""
        return self.draw(self._stream(seed, PROBE).at(index), 1)

    def window(self, seed: int, passes: int, position: int, B: int) -> Batch:
        """B streams through the data read in order, from ``position`` timesteps after their starts on.

        ``passes`` is how often the data have been read to their end before. Only of what `is_stream`.
        """
        raise NotImplementedError

    def stream_length(self, B: int) -> int:
        """How many timesteps B streams hold before the data end. Only of what `is_stream`."""
        raise NotImplementedError

    def before_probe(self, seed: int, index: int) -> np.ndarray:
        """What the T timesteps before `probe` show (T, 1, I), fewer where the data begin. Only of what `is_stream`."""
        raise NotImplementedError

    def _stream(self, seed: int, purpose: int) -> Stream:
        if (seed, purpose) not in self._streams:
            self._streams[seed, purpose] = Stream(seed, purpose)
        return self._streams[seed, purpose]


def solved_below(enough: float, baseline: float) -> float | None:
    """The threshold of own data: `enough`, a hundredth of the baseline where that is 0, None where both are."""
    return enough or 0.01 * baseline or None


def one_hot(classes: np.ndarray, n: int) -> np.ndarray:
    """(T, B) class indices → (T, B, n), 1 where the class is; only zeros where it is -1."""
    codes = np.zeros((*classes.shape, n))
    np.put_along_axis(codes, np.maximum(classes, 0)[..., None], (classes >= 0)[..., None], axis=-1)
    return codes
