"""How the network continues the probe by itself."""

from ..measurement import Measurement
from .base import Found, Quantity
from .conditions import CONTINUES
from .tensor import Tensor


class Sample(Quantity):
    """Classes with which the network continues the probe, drawn by a seeded generator."""

    name = "sample"
    about = "The characters with which the network continues the shown sequence."
    tensors = (Tensor("sample", ("n",), "int64", "class indices", CONTINUES),)

    def measure(self, seen: Measurement) -> Found:
        """Each class it draws is its next input."""
        if not seen.runner.task.continues:
            return Found({})
        return Found({"sample": seen.runner.sample(seen.params, seen.trace, seen.iteration)})
