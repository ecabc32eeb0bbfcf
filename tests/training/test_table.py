"""A record as a table, and the numbers of NumPy as settings."""

import numpy as np
import pytest

from app.errors import BadValue
from app.training import WATCHABLE, RunConfig, Trainer

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


def test_numbers_of_numpy_are_taken_as_the_numbers_they_are():
    numbers = {"sequence_length": np.int64(7), "seed": np.uint32(5), "learning_rate": np.float32(0.25)}
    assert RunConfig(**numbers) == RunConfig(sequence_length=7, seed=5, learning_rate=0.25)
    assert type(RunConfig(**numbers).sequence_length) is int
    with pytest.raises(BadValue, match="a whole number"):
        RunConfig(sequence_length=np.float64(7.5))


def test_pairs_of_timesteps_and_what_belongs_to_no_timestep_are_left_out():
    columns = Trainer(RunConfig(**SMALL)).step(set(WATCHABLE)).table()
    stems = {name.split("[")[0] for name in columns}
    assert {"t", "x", "y", "target", "h", "dh", "dh_carried_norm", "dW_xh_norm", "jacobian_norm"} <= stems
    assert not stems & {"ln_flow", "share", "lag_norm", "truncation_cosine", "eigenvalues", "W_hh", "grad.W_hh"}
