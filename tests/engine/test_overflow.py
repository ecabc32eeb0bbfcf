"""A number that is not finite is data: everything computes on, says so in its results, and warns no one."""

import numpy as np
import pytest

from app.engine import (
    CELLS,
    Data,
    adjoints,
    clip,
    eigenvalues,
    flow,
    gradcheck,
    jacobian_norms,
    lyapunov_exponents,
    recurrent_block,
    share_used,
    singular_values,
    slopes,
    truncation_meter,
)
from tests.engine.networks import build, recurrent


@pytest.mark.parametrize("T", [1, 2, 30])
@pytest.mark.parametrize("weight", [1e40, 1e200, 1e300, np.inf, np.nan])
@pytest.mark.parametrize("activation", ["tanh", "relu", "silu"])
@pytest.mark.parametrize("cell", CELLS)
def test_overflow_runs_through_everything_in_silence(cell, activation, weight, T):
    network = build(cell, activation, T=T, B=1)
    network.params[recurrent(cell)][:] = weight
    net = network.run()
    adjoint = adjoints(net, "mean")
    seen = flow(net, adjoint)
    W = recurrent_block(cell, network.params)
    assert adjoint.ln_dh_norm.shape == adjoint.exponent.shape
    assert adjoint.dW_hh_norm.shape == jacobian_norms(net).shape == truncation_meter(net, adjoint).lag_norm.shape
    if W is not None:
        assert singular_values(W).shape == eigenvalues(W)[:, 0].shape
        assert lyapunov_exponents(net).shape == ((2 if net.dc is not None else 1) * net.H,)
    assert slopes(net).shape == net.a[:, 0].shape
    assert share_used(net, "mean", 2, 3, 0.1).shape == seen.share.shape
    assert set(net.backward("sum", 2, 3, 0.1)) == set(network.params)
    for mode in ("none", "norm", "value"):
        clip(net.backward(), mode, 1.0)
    check = dict(
        gradcheck(net, network.params, Data(network.x, network.target), samples=1, rng=np.random.default_rng(0))
    )
    assert list(check) == list(network.params)


def test_an_overflow_shows_in_the_gradient():
    network = build("rnn", "linear", T=30)
    network.params["W_hh"][:] = 1e200
    assert not np.isfinite(network.run().backward()["W_hh"]).any()
