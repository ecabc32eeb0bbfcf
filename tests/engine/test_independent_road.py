"""A second road to every number: automatic differentiation of a forward pass written separately, gate by gate."""

import autograd.numpy as np
import numpy
import pytest
from autograd import grad

from app.engine import CELLS, LOSSES, adjoints, flow
from tests.engine.networks import build

SQRT_2_PI = numpy.sqrt(2 / numpy.pi)
PHI = {
    "tanh": np.tanh,
    "relu": lambda a: np.where(a > 0, a, 0.0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "linear": lambda a: a,
    "leaky_relu": lambda a: np.where(a > 0, a, 0.01 * a),
    "elu": lambda a: np.where(a > 0, a, np.exp(np.where(a > 0, 0.0, a)) - 1),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "hardtanh": lambda a: np.where(a > 1, 1.0, np.where(a < -1, -1.0, a)),
    "gelu": lambda a: 0.5 * a * (1 + np.tanh(SQRT_2_PI * (a + 0.044715 * a**3))),
    "silu": lambda a: a / (1 + np.exp(-a)),
}


def norm(v):
    """LN as torch.nn.functional.layer_norm has it, with its eps."""
    return (v - np.mean(v, axis=1, keepdims=True)) / np.sqrt(np.var(v, axis=1, keepdims=True) + 1e-5)


def losses(cell, activation, loss, params, x, target, h0, reduction="sum", at=None, push_h=None, push_c=None):
    """The sum over t and the mean over the batch of E_t (or of E_at alone); push_h[t] is added to h_t, as a handle."""
    p, phi, sigma = params, PHI[activation], PHI["sigmoid"]
    T, B = x.shape[:2]
    H = h0.shape[1]
    push_h = np.zeros((T + 1, B, H)) if push_h is None else push_h
    push_c = np.zeros((T + 1, B, H)) if push_c is None else push_c
    h, c = h0 + push_h[0], push_c[0]
    known = target >= 0 if target.ndim == 2 else ~numpy.isnan(target[..., 0])
    n = numpy.maximum(known.sum(axis=0), 1) if reduction == "mean" else numpy.ones(B)
    total = 0.0
    for t in range(1, T + 1):
        x_t = x[t - 1]
        if cell == "rnn":
            h = phi(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
        elif cell == "lstm":
            i, f, g, o = np.split(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"], 4, axis=1)
            c = sigma(f) * c + sigma(i) * phi(g) + push_c[t]
            h = sigma(o) * phi(c)
        elif cell == "ln_lstm":
            from_x, from_h = norm(x_t @ p["W_xh"]) * p["g_x"], norm(h @ p["W_hh"]) * p["g_h"]
            i, f, g, o = np.split(from_x + from_h + p["b_h"], 4, axis=1)
            c = sigma(f) * c + sigma(i) * phi(g) + push_c[t]
            h = sigma(o) * phi(norm(c) * p["g_c"] + p["b_c"])
        elif cell == "indrnn":
            h = phi(x_t @ p["W_xh"] + p["u_hh"] * h + p["b_h"])
        elif cell == "mingru":
            a_z, a_n = np.split(x_t @ p["W_xh"] + p["b_h"], 2, axis=1)
            h = (1 - sigma(a_z)) * h + sigma(a_z) * phi(a_n)
        else:
            r_x, z_x, n_x = np.split(x_t @ p["W_xh"] + p["b_h"], 3, axis=1)
            r_h, z_h, n_h = np.split(h @ p["W_hh"], 3, axis=1)
            z = sigma(z_x + z_h)
            h = (1 - z) * phi(n_x + sigma(r_x + r_h) * (n_h + p["b_hn"])) + z * h
        h = h + push_h[t]
        y = h @ p["W_hy"] + p["b_y"]
        if at not in (None, t):
            continue
        for b in range(B):
            if not known[t - 1, b]:
                continue
            if loss == "cross_entropy":
                E = np.log(np.sum(np.exp(y[b]))) - y[b, target[t - 1, b]]
            else:
                E = np.mean((y[b] - target[t - 1, b]) ** 2)
            total = total + E / n[b] / B
    return total


def arguments(network):
    return network.params, network.x, network.target, network.h0


def close(ours, theirs):
    scale = numpy.maximum(1.0, numpy.abs(theirs).max())
    numpy.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=1e-10)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", PHI)
@pytest.mark.parametrize("cell", CELLS)
def test_every_gradient_agrees_with_automatic_differentiation(cell, activation, loss, reduction):
    network = build(cell, activation, loss, T=6)
    ours = network.run().backward(reduction)
    params, *data = arguments(network)
    theirs = grad(lambda p: losses(cell, activation, loss, p, *data, reduction))(params)
    for name in params:
        close(ours[name], theirs[name])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("cell", CELLS)
def test_every_adjoint_agrees_with_automatic_differentiation(cell, loss):
    network = build(cell, "tanh", loss, T=7)
    net = network.run()
    net.backward("mean")
    zeros = numpy.zeros((net.T + 1, net.B, net.H))
    dh = grad(lambda push: losses(cell, "tanh", loss, *arguments(network), "mean", push_h=push))(zeros)
    close(net.dh, dh * net.B)
    if net.dc is not None:
        dc = grad(lambda push: losses(cell, "tanh", loss, *arguments(network), "mean", push_c=push))(zeros)
        close(net.dc, dc * net.B)


@pytest.mark.parametrize("cell", CELLS)
def test_every_pair_of_the_flow_agrees_with_automatic_differentiation(cell):
    network = build(cell, "tanh", T=6, B=1)
    network.target = numpy.nan_to_num(network.target, nan=0.5)
    net = network.run()
    ours = flow(net, adjoints(net))
    zeros = numpy.zeros((net.T + 1, 1, net.H))
    for t in range(1, net.T + 1):
        dh = grad(lambda push, t=t: losses(cell, "tanh", "squared_error", *arguments(network), at=t, push_h=push))(
            zeros
        )
        close(numpy.exp(ours.ln_flow[t - 1, : t + 1]), numpy.linalg.norm(dh[: t + 1, 0], axis=1))
        if net.dc is not None:
            dc = grad(lambda p, t=t: losses(cell, "tanh", "squared_error", *arguments(network), at=t, push_c=p))(zeros)
            close(numpy.exp(ours.ln_flow_c[t - 1, : t + 1]), numpy.linalg.norm(dc[: t + 1, 0], axis=1))
