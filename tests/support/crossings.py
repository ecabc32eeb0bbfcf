"""What crossed the boundary of a recurrent module, made without PyTorch, and the record that is made of it."""

import numpy as np

from app.training import Record
from app.watching.crossing import Crossing
from app.watching.measure import Captured, Shown
from app.watching.modules import Spec

T, B, I, H = 4, 3, 2, 3
NUMBERS = {"rnn": 1, "lstm": 4, "gru": 3}


def crossing(cell, layers=1, both=False, proj=0, lengths=None, dropout=False, seed=0) -> Crossing:
    rng = np.random.default_rng(seed)
    P, D = proj or H, 1 + both
    weights = {}
    for layer in range(layers):
        for suffix in [f"_l{layer}", f"_l{layer}_reverse"][:D]:
            width = NUMBERS[cell] * H
            weights[f"weight_ih{suffix}"] = 0.6 * rng.standard_normal((width, P * D if layer else I))
            weights[f"weight_hh{suffix}"] = 0.6 * rng.standard_normal((width, P))
            weights[f"bias_ih{suffix}"], weights[f"bias_hh{suffix}"] = 0.3 * rng.standard_normal((2, width))
            if proj:
                weights[f"weight_hr{suffix}"] = rng.standard_normal((P, H))
    inside = np.ones((T, B, 1)) if lengths is None else (np.arange(T)[:, None] < lengths)[..., None].astype(float)
    return Crossing(
        spec=Spec(cell, "tanh", I, H, layers, both, proj),
        x=rng.standard_normal((T, B, I)) * inside,
        lengths=lengths,
        h0=rng.standard_normal((layers * D, B, P)),
        c0=rng.standard_normal((layers * D, B, H)) if cell == "lstm" else None,
        weights=weights,
        owners={name: number for number, name in enumerate(weights)},
        d_output=rng.standard_normal((T, B, P * D)) * inside,
        d_h_n=rng.standard_normal((layers * D, B, P)),
        d_c_n=rng.standard_normal((layers * D, B, H)) if cell == "lstm" else None,
        masks=[2.0 * rng.integers(0, 2, (T, B, P * D)) for _ in range(layers - 1)] if dropout else None,
    )


def record(module: str, step: int, cell: str = "lstm", layers: int = 1, both: bool = False) -> Record:
    """A record of sequence 0, as a watched module would have at this step."""
    one = crossing(cell, layers, both, seed=step)
    whole = Captured({module: [one]}, own={}, scale=1.0)
    shown = Shown(module, whole, module, slice(0, 1), 0, {"step": step})
    return Record(shown.record.scalars | {"grad_residual": 4e-16}, shown.record.tensors)
