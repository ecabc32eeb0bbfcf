"""What lies beyond the end of a shown sequence that is shorter than T: where a reverse direction has not begun."""

import re
from collections.abc import MutableMapping

import numpy as np

from ..config import RunConfig
from . import PROBE, QUANTITIES
from .tensor import SUFFIX


def blank_beyond_the_end(
    tensors: MutableMapping[str, np.ndarray], config: RunConfig, lengths: np.ndarray | None
) -> None:
    """Write NaN where the reverse direction of a sequence of ``lengths`` (1,) has no state.

    Row j of T+1 is the state at timestep j + 1, so that of an initial one at L + 1 is row L; rows of T are timesteps 1
    to T, and what has a column for each state likewise. So it is with outputs, which are made of both directions.
    """
    if lengths is None or not config.bidirectional or lengths[0] >= config.sequence_length:
        return
    first = {"T": int(lengths[0]), "T+1": int(lengths[0]) + 1}
    for quantity in (PROBE, *QUANTITIES.values()):
        for tensor in quantity.tensors:
            if tensor.axes is None:
                continue
            by_timestep = [(axis, first[size]) for axis, size in enumerate(tensor.axes) if size in ("T", "T+1")]
            if not by_timestep:
                continue
            for name in filter(re.compile(re.escape(tensor.name) + SUFFIX).fullmatch, tensors):
                if name.endswith("_reverse") or name == "y":
                    axis, beyond = by_timestep[-1]
                    initial = int(tensor.name == "ln_flow_a")  # an initial state has no pre-activation
                    values = tensors[name] = tensors[name].copy()
                    np.moveaxis(values, axis, 0)[beyond - initial :] = np.nan
