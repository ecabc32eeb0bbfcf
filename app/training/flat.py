"""Several arrays as one vector: an update of five small arrays then costs no more than that of one."""

from collections.abc import Mapping

import numpy as np

from ..engine import Params

WHOLE = "all"  # the one name under which the engine's optimizers and clipping see the vector


def flat(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """The entries of all arrays in one vector, in the order of the names."""
    return np.concatenate([values.ravel() for values in arrays.values()])


def parts(vector: np.ndarray, like: Mapping[str, np.ndarray]) -> Params:
    """Views of `vector` with the names and shapes of `like`: what is written to one is written to the other."""
    views, start = {}, 0
    for name, values in like.items():
        views[name] = vector[start : start + values.size].reshape(values.shape)
        start += values.size
    return views
