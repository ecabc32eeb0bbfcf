"""Small networks with random parameters and data, as most tests of the engine need one."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from app.engine import ACTIVATIONS, CELLS, LOSSES, Architecture, Initialisation, Network, Params, initialise
from app.engine.backstep import jacobians_of


def recurrent(cell):
    """The name of the parameter that is meant where W_hh is spoken of."""
    return CELLS[cell].recurrent.name


@dataclass
class Case:
    """A network, and everything its `forward` wants."""

    net: Network
    params: Params
    x: np.ndarray
    target: np.ndarray
    h0: np.ndarray | None

    def run(self) -> Network:
        self.net.forward(self.params, self.x, self.target, self.h0)
        return self.net

    def objective(self, reduction: str = "sum") -> float:
        return self.run().objective(reduction)


def build(
    cell="rnn",
    activation="tanh",
    loss="squared_error",
    T=5,
    B=3,
    I=2,
    H=4,
    O=3,
    seed=0,
    init="pytorch",
    gain=1.0,
    dtype="float64",
    **more,
) -> Case:
    """A network of random weights; about a third of the timesteps have no target. ``more``: layers, directions, …"""
    H = max(H, CELLS[cell].least_units)
    rng = np.random.default_rng(seed)
    net = Architecture(cell, I, H, O, **more)
    drawn = initialise(net, Initialisation(init, gain), rng)
    params = {name: values.astype(dtype) for name, values in drawn.items()}
    for name in params:
        if name.startswith(("b_", "g_", "h0", "c0")):
            params[name] += 0.3 * rng.standard_normal(params[name].shape).astype(dtype)
    known = rng.random((T, B)) < 0.7
    known[-1] = True
    if loss == "cross_entropy":
        target = np.where(known, rng.integers(0, O, (T, B)), -1)
    else:
        target = np.where(known[..., None], rng.standard_normal((T, B, O)), np.nan)
    x = rng.standard_normal((T, B, I)).astype(dtype)
    h0 = 0.5 * rng.standard_normal((B, H)).astype(dtype)
    if more.get("embedding_size"):
        x = np.eye(I, dtype=dtype)[rng.integers(0, I, (T, B))]
    if more.get("train_h0"):
        h0 = None
    return Case(Network(net, activation, loss, T, B, dtype), params, x, target, h0)


networks = st.builds(
    build,
    cell=st.sampled_from(list(CELLS)),
    activation=st.sampled_from(list(ACTIVATIONS)),
    loss=st.sampled_from(list(LOSSES)),
    T=st.integers(1, 40),
    B=st.just(1),
    I=st.integers(1, 3),
    H=st.integers(1, 12),
    O=st.integers(1, 4),
    seed=st.integers(0, 1000),
    init=st.sampled_from(["normal", "orthogonal", "identity", "zero"]),
    gain=st.sampled_from([1e-6, 0.1, 1.0, 1.5]),
)


def scalar(cell, activation="linear", T=100, loss_at=-1, **values):
    """A one-unit network whose parameters are `values` (others 0), driven by nothing, with one loss."""
    sizes = Architecture(cell, 1, 1, 1)
    params = initialise(sizes, Initialisation("zero"), np.random.default_rng(0))
    params = {name: np.zeros_like(p) for name, p in params.items()} | {"W_hy": np.ones((1, 1))}
    for name, value in values.items():
        params[name] = np.reshape(np.asarray(value, dtype=float), params[name].shape)
    target = np.full((T, 1, 1), np.nan)
    target[loss_at] = 1.0
    net = Network(sizes, activation, "squared_error", T, 1)
    return net, (params, np.zeros((T, 1, 1)), target)


def jacobian(net, t):
    """J_t = dh_t/dh_{t-1} (H, H), J_t[i, j] = dh_t[j]/dh_{t-1}[i], of ``net`` (B = 1) after `adjoints` or `backward`.

    An lstm's c_{t-1} is held fixed. Row form: the gradient carried into h_{t-1} is ``dh_t @ J_t.T``.
    """
    with np.errstate(all="ignore"):
        return jacobians_of(net.layer).between(t, t)[0, : net.H, : net.H].T.copy()


def jacobian_product(net, k, t):
    """dh_t/dh_k = J_{k+1} … J_t (H, H) in row form, through the h alone; the identity for k = t."""
    product = np.eye(net.H)
    for s in range(k + 1, t + 1):
        product = product.dot(jacobian(net, s))
    return product
