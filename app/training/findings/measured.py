"""The facts of a network in training: from its batch, its probe, its progress and its configuration."""

from typing import Any

import numpy as np

from ...engine import OPTIMIZERS, Network, norm, slopes
from ...tasks import Task
from ..config import RunConfig
from ..divergence import Divergence, Location
from ..flat import WHOLE, flat
from ..learner import Learner
from ..measurement import Measurement
from ..probe_trace import ProbeTrace
from .facts import Facts, WayBack


def facts_of(seen: Measurement, learner: Learner, task: Task, config: RunConfig, lag_norm: np.ndarray | None) -> Facts:
    """All that is known at this iteration; ``lag_norm`` where it has been measured."""
    net, progress = seen.trace.net, learner.progress
    return Facts(
        iteration=seen.iteration,
        finite=seen.is_finite,
        loss=seen.batch.loss_per_timestep,
        losses=progress.losses,
        earlier=progress.earlier,
        first_loss=progress.first_loss,
        weight_norm=learner.weight_norm,
        baseline=task.baseline,
        persistence=task.persistence,
        solved_at=progress.solved_at,
        solved_below=task.solved_below,
        update_norm=progress.update_norm,
        learning_rate=config.learning_rate,
        kept_by_clipping=_kept_by_clipping(seen, config),
        grad_norm=seen.batch.grad_norm,
        clip_threshold=config.clip_threshold,
        clipped_updates=progress.clipped_updates,
        targets=int(net.n[0]),
        loss_reduction=config.loss_reduction,
        ways=_ways_back(seen.trace),
        slopes=_slopes(net),
        greatest_slope=net.cell.activation.gamma,
        needed_lag=task.needed_lag,
        lag_norm=lag_norm,
        k2=config.k2,
    )


def _slopes(net: Network) -> np.ndarray:
    """`slopes`, or what the way back has left of them."""
    left = net.cell.slope
    return slopes(net) if left is None else left[..., 0]


def first_bad(place: Location | Divergence) -> dict[str, Any]:
    """The first number that is not finite, as `Facts.not_finite`."""
    return {name: getattr(place, name) for name in ("quantity", "timestep", "unit")}


def _ways_back(trace: ProbeTrace) -> tuple[WayBack, ...]:
    adjoint, ways = trace.adjoint, []
    for layer, (ending, last) in enumerate(trace.last_loss.items(), start=1):
        whole = adjoint.ln_dc_norm if last.symbol == "c" else adjoint.ln_dh_norm
        ln_whole = None if whole is None or ending else whole[: len(last.ln_norm)]  # of the lowest layer
        ways.append(WayBack(last.symbol, last.ln_norm, last.ln_slopes, last.ln_direct, ln_whole, layer))
    return tuple(ways)


def _kept_by_clipping(seen: Measurement, config: RunConfig) -> float | None:
    """‖what this gradient adds to the update‖, clipped against unclipped; weight decay is never clipped."""
    if config.clip == "none" or not seen.batch.clip_scale < 1.0:
        return None
    if not OPTIMIZERS[config.optimizer].scales_with_gradient:
        return None
    decay = config.weight_decay * flat(seen.params)
    clipped, whole = norm({WHOLE: seen.batch.update + decay}), norm({WHOLE: flat(seen.batch.gradients) + decay})
    return clipped / whole if whole > 0 else None
