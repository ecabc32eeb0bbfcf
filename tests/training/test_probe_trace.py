"""The probe's trace: what each timestep sends back and adds to the gradients, under full unclipped BPTT."""

import numpy as np
import pytest

from app.engine import CELLS
from app.training import RunConfig, Trainer, finish

SMALL = {"sequence_length": 7, "hidden_size": 5, "lag": 2}
NORMS = ("dh_carried_norm", "dW_hh_norm", "dW_xh_norm", "dW_hy_norm")


def shown(trainer):
    """The probe's record and its network, left as full backpropagation leaves it."""
    record = trainer.record()
    _, trace = finish(trainer._iterations.runner.looking(trainer._state.learner, trainer.probe, {}))
    return record, trace.net


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("task", ["echo", "characters", "adding"])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_what_is_carried_and_the_own_loss_make_the_whole(cell, task, reduction):
    record, net = shown(Trainer(RunConfig(cell=cell, task=task, loss_reduction=reduction, **SMALL)))
    own = net.dy[:, 0] @ net.layer.V[:, -net.O :].T
    carried = np.linalg.norm(net.dh[1:, 0] - own, axis=1)
    np.testing.assert_allclose(record.dh_carried_norm[1:], carried, rtol=1e-9, atol=1e-14)
    assert record.dh_carried_norm[0] == pytest.approx(record.dh_norm[0], rel=1e-12)
    assert record.dh_carried_norm[-1] == 0.0


@pytest.mark.parametrize("cell", CELLS)
def test_a_timesteps_part_of_each_gradient_is_what_its_own_copy_of_the_weights_gets(cell):
    """One product of leaving and entering numbers at a time, by the gradient sums of the network itself."""
    record, net = shown(Trainer(RunConfig(cell=cell, task="characters", **SMALL)))
    layer = net.layer
    leaving, entering = layer.leaving.copy(), layer.entering.copy()
    for t in range(1, net.T + 1):
        for symbol, name, index in (
            ("W_xh", "W_xh", t - 1),
            ("W_hh", CELLS[cell].recurrent.name, t - 1),
            ("W_hy", "W_hy", t),
        ):
            layer.leaving[:], layer.entering[:] = 0.0, 0.0
            layer.leaving[index], layer.entering[index] = leaving[index], entering[index]
            of_the_cell, handed = layer.gradients()
            part = np.linalg.norm((of_the_cell | net.head.gradients([handed]))[name])
            assert record.tensors[f"d{symbol}_norm"][t - 1] == pytest.approx(part, rel=1e-12), (name, t)


@pytest.mark.parametrize("cell", CELLS)
def test_no_norm_is_of_anything_but_full_unclipped_backpropagation(cell):
    # A batch of one never takes the probe along: both records are made in the same way, to the last bit.
    plain = Trainer(RunConfig(cell=cell, batch_size=1, **SMALL)).record()
    cutting = {"clip": "timestep", "clip_threshold": 1e-3, "k1": 2, "k2": 3}
    cut = Trainer(RunConfig(cell=cell, batch_size=1, **cutting, **SMALL)).record({"flow"})
    along = Trainer(RunConfig(cell=cell, batch_size=16, **SMALL)).record()
    for name in NORMS:
        np.testing.assert_array_equal(plain.tensors[name], cut.tensors[name])
        np.testing.assert_allclose(along.tensors[name], cut.tensors[name], rtol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_shapes_are_those_of_the_contract(cell, precision):
    record = Trainer(RunConfig(cell=cell, precision=precision, **SMALL)).record()
    assert {name: (record.tensors[name].shape, record.tensors[name].dtype) for name in NORMS} == {
        name: ((8,) if name == "dh_carried_norm" else (7,), np.float64) for name in NORMS
    }


def test_norms_survive_where_squares_do_not():
    config = RunConfig(activation="linear", init="identity", gain=1e-4, sequence_length=70, task="adding")
    record = Trainer(config).record()
    assert record.ln_dh_norm[0] < np.log(1e-260)
    np.testing.assert_allclose(np.log(record.dh_carried_norm[:-1]), record.ln_dh_norm[:-1], rtol=1e-12)
    assert (record.tensors["dW_xh_norm"] > 0).all()
