"""The check of a run's gradients: what may be asked of it, and the sequences of a batch that it is made on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..engine import BREAKS, BreakName, Data, Network, Params, TensorCheck, gradchecking
from ..errors import BadValue, OutOfRange, shown
from ..tasks import Batch
from .carried import Carried
from .config import RunConfig
from .limits import MAX_SAMPLES
from .scalars import plain
from .workspace import Shape, WorkspacePool

SEQUENCES = 8  # of a batch, at most
STREAM = 4  # of random numbers: which entries of a tensor are looked at

Known = tuple[str, TensorCheck] | None
"""What was found for one tensor, by its name; None where others may get a turn."""


def samples_of(asked: object) -> int:
    """How many entries of each tensor are compared; OutOfRange, or BadValue, if it cannot be so many."""
    samples = plain(asked)
    if type(samples) is not int:
        raise BadValue(f"samples must be a whole number; got {shown(samples)}. Try 8.", "samples")
    if not 1 <= samples <= MAX_SAMPLES:
        raise OutOfRange(f"samples must be from 1 to {MAX_SAMPLES}; got {shown(samples)}. Try 8.", "samples")
    return samples


def refuse_unknown_break(broken: object) -> None:
    """BadValue if there is no such bug."""
    if not isinstance(broken, str) or broken not in BREAKS:
        raise BadValue(f"break must be one of {', '.join(BREAKS)}; got {shown(broken)}.", "break")


def refuse_unfit_break(broken: BreakName, net: Network, config: RunConfig) -> None:
    """BadValue if this network cannot have the bug."""
    possible = [name for name, one in BREAKS.items() if one.fits(net)]
    if broken not in possible:
        raise BadValue(
            f"The break {broken} needs {BREAKS[broken].needs}; this network has cell = {config.cell}, "
            f"activation = {config.activation}. Try one of {', '.join(possible)}.",
            "break",
        )


def first_sequences(batch: Batch, carried: Carried, config: RunConfig, at_once: int | None) -> Data:
    """What is checked on: few sequences, as two passes for each entry that is compared take long.

    `at_once` timesteps of a layer are one step of a pass; None where passes are short.
    """
    B = min(SEQUENCES, batch.x.shape[1])
    return Data(
        batch.x[:, :B],
        batch.target[:, :B],
        None if batch.h0 is None else batch.h0[:B],
        {name: states[:B].astype(np.float64) for name, states in carried.states.items()},
        None if batch.lengths is None else batch.lengths[:B],
        config.loss_reduction,
        at_once=at_once,
    )


def checking(
    pool: WorkspacePool,
    shape: Shape,
    params: Params,
    data: Data,
    samples: int,
    rng: np.random.Generator,
    broken: BreakName | None,
) -> Iterator[Known]:
    """`gradchecking` of these weights, as they are now, in float64 and in buffers of a pool.

    Where passes take long, and are made in steps (`data.at_once`), nobody else uses those meanwhile.
    """
    weights = {name: values.astype(np.float64) for name, values in params.items()}
    return _in_buffers(pool, shape, weights, data, {"samples": samples, "rng": rng, "broken": broken})


def _in_buffers(pool: WorkspacePool, shape: Shape, weights: Params, data: Data, how: dict[str, Any]) -> Iterator[Known]:
    if data.at_once is None or not pool.may_lend(shape):
        yield from gradchecking(pool.workspace("check", shape).net, weights, replace(data, at_once=None), **how)
        return
    with pool.lent("check", shape) as workspace:
        yield from gradchecking(workspace.net, weights, data, **how)
