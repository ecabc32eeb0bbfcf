"""The gradient by lag is what truncated BPTT gives for every reach, at any size."""

from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import CELLS, adjoints, horizon, truncation_meter
from tests.engine.networks import build, recurrent, scalar

cells = st.sampled_from(list(CELLS))


@settings(max_examples=40, derandomize=True)
@given(cells, st.integers(1, 12), st.integers(0, 99))
def test_the_meter_is_the_truncated_gradient_for_every_reach(cell, T, seed):
    net = build(cell, T=T, B=1, seed=seed).run()
    meter = truncation_meter(net, adjoints(net))
    name = recurrent(cell)
    whole = net.backward()[name]
    last = np.zeros_like(whole)
    for k in range(1, T + 1):
        kept = net.backward("sum", 1, k)[name]  # a pass at every timestep, k back: lags < k
        assert meter.lag_norm[k - 1] == pytest.approx(np.linalg.norm(kept - last), rel=1e-9, abs=1e-13)
        cosine = np.vdot(kept, whole) / np.linalg.norm(kept) / np.linalg.norm(whole)
        assert meter.cosine[k - 1] == pytest.approx(cosine, abs=1e-10)
        last = kept
    assert meter.cosine[-1] == pytest.approx(1.0, abs=1e-12)
    assert meter.horizon == horizon(meter.lag_norm)


@pytest.mark.parametrize("cell", CELLS)
def test_the_meter_does_not_depend_on_how_many_losses_go_back_together(cell, monkeypatch):
    net = build(cell, T=45, B=1).run()
    adjoint = adjoints(net)
    whole = truncation_meter(net, adjoint)
    monkeypatch.setattr(import_module("app.engine.arrivals"), "BLOCK_ELEMENTS", 1)  # the package calls a function so
    parts = truncation_meter(net, adjoint)
    np.testing.assert_allclose(parts.lag_norm, whole.lag_norm, rtol=1e-12)
    np.testing.assert_allclose(parts.cosine, whole.cosine, rtol=1e-12)


def test_lags_of_any_size_are_told_apart_from_zero():
    net, (params, x, target) = scalar("rnn", T=200, W_hh=0.01, b_h=1.0)
    target[99] = 1.5
    net.forward(params, x, target)
    meter = truncation_meter(net, adjoints(net))
    h = net.h[:, 0, 0]
    own = net.dy[:, 0, 0]
    for lag in (0, 50, 150):
        exact = abs(sum(own[t - 1] * 0.01**lag * h[t - lag - 1] for t in (100, 200) if t > lag))
        assert meter.lag_norm[lag] == pytest.approx(exact, rel=1e-9)
    assert 0.0 < meter.lag_norm[150] < 1e-299
    np.testing.assert_allclose(meter.cosine, 1.0)


def test_the_horizon_is_the_lag_within_which_99_percent_lie():
    assert horizon(np.array([1.0, 0.0, 0.0])) == 0
    assert horizon(np.array([0.5, 0.48, 0.01, 0.01])) == 2
    assert horizon(np.zeros(3)) is None
    assert horizon(np.array([1.0, np.inf])) is None
