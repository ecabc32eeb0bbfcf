"""One layer by itself, fed with gradients from outside: both directions, initial states, gradients at the last ones."""

import autograd.numpy as np
import numpy
import pytest
from autograd import grad

from app.engine import CELLS, layer_adjoints, layer_flow
from app.engine.layer import Layer, LayerSizes
from tests.engine.networks import build
from tests.engine.second_road import close, walk

T, I, H = 7, 3, 4


class Alone:
    """A layer of random weights, and all that enters it from either side."""

    def __init__(self, cell, reverse, B, T=T, scale=1.0):
        rng = numpy.random.default_rng(5)
        self.cell, self.reverse = cell, reverse
        self.params = build(cell, I=I, H=H, O=H, seed=3).params
        self.x = rng.standard_normal((T, B, I))
        self.h0, self.c0, self.last_dh, self.last_dc = rng.standard_normal((4, B, H))
        self.handed = scale * rng.standard_normal((T, B, H))
        self.layer = Layer(cell, "tanh", LayerSizes(T, B, I, H, H, numpy.dtype("float64")), reverse=reverse)
        self.layer.load(self.params, numpy.eye(H))
        self.layer.inputs[:] = self.x.transpose(0, 2, 1)
        self.layer.forward(self.h0, self.c0)
        self.layer.hand(self.handed.transpose(0, 2, 1), self.last_dh.T, self.last_dc.T)

    def blame(self, params=None, x=None, h0=None, c0=None, push_h=None, push_c=None, at=None):
        """The scalar whose gradient with respect to the states is what was handed in (or only at timestep `at`)."""
        params, x, h0, c0 = (
            own if given is None else given
            for own, given in ((self.params, params), (self.x, x), (self.h0, h0), (self.c0, c0))
        )
        hs, cs = walk(self.cell, "tanh", params, x, h0, c0, push_h, push_c, self.reverse)
        handed = self.handed[::-1] if self.reverse else self.handed
        total = 0.0
        for j, (h, dh) in enumerate(zip(hs[1:], handed, strict=True), start=1):
            total = total + (np.sum(h * dh) if at in (None, j) else 0.0)
        if at in (None, len(handed)):
            total = total + np.sum(hs[-1] * self.last_dh)
            if cs[-1] is not None:
                total = total + np.sum(cs[-1] * self.last_dc)
        return total


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_what_is_handed_in_comes_out_as_the_gradient_of_everything_that_entered(cell, reverse):
    alone = Alone(cell, reverse, B=2)
    layer = alone.layer
    layer.backward()
    zeros = numpy.zeros((T + 1, 2, H))
    close(layer.dh.transpose(0, 2, 1), grad(lambda push: alone.blame(push_h=push))(zeros))
    close(layer.dh[0].T, grad(lambda h0: alone.blame(h0=h0))(alone.h0))
    close(layer.input_gradients(alone.params["W_xh"]).transpose(0, 2, 1), grad(lambda x: alone.blame(x=x))(alone.x))
    if layer.dc is not None:
        close(layer.dc.transpose(0, 2, 1), grad(lambda push: alone.blame(push_c=push))(zeros))
        close(layer.dc[0].T, grad(lambda c0: alone.blame(c0=c0))(alone.c0))
    theirs = grad(lambda params: alone.blame(params=params))(alone.params)
    for name, ours in layer.gradients()[0].items():
        close(ours, theirs[name] / 2)


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_without_a_loss_has_adjoints_and_a_flow(cell, reverse):
    alone = Alone(cell, reverse, B=1)
    adjoint = layer_adjoints(alone.layer)
    seen = layer_flow(alone.layer, adjoint)
    zeros = numpy.zeros((T + 1, 1, H))
    close(adjoint.dh, grad(lambda push: alone.blame(push_h=push))(zeros)[:, 0])
    assert seen.residual <= 1e-10
    for j in range(1, T + 1):
        alone_at = grad(lambda push, j=j: alone.blame(push_h=push, at=j))(zeros)[: j + 1, 0]
        close(numpy.exp(seen.ln_flow[j - 1, : j + 1]), numpy.linalg.norm(alone_at, axis=1))
        if seen.ln_flow_c is not None:
            alone_at = grad(lambda push, j=j: alone.blame(push_c=push, at=j))(zeros)[: j + 1, 0]
            close(numpy.exp(seen.ln_flow_c[j - 1, : j + 1]), numpy.linalg.norm(alone_at, axis=1))


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_too_small_for_float64_keep_their_size(cell):
    usual, tiny = Alone(cell, reverse=False, B=1), Alone(cell, reverse=False, B=1, scale=1e-200)
    for alone in (usual, tiny):
        size = 1e-200 if alone is tiny else 1.0
        alone.layer.hand(alone.handed.transpose(0, 2, 1), size * alone.last_dh.T, size * alone.last_dc.T)
    adjoint, shrunk = layer_adjoints(usual.layer), layer_adjoints(tiny.layer)
    close(shrunk.ln_dh_norm, adjoint.ln_dh_norm + numpy.log(1e-200))
    assert layer_flow(tiny.layer, shrunk).residual <= 1e-10


@pytest.mark.parametrize("cell", CELLS)
def test_the_reverse_direction_is_the_forward_one_on_the_sequence_turned_round(cell):
    forward, reverse = Alone(cell, reverse=False, B=2), Alone(cell, reverse=True, B=2)
    turned = forward.layer
    turned.inputs[:] = forward.x[::-1].transpose(0, 2, 1)
    turned.forward(forward.h0, forward.c0)
    assert (reverse.layer.states == turned.states[::-1]).all()
    assert (reverse.layer.by_time(reverse.layer.entering)[-1, :H] == reverse.h0.T).all()


@pytest.mark.parametrize("cell", CELLS)
def test_states_of_one_sequence_do_not_stay_for_the_next(cell):
    alone = Alone(cell, reverse=False, B=2)
    started = alone.layer.states.copy()
    alone.layer.forward()
    alone.layer.forward(alone.h0, alone.c0)
    assert (alone.layer.states == started).all()
    alone.layer.forward()
    assert not alone.layer.entering[0, :H].any()
    assert alone.layer.cell.c is None or not alone.layer.cell.c[0].any()


@pytest.mark.parametrize("cell", CELLS)
def test_gradients_are_the_same_sums_whether_all_timesteps_are_summed_at_once_or_few(cell, monkeypatch):
    together = Alone(cell, reverse=False, B=40)
    monkeypatch.setattr("app.engine.sums.SMALL", 0)
    three_by_three = Alone(cell, reverse=False, B=40)
    together.layer.backward()
    three_by_three.layer.backward()
    for _ in range(2):  # nothing of a sum stays for the next
        for ours, theirs in zip(three_by_three.layer.gradients(), together.layer.gradients(), strict=True):
            for name in theirs if isinstance(theirs, dict) else [...]:
                close(ours[name], theirs[name])
