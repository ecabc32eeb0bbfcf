"""The parameters themselves."""

import numpy as np

from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity
from .tensor import Tensor


class Weights(Quantity):
    """Every parameter under its name."""

    name = "weights"
    about = "Every parameter under its name."
    needs_buffers = False
    tensors = (Tensor("NAME", None, "float64", "the parameter"),)

    def cost(self, work: Work) -> float:
        """Every entry, copied and packed."""
        return 8_000.0 + 2.5 * work.parameters

    def measure(self, seen: Measurement) -> Found:
        """Copies."""
        return Found({name: values.astype(np.float64) for name, values in seen.params.items()})
