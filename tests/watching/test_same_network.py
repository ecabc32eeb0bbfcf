"""A record of a watched module is that of a `Trainer` whose network, data and loss are the same."""

import numpy as np
import pytest

from app.training import RunConfig, Trainer
from app.watching.crossing import Crossing
from app.watching.measure import Captured, Shown
from app.watching.modules import Spec
from app.watching.stack import replay

WATCHED = {"flow", "gates", "saturation", "spectrum", "truncation"}
OF_THE_HEAD = {"y", "target", "loss_t", "dW_hy_norm"}  # a watched module has no readout and no loss of its own
CONFIG = {"task": "copy", "hidden_size": 5, "sequence_length": 14, "seed": 3}


def watched(trainer: Trainer) -> Shown:
    """The shown sequence of ``trainer``, its layers as PyTorch has them, and what its readout hands to the top one."""
    config, params, record = trainer.config, trainer.params, trainer.record()
    spec = Spec(
        config.cell,
        config.activation,
        len(params["W_xh"]),
        config.hidden_size,
        num_layers=config.num_layers,
        bidirectional=config.bidirectional,
    )
    weights = {}
    for number in range(spec.num_layers):
        for way in ("", "_reverse")[: spec.directions]:
            ours, theirs = f"_l{number + 1}{way}" if number else way, f"_l{number}{way}"
            b_h = params["b_h" + ours]
            recurrent = np.zeros_like(b_h)
            if config.cell == "gru":
                recurrent[-config.hidden_size :] = params["b_hn" + ours]
            weights[f"weight_ih{theirs}"] = params["W_xh" + ours].T
            weights[f"weight_hh{theirs}"] = params["W_hh" + ours].T
            weights[f"bias_ih{theirs}"], weights[f"bias_hh{theirs}"] = b_h, recurrent
    x = record.x[:, None].astype(np.float64)
    nothing = np.zeros((len(x), 1, spec.directions * spec.hidden_size))
    one = Crossing(spec, x, None, None, None, weights, {}, nothing, None, None)
    states = np.concatenate([direction.states[:, 0] for direction in replay(one).layers[-1]], axis=1)
    odds = np.exp(states.dot(params["W_hy"]) + params["b_y"])
    dy = odds / odds.sum(axis=1, keepdims=True)
    dy[np.arange(len(x)), record.target] -= 1.0
    one.d_output = (dy * (record.target >= 0)[:, None]).dot(params["W_hy"].T)[:, None]
    return Shown("", Captured({"": [one]}, own={}, scale=1.0), "", slice(0, 1), 0, {"step": 0})


@pytest.mark.parametrize("both", [False, True], ids=["one way", "both ways"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_every_tensor_of_a_trainers_record_is_in_that_of_the_same_module_with_the_same_numbers(cell, layers, both):
    trainer = Trainer(RunConfig(**CONFIG, cell=cell, num_layers=layers, bidirectional=both))
    ours, theirs = trainer.record(WATCHED), watched(trainer).record
    expected = {name for name in ours.tensors if not name.startswith("lyapunov")} - OF_THE_HEAD
    assert expected <= set(theirs.tensors), f"missing: {sorted(expected - set(theirs.tensors))}"
    for name in expected:
        found, exact = theirs.tensors[name], ours.tensors[name]
        np.testing.assert_allclose(found, exact, rtol=2e-5, atol=1e-6, err_msg=name)
    assert theirs.flow_residual <= 1e-10
    assert theirs.horizon == ours.horizon


def test_gradients_far_beyond_the_range_of_numbers_are_as_exact_below_the_top_layer():
    config = CONFIG | {"sequence_length": 400, "task": "temporal_order"}
    trainer = Trainer(RunConfig(**config, cell="rnn", num_layers=2, gain=0.05, init="orthogonal"))
    ours, theirs = trainer.record({"flow"}), watched(trainer).record
    assert np.isfinite(ours.ln_dh_norm[1:]).all()
    assert ours.ln_dh_norm[1] < -400 * np.log(10), "otherwise nothing is tried here"
    for name in ("ln_dh_norm", "ln_dh_norm_l2", "ln_flow", "ln_flow_l2", "share", "carried_share", "above_share"):
        np.testing.assert_allclose(theirs.tensors[name], ours.tensors[name], rtol=2e-5, atol=1e-6, err_msg=name)
    assert theirs.flow_residual <= 1e-10
