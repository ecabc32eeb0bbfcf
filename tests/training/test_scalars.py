"""NumPy's numbers are taken wherever Python's are, and nothing else is for them."""

import numpy as np
import pytest

from app.errors import BadValue, OutOfRange, UnrollError
from app.training import RunConfig, Trainer

SMALL = {"sequence_length": 7, "hidden_size": 3, "batch_size": 4, "lag": 2}


def test_numbers_of_numpy_are_taken_as_the_numbers_they_are():
    numbers = {"sequence_length": np.int64(7), "seed": np.uint32(5), "learning_rate": np.float32(0.25)}
    assert RunConfig(**numbers) == RunConfig(sequence_length=7, seed=5, learning_rate=0.25)
    assert type(RunConfig(**numbers).sequence_length) is int
    with pytest.raises(BadValue, match="a whole number"):
        RunConfig(sequence_length=np.float64(7.5))


def test_edits_probes_and_samples_may_be_numbers_of_numpy():
    numpy, python = Trainer(RunConfig(**SMALL)), Trainer(RunConfig(**SMALL))
    numpy.edit("W_hh", np.unravel_index(4, (3, 3)), np.float32(0.25))
    python.edit("W_hh", (1, 1), 0.25)
    numpy.show(np.int64(3)), python.show(3)
    numpy.edit("x", (np.int32(2), 0), np.int8(2)), python.edit("x", (2, 0), 2)
    assert numpy.snapshot() == python.snapshot()
    assert dict(numpy.check_gradients(np.uint8(2))) == dict(python.check_gradients(2))
    numpy.configure(learning_rate=np.float32(0.5)), python.configure(learning_rate=0.5)
    assert numpy.step().to_bytes() == python.step().to_bytes()


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda trainer: trainer.edit("W_hh", (0, 0), np.bool_(True)), BadValue),
        (lambda trainer: trainer.edit("W_hh", (0, np.float64(1)), 0.5), OutOfRange),
        (lambda trainer: trainer.edit("W_hh", (0, 0), np.float32(np.inf)), OutOfRange),
        (lambda trainer: trainer.show(np.float64(1)), BadValue),
        (lambda trainer: trainer.configure(seed=np.float32(1)), BadValue),
        (lambda trainer: trainer.check_gradients(np.int64(0)), UnrollError),
    ],
)
def test_what_is_refused_of_pythons_numbers_is_refused_of_numpys(wrong, error):
    with pytest.raises(error):
        wrong(Trainer(RunConfig(**SMALL)))
