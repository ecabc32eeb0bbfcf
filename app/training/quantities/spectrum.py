"""The spectrum: eigenvalues and singular values of the recurrent weights, and the norm of each timestep's Jacobian."""

from ...engine import eigenvalues, jacobian_norms, recurrent_block, singular_values
from ..config import RunConfig
from ..measurement import Measurement
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

    def cost(self, config: RunConfig) -> int:
        """A Jacobian a timestep."""
        return config.sequence_length * (500 * config.hidden_size**2 + 300_000) // 10 + cost_of_jacobians(config)

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
