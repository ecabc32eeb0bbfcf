"""Recovery: back to the last weights under which every number was finite."""

import numpy as np
import pytest

from app.engine import Architecture
from app.training import RunConfig, finish
from app.training.learner import Learner
from app.training.recovery import Recovery


@pytest.fixture
def learner():
    return finish(Learner.drawing(RunConfig(optimizer="momentum"), Architecture("rnn", 1, 3, 1)))


def updated(learner, size=1.0):
    learner.update(
        np.full(sum(values.size for values in learner.params.values()), size), solved=False, clipped=False, loss=1.0
    )


def vector(learner):
    return np.concatenate([values.ravel() for _, values in learner.tensors()])


def test_the_last_update_is_undone_first(learner):
    recovery = Recovery()
    recovery.seen_finite(learner)
    updated(learner)
    before, iteration = vector(learner), learner.progress.iteration
    recovery.before_update(learner)
    updated(learner)
    assert recovery.after_update
    recovery.go_back(learner, lambda: True)
    assert np.array_equal(vector(learner), before)
    assert learner.progress.iteration == iteration
    assert not recovery.after_update


def test_where_the_update_before_was_bad_too_it_goes_to_what_was_seen_to_be_finite(learner):
    recovery = Recovery()
    recovery.seen_finite(learner)
    seen = vector(learner)
    for _ in range(2):
        recovery.before_update(learner)
        updated(learner)
    recovery.go_back(learner, lambda: np.array_equal(vector(learner), seen))
    assert np.array_equal(vector(learner), seen)
    assert learner.progress.iteration == 0


def test_where_nothing_is_finite_nothing_is_undone(learner):
    recovery = Recovery()
    recovery.seen_finite(learner)
    recovery.before_update(learner)
    updated(learner)
    here = vector(learner)
    recovery.go_back(learner, lambda: False)
    assert np.array_equal(vector(learner), here)
    assert learner.progress.iteration == 1


def test_after_a_change_there_is_no_way_back(learner):
    recovery = Recovery()
    recovery.before_update(learner)
    updated(learner)
    recovery.forget()
    here = vector(learner)
    recovery.go_back(learner, lambda: True)
    assert np.array_equal(vector(learner), here)


def test_a_learner_is_copied_once_however_often_its_place_is_remembered(learner, monkeypatch):
    recovery, copied, checkpoint = Recovery(), [], learner.checkpoint
    monkeypatch.setattr(learner, "checkpoint", lambda: copied.append(None) or checkpoint())
    recovery.seen_finite(learner)
    here = recovery.here(learner)
    recovery.before_update(learner)
    assert len(copied) == 1
    updated(learner)
    recovery.go_back(learner, lambda: learner.progress is here.progress)
    assert learner.progress is here.progress
    recovery.seen_finite(learner)
    first = recovery.here(learner)
    assert recovery.here(learner) is first
    updated(learner)
    assert recovery.here(learner) is not first
