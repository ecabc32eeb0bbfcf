"""The gradient of the recurrent weights by lag |t - k|: how much each holds, and what the short ones alone would give.

Of one sequence, or of a cell's runs. Every gradient handed in is a column of its own, as in `flows`; the pairs of one
lag are summed per parameter, then read as one vector over all layers and directions (Williams & Peng 1990).
"""

import numpy as np

from ..engine import TruncationMeter, horizon
from ..engine.adjoints import ln_norm, near_one
from . import flows
from .direction import Direction
from .stack import Stack

Array = np.ndarray
MOST_SUMS = 2**24  # numbers of all sums over a lag: beyond, they would take too much memory and are left out


def meter(runs: list[Stack]) -> TruncationMeter | None:
    """The norm (T,) of each lag's sum, and the cosine (T,) of lags 0 … i with the whole; ``runs`` have B = 1."""
    sums = sums_by_lag(runs)
    if sums is None:
        return None
    rows = sums.reshape(len(sums), -1)
    with np.errstate(all="ignore"):
        norms, whole = np.exp(ln_norm(rows)), near_one(rows.sum(axis=0))
        running, cosine = np.zeros_like(whole), np.empty(len(rows))
        for lag, row in enumerate(rows):
            running += row
            short = near_one(running)
            cosine[lag] = short.dot(whole) / np.sqrt(short.dot(short) * whole.dot(whole))
    return TruncationMeter(norms, cosine, horizon(norms))


def sums_by_lag(runs: list[Stack]) -> Array | None:
    """What the pairs of each lag contribute to W_hh (T, layers, directions, P, blocks · H); None beyond MOST_SUMS."""
    T, spec = max(stack.crossing.T for stack in runs), runs[0].crossing.spec
    shape = (T, spec.num_layers, spec.directions, spec.state_size, runs[0].layers[0][0].layer.da.shape[1])
    if np.prod(shape, dtype=np.int64) > MOST_SUMS:
        return None
    sums = np.zeros(shape)
    with np.errstate(all="ignore"):
        for stack in runs:
            for losses, exponents, number, place, direction in flows.columns(stack):
                _add(sums[:, number, place], direction, losses, exponents)
    return sums


def _add(sums: Array, direction: Direction, losses: Array, exponents: Array) -> None:
    """Add what the losses, a column each, contribute to every lag: h_{k-1} (outer) dE_t/da_k, over all their k."""
    T = direction.T
    h_before, da = direction.h[:-1], direction.layer.da.transpose(0, 2, 1)
    read = np.arange(T)
    timestep = read[::-1] if direction.reverse else read
    lag = np.abs(timestep[:, None] - losses)
    for number in range(int(lag.max()) + 1):
        k, column = np.nonzero(lag == number)
        sums[number] += h_before[k].T.dot(np.ldexp(da[k, column], exponents[column, None]))
