"""Scene 4: one entry of a shared matrix is seen at every timestep."""

import numpy as np
import pytest

from tests.scenes.reading import opened, says

T = 8


def changed_rows(before, after):
    return np.flatnonzero((before != after).any(axis=1)).tolist()


@pytest.mark.parametrize(
    ("tensor", "columns", "outputs"),
    [
        ("W_hh", range(2, T + 1), range(2, T + 1)),
        ("W_xh", range(1, T + 1), range(1, T + 1)),
        ("W_hy", [], range(1, T + 1)),
    ],
)
def test_one_entry_changes_every_timestep_it_is_used_at(tensor, columns, outputs):
    trainer = opened("shared-weights")
    before = trainer.record()
    trainer.edit(tensor, [0, 0], float(trainer.params[tensor][0, 0]) + 0.5)
    after = trainer.record()
    assert changed_rows(before.h, after.h) == list(columns)
    assert [1 + i for i in changed_rows(before.y, after.y)] == list(outputs)
    says("shared-weights", "every column from h_2 on changes", "h_1 does not", "every column, one of W_hy every output")


def test_a_longer_sequence_keeps_the_weights():
    trainer = opened("shared-weights")
    before = {name: values.copy() for name, values in trainer.params.items()}
    trainer.configure(sequence_length=40)
    assert all(np.array_equal(before[name], values) for name, values in trainer.params.items())
