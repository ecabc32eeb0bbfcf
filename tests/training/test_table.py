"""A record as a table: a row for each timestep."""

import numpy as np
import pytest

from app.training import WATCHABLE, RunConfig, Trainer
from app.training.table import table

SMALL = {"sequence_length": 7, "hidden_size": 3, "batch_size": 4, "lag": 2}


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_every_column_of_a_table_has_one_number_for_each_timestep_from_0_to_T(cell):
    record = Trainer(RunConfig(cell=cell, **SMALL)).step(set(WATCHABLE))
    columns = record.table()
    assert {len(column) for column in columns.values()} == {8}
    assert columns["t"].tolist() == list(range(8))
    for unit in range(3):
        assert np.array_equal(columns[f"h[{unit}]"], record.h[:, unit])
    assert np.array_equal(columns["loss_t"][1:], record.loss_t)
    assert np.isnan(columns["loss_t"][0])
    assert np.array_equal(columns["ln_dh_norm"], record.ln_dh_norm)
    if cell != "rnn":
        assert np.array_equal(columns["gates[1,2]"][1:], record.gates[:, 1, 2])


def test_pairs_of_timesteps_and_what_belongs_to_no_timestep_are_left_out():
    columns = Trainer(RunConfig(**SMALL)).step(set(WATCHABLE)).table()
    stems = {name.split("[")[0] for name in columns}
    assert {"t", "x", "y", "target", "h", "dh", "dh_carried_norm", "dW_xh_norm", "jacobian_norm"} <= stems
    assert not stems & {"ln_flow", "share", "lag_norm", "truncation_cosine", "eigenvalues", "W_hh", "grad.W_hh"}


def test_layers_and_directions_have_columns_of_their_own():
    states = np.arange(8.0)[:, None]
    tensors = {"h": states, "h_l2": 10 + states, "h_reverse": 20 + states, "slope_mean_l2_reverse": np.ones(7)}
    columns = table(tensors | {"W_hh_l2": np.eye(8), "ln_flow_l2": np.zeros((7, 8))})
    assert list(columns) == ["t", "h[0]", "h_l2[0]", "h_reverse[0]", "slope_mean_l2_reverse"]
    assert columns["h_l2[0]"].tolist() == [10, 11, 12, 13, 14, 15, 16, 17]
    assert np.isnan(columns["h_reverse[0]"][0])  # its row 0 is t = 1, its last one t = T + 1
    assert columns["h_reverse[0]"][1:].tolist() == [20, 21, 22, 23, 24, 25, 26]
    assert np.isnan(columns["slope_mean_l2_reverse"][0])


def test_a_record_seen_from_the_reverse_direction_has_its_states_at_their_timesteps():
    record = Trainer(RunConfig(bidirectional=True, sequence_length=6, lag=2, hidden_size=3)).record()
    whole, seen = record.table(), record.of_layer(1, reverse=True).table()
    for name in ("h[0]", "dh[2]", "dh_norm", "dW_hh_norm"):
        base, bracket, index = name.partition("[")
        np.testing.assert_array_equal(seen[name], whole[f"{base}_reverse{bracket}{index}"])
    np.testing.assert_array_equal(seen["h[0]"][1:], record.h_reverse[:-1, 0])
