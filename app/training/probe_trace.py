"""ProbeTrace: the shown sequence, run forward and back, on which everything a record shows of it is measured."""

from collections.abc import Mapping
from typing import Self

import numpy as np

from ..engine import Adjoints, Columns, LastLoss, Network, Params, adjoints_and_last_loss, beside, going_back
from ..engine.arrays import all_finite
from ..engine.ln_norms import ln_norm
from ..steps import Steps
from ..tasks import Batch
from .batch_pass import NONE
from .config import RunConfig

f64 = np.float64


class ProbeTrace:
    """One sequence (B = 1) under full, unclipped backpropagation, and what truncation and clipping leave of it.

    `net` is the network in whose buffers it lies, `adjoints` the exact gradients of each layer and direction by what
    their names end with, `adjoint` those of the first, `last_loss` what the last loss alone sends back; `used_norms`
    are ‖dE/dh_t‖ (T+1,) of each by name, h_l2 for example, for an lstm also ‖dE/dc_t‖, under truncation and
    per-timestep clipping, None where nothing is cut; `is_finite` is whether every number of the forward and the full
    backward pass is.
    """

    def __init__(
        self,
        net: Network,
        probe: Batch,
        config: RunConfig,
        found: tuple[dict[str, Adjoints], dict[str, LastLoss]],
        used_norms: dict[str, np.ndarray] | None = None,
    ) -> None:
        self.net, self.probe, self.config, self.used_norms = net, probe, config, used_norms
        self.adjoints, self.last_loss = found
        self.adjoint = self.adjoints[""]
        # Asked at once: some quantities overwrite the buffers by gradients that truncation or clipping has bounded.
        states = [values for view in net.views.values() for values in (view.h, view.dh)]
        self.is_finite = all(map(all_finite, (*states, net.y, net.E_t)))

    @classmethod
    def beside(cls, net: Network, wide: Network, probe: Batch, columns: Columns, config: RunConfig) -> Self:
        """Of the probe that `wide` took along beside its batch, as these `columns`; `net` takes it over."""
        return cls(net, probe, config, beside(net, wide, columns, config.loss_reduction))

    @classmethod
    def tracing(
        cls,
        net: Network,
        pair: Network | None,
        params: Params,
        probe: Batch,
        config: RunConfig,
        initial: Mapping[str, np.ndarray] = NONE,
        at_once: int | None = None,
    ) -> Steps[Self]:
        """Run the probe forward and back in `net`; in steps where `at_once` says of how many timesteps of one layer.

        `pair` has buffers for two sequences of this shape, in which two ways back go side by side; without it one goes
        after the other.
        """
        given, reduction = (params, probe.x, probe.target, probe.h0), config.loss_reduction
        cut = reduction, config.k1, config.k2, timestep_clip(config)
        how = None if pair is None else pair.stack, probe.target, reduction
        used_norms = None
        if at_once is None:
            net.forward(*given, initial=initial, lengths=probe.lengths)
            if config.is_cut:
                net.backward(*cut)
                used_norms = _norms(net)
            return cls(net, probe, config, adjoints_and_last_loss(net, *how), used_norms)
        yield from net.forwarding(*given, initial=initial, lengths=probe.lengths, at_once=at_once)
        if config.is_cut:
            yield from net.backwarding(*cut, at_once)
            used_norms = _norms(net)
        return cls(net, probe, config, (yield from going_back(net, *how, at_once)), used_norms)

    @property
    def is_cut(self) -> bool:
        """Whether truncation or per-timestep clipping take something from the gradient on its way."""
        return self.config.is_cut

    @property
    def timestep_clip(self) -> float | None:
        """The norm to which the gradient at each timestep is clipped, if it is."""
        return timestep_clip(self.config)


def timestep_clip(config: RunConfig) -> float | None:
    """The norm to which the gradient at each timestep is clipped, if it is."""
    return config.clip_threshold if config.clip == "timestep" else None


def _norms(net: Network) -> dict[str, np.ndarray]:
    """‖dE/dh_t‖ (T+1,) of each layer and direction, and ‖dE/dc_t‖ of an lstm's, after a backward pass."""
    left = {
        symbol + ending: gradients
        for ending, view in net.views.items()
        for symbol, gradients in (("h", view.dh), ("c", view.dc))
        if gradients is not None
    }
    return {name: np.exp(ln_norm(gradients[:, 0].astype(f64))) for name, gradients in left.items()}
