"""The truncation meter: how much of the gradient each lag holds, and what cutting after k lags would keep."""

from math import hypot

from ...engine import CELLS, metering
from ...steps import Steps, finish
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity
from .tensor import RECURRENT_GRADIENT, Tensor

ENTRIES_AT_HAND = 2**14  # of one lag, that stay in the cache from one look to the next


class Truncation(Quantity):
    """dE/dW_hh by lag t - k. It costs more than all other quantities together."""

    name = "truncation"
    about = "How much of ∂E/∂W_hh comes from each lag, and what backpropagation cut after k lags would keep of it."
    tensors = (
        Tensor(
            "lag_norm",
            ("lag",),
            "float64",
            f"norm of the sum of all pairs (E_t, timestep k) of lag t − k in {RECURRENT_GRADIENT}",
        ),
        Tensor("truncation_cosine", ("lag",), "float64", "cosine of the gradient cut after k lags with the whole"),
    )
    scalars = ("horizon", "as_of", "dW_hh_sum_norm", "dW_hh_sum_norms")
    expensive = True

    def cost(self, work: Work) -> float:
        """Half of all pairs of timesteps, by blocks of weights."""
        return _of_a_stack(work) if work.layers > 1 else _of_one_layer(work)

    def measure(self, seen: Measurement) -> Found:
        """As it was measured at iteration `as_of`; the norms of the whole cost little and are always new."""
        return finish(self.measuring(seen))

    def measuring(self, seen: Measurement) -> Steps[Found]:
        """The same in steps."""
        yield
        trace = seen.trace
        recurrent = CELLS[trace.config.cell].recurrent.name
        norms = {recurrent + ending: adjoint.dW_hh_sum_norm for ending, adjoint in trace.adjoints.items()}
        meter, as_of = yield from seen.remembering(self.name, lambda: metering(trace.net, trace.adjoints))
        return Found(
            {"lag_norm": meter.lag_norm, "truncation_cosine": meter.cosine},
            {
                "horizon": meter.horizon,
                "as_of": as_of,
                "dW_hh_sum_norm": hypot(*norms.values()),
                "dW_hh_sum_norms": norms,
            },
        )


def _of_one_layer(work: Work) -> float:
    """Sums of many lags at once; each is looked at again as one vector, which beyond a size is no longer at hand."""
    entries = work.recurrent_entries
    pair = 1.4 * work.elementwise + 0.11 * entries
    timestep = 14_800.0 + 2.8 * entries + 3.5 * max(0, entries - ENTRIES_AT_HAND)
    return 315_000.0 + work.T * timestep + work.pairs * pair + _of_coupled_units(work)


def _of_a_stack(work: Work) -> float:
    """Sums lag by lag in every layer, of losses on one side of a timestep, or on either side where both are read."""
    pairs = work.T**2 if work.net.bidirectional else work.pairs
    pair = 60.0 + 6.8 * work.elementwise + 0.044 * work.pre_activations * work.H
    layer = 180_000.0 + 94_000.0 * work.T + pairs * pair + _of_coupled_units(work)
    return work.layers * layer + work.recurrent_entries * (3.3 * work.T + 0.156 * pairs)


def _of_coupled_units(work: Work) -> float:
    """What a chain rule that mixes the units of a timestep takes more: it goes back row by row, without a matrix."""
    return work.T * 45_000.0 + 500.0 * work.pairs if CELLS[work.config.cell].couples_units else 0.0
