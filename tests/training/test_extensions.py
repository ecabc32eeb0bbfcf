"""Tasks, cells and activations of one's own: what is right can be chosen at once, what is wrong is said where."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import app
from app.engine import ACTIVATIONS, CELLS, Activation, Cell
from app.engine.cells.base import StackedCell
from app.engine.cells.rnn import RNN
from app.errors import BadValue
from app.tasks import TASKS, Batch, Task
from app.training import WATCHABLE, RunConfig, Trainer, register, schema
from app.training.config import RunConfig as Config
from app.validation import properties

ROOT = Path(__file__).parents[2]
FIELDS = {"activation": ACTIVATIONS, "cell": CELLS, "task": TASKS}
WORDS = {"name": "half", "about": "Half of it.", "source": "nobody"}
SMALL = {"sequence_length": 8, "hidden_size": 4, "batch_size": 3}


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """Nothing that a test registers is there for the next one."""
    tables = {field: dict(known) for field, known in FIELDS.items()}
    names = {field: list(Config.model_fields[field].json_schema_extra["enum"]) for field in FIELDS}
    monkeypatch.setattr("app.training.extensions._replaceable", set())
    yield
    for field, known in FIELDS.items():
        known.clear()
        known.update(tables[field])
        Config.model_fields[field].json_schema_extra["enum"][:] = names[field]
    properties.cache_clear()


def sine(name="sine", slope=np.cos, gamma=1.0):
    return Activation(name, "sin(a)", gamma, lambda a, out: np.sin(a, out=out), lambda a, _h, out: slope(a, out=out))


class Latest(Task):
    """Say what is heard."""

    name = "latest"
    title = "Latest"
    description = "Say what is heard."
    baseline_words = "always say 0"
    solved_words = "squared error below 0.1"
    loss = "squared_error"
    inputs = ("heard",)
    outputs = ("said",)
    baseline = 1.0
    needed_lag = 0
    solved_below = 0.1

    def draw(self, rng, B):
        x = rng.standard_normal((self.T, B, 1))
        return Batch(x, x.copy())


def test_what_is_registered_can_be_chosen_and_is_offered_like_what_ships():
    register(sine())
    register(Latest)
    trainer = Trainer(RunConfig(task="latest", activation="sine", **SMALL))
    before = trainer.step().loss
    for _ in range(200):
        trainer.advance()
    assert trainer.record().loss < before
    said = schema()
    assert "latest" in said["properties"]["task"]["enum"]
    assert said["tasks"]["latest"]["title"] == "Latest"
    assert said["activations"]["sine"]["formula"] == "sin(a)"
    with pytest.raises(BadValue, match=r"task must be one of echo, .*, latest; got"):
        RunConfig(task="nothing")


def test_a_snapshot_of_it_is_resumed_where_it_is_registered_and_refused_in_words_where_not():
    register(Latest)
    trainer = Trainer(RunConfig(task="latest", **SMALL))
    trainer.advance()
    file = trainer.snapshot()
    assert Trainer.resume(file).snapshot() == file
    code = "import sys; from app.training import Trainer; Trainer.resume(sys.stdin.buffer.read())"
    done = subprocess.run([sys.executable, "-c", code], input=file, cwd=ROOT, capture_output=True)
    assert b"task must be one of echo" in done.stderr


def test_a_cell_of_ones_own_trains_and_passes_the_check():
    @register
    class Mine(RNN):
        name = "mine"

    assert set(Trainer(RunConfig(cell="mine", **SMALL)).record(WATCHABLE).tensors) == set(
        Trainer(RunConfig(cell="mine", **SMALL)).tensors(WATCHABLE)
    )
    trainer, shipped = (Trainer(RunConfig(cell=cell, **SMALL)) for cell in ("mine", "rnn"))
    assert trainer.step({"flow", "truncation", "spectrum"}).loss == shipped.step().loss
    assert all(check.passed for _, check in trainer.check_gradients())


def test_a_cell_with_a_wrong_backward_is_refused_and_not_offered():
    class Wrong(RNN):
        name = "wrong"

        @staticmethod
        def backward(local, dh, direct, back):
            np.multiply(local[0], 0.9 * dh, back[0])

    with pytest.raises(BadValue, match=r"The gradient of W_xh in the cell wrong differs from central differences"):
        register(Wrong)
    assert "wrong" not in CELLS
    with pytest.raises(BadValue):
        RunConfig(cell="wrong")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (type("Bare", (Cell,), {"name": "bare"}), "The cell bare is not complete: .*about"),
        (type("Half", (StackedCell,), {**WORDS, "blocks": 1, "buffers": 1}), "is not complete: "),
        (type("Taken", (RNN,), {}), "There is already the cell rnn"),
    ],
    ids=["no words", "no equations", "taken"],
)
def test_a_cell_that_is_not_complete_is_told_what_is_missing(cell, words):
    with pytest.raises(BadValue, match=words):
        register(cell)
    assert list(CELLS) == RunConfig.model_fields["cell"].json_schema_extra["enum"]


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        (sine(slope=np.sin), r"The derivative of sine at a = .* by central differences"),
        (sine(gamma=0.5), r"gamma of sine must be the largest \|phi'\|, at least"),
        (sine(slope=lambda a, out: np.log(a, out=out)), "must be finite between -4 and 4"),
        (sine(name="tanh"), "There is already the activation tanh"),
        (sine(name="Sine wave"), "must be small letters"),
    ],
)
def test_an_activation_that_is_wrong_is_refused(activation, words):
    with pytest.raises(BadValue, match=words):
        register(activation)
    assert list(ACTIVATIONS) == RunConfig.model_fields["activation"].json_schema_extra["enum"]


def test_an_activation_is_not_compared_at_its_kinks():
    def hinge(a, out):
        np.maximum(a - 0.97, 0.0, out=out)

    def slope(a, _h, out):
        np.greater(a, 0.97, out=out)

    register(Activation("hinge", "max(0, a - 0.97)", 1.0, hinge, slope, kinks=(0.97,)))
    assert Trainer(RunConfig(activation="hinge", **SMALL)).step().loss > 0


def changed(**parts):
    return type("Changed", (Latest,), {"name": "changed", **parts})


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (
            {"draw": lambda self, rng, B: Batch(np.zeros((B, self.T, 1)), np.zeros((B, self.T, 1)))},
            r"must draw x \(5, 3, 1\)",
        ),
        ({"draw": lambda self, rng, B: Batch(np.full((self.T, B, 1), np.nan), np.zeros((self.T, B, 1)))}, "finite x"),
        ({"draw": lambda self, rng, B: Batch(*np.random.default_rng().random((2, self.T, B, 1)))}, "from `rng` alone"),
        ({"loss": "cross_entropy"}, r"target \(5, 3\); got"),
        (
            {
                "loss": "cross_entropy",
                "draw": lambda self, rng, B: Batch(np.zeros((self.T, B, 1)), np.full((self.T, B), 7)),
            },
            "classes below the number of outputs",
        ),
        ({"draw": Task.draw, "__abstractmethods__": frozenset({"draw"})}, "is not complete"),
        ({"name": "echo"}, "There is already the task echo"),
        ({"name": None}, "got none"),
    ],
    ids=["batch first", "nan", "another every time", "no classes", "class 7", "no draw", "taken", "no name"],
)
def test_a_task_that_is_wrong_is_refused(parts, words):
    with pytest.raises(BadValue, match=words):
        register(changed(**parts))
    assert list(TASKS) == RunConfig.model_fields["task"].json_schema_extra["enum"]


def test_a_task_without_its_words_is_told_what_is_missing():
    class Silent(Task):
        name = "silent"

        def draw(self, rng, B):
            return Batch(np.zeros((self.T, B, 1)), np.zeros((self.T, B, 1)))

    with pytest.raises(BadValue, match=r"The task silent is not complete: .*title"):
        register(Silent)


def test_a_notebook_may_register_its_own_again_but_nothing_that_ships():
    register(Latest)
    register(changed(name="latest", title="Again"))
    assert TASKS["latest"].title == "Again"
    assert RunConfig.model_fields["task"].json_schema_extra["enum"].count("latest") == 1
    with pytest.raises(BadValue, match="Choose another name"):
        register(changed(name="copy"))


@pytest.mark.parametrize("part", [3, "tanh", np.tanh, dict])
def test_what_is_none_of_the_three_is_refused(part):
    with pytest.raises(BadValue, match="Expected a Task class, a Cell class or an Activation"):
        register(part)


def test_the_package_offers_it():
    assert app.register is register


def test_the_example_of_the_documentation_runs_and_learns():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "extend.md").read_text(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    of_task, of_cell = done.stdout.splitlines()
    loss, residual = map(float, of_task.split())
    assert loss < 0.5  # the baseline is 1
    assert residual < 1e-10
    passed, residual = of_cell.split()
    assert passed == "True"
    assert float(residual) < 1e-10
