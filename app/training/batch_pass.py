"""BatchPass: the training batch of one iteration, forward and backward, clipped and ready for the update."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from ..engine import Columns, Network, Params, angle, clip, norm
from ..steps import Steps
from ..tasks import Batch
from .config import RunConfig
from .flat import WHOLE, flat

NONE: Mapping[str, np.ndarray] = {}


@dataclass(eq=False, slots=True)
class BatchPass:
    """The result of the forward and backward pass over one batch."""

    batch: Batch
    initial: Mapping[str, np.ndarray]  # the states that were carried into it, if any were
    loss: float
    loss_per_timestep: float
    gradients: Params  # unclipped
    grad_norm: float
    update: np.ndarray  # clipped and flat: what the optimizer gets
    clip_scale: float
    clip_angle: float | None
    last_states: Mapping[str, np.ndarray]  # (B, H), under the names of `Network.forward`'s initial ones

    @property
    def is_finite(self) -> bool:
        """Whether loss and gradient are finite: a number that is not finite anywhere before them reaches them."""
        return isfinite(self.loss) and isfinite(self.grad_norm)

    @property
    def was_clipped(self) -> bool:
        """Whether clipping changed the gradient at all."""
        return self.clip_scale != 1.0 or bool(self.clip_angle)


def run(
    net: Network,
    params: Params,
    batch: Batch,
    config: RunConfig,
    initial: Mapping[str, np.ndarray] = NONE,
    along: Columns | None = None,
) -> BatchPass:
    """Run a batch forward, from `initial` states or its own, and backward, then clip its gradient.

    `along` goes along in the columns that `net` has beside the batch's.
    """
    x, target = _with(batch, along)
    net.forward(params, x, target, batch.h0, initial=initial, lengths=batch.lengths)
    how = config.loss_reduction, config.k1, config.k2
    gradients = net.backward(*how)
    clipped = net.backward(*how, config.clip_threshold) if config.clip == "timestep" else None
    return _passed(net, batch, config, initial, gradients, clipped)


def running(
    net: Network,
    params: Params,
    batch: Batch,
    config: RunConfig,
    initial: Mapping[str, np.ndarray],
    along: Columns | None,
    at_once: int,
) -> Steps[BatchPass]:
    """The same in steps, of so many timesteps of one layer at most."""
    x, target = _with(batch, along)
    yield from net.forwarding(params, x, target, batch.h0, initial=initial, lengths=batch.lengths, at_once=at_once)
    how = config.loss_reduction, config.k1, config.k2
    gradients = yield from net.backwarding(*how, None, at_once)
    clipped = None
    if config.clip == "timestep":
        clipped = yield from net.backwarding(*how, config.clip_threshold, at_once)
    return _passed(net, batch, config, initial, gradients, clipped)


def _with(batch: Batch, along: Columns | None) -> tuple[np.ndarray, np.ndarray]:
    """Inputs and targets, with those of what goes along."""
    return (batch.x, batch.target) if along is None else along.beside(batch.x, batch.target)


def _passed(
    net: Network,
    batch: Batch,
    config: RunConfig,
    initial: Mapping[str, np.ndarray],
    gradients: Params,
    clipped: Params | None,
) -> BatchPass:
    """What both ways left; `clipped` are the gradients under clipping at every timestep."""
    loss, loss_per_timestep = objective(net, config)
    whole = {WHOLE: flat(gradients)}
    size = norm(whole)
    if clipped is not None:
        update = {WHOLE: flat(clipped)}
        scale, turned = _effect(whole, update, size)
    else:
        update, scale, turned = clip(whole, config.clip, config.clip_threshold, size)
    return BatchPass(
        batch,
        initial,
        loss,
        loss_per_timestep,
        gradients,
        size,
        update[WHOLE],
        scale,
        turned,
        net.last_states() if config.carry_state else NONE,
    )


def objective(net: Network, config: RunConfig) -> tuple[float, float]:
    """The loss L in the configured reduction, and the mean of E_t over all timesteps with a target."""
    E, n = net.E_t.sum(axis=0, dtype=np.float64), net.n
    total = float(E.sum())
    loss = float((E / np.maximum(n, 1)).mean()) if config.loss_reduction == "mean" else total / net.B
    return loss, total / max(1, int(n.sum()))


def accuracy(net: Network, target: np.ndarray) -> float | None:
    """The share of correct classes among the timesteps with a target; None for tasks without classes."""
    if target.ndim == 3:
        return None
    asked = target >= 0
    return float((net.y.argmax(axis=2) == target)[asked].mean()) if asked.any() else None


def _effect(gradient: Params, update: Params, size: float) -> tuple[float, float | None]:
    """‖update‖ / ‖gradient‖, and the angle between the two in degrees; None where ‖gradient‖ = size is 0."""
    if size == 0.0:
        return 1.0, None
    if np.array_equal(gradient[WHOLE], update[WHOLE]):
        return 1.0, 0.0
    return norm(update) / size, angle(gradient, update)
