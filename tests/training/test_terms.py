"""Each use of a weight, and each term of one loss's gradient, against central differences on the use's own copy."""

import numpy as np
import pytest

from app.engine import CELLS, Architecture, Network
from app.training import RunConfig, Trainer

SHORT = {"sequence_length": 4, "hidden_size": 3, "batch_size": 2, "lag": 1, "activation": "tanh"}
STEP = 1e-6


def record(**config):
    return Trainer(RunConfig(**{**SHORT, **config})).record({"terms", "weights"})


def probe(trained, config, params):
    """E of the shown sequence, and its network, under these parameters."""
    x, target = (trained.tensors[name].astype(np.float64)[:, None] for name in ("x", "target"))
    T, I = trained.tensors["x"].shape
    H, O = trained.tensors["h"].shape[1], trained.tensors["y"].shape[1]
    net = Network(Architecture(config.cell, I, H, O), config.activation, "squared_error", T, 1)
    net.forward(params, x, target)
    return net


def differences(trained, config, name):
    """dE/dNAME by central differences."""
    params = {key: trained.tensors[key].copy() for key in trained.tensors if key[:2] in ("W_", "b_", "u_", "g_")}
    found = np.zeros_like(params[name])
    for place in np.ndindex(found.shape):
        value, sizes = params[name][place], []
        for step in (STEP, -STEP):
            params[name][place] = value + step
            sizes.append(probe(trained, config, params).objective(config.loss_reduction))
        params[name][place] = value
        found[place] = (sizes[0] - sizes[1]) / (2 * STEP)
    return found


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_the_uses_of_each_weight_add_up_to_its_gradient(cell, reduction):
    trained = record(cell=cell, loss_reduction=reduction)
    config = RunConfig(**SHORT, cell=cell, loss_reduction=reduction)
    tensors = trained.tensors
    sums = {
        "W_hy": tensors["h"][1:].T.astype(np.float64) @ tensors["dy"],
        "W_xh": tensors["x"].T.astype(np.float64) @ tensors["da_x"],
    }
    if "W_hh" in tensors:
        sums["W_hh"] = tensors["h"][:-1].T.astype(np.float64) @ tensors["da"]
    elif "da" in tensors:
        sums["u_hh"] = (tensors["h"][:-1] * tensors["da"]).sum(axis=0)
    for name, total in sums.items():
        np.testing.assert_allclose(total, differences(trained, config, name), rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_the_terms_of_all_losses_add_up_to_the_whole_at_every_timestep(cell, reduction):
    tensors = record(cell=cell, loss_reduction=reduction).tensors
    for whole, pairs in (("da_x", "pair_da_x"), ("da", "pair_da")):
        if whole not in tensors:
            assert pairs not in tensors
            continue
        np.testing.assert_allclose(tensors[pairs].sum(axis=0), tensors[whole], rtol=1e-12, atol=1e-15)
        for t in range(4):
            assert not tensors[pairs][t, t + 1 :].any(), "no loss reaches what comes after it"
    assert not tensors["pair_da_x"][0].any(), "t = 1 has no target under lag 1"


def test_a_term_is_the_derivative_by_the_copy_of_the_weights_that_its_timestep_uses():
    tensors = record().tensors
    W_xh, W_hh, b_h, W_hy, b_y = (tensors[name] for name in ("W_xh", "W_hh", "b_h", "W_hy", "b_y"))
    x, target = tensors["x"].astype(np.float64), tensors["target"].astype(np.float64)

    def loss(t, copies):
        h = np.zeros(3)
        for k in range(t):
            h = np.tanh(x[k] @ W_xh + h @ copies[k] + b_h)
        return float(np.mean((h @ W_hy + b_y - target[t - 1]) ** 2))

    for t in (2, 3, 4):
        for k in range(1, t + 1):
            found = np.zeros((3, 3))
            for place in np.ndindex(3, 3):
                sizes = []
                for step in (STEP, -STEP):
                    copies = [W_hh.copy() for _ in range(4)]
                    copies[k - 1][place] += step
                    sizes.append(loss(t, copies))
                found[place] = (sizes[0] - sizes[1]) / (2 * STEP)
            term = np.outer(tensors["h"][k - 1].astype(np.float64), tensors["pair_da"][t - 1, k - 1])
            np.testing.assert_allclose(term, found, rtol=1e-5, atol=1e-7, err_msg=f"E_{t} by W_hh as used at {k}")
    assert not tensors["h"][0].any(), "so the first term of W_hh is exactly 0"


def test_no_other_number_of_the_record_changes_where_terms_are_asked_for():
    config = RunConfig(**SHORT, k1=2, k2=2)
    others = {"flow", "truncation", "gradients", "spectrum"}
    plain, watched = (Trainer(config).record(others | more).tensors for more in (set(), {"terms"}))
    for name, values in plain.items():
        np.testing.assert_array_equal(values, watched[name], err_msg=name)


def test_longer_sequences_are_not_told_apart_loss_by_loss():
    assert "pair_da" in record(sequence_length=6).tensors
    assert "pair_da" not in record(sequence_length=7).tensors
    assert record(sequence_length=7, num_layers=2).tensors["da_l2"].shape == (7, 3)


def test_gradients_far_below_float64_are_zero_and_no_warning():
    tensors = record(sequence_length=400, gain=1e-3, init="identity", activation="linear").tensors
    assert np.isfinite(tensors["da"]).all()
