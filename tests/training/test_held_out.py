"""Own series in snapshots: the run goes on with the rows it was trained on, also one of before, which knew no split."""

from dataclasses import replace

import numpy as np
import pytest

from app.errors import DatasetNeeded
from app.tasks import Series
from app.training import RunConfig, Trainer
from app.training.dataset import digest

CONFIG = RunConfig(task="own", sequence_length=6, hidden_size=4, batch_size=3)


def series(N=50):
    values = np.random.default_rng(0).standard_normal((N, 2)).cumsum(axis=0)
    return Series(("a", "b"), values)


def trained(data):
    trainer = Trainer(CONFIG, data)
    trainer.advance()
    return trainer


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("inside", [True, False])
def test_a_run_resumes_with_the_rows_it_was_trained_on(split, inside):
    """Data at hand were read today, so they are split; a run of before was not, and stays so."""
    first = trained(replace(series(), split=split))
    again = Trainer.resume(first.snapshot(dataset=inside), None if inside else series())
    assert again.dataset.split is split
    assert [again.step().loss for _ in range(3)] == [first.step().loss for _ in range(3)]


def test_the_same_series_divided_otherwise_has_another_hash():
    assert digest(series()) != digest(replace(series(), split=False))
    assert digest(series(19)) == digest(replace(series(19), split=False)), "of so few rows none are held out"


def test_other_data_are_still_not_taken_for_those_of_the_run():
    blob = trained(series()).snapshot()
    with pytest.raises(DatasetNeeded):
        Trainer.resume(blob, series(51))


def test_what_is_held_out_changes_no_loss_of_training():
    one, other = series(), series()
    other.values[40:] = 1e6
    losses = [[trainer.step().loss for _ in range(5)] for trainer in (Trainer(CONFIG, one), Trainer(CONFIG, other))]
    assert losses[0] == losses[1]
