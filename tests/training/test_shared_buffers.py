"""Trainers that take turns on the same buffers."""

import numpy as np
import pytest

from app.training import RunConfig, Trainer, WorkspacePool
from tests.support.batches import counted_batches


def pair(**config):
    workspaces = WorkspacePool()
    return [Trainer(RunConfig(seed=seed, **config), workspaces=workspaces) for seed in (1, 2)]


def test_a_batch_is_run_once_even_if_others_use_the_buffers_in_between(monkeypatch):
    runs = counted_batches(monkeypatch)
    first, second = pair()
    for _ in range(5):
        for trainer in (first, second):
            trainer.record()
        for trainer in (first, second):
            trainer.advance()
    assert len(runs) == 10


@pytest.mark.parametrize("task", ["echo", "characters"])
def test_what_is_shown_is_ones_own_even_if_others_used_the_buffers_in_between(task):
    first, second = pair(task=task)
    before = first.record()
    second.step(loss_after=True)
    again = first.record()
    assert again.scalars == before.scalars
    for name, values in before.tensors.items():
        np.testing.assert_array_equal(values, again.tensors[name])
