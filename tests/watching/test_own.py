"""A Trainer of our own under watch: nothing of its training changes, and what is said is what its records say."""

import errno
import io
import sys
import warnings
from contextlib import contextmanager

import pytest

import app as unroll
from app import recording as recordings
from app.errors import BadValue
from app.recording import Recording
from app.watching import own, watcher
from app.watching.own import QUANTITIES, OwnRecord

CONFIG = {"cell": "rnn", "hidden_size": 8, "sequence_length": 20, "seed": 1}


def trained(updates: int, watched: bool, **options: object) -> tuple[list[float], list[int]]:
    trainer, steps = unroll.Trainer(unroll.RunConfig(**CONFIG)), []
    watching = unroll.watch(trainer, page=False, **options) if watched else None
    losses = []
    for _ in range(updates):
        losses.append(trainer.step().loss)
        if watching is not None:
            steps.append(watching.last["trainer"].step)
    return losses, steps


def test_every_nth_update_is_captured_and_no_loss_changes_by_a_bit():
    plain, _ = trained(7, False)
    watched, steps = trained(7, True, every=3, sequence=2)
    assert watched == plain
    assert steps == [0, 0, 0, 3, 3, 3, 6]


def test_a_finding_is_told_once_and_its_remedy_is_a_line_that_runs(capsys):
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    told = []
    with unroll.watch(trainer, page=False) as watching:
        watching.on("not_learning", lambda name, verdict: told.append((name, verdict["cause"])))
        for _ in range(3):
            trainer.advance()
        verdict = watching.verdict()["trainer"]
    assert told == [("trainer", "learning_rate")]
    assert verdict["finding"] == "not_learning"
    assert capsys.readouterr().err.count("unroll: step 0: not_learning. trainer: the learning rate is 0") == 1
    exec(verdict["code"], {"trainer": trainer})
    assert trainer.config.learning_rate > 0


def test_the_address_of_the_page_is_printed_and_a_finding_is_told_beside_it(capsys, monkeypatch):
    monkeypatch.setattr(own, "screen", lambda *_: Shown())
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    with unroll.watch(trainer):
        trainer.advance()
    said = capsys.readouterr()
    assert said.out == f"unroll: watching trainer; see {Shown.address}\n"
    assert said.err.startswith("unroll: step 0: not_learning. ")


def test_where_nothing_can_be_printed_a_trainer_is_watched_all_the_same(monkeypatch):
    monkeypatch.setattr(own, "screen", lambda *_: Shown())
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG))
    monkeypatch.setattr(sys, "stdout", closed())
    with unroll.watch(trainer) as watching:
        trainer.advance()
        assert not watching.failures
        assert watching.last["trainer"].step == 0


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


def test_a_terminal_that_is_closed_ends_no_loop(monkeypatch):
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    monkeypatch.setattr(sys, "stderr", closed())
    with unroll.watch(trainer, page=False) as watching:
        trainer.advance()
        assert watching.verdict()["trainer"]["finding"] == "not_learning"
        assert not watching.failures


def test_where_warnings_are_errors_and_the_terminal_is_closed_a_failure_of_ours_ends_no_loop(monkeypatch):
    def fails(*_):
        raise ZeroDivisionError("on purpose")

    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    monkeypatch.setattr(sys, "stderr", closed())
    with warnings.catch_warnings(), unroll.watch(trainer, page=False) as watching:
        warnings.simplefilter("error")
        watching.on("not_learning", fails)
        trainer.advance()
        assert list(watching.failures) == ["ZeroDivisionError: on purpose"]
    assert trainer.iteration == 1


def test_a_full_disk_keeps_nothing_from_being_shown_and_told(monkeypatch, tmp_path, capsys):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    shown, called = Shown(), []
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    with unroll.watch(trainer, page=False, file=tmp_path / "run.unroll") as watching, recorded() as told:
        monkeypatch.setattr(watching, "_screen", shown)
        watching.on("not_learning", lambda name, _: called.append(name))
        with monkeypatch.context() as disk:
            disk.setattr(Recording, "write", full)
            for _ in range(3):
                trainer.advance()
        trainer.advance()
        assert list(watching.failures) == ["OSError: [Errno 28] No space left on device"] * 3
    assert (shown.steps, called) == ([0, 1, 2, 3], ["trainer"])
    assert "unroll: step 0: not_learning" in capsys.readouterr().err
    (said,) = told
    assert "a record could not be written and is missing in the file; training goes on (OSError" in said
    with unroll.open(tmp_path / "run.unroll") as recording:
        assert recording.iterations == [3]


