"""Learner: everything an update changes, so that it can be copied, put back and saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..engine import OPTIMIZERS, Architecture, Initialisation, Optimizer, Params, initialising, norm_of
from ..steps import Steps
from ..tasks import STREAK
from .carried import START, Carried
from .config import RunConfig
from .flat import WHOLE, flat, parts

LOSSES = 20  # that are remembered, one for each of the last updates
MARK_EVERY, MARKS = 100, 6  # so that one is always between 500 and 600 updates old
CURVE = 128  # points of the loss over training at most, as far apart as that demands
WEIGHTS = 2  # the stream of random numbers the weights come from; the tasks have 0 and 1


class Progress(NamedTuple):
    """How far training has come: all that it changes beside weights and moments."""

    iteration: int = 0
    solved_at: int | None = None
    streak: int = 0  # batches in a row that counted as solved
    clipped_updates: int = 0
    update_norm: float | None = None  # how far the last update moved the weights, all of them as one vector
    first_loss: float | None = None  # the mean loss per target of the first batch
    losses: tuple[float, ...] = ()  # the mean loss per target of the last batches
    earlier: tuple[tuple[int, float], ...] = ()  # (iteration, median of such losses), one every so many updates
    curve: tuple[tuple[int, float], ...] = ()  # (iteration, the mean loss per target of its batch), evenly spaced
    weights_name: str | None = None  # the file whose weights were loaded last, and at which iteration
    weights_at: int | None = None

    def after(self, *, solved: bool, clipped: bool, update_norm: float, loss: float) -> "Progress":
        """One update of that norm later; its batch had that loss, counted as solved, its gradient was clipped."""
        streak = self.streak + 1 if solved else 0
        now_solved = streak >= STREAK and self.solved_at is None
        losses, iteration = (*self.losses, loss)[-LOSSES:], self.iteration + 1
        return Progress(
            iteration,
            self.iteration if now_solved else self.solved_at,
            streak,
            self.clipped_updates + clipped,
            update_norm,
            loss if self.first_loss is None else self.first_loss,
            losses,
            self._with_mark(iteration, losses),
            self._with_point(loss),
            self.weights_name,
            self.weights_at,
        )

    def _with_point(self, loss: float) -> tuple[tuple[int, float], ...]:
        """The curve with this iteration's batch, where it is one that stays."""
        n = self.iteration
        apart = 1 << (n // CURVE).bit_length()
        if n % apart:
            return self.curve
        grows = n >= CURVE and n & (n - 1) == 0  # at powers of two the points move apart
        kept = tuple(point for point in self.curve if point[0] % apart == 0) if grows else self.curve
        return (*kept, (n, loss))

    def _with_mark(self, iteration: int, losses: tuple[float, ...]) -> tuple[tuple[int, float], ...]:
        if iteration % MARK_EVERY != LOSSES or len(losses) < LOSSES:
            return self.earlier
        return (*self.earlier, (iteration, float(np.median(losses))))[-MARKS:]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A copy of a learner: its weights and moments as vectors, its optimizer's count, progress, what streams carry."""

    vectors: list[np.ndarray]
    optimizer_step: int
    progress: Progress
    carried: Carried

    @property
    def nbytes(self) -> int:
        """Bytes of weights and moments."""
        return sum(vector.nbytes for vector in self.vectors)


class Learner:
    """Weights, the optimizer's moments, progress, and what streams carry from window to window.

    The weights are parts of one vector, and so are the moments.
    """

    def __init__(self, config: RunConfig, params: Params) -> None:
        self._weights = flat(params)
        self.params = parts(self._weights, params)
        self.progress = Progress()
        self.carried = START
        self.optimizer = self._optimizer(config)

    @classmethod
    def drawing(cls, config: RunConfig, net: Architecture) -> Steps["Learner"]:
        """A learner with weights drawn from the seed, in steps."""
        how = Initialisation(config.init, config.gain, config.input_std, config.readout_std, config.forget_bias)
        drawn: Params = {}
        yield from initialising(net, how, np.random.default_rng((config.seed, WEIGHTS)), drawn)
        return cls(config, {name: values.astype(config.precision) for name, values in drawn.items()})

    def configure(self, config: RunConfig, *, new_optimizer: bool) -> None:
        """Continue under another configuration; a new optimizer starts with empty moments."""
        if new_optimizer:
            self.optimizer = self._optimizer(config)
        self.optimizer.lr, self.optimizer.weight_decay = config.learning_rate, config.weight_decay

    def clear_solved(self) -> None:
        """The question has changed, so the task is not solved yet."""
        self.progress = self.progress._replace(solved_at=None, streak=0)

    def took_weights(self, name: str) -> None:
        """The weights are those of a file now: the losses of those before say nothing of them."""
        at = self.progress.iteration
        self.progress = self.progress._replace(
            first_loss=None, losses=(), earlier=(), curve=(), weights_name=name, weights_at=at
        )

    def clear_marks(self) -> None:
        """It learns in another way now: what was reached before does not tell how this one does."""
        self.progress = self.progress._replace(earlier=())

    def start_streams(self) -> None:
        """Streams start from zeros, where they began."""
        self.carried = START

    def update(
        self, gradient: np.ndarray, *, solved: bool, clipped: bool, loss: float, carried: Carried = START
    ) -> None:
        """One update of the weights; `gradient` is `flat`, `carried` what the batch's streams go on from."""
        before = self._weights.astype(np.float64)
        self.optimizer.update({WHOLE: gradient})
        moved = norm_of(np.subtract(self._weights, before, out=before))
        self.carried = carried
        self.progress = self.progress.after(solved=solved, clipped=clipped, update_norm=moved, loss=loss)

    def tensors(self) -> Iterator[tuple[str, np.ndarray]]:
        """Every weight under its name and every moment as `moment.NAME.m` or `.v`."""
        yield from self.params.items()
        for letter, moment in self._moments().items():
            for name, values in parts(moment, self.params).items():
                yield f"moment.{name}.{letter}", values

    @property
    def nbytes(self) -> int:
        """Bytes of weights and moments."""
        return sum(vector.nbytes for vector in (self._weights, *self._moments().values()))

    @property
    def weight_norm(self) -> float:
        """The norm of all weights as one vector."""
        return norm_of(self._weights)

    def checkpoint(self) -> Checkpoint:
        """A copy that `restore` can return to."""
        vectors = [vector.copy() for vector in (self._weights, *self._moments().values())]
        return Checkpoint(vectors, self.optimizer.step, self.progress, self.carried)

    def restore(self, checkpoint: Checkpoint) -> None:
        """Return to a copy, made under the same optimizer."""
        for vector, kept in zip((self._weights, *self._moments().values()), checkpoint.vectors, strict=True):
            vector[:] = kept
        self.optimizer.step = checkpoint.optimizer_step
        self.progress, self.carried = checkpoint.progress, checkpoint.carried

    def _optimizer(self, config: RunConfig) -> Optimizer:
        return OPTIMIZERS[config.optimizer]({WHOLE: self._weights}, config.learning_rate, config.weight_decay)

    def _moments(self) -> dict[str, np.ndarray]:
        """The moments this optimizer keeps, by letter."""
        kept = {"m": self.optimizer.m, "v": self.optimizer.v}
        return {letter: moment[WHOLE] for letter, moment in kept.items() if moment}
