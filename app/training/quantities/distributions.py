"""How the entries of each parameter are distributed: a few quantiles, where sending every entry would be too much."""

from collections.abc import Iterable, Mapping

import numpy as np

from ...steps import Steps, finish
from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity
from .tensor import Tensor

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
FRACTIONS = np.array(QUANTILES)
MANY = 1024  # entries, of which most need not be sorted
WHEN = (
    ", in the order of `grad_norms`; while a run plays faster than 8 updates a second, after a change and in every "
    "eighth record, at the latest in every sixteenth where records come late"
)
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
    needs_buffers = False

    def cost(self, work: Work) -> float:
        """Every entry of weights and gradients, put in order as far as needed."""
        return 50_000.0 + 75.0 * work.parameters

    def measure(self, seen: Measurement) -> Found:
        """Left out where expensive quantities are skipped."""
        return finish(self.measuring(seen))

    def measuring(self, seen: Measurement) -> Steps[Found]:
        """The same, one parameter after the other."""
        if seen.skip_expensive:
            seen.skipped.append(self.name)
            return Found({})
        gradients = seen.batch.gradients
        entries = yield from _ordered(seen.params[name] for name in gradients)
        sizes = yield from _ordered(map(np.abs, gradients.values()))
        return Found({"weight_quantiles": _quantiles(entries), "gradient_quantiles": _quantiles(sizes)})


def _ordered(arrays: Iterable[np.ndarray]) -> Steps[list[np.ndarray]]:
    """The entries of each, in order of size; of many, only those in their places that a quantile lies between."""
    ordered = []
    for values in arrays:
        yield
        if values.size < MANY:
            ordered.append(np.sort(values, axis=None))
        else:
            position = FRACTIONS * (values.size - 1)
            places = np.unique(np.concatenate([np.floor(position), np.ceil(position)])).astype(np.intp)
            ordered.append(np.partition(values, places, axis=None))
    return ordered


def quantiles(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The QUANTILES of each array's entries, one row an array, linear between neighbours; NaN where an entry is NaN.

    What `np.quantile` says, for all arrays together, as on small ones it is the calls that take the time.
    Shapes: (len(arrays), 7) float64.
    """
    return _quantiles(finish(_ordered(arrays.values())))


def _quantiles(ordered: list[np.ndarray]) -> np.ndarray:
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
