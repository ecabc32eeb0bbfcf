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
        Tensor("a", ("T", "H"), "float32", "sums before φ", of="layer"),
        Tensor("slope_mean", ("T",), "float64", "mean of φ′ over the units", of="layer"),
    )

    def cost(self, work: Work) -> float:
        """What is copied, and a slope for each."""
        return 15_000.0 + 3.0 * work.layers * work.T * work.H

    def measure(self, seen: Measurement) -> Found:
        """What the forward pass left behind."""
        net = seen.trace.net
        sums = {f"a{ending}": f32(view.a[:, 0]) for ending, view in net.views.items()}
        means = {f"slope_mean{ending}": slopes(net, ending).mean(axis=1).astype(np.float64) for ending in net.layers}
        return Found(sums | means)
