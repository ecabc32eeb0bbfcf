"""The spectrum: what the recurrent weights alone would do to a state, and what a timestep really does."""

from ...engine import CELLS, eigenvalues, jacobian_norms, recurrent_block, singular_values
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity, cost_of_jacobians
from .conditions import WITH_RECURRENT_WEIGHTS
from .tensor import Tensor


class Spectrum(Quantity):
    """Eigenvalues and singular values of W_hh (gated cells: the candidate's block), and ‖∂h_t/∂h_{t-1}‖."""

    name = "spectrum"
    about = "Eigenvalues and singular values of W_hh, and the norm of each timestep's Jacobian."
    tensors = (
        Tensor("eigenvalues", ("H", 2), "float64", "real and imaginary part", WITH_RECURRENT_WEIGHTS),
        Tensor("singular_values", ("H",), "float64", "the largest first", WITH_RECURRENT_WEIGHTS),
        Tensor(
            "jacobian_norm", ("T",), "float64", "‖∂h_t/∂h_{t-1}‖, the largest singular value", WITH_RECURRENT_WEIGHTS
        ),
    )

    def cost(self, work: Work) -> float:
        """A Jacobian a timestep, its largest singular value, and all values of the weights'."""
        H, recurrent = work.H, CELLS[work.config.cell].recurrent
        if recurrent.of_x:
            return 0.0
        values = 0.0 if recurrent.by_unit else 1.8 * H**3
        timestep = 1_200.0 + 600.0 * H + 15.0 * H**2 + 0.13 * H**3
        return 60_000.0 + values + work.T * timestep + cost_of_jacobians(work)

    def measure(self, seen: Measurement) -> Found:
        """Of the present weights, and of the probe's Jacobians."""
        trace = seen.trace
        W = recurrent_block(trace.config.cell, seen.params)
        if W is None:
            return Found({})
        return Found(
            {
                "eigenvalues": eigenvalues(W),
                "singular_values": singular_values(W),
                "jacobian_norm": jacobian_norms(trace.net),
            }
        )
