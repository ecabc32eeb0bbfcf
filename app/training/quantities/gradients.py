"""The gradients of the training batch."""

import numpy as np

from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity
from .tensor import Tensor


class Gradients(Quantity):
    """dL/dNAME of the training batch, unclipped."""

    name = "gradients"
    about = "The gradient of the training batch for every parameter, before clipping."
    needs_buffers = False
    tensors = (Tensor("grad.NAME", None, "float64", "∂L/∂NAME of the training batch, unclipped"),)

    def cost(self, work: Work) -> float:
        """Every entry, copied and packed."""
        return 8_000.0 + 2.5 * work.parameters

    def measure(self, seen: Measurement) -> Found:
        """What the update needs anyway."""
        return Found({f"grad.{name}": values.astype(np.float64) for name, values in seen.batch.gradients.items()})
