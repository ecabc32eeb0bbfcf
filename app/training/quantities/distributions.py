"""How the entries of each parameter are distributed: a few quantiles, where sending every entry would be too much."""

from collections.abc import Mapping

import numpy as np

from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity
from .tensor import Tensor

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
FRACTIONS = np.array(QUANTILES)
WHEN = ", in the order of `grad_norms`; while a run plays, after a change and in every eighth record"
ROWS = ("parameter", len(QUANTILES))


class Distributions(Quantity):
    """Quantiles of each parameter and of the size of its gradient: a curve over training."""

    name = "distributions"
    about = "How the entries of each parameter, and the sizes of its gradient's, are distributed."
    tensors = (
        Tensor("weight_quantiles", ROWS, "float64", f"minimum, 5, 25, 50, 75, 95 %, maximum of each parameter{WHEN}"),
        Tensor("gradient_quantiles", ROWS, "float64", "the same of the sizes of its grad.NAME"),
    )
    expensive = True

    def cost(self, work: Work) -> float:
        """Every entry of weights and gradients, sorted."""
        return 50_000.0 + 42.0 * work.parameters

    def measure(self, seen: Measurement) -> Found:
        """Left out where expensive quantities are skipped."""
        if seen.skip_expensive:
            seen.skipped.append(self.name)
            return Found({})
        sizes = {name: np.abs(values) for name, values in seen.batch.gradients.items()}
        entries = {name: seen.params[name] for name in sizes}
        return Found({"weight_quantiles": quantiles(entries), "gradient_quantiles": quantiles(sizes)})


def quantiles(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The QUANTILES of each array's entries, one row an array, linear between neighbours; NaN where an entry is NaN.

    What `np.quantile` says, for all arrays together, as on small ones it is the calls that take the time.
    Shapes: (len(arrays), 7) float64.
    """
    ordered = [np.sort(values, axis=None) for values in arrays.values()]
    sizes = np.array([len(values) for values in ordered])
    starts = (np.cumsum(sizes) - sizes)[:, None]
    entries = np.concatenate(ordered, dtype=np.float64)
    position = FRACTIONS * (sizes - 1)[:, None]
    below = position.astype(np.intp)
    part = position - below
    low, high = entries[starts + below], entries[starts + np.ceil(position).astype(np.intp)]
    with np.errstate(invalid="ignore"):
        between: np.ndarray = np.where(part == 0, low, (1 - part) * low + part * high)
    between[np.isnan(between[:, -1])] = np.nan  # sorting puts NaN last
    return between
