"""Initial parameters. ``init`` is about W_hh; everything else follows a fixed rule unless told otherwise.

A gated cell's W_hh is one (H, H) block a gate: every block is drawn by itself, with the fans of its own map. An
indrnn's u_hh is H blocks of one unit each, with entries spread as those of W_hh: a matrix (1, 1) is orthogonal where it
is 1 or -1, the identity where it is 1.
"""

from collections.abc import Callable
from math import sqrt

import numpy as np

from .cells import CELLS, Params
from .naming import suffix, suffixes, with_suffix

Array = np.ndarray
Rng = np.random.Generator


Shape = tuple[int, ...]


def pytorch(rng: Rng, shape: Shape) -> Array:
    """U(-1/sqrt(H), 1/sqrt(H)), as in torch.nn.RNN, LSTM and GRU."""
    return _uniform(rng, shape, 1.0 / sqrt(shape[0]))


def xavier(rng: Rng, shape: Shape) -> Array:
    """U(-b, b), b = sqrt(6 / (H + H)) (Glorot & Bengio 2010)."""
    return _xavier(rng, shape, shape[0], shape[0])


def he(rng: Rng, shape: Shape) -> Array:
    """N(0, 2/H) (He et al. 2015)."""
    return rng.normal(0.0, sqrt(2.0 / shape[0]), shape)


def orthogonal(rng: Rng, shape: Shape) -> Array:
    """Q of a Gaussian's QR, columns times sign(diag R): uniform among the orthogonal matrices (Saxe et al. 2014).

    Of one weight a unit: 1 or -1 at random.
    """
    if len(shape) == 1:
        return rng.choice([-1.0, 1.0], shape)
    q, r = np.linalg.qr(rng.standard_normal(shape))
    q *= np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return q


def identity(_rng: Rng, shape: Shape) -> Array:
    """The identity matrix (Le, Jaitly & Hinton 2015)."""
    return np.eye(*shape) if len(shape) == 2 else np.ones(shape)


def normal(rng: Rng, shape: Shape) -> Array:
    """N(0, 1/H): spectral radius about 1."""
    return rng.normal(0.0, sqrt(1.0 / shape[0]), shape)


def zero(_rng: Rng, shape: Shape) -> Array:
    """Zeros: no recurrence at all."""
    return np.zeros(shape)


INITIALISERS: dict[str, Callable[[Rng, Shape], Array]] = {
    draw.__name__: draw for draw in (pytorch, xavier, he, orthogonal, identity, normal, zero)
}
"""By name: the recurrent weights of H units, a block (H, H) of W_hh or u_hh (H,)."""


def parameter_shapes(
    cell: str,
    I: int,
    H: int,
    O: int,
    *,
    num_layers: int = 1,
    bidirectional: bool = False,
    embedding_size: int = 0,
    train_h0: bool = False,
) -> dict[str, tuple[int, ...]]:
    """Every parameter of a network by name: the first layer's, the readout's, then what more there is.

    W_emb (I, embedding_size) where the inputs are I embedded classes; the other layers and directions, named as in
    `naming`; learned initial states h0 and, of an lstm, c0 (H,) of each.
    """
    kind, both = CELLS[cell], 2 if bidirectional else 1
    endings = suffixes(num_layers, bidirectional=bidirectional)
    entering = [embedding_size or I] * both + [both * H] * (len(endings) - both)
    own = [with_suffix(kind.shapes(size, H), ending) for size, ending in zip(entering, endings, strict=True)]
    shapes = own[0] | {"W_hy": (both * H, O), "b_y": (O,)}
    if embedding_size:
        shapes["W_emb"] = (I, embedding_size)
    for further in own[1:]:
        shapes |= further
    if train_h0:
        states = ("h0", "c0") if kind.direct == "c" else ("h0",)
        shapes |= {state + ending: (H,) for ending in endings for state in states}
    return shapes


