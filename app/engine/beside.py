"""One sequence beside a batch, as two more columns: with all its losses in the first, with the last one in the second.

Passes of its own cost as many calls of NumPy as those of a whole batch; two more columns cost a tenth of them. But the
linear algebra behind NumPy adds up in another order at the edge of a matrix than within, so what is beside the examples
can change their last digits. Whether it does depends on the sizes and on the processor, not on the numbers: it is tried
out, with the very steps of training, and where a bit changes, a sequence has passes of its own.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..steps import finish
from .activations import ActivationName
from .adjoints import Adjoints
from .architecture import Architecture
from .arrays import Array
from .last_loss import LastLoss, alone, last_loss_of, of_columns
from .layer import FLUSH_EVERY
from .losses import LossName, Reduction
from .network import Network

COLUMNS = 2
LEAST_TRIED, NUMBERS_TRIED = 16, 512  # timesteps, and numbers of each column: fewer may agree by chance


class Columns(NamedTuple):
    """A sequence as the columns that go along: ``x`` (T, 2, I); ``target`` (T, 2, …), all in the first, the last one
    alone in the second; ``last`` is its timestep, None where there is none.
    """

    x: Array
    target: Array
    last: int | None

    @classmethod
    def of(cls, x: Array, target: Array) -> "Columns":
        """Of inputs (T, 1, I) and targets (T, 1, …)."""
        last = last_loss_of(target)
        return cls(np.concatenate([x, x], axis=1), np.concatenate([target, alone(target, last)], axis=1), last)

    def beside(self, x: Array, target: Array) -> tuple[Array, Array]:
        """Inputs (T, B, I) and targets (T, B, …) of a batch with these after them."""
        return np.concatenate([x, self.x], axis=1), np.concatenate([target, self.target], axis=1)


def beside(
    net: Network, wide: Network, columns: Columns, reduction: Reduction
) -> tuple[dict[str, Adjoints], dict[str, LastLoss]]:
    """`adjoints_and_last_loss` of the sequence whose ``columns`` ``wide`` took along; ``net`` takes it over."""
    net.take_over(wide, wide.B)
    # In a column of its own the last loss is the mean of one.
    scale = float(np.log(max(net.n[0], 1))) if reduction == "mean" else 0.0
    return finish(
        of_columns(net, wide.stack, wide.B + 1, columns.target[:, :1], columns.last, reduction, FLUSH_EVERY, scale)
    )


@lru_cache(maxsize=1024)
def leaves_the_batch(net: Architecture, activation: ActivationName, loss: LossName, B: int) -> bool:
    """Whether two columns beside B examples leave every bit of theirs as it is, here, in float64."""
    rng, T = np.random.default_rng(0), max(LEAST_TRIED, NUMBERS_TRIED // net.hidden_size)
    params = {name: rng.standard_normal(shape) for name, shape in net.parameter_shapes.items()}
    x = rng.standard_normal((T, B + COLUMNS, net.inputs))
    if loss == "cross_entropy":
        target: Array = rng.integers(0, net.outputs, (T, B + COLUMNS))
    else:
        target = rng.standard_normal((T, B + COLUMNS, net.outputs))
    found = []
    for columns in (0, COLUMNS):
        one = Network(net, activation, loss, T, B, beside=columns)
        one.forward(params, x[:, : B + columns], target[:, : B + columns])
        gradients = one.backward()
        states = [part for view in one.views.values() for part in (view.h, view.dh)]
        found.append([one.y, one.E_t, *states, *gradients.values()])
    return all(np.array_equal(*pair) for pair in zip(*found, strict=True))
