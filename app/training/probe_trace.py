"""ProbeTrace: the shown sequence, run forward and back, on which everything a record shows of it is measured."""

from collections.abc import Mapping

import numpy as np

from ..engine import Network, Params, adjoints_and_last_loss, beside
from ..engine.arrays import all_finite
from ..engine.ln_norms import ln_norm
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
    backward pass is. `pair` has buffers for two sequences of this shape, in
    which two ways back go side by side, or has just taken the probe along beside its batch; without it one goes after
    the other.
    """

    def __init__(
        self,
        net: Network,
        pair: Network | None,
        params: Params,
        probe: Batch,
        config: RunConfig,
        initial: Mapping[str, np.ndarray] = NONE,
    ) -> None:
        self.net, self.probe, self.config = net, probe, config
        if pair is not None and pair.beside:
            self.used_norms = None
            found = beside(net, pair, params, probe.target, config.loss_reduction)
        else:
            net.forward(params, probe.x, probe.target, probe.h0, initial=initial, lengths=probe.lengths)
            self.used_norms = self._used_norms() if self.is_cut else None
            found = adjoints_and_last_loss(
                net, None if pair is None else pair.stack, probe.target, config.loss_reduction
            )
        self.adjoints, self.last_loss = found
        self.adjoint = self.adjoints[""]
        # Asked at once: some quantities overwrite the buffers by gradients that truncation or clipping has bounded.
        states = [values for view in net.views.values() for values in (view.h, view.dh)]
        self.is_finite = all(map(all_finite, (*states, net.y, net.E_t)))

    @property
    def is_cut(self) -> bool:
        """Whether truncation or per-timestep clipping take something from the gradient on its way."""
        return self.config.is_cut

    @property
    def timestep_clip(self) -> float | None:
        """The norm to which the gradient at each timestep is clipped, if it is."""
        return self.config.clip_threshold if self.config.clip == "timestep" else None

    def _used_norms(self) -> dict[str, np.ndarray]:
        net, config = self.net, self.config
        net.backward(config.loss_reduction, config.k1, config.k2, self.timestep_clip)
        left = {
            symbol + ending: gradients
            for ending, view in net.views.items()
            for symbol, gradients in (("h", view.dh), ("c", view.dc))
            if gradients is not None
        }
        return {name: np.exp(ln_norm(gradients[:, 0].astype(f64))) for name, gradients in left.items()}