def initialise(
    cell: str,
    I: int,
    H: int,
    O: int,
    init: str,
    gain: float,
    input_std: float | None,
    readout_std: float | None,
    forget_bias: float | None,
    rng: Rng,
    *,
    num_layers: int = 1,
    bidirectional: bool = False,
    embedding_size: int = 0,
    train_h0: bool = False,
) -> Params:
    """All parameters in float64, shapes and order as in `parameter_shapes`.

    Every layer and direction by the same rules, `one_layer`; W_emb ~ N(0, 1), as in PyTorch; learned initial states
    are 0. Layers and directions that are added leave the draws of the others as they were.
    """
    shapes = parameter_shapes(
        cell,
        I,
        H,
        O,
        num_layers=num_layers,
        bidirectional=bidirectional,
        embedding_size=embedding_size,
        train_h0=train_h0,
    )
    rules = (init, gain, input_std, readout_std, forget_bias)
    width = 2 * H if bidirectional else H
    params = one_layer(cell, embedding_size or I, H, O, *rules, rng, read=width)
    embedding, *others = rng.spawn(1 + len(SLOTS))
    if embedding_size:
        params["W_emb"] = embedding.standard_normal(shapes["W_emb"])
    endings = suffixes(num_layers, bidirectional=bidirectional)
    for ending, own in zip(SLOTS, others, strict=True):
        if ending in endings:
            drawn = one_layer(cell, shapes[f"W_xh{ending}"][0], H, O, *rules, own, read=width)
            params |= with_suffix({name: drawn[name] for name in CELLS[cell].shapes(1, H)}, ending)
    return {name: params[name] if name in params else np.zeros(shape) for name, shape in shapes.items()}


MOST_LAYERS = 4
# Each with a stream of its own, whether a network has it or not.
SLOTS = [suffix(level, reverse=reverse) for level in range(1, MOST_LAYERS + 1) for reverse in (False, True)][1:]


def one_layer(
    cell: str,
    I: int,
    H: int,
    O: int,
    init: str,
    gain: float,
    input_std: float | None,
    readout_std: float | None,
    forget_bias: float | None,
    rng: Rng,
    *,
    read: int,
) -> Params:
    """The parameters of one layer and direction, and of a readout that reads ``read`` numbers a timestep.

    W_hh or u_hh: ``init`` times ``gain``. "pytorch" draws every other parameter from U(-1/sqrt(H), 1/sqrt(H)) too;
    otherwise W_xh and W_hy are xavier uniform and biases 0. A cell without recurrent weights is not touched by ``init``
    at all; gains of a normalisation start at 1. ``input_std``, ``readout_std``: W_xh, W_hy ~ N(0, std^2) instead.
    ``forget_bias`` sets the bias of the lstm's forget gate f or the gru's update gate z, with the opposite sign that of
    the mingru's z, which keeps the past by being closed (Gers et al. 2000; Jozefowicz et al. 2015). Each tensor has a
    stream of its own: no choice here changes another tensor's draws.
    """
    kind, shapes = CELLS[cell], CELLS[cell].shapes(I, H) | {"W_hy": (read, O), "b_y": (O,)}
    streams = dict(zip(shapes, rng.spawn(len(shapes)), strict=True))
    recurrent = next((name for name in ("W_hh", "u_hh") if name in shapes), None)
    if init == "pytorch" and recurrent is not None:
        params = {name: _uniform(streams[name], shape, 1.0 / sqrt(H)) for name, shape in shapes.items()}
    else:
        params = {name: np.zeros(shape) for name, shape in shapes.items()}
        params["W_xh"] = np.hstack([_xavier(streams["W_xh"], (I, H), I, H) for _ in range(shapes["W_xh"][1] // H)])
        params["W_hy"] = _xavier(streams["W_hy"], (read, O), read, O)
    if recurrent is not None:
        block, n = (H,) * len(shapes[recurrent]), shapes[recurrent][-1] // H
        params[recurrent] = gain * np.hstack([INITIALISERS[init](streams[recurrent], block) for _ in range(n)])
    for name, std in (("W_xh", input_std), ("W_hy", readout_std)):
        if std is not None:
            params[name] = streams[name].normal(0.0, std, shapes[name])
    if forget_bias is not None and kind.forget_gate is not None:
        gate = kind.gates.index(kind.forget_gate)
        params["b_h"][gate * H : (gate + 1) * H] = kind.forget_sign * forget_bias
    return params | {name: np.full(shapes[name], value) for name, value in kind.starts_at.items()}


def _uniform(rng: Rng, shape: Shape, bound: float) -> Array:
    return rng.uniform(-bound, bound, shape)


def _xavier(rng: Rng, shape: Shape, fan_in: int, fan_out: int) -> Array:
    return _uniform(rng, shape, sqrt(6.0 / (fan_in + fan_out)))
