"""The truncation meter: how much of the gradient each lag holds, and what cutting after k lags would keep."""

from math import hypot

from ...engine import whole_meter
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity, cost_of_jacobians
from .tensor import Tensor


class Truncation(Quantity):
    """dE/dW_hh by lag t - k. It costs more than all other quantities together."""

    name = "truncation"
    about = "How much of ∂E/∂W_hh comes from each lag, and what backpropagation cut after k lags would keep of it."
    tensors = (
        Tensor("lag_norm", ("lag",), "float64", "norm of the sum of all pairs (E_t, timestep k) of lag t - k"),
        Tensor("truncation_cosine", ("lag",), "float64", "cosine of the gradient cut after k lags with the whole"),
    )
    scalars = ("horizon", "as_of", "dW_hh_sum_norm")
    expensive = True

    def cost(self, work: Work) -> float:
        """Half of all pairs of timesteps, by blocks of weights."""
        pair = 35.0 + 2.5 * work.elementwise + 0.065 * work.pre_activations * work.H
        timestep = 10_000.0 + 5.0 * work.pre_activations * work.H
        each = 300_000.0 + work.T * timestep + work.pairs * pair + cost_of_jacobians(work)
        return each * (5 * work.layers if work.layers > 1 else 1)  # lags of all are stacked pair by pair

    def measure(self, seen: Measurement) -> Found:
        """As it was measured at iteration `as_of`; the norm of the whole costs little and is always new."""
        trace = seen.trace
        meter, as_of = seen.recent(self.name, lambda: whole_meter(trace.net, trace.adjoints))
        return Found(
            {"lag_norm": meter.lag_norm, "truncation_cosine": meter.cosine},
            {
                "horizon": meter.horizon,
                "as_of": as_of,
                "dW_hh_sum_norm": hypot(*(adjoint.dW_hh_sum_norm for adjoint in trace.adjoints.values())),
            },
        )
