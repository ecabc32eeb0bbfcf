"""What enters the first layer: dense rows, one vector of numbers for each timestep and example."""

from .arrays import Array


class DenseInputs:
    """x_1 … x_T (T, B, I) as they are."""

    def __init__(self, size: int) -> None:
        self.size = size  # what enters the first layer at a timestep

    def enter(self, x: Array, into: Array) -> None:
        """Write ``x`` (T, B, I) into the rows (T, I, B) of what enters the first layer."""
        into[:] = x.transpose(0, 2, 1)
