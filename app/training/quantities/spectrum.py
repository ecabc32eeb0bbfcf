"""The spectrum: eigenvalues and singular values of the recurrent weights, and the norm of each timestep's Jacobian."""

import numpy as np

from ...engine import CELLS, eigenvalues, jacobian_norms, lyapunov_exponents, recurrent_block, singular_values
from ..config import RunConfig
from ..measurement import Measurement
from .base import Found, Quantity, cost_of_jacobians, layers
from .conditions import WITH_RECURRENT_WEIGHTS
from .tensor import Tensor


class Spectrum(Quantity):
    """Of W_hh (gated cells: the candidate's block) eigenvalues and singular values; ‖∂h_t/∂h_{t-1}‖; exponents."""

    name = "spectrum"
    about = "Eigenvalues and singular values of W_hh, the norm of each timestep's Jacobian, Lyapunov exponents."
    tensors = (
        Tensor("eigenvalues", ("H", 2), "float64", "real and imaginary part", WITH_RECURRENT_WEIGHTS, of="layer"),
        Tensor("singular_values", ("H",), "float64", "the largest first", WITH_RECURRENT_WEIGHTS, of="layer"),
        Tensor(
            "jacobian_norm",
            ("T",),
            "float64",
            "‖∂h_t/∂h_{t-1}‖, the largest singular value",
            WITH_RECURRENT_WEIGHTS,
            of="layer",
        ),
        Tensor(
            "lyapunov",
            ("state",),
            "float64",
            "Lyapunov exponents, the largest first",
            WITH_RECURRENT_WEIGHTS,
            of="layer",
        ),
    )

    def cost(self, config: RunConfig) -> int:
        """A Jacobian a timestep: its norm, and its QR decomposition for the exponents of h or, lstm, of h and c."""
        T, H = config.sequence_length, config.hidden_size
        state = 2 * H if CELLS[config.cell].direct == "c" else H
        norms, exponents = T * (500 * H**2 + 300_000) // 10, T * (state**3 + 80 * state**2 + 100_000) // 4
        return (norms + exponents + 2 * cost_of_jacobians(config)) * layers(config)

    def measure(self, seen: Measurement) -> Found:
        """Of the present weights, and of the probe's Jacobians."""
        trace = seen.trace
        found: dict[str, np.ndarray] = {}
        own = CELLS[trace.config.cell].shapes(1, trace.config.hidden_size)
        for ending in trace.net.layers:
            W = recurrent_block(trace.config.cell, {name: seen.params[name + ending] for name in own})
            if W is None:
                return Found({})
            found |= {
                f"eigenvalues{ending}": eigenvalues(W),
                f"singular_values{ending}": singular_values(W),
                f"jacobian_norm{ending}": jacobian_norms(trace.net, ending),
                f"lyapunov{ending}": lyapunov_exponents(trace.net, ending),
            }
        return Found(found)
