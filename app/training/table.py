"""A record as a table: what belongs to a timestep, one row for each t, as `pandas.DataFrame` takes it."""

from collections.abc import Mapping

import numpy as np

from .quantities import PROBE, QUANTITIES

TIMESTEPS = ("T", "T+1")


def table(tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns of T+1 numbers: `t` = 0 … T, and every entry of what belongs to one timestep.

    A vector of units becomes a column for each, `h[0]`, `h[1]`, …; gates `gates[0,3]`: gate 0 of unit 3. At t = 0,
    where there is no input, output or loss, those columns are NaN. Pairs of timesteps, such as `ln_flow`, are left out.
    """
    length = len(tensors["h"])
    columns = {"t": np.arange(length)}
    for name in _by_timestep():
        if name in tensors:
            values = tensors[name]
            for entry in np.ndindex(values.shape[1:]):
                column = np.full(length, np.nan)
                column[length - len(values) :] = values[(slice(None), *entry)]
                columns[f"{name}[{','.join(map(str, entry))}]" if entry else name] = column
    return columns


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