def test_a_record_too_large_for_a_file_is_told_and_the_file_can_be_read(monkeypatch, tmp_path):
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG))
    with unroll.watch(trainer, page=False, file=tmp_path / "run.unroll"), recorded() as told:
        trainer.advance()
        with monkeypatch.context() as smaller:
            smaller.setattr(recordings, "LARGEST_FRAME", 1000)
            trainer.advance()
        trainer.advance()
    (said,) = told
    assert "a record could not be written and is missing in the file; training goes on (Expected at most 1000" in said
    with unroll.open(tmp_path / "run.unroll") as recording:
        assert recording.iterations == [0, 2]


def test_a_callback_that_fails_keeps_nothing_from_other_callbacks_modules_and_the_file(tmp_path):
    def fails(name, _):
        raise ZeroDivisionError(f"of {name}")

    called = []
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    with unroll.watch(trainer, page=False, file=tmp_path / "run.unroll") as watching, recorded() as told:
        one = OwnRecord(trainer.record(QUANTITIES))
        watching.on("not_learning", fails)
        watching.on("not_learning", lambda name, _: called.append(name))
        watching._take({"encoder": one, "decoder": one})
        assert list(watching.failures) == ["ZeroDivisionError: of encoder", "ZeroDivisionError: of decoder"]
    assert called == ["encoder", "decoder"]
    assert told == ["Unroll: a callback for a finding failed; training goes on (ZeroDivisionError: of encoder)."]
    with unroll.open(tmp_path / "run.unroll") as recording:
        assert len(recording) == 2


def test_a_failure_of_each_kind_is_a_warning_of_its_own(monkeypatch, tmp_path):
    def fails(*_):
        raise ZeroDivisionError("on purpose")

    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG, learning_rate=0.0, init="orthogonal"))
    with unroll.watch(trainer, page=False, file=tmp_path / "run.unroll") as watching, recorded() as told:
        monkeypatch.setattr(watching, "_screen", Shown())
        for place, name in ((Shown, "show"), (Recording, "write")):
            monkeypatch.setattr(place, name, fails)
        watching.on("not_learning", fails)
        for _ in range(3):
            trainer.advance()
    assert [said.partition(";")[0] for said in told] == [
        "Unroll: watching failed and may show less from here on",
        "Unroll: a callback for a finding failed",
        "Unroll: a record could not be written and is missing in the file",
    ]


class Shown:
    """A screen, and of which steps it was shown the trainer."""

    address = "http://127.0.0.1/"

    def __init__(self):
        self.steps = []

    def show(self, found):
        self.steps.append(found["trainer"].step)

    def close(self):
        """Nothing is open."""


@contextmanager
def recorded():
    """What is warned of."""
    told = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield told
    told += [str(one.message) for one in caught]


@pytest.mark.parametrize("cell", ["rnn", "indrnn"])
def test_a_gradient_of_which_nothing_is_left_is_told_and_drawn_as_0(cell):
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG | {"cell": cell}, init="normal", gain=0.0))
    with unroll.watch(trainer, page=False) as watching:
        trainer.advance()
        assert not watching.failures
        verdict = watching.verdict()["trainer"]
        assert verdict["finding"] == "vanishing"
        assert " 0 at timestep " in verdict["sentence"]
        assert verdict["sentence"] in watching._repr_html_()


def test_what_was_captured_is_saved_and_after_closing_nothing_is_captured(tmp_path):
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG))
    with unroll.watch(trainer, page=False, every=2, file=tmp_path / "all.unroll") as watching:
        for _ in range(5):
            trainer.advance()
        watching.save(tmp_path / "last.unroll")
    trainer.advance()
    for name in ("all", "last"):
        with unroll.open(tmp_path / f"{name}.unroll") as recording:
            assert [record.step for record in recording] == [0, 2, 4]
            assert recording[0].verdict["sentence"].startswith("trainer: ")
    assert "trainer" in watching._repr_html_()


def test_what_says_nothing_of_a_trainer_is_refused():
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG))
    for options in ({"modules": "rnn"}, {"scaler": object()}):
        with pytest.raises(BadValue, match="leave out"):
            unroll.watch(trainer, page=False, **options)


@pytest.mark.parametrize("cell", ["lstm", "gru", "mingru", "ln_lstm"])
def test_every_gated_cell_shows_its_gates_lags_and_weights(cell):
    trainer = unroll.Trainer(unroll.RunConfig(**{**CONFIG, "cell": cell}))
    with unroll.watch(trainer, page=False) as watching:
        trainer.advance()
        tensors = watching.last["trainer"].tensors
    assert {"gates", "lag_norm", "truncation_cosine", "W_xh", "grad.W_xh"} <= set(tensors)
    assert ("eigenvalues" in tensors) == (cell != "mingru"), "its states meet through no weights"


def test_every_finding_that_a_record_can_have_has_words():
    from app.training.findings import CODES
    from app.training.findings.sentences import SENTENCES
    from app.watching.own import HEALTHY

    assert set(CODES) == set(SENTENCES)
    assert set(CODES) - set(HEALTHY) <= set(watcher.FINDINGS)
