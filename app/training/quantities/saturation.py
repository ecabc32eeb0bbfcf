"""How far the units are saturated."""

import numpy as np

from ...engine import slopes
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity, f32
from .tensor import Tensor


class Saturation(Quantity):
    """The sums before phi, and the mean slope of phi there."""

    name = "saturation"
    about = "The sums before φ (gated cells: of the candidate), and the mean slope of φ at each timestep."
    tensors = (
        Tensor("a", ("T", "H"), "float32", "sums before φ"),
        Tensor("slope_mean", ("T",), "float64", "mean of φ′ over the units"),
    )

    def cost(self, work: Work) -> float:
        """What is copied, and a slope for each."""
        return 15_000.0 + 3.0 * work.T * work.H

    def measure(self, seen: Measurement) -> Found:
        """What the forward pass left behind."""
        net = seen.trace.net
        return Found({"a": f32(net.a[:, 0]), "slope_mean": slopes(net).mean(axis=1).astype(np.float64)})
