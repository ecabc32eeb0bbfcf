"""The spectrum: eigenvalues and singular values of the recurrent weights, and the norm of each timestep's Jacobian."""

import numpy as np

from ...engine import (
    CELLS,
    eigenvalues,
    following_directions,
    jacobian_norming,
    recurrent_block,
    singular_values,
)
from ...steps import Steps, finish
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity, cost_of_jacobians
from .conditions import WITH_RECURRENT_WEIGHTS
from .tensor import Tensor


class Spectrum(Quantity):
    """Of W_hh (gated cells: the candidate's block) eigenvalues and singular values; ‖∂h_t/∂h_{t-1}‖; exponents."""

    name = "spectrum"
    about = "Eigenvalues and singular values of W_hh, the norm of each timestep's Jacobian, Lyapunov exponents."
    tensors = (
        Tensor(
            "eigenvalues",
            ("H", 2),
            "float64",
            "real and imaginary part, of W_hh, of a gated cell's candidate block, of diag(u_hh)",
            WITH_RECURRENT_WEIGHTS,
            of="layer",
        ),
        Tensor("singular_values", ("H",), "float64", "of the same, largest first", WITH_RECURRENT_WEIGHTS, of="layer"),
        Tensor(
            "jacobian_norm",
            ("T",),
            "float64",
            "‖∂h_t/∂h_{t−1}‖, its largest singular value",
            WITH_RECURRENT_WEIGHTS,
            of="layer",
        ),
        Tensor(
            "lyapunov",
            ("state",),
            "float64",
            "Lyapunov exponents of the shown sequence a timestep, of h or of (h, c), largest first",
            WITH_RECURRENT_WEIGHTS,
            of="layer",
        ),
    )

    def cost(self, work: Work) -> float:
        """All values of the weights; a Jacobian a timestep, its norm, and its QR decomposition for the exponents."""
        H, state, recurrent = work.H, work.carried, CELLS[work.config.cell].recurrent
        if recurrent.of_x:
            return 0.0
        products = 0.0 if recurrent.by_unit else H**3  # a diagonal leaves nothing to multiply
        values = 1.8 * products
        norm = 1_200.0 + 600.0 * H + 15.0 * H**2 + 0.13 * products
        exponents = 25_000.0 + 20.0 * state**2 + (0.12 if recurrent.by_unit else 0.25) * state**3
        each = 60_000.0 + values + work.T * (norm + exponents) + cost_of_jacobians(work)
        return each * work.layers

    def measure(self, seen: Measurement) -> Found:
        """Of the present weights, and of the probe's Jacobians."""
        return finish(self.measuring(seen))

    def measuring(self, seen: Measurement) -> Steps[Found]:
        """The same in steps."""
        trace = seen.trace
        found: dict[str, np.ndarray] = {}
        own = CELLS[trace.config.cell].shapes(1, trace.config.hidden_size)
        for ending in trace.net.layers:
            yield
            W = recurrent_block(trace.config.cell, {name: seen.params[name + ending] for name in own})
            if W is None:
                return Found({})
            found[f"eigenvalues{ending}"] = eigenvalues(W)
            yield
            found[f"singular_values{ending}"] = singular_values(W)
            found[f"jacobian_norm{ending}"] = yield from jacobian_norming(trace.net, ending)
            found[f"lyapunov{ending}"] = yield from following_directions(trace.net, ending)
        return Found(found)
