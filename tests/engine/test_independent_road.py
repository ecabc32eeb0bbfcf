"""A second road to every number: automatic differentiation of a forward pass written separately, gate by gate."""

import numpy
import pytest
from autograd import grad

from app.engine import CELLS, LOSSES, adjoints, flow
from tests.engine.networks import build
from tests.engine.second_road import PHI, close, objective, walk


def losses(cell, activation, loss, params, x, target, h0, reduction="sum", at=None, push_h=None, push_c=None):
    """The sum over t and the mean over the batch of E_t (or of E_at alone); push_h[t] is added to h_t, as a handle."""
    hs, _ = walk(cell, activation, params, x, h0, 0.0 * h0, push_h, push_c)
    return objective(loss, hs[1:], params, target, reduction, at)


def arguments(network):
    return network.params, network.x, network.target, network.h0


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
