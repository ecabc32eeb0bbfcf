"""A record as a table: what belongs to a timestep, one row for each t, as `pandas.DataFrame` takes it."""

import re
from collections.abc import Mapping

import numpy as np

from .quantities import PROBE, QUANTITIES
from .quantities.tensor import SUFFIX

TIMESTEPS = ("T", "T+1")


def table(tensors: Mapping[str, np.ndarray], *, reverse: bool = False) -> dict[str, np.ndarray]:
    """Columns of T+1 numbers: `t` = 0 … T, and every entry of what belongs to one timestep.

    A vector of units becomes a column for each, `h[0]`, `h[1]`, …; gates `gates[0,3]`: gate 0 of unit 3. At t = 0,
    where there is no input, output or loss, those columns are NaN. Pairs of timesteps, such as `ln_flow`, are left out,
    and so is what a reverse direction starts from beyond T. ``reverse``: the tensors are seen from such a direction.
    """
    length = len(tensors["h"])
    columns = {"t": np.arange(length)}
    for stem in _by_timestep():
        for name in filter(re.compile(stem + SUFFIX).fullmatch, tensors):
            values = _from_0_to_T(tensors[name], length, reverse=reverse or name.endswith("_reverse"))
            for entry in np.ndindex(values.shape[1:]):
                columns[f"{name}[{','.join(map(str, entry))}]" if entry else name] = values[(slice(None), *entry)]
    return columns


def _from_0_to_T(values: np.ndarray, length: int, *, reverse: bool) -> np.ndarray:
    """The same with a row for each t, NaN where there is none; row j of a reverse direction's states is t = j + 1."""
    if len(values) == length and not reverse:
        return values
    rows = np.full((length, *values.shape[1:]), np.nan)
    rows[1:] = values[: length - 1]
    return rows


def _by_timestep() -> dict[str, None]:
    """The tensors whose first axis, and no other one, is t; in the order of the quantities."""
    return {
        tensor.name: None
        for quantity in (PROBE, *QUANTITIES.values())
        for tensor in quantity.tensors
        if tensor.axes is not None
        and tensor.axes[0] in TIMESTEPS
        and not any(axis in TIMESTEPS for axis in tensor.axes[1:])
    }
