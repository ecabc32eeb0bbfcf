"""How the network continues the probe by itself."""

from ..measurement import Measurement
from ..sample import LENGTH
from ..work import Work
from .base import Found, Quantity
from .conditions import CONTINUES
from .tensor import Tensor


class Sample(Quantity):
    """Classes with which the network continues the probe, drawn by a seeded generator."""

    name = "sample"
    about = "The characters with which the network continues the shown sequence."
    tensors = (Tensor("sample", ("n",), "int64", "classes with which the network continues the probe", CONTINUES),)

    def cost(self, work: Work) -> float:
        """A timestep for each character, which reads all weights."""
        timestep = 45_000.0 + 5_000.0 * work.calls * work.layers + 0.32 * work.parameters
        return LENGTH * timestep if work.continues else 0.0

    def measure(self, seen: Measurement) -> Found:
        """Each class it draws is its next input."""
        if not seen.runner.task.continues:
            return Found({})
        return Found({"sample": seen.runner.sample(seen.params, seen.trace, seen.iteration)})
