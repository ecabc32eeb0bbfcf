"""The gradient of the recurrent weights by lag |t - k|: how much each holds, and what the short ones alone would give.

Of one sequence, or of a cell's runs. Every gradient handed in is a column of its own, as in `flows`; the pairs of one
lag are summed per parameter, then read as one vector over all layers and directions (Williams & Peng 1990).
"""

import math

import numpy as np

from ..engine import TruncationMeter, horizon
from ..engine.adjoints import ln_norm, near_one
from . import flows
from .direction import Direction
from .stack import Stack

Array = np.ndarray
MOST_SUMS = 2**24  # numbers of all sums over a lag: beyond, they would take too much memory and are left out
MOST_PRODUCTS = 2**32  # of a state and an adjoint, of all pairs: beyond, they would take seconds and are left out


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
    """What pairs of each lag contribute to W_hh (T, layers, directions, P, blocks · H); None where it is too much."""
    T, spec = max(stack.crossing.T for stack in runs), runs[0].crossing.spec
    shape = (T, spec.num_layers, spec.directions, spec.state_size, runs[0].layers[0][0].layer.da.shape[1])
    numbers = math.prod(shape)
    if numbers > MOST_SUMS or numbers * T > MOST_PRODUCTS:
        return None
    sums = np.zeros(shape)
    with np.errstate(all="ignore"):
        for stack in runs:
            for losses, exponents, number, place, direction in flows.columns(stack):
                later = spec.bidirectional and (number < spec.num_layers - 1 or direction.reverse)
                earlier = not direction.reverse or number < spec.num_layers - 1
                sides = [-1] * earlier + [1] * later
                _add(sums[:, number, place], direction, losses, exponents, sides)
    return sums


def _add(sums: Array, direction: Direction, losses: Array, exponents: Array, sides: list[int]) -> None:
    """Add what the losses, a column each, contribute to every lag: h_{k-1} (outer) dE_t/da_k, over all their k.

    ``sides``: -1 where a loss reaches timesteps before its own, 1 where it reaches those after it.
    """
    T = direction.T
    h_before, da = direction.h[:-1], direction.layer.da.transpose(0, 2, 1)
    for lag in range(T):
        for side in sides if lag else sides[:1]:
            timestep = losses + side * lag
            column = np.flatnonzero((timestep >= 0) & (timestep < T))
            if len(column):
                k = T - 1 - timestep[column] if direction.reverse else timestep[column]
                sums[lag] += h_before[k].T.dot(np.ldexp(da[k, column], exponents[column, None]))
