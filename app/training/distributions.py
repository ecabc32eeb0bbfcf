"""How the entries of each parameter are distributed: a few quantiles, where sending every entry would be too much."""

from collections.abc import Mapping

import numpy as np

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
FRACTIONS = np.array(QUANTILES)


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
