"""Initial parameters. ``init`` is about W_hh; everything else follows a fixed rule unless asked otherwise.

A gated cell's W_hh is one (H, H) block a gate: every block is drawn by itself, with the fans of its own map. An
indrnn's u_hh is H blocks of one unit each, with entries spread as those of W_hh: a matrix (1, 1) is orthogonal where it
is 1 or -1, the identity where it is 1.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from .architecture import Architecture, Shape
from .arrays import Array
from .cells import CELLS, Params
from .naming import suffix, with_suffix

Rng = np.random.Generator


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

# What is registered from outside is a name, too.
InitName = Literal["pytorch", "xavier", "he", "orthogonal", "identity", "normal", "zero"] | str


@dataclass(frozen=True)
class Initialisation:
    """How parameters are drawn.

    ``init``, a key of `INITIALISERS`, and ``gain``: W_hh or u_hh. ``input_std``, ``readout_std``: W_xh, W_hy ~ N(0,
    std^2); None: as ``init`` has it. ``forget_bias``: where the bias of the gate that keeps the state starts; None: 0.
    """

    init: InitName = "pytorch"
    gain: float = 1.0
    input_std: float | None = None
    readout_std: float | None = None
    forget_bias: float | None = None


def initialise(net: Architecture, how: Initialisation, rng: Rng) -> Params:
    """All parameters in float64, shapes and order as `Architecture.parameter_shapes` has them.

    Every layer and direction by the same rules, `_one_layer`; W_emb ~ N(0, 1), as in PyTorch; learned initial states
    are 0. Layers and directions that are added leave the draws of the others as they were.
    """
    params: Params = {}
    for _ in initialising(net, how, rng, params):
        pass
    return params


def initialising(net: Architecture, how: Initialisation, rng: Rng, into: Params) -> Iterator[None]:
    """The same in steps of a few milliseconds, a large block each, for a caller who has others to serve meanwhile.

    The parameters are in ``into`` once it has ended.
    """
    shapes = net.parameter_shapes
    params = yield from _one_layer(net, net.entering[0], how, rng)
    embedding, *others = rng.spawn(1 + len(SLOTS))
    if net.embedding_size:
        params["W_emb"] = embedding.standard_normal(shapes["W_emb"])
    entering = dict(zip(net.endings, net.entering, strict=True))
    for ending, own in zip(SLOTS, others, strict=True):
        if ending in entering:
            drawn = yield from _one_layer(net, entering[ending], how, own)
            params |= with_suffix({name: drawn[name] for name in CELLS[net.cell].shapes(1, net.hidden_size)}, ending)
    into |= {name: params[name] if name in params else np.zeros(shape) for name, shape in shapes.items()}


LARGE = 2**12  # entries of a block that takes long enough for others to get a turn after it
MOST_LAYERS = 4
# Each with a stream of its own, whether a network has it or not.
SLOTS = [suffix(level, reverse=reverse) for level in range(1, MOST_LAYERS + 1) for reverse in (False, True)][1:]


def _one_layer(net: Architecture, entering: int, how: Initialisation, rng: Rng) -> Generator[None, None, Params]:
    """The parameters of one layer and direction that ``entering`` numbers enter at a timestep, and of a readout.

    W_hh or u_hh: ``init`` times ``gain``. "pytorch" draws every other parameter from U(-1/sqrt(H), 1/sqrt(H)) too;
    otherwise W_xh and W_hy are xavier uniform and biases 0. A cell without recurrent weights is not touched by ``init``
    at all; gains of a normalisation start at 1. ``forget_bias`` sets the bias of the lstm's forget gate f or the gru's
    update gate z, with the opposite sign that of the mingru's z, which keeps the past by being closed (Gers et al.
    2000; Jozefowicz et al. 2015). Each tensor has a stream of its own: no choice here changes another tensor's draws.
    """
    kind, H, O, read = CELLS[net.cell], net.hidden_size, net.outputs, net.width
    shapes = kind.shapes(entering, H) | {"W_hy": (read, O), "b_y": (O,)}
    streams = dict(zip(shapes, rng.spawn(len(shapes)), strict=True))
    recurrent = next((name for name in ("W_hh", "u_hh") if name in shapes), None)
    if how.init == "pytorch" and recurrent is not None:
        params = {}
        for name, shape in shapes.items():
            params[name] = yield from _drawn(lambda: _uniform(streams[name], shape, 1.0 / sqrt(H)))  # noqa: B023
    else:
        params = {name: np.zeros(shape) for name, shape in shapes.items()}
        params["W_xh"] = yield from _drawn(
            lambda: _xavier(streams["W_xh"], (entering, H), entering, H), shapes["W_xh"][1] // H
        )
        params["W_hy"] = _xavier(streams["W_hy"], (read, O), read, O)
    if recurrent is not None:
        block, n = (H,) * len(shapes[recurrent]), shapes[recurrent][-1] // H
        drawn = yield from _drawn(lambda: INITIALISERS[how.init](streams[recurrent], block), n)
        params[recurrent] = how.gain * drawn
    for name, std in (("W_xh", how.input_std), ("W_hy", how.readout_std)):
        if std is not None:
            params[name] = streams[name].normal(0.0, std, shapes[name])
    if how.forget_bias is not None and kind.forget_gate is not None:
        gate = kind.gates.index(kind.forget_gate)
        params["b_h"][gate * H : (gate + 1) * H] = kind.forget_sign * how.forget_bias
    return params | {name: np.full(shapes[name], value) for name, value in kind.starts_at.items()}


def _drawn(draw: Callable[[], Array], blocks: int = 1) -> Generator[None, None, Array]:
    """Blocks side by side, drawn one after the other."""
    drawn = []
    for _ in range(blocks):
        drawn.append(draw())
        if drawn[-1].size >= LARGE:
            yield
    return np.hstack(drawn) if blocks > 1 else drawn[0]


def _uniform(rng: Rng, shape: Shape, bound: float) -> Array:
    return rng.uniform(-bound, bound, shape)


def _xavier(rng: Rng, shape: Shape, fan_in: int, fan_out: int) -> Array:
    return _uniform(rng, shape, sqrt(6.0 / (fan_in + fan_out)))
