"""State: one road from a seed and from a snapshot, and back into a file."""

import pytest

from app.errors import BadValue, TooCostly, UnrollError
from app.tasks import Text
from app.training import RunConfig, Trainer
from app.training.costs import Budget
from app.training.state import State

SMALL = {"sequence_length": 8, "hidden_size": 5, "batch_size": 3, "lag": 3}


def test_a_state_comes_out_of_its_file_as_it_went_in():
    trainer = Trainer(RunConfig(**SMALL))
    for _ in range(3):
        trainer.advance()
    trainer.show(2)
    trainer.edit("x", (1, 0), 0.5)
    file = trainer.snapshot()
    state = State.from_snapshot(file, None, Budget())
    assert (state.config, state.probe, state.edits) == (trainer.config, 2, {(1, 0): 0.5})
    assert state.learner.progress.iteration == 3
    assert state.saved(with_dataset=False).whole() == file


def test_a_seed_and_a_snapshot_lead_to_the_same_run(tmp_path):
    config = RunConfig(**SMALL)
    file = Trainer(config).snapshot()
    (tmp_path / "run").write_bytes(file)
    for trainer in (Trainer(snapshot=file), Trainer.resume(file), Trainer.resume(tmp_path / "run")):
        assert trainer.snapshot() == file
        assert trainer.step().to_bytes() == Trainer(config).step().to_bytes()


def test_a_snapshot_brings_its_own_configuration():
    with pytest.raises(BadValue, match="Expected config or snapshot; got both"):
        Trainer(RunConfig(), snapshot=Trainer().snapshot())


@pytest.mark.parametrize(
    ("bring", "refusal"),
    [
        (lambda trainer: Trainer({"cell": "gru"}), "config must be a RunConfig; got a dict of 1"),
        (lambda trainer: trainer.edit("W_hh", 3, 0.5), "index must be one whole number for each axis of W_hh; got 3"),
        (lambda trainer: trainer.load_text(3), "Expected text, its bytes, or the Path of a file; got int"),
        (lambda trainer: trainer.configure(bidirectional=1), "must be true or false; got 1. Try false"),
    ],
)
def test_another_kind_of_argument_is_refused_in_words(bring, refusal):
    with pytest.raises(UnrollError, match=refusal):
        bring(Trainer())


def test_the_budget_is_asked_before_anything_is_made():
    with pytest.raises(TooCostly):
        State.from_seed(RunConfig(), None, Budget(max_cost=100))
    with pytest.raises(TooCostly):
        State.from_snapshot(Trainer().snapshot(), None, Budget(max_bytes=100))


def test_own_data_may_be_kept_for_later():
    trainer = Trainer(RunConfig(**SMALL))
    before = trainer.snapshot()
    trainer.keep(Text.of("how now, brown cow?"))
    assert trainer.snapshot() == before
    trainer.configure(task="own")
    assert len(trainer.task.inputs) == len(set("how now, brown cow?"))


def test_texts_and_series_may_be_given_by_their_paths(tmp_path):
    (tmp_path / "text.txt").write_bytes(b"\xef\xbb\xbfhow now,\r\nbrown cow?")
    (tmp_path / "series.csv").write_text("a,b\n" + "\n".join(f"{i},{i * i % 7}" for i in range(20)))
    trainer = Trainer(RunConfig(**SMALL))
    trainer.load_text(tmp_path / "text.txt")
    assert "\n" in trainer.task.inputs
    assert "\r" not in trainer.task.inputs
    trainer.load_series(tmp_path / "series.csv")
    assert len(trainer.task.inputs) == 2
