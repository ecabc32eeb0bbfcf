"""Tasks, cells, quantities, activations, initialisers of one's own: right ones can be chosen, wrong ones are named."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import app
from app.engine import ACTIVATIONS, CELLS, INITIALISERS, OPTIMIZERS, Activation, Cell, Optimizer
from app.engine.cells.base import StackedCell
from app.engine.cells.rnn import RNN
from app.errors import BadValue, TooCostly
from app.tasks import TASKS, Batch, Task
from app.training import WATCHABLE, RunConfig, Trainer, register, schema
from app.training.config import RunConfig as Config
from app.training.quantities import QUANTITIES, Found, Quantity, Tensor
from app.validation import properties

ROOT = Path(__file__).parents[2]
FIELDS = {"activation": ACTIVATIONS, "cell": CELLS, "init": INITIALISERS, "optimizer": OPTIMIZERS, "task": TASKS}
WORDS = {"name": "half", "about": "Half of it.", "source": "nobody"}
SMALL = {"sequence_length": 8, "hidden_size": 4, "batch_size": 3}


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """Nothing that a test registers is there for the next one."""
    tables = {field: dict(known) for field, known in FIELDS.items()}
    names = {field: list(Config.model_fields[field].json_schema_extra["enum"]) for field in FIELDS}
    monkeypatch.setattr("app.training.extensions._replaceable", set())
    quantities = dict(QUANTITIES)
    yield
    QUANTITIES.clear()
    QUANTITIES.update(quantities)
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


class Loudness(Quantity):
    """The mean size of the state."""

    name = "loudness"
    about = "The mean size of the state."
    tensors = (Tensor("h_size", ("T",), "float64", "mean |h_t|", of="layer"),)
    scalars = ("loudest",)

    def cost(self, work):
        return 1e6 * work.T

    def measure(self, seen):
        sizes = {ending: np.abs(view.h[1:, 0]).mean(axis=1) for ending, view in seen.trace.net.views.items()}
        return Found({f"h_size{ending}": size for ending, size in sizes.items()}, {"loudest": float(sizes[""].max())})


def test_a_quantity_of_ones_own_is_watched_declared_and_paid_for_like_what_ships():
    register(Loudness)
    trainer = Trainer(RunConfig(num_layers=2, **SMALL))
    record = trainer.record({"loudness", "gates"})
    np.testing.assert_allclose(record.h_size_l2, np.abs(record.h_l2[1:]).mean(axis=1), rtol=1e-6)
    assert record.loudest == record.h_size.max()
    assert trainer.tensors({"loudness"})["h_size_l2"] == ((8,), "float64")
    assert trainer.record().loudest is None
    assert "loudness" in WATCHABLE
    assert "loudness" in schema()["quantities"]
    with pytest.raises(TooCostly, match="loudness would take"):
        Trainer(RunConfig(sequence_length=500), max_cost=100_000_000).record({"loudness"})


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"tensors": ()}, r"declares for h_size nothing; `measure` gave \(5,\) float64"),
        ({"tensors": (Tensor("h_size", ("H",), "float64", ""),)}, r"declares for h_size \(4,\) float64; .* \(5,\)"),
        ({"scalars": ()}, 'must name "loudest" in `scalars`'),
        ({"measure": Quantity.measure, "__abstractmethods__": frozenset({"measure"})}, "is not complete: .*measure"),
        ({"measure": lambda self, seen: Found(seen.nothing)}, "is not complete: .*nothing"),
        ({"name": "flow"}, "There is already the quantity flow"),
    ],
    ids=["not declared", "another shape", "a scalar not declared", "abstract", "an attribute nobody has", "taken"],
)
def test_a_quantity_that_is_wrong_is_refused_and_not_offered(parts, words):
    before = list(QUANTITIES)
    with pytest.raises(BadValue, match=words):
        register(type("Changed", (Loudness,), parts))
    assert list(QUANTITIES) == before


def test_an_initialiser_of_ones_own_draws_the_recurrent_weights():
    @register
    def half(rng, shape):
        return np.full(shape, 0.5)

    assert (Trainer(RunConfig(init="half", **SMALL)).params["W_hh"] == 0.5).all()
    assert (Trainer(RunConfig(init="half", cell="indrnn", **SMALL)).params["u_hh"] == 0.5).all()


def named(name, draw):
    draw.__name__ = name
    return draw


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (named("whole", lambda rng, shape: np.zeros(shape, int)), "must draw finite numbers .* got int64"),
        (named("flat", lambda rng, shape: np.zeros(3)), r"got float64 \(3,\)"),
        (named("free", lambda rng, shape: np.random.default_rng().random(shape)), "from `rng` alone"),
        (named("one", lambda rng: rng), r"must take \(rng, shape\)"),
        (named("normal", lambda rng, shape: np.zeros(shape)), "There is already the initialiser normal"),
        (lambda rng, shape: np.zeros(shape), 'must be small letters, digits and _, like "leaky"; got "<lambda>"'),
    ],
    ids=["integers", "another shape", "another every time", "one argument", "taken", "no name"],
)
def test_an_initialiser_that_is_wrong_is_refused(draw, words):
    with pytest.raises(BadValue, match=words):
        register(draw)
    assert list(INITIALISERS) == RunConfig.model_fields["init"].json_schema_extra["enum"]


class Sign(Optimizer):
    """p <- p - lr sign(g)."""

    name = "sign"

    def direction(self, _name, g):
        return self.lr * np.sign(g)


def test_an_optimizer_of_ones_own_trains_and_its_run_is_resumed():
    register(Sign)
    trainer = Trainer(RunConfig(optimizer="sign", learning_rate=0.01, weight_decay=0.1, **SMALL))
    before = trainer.params["b_y"].copy()
    trainer.advance()
    np.testing.assert_allclose(np.abs(trainer.params["b_y"] - before), 0.01)
    resumed = Trainer.resume(trainer.snapshot())
    assert resumed.record().loss == trainer.record().loss
    assert "sign" in schema()["properties"]["optimizer"]["enum"]


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"direction": lambda self, _name, g: -self.lr * g}, "must go down the gradient"),
        ({"direction": lambda self, _name, g: g * np.nan}, "finite numbers"),
        ({"moments": ("u",)}, 'among m, v, which snapshots hold; got "u"'),
        ({"direction": Optimizer.direction}, "not complete: `direction` is missing"),
        ({"direction": lambda self, name, g: self.v[name] + g}, "not complete: 'w'"),
        ({"name": "adam"}, "already the optimizer adam"),
    ],
    ids=["uphill", "not finite", "another moment", "no direction", "no such moment", "taken"],
)
def test_an_optimizer_that_is_wrong_is_refused_and_not_offered(parts, words):
    with pytest.raises(BadValue, match=re.escape(words)):
        register(type("Wrong", (Sign,), parts))
    assert "sign" not in OPTIMIZERS


@pytest.mark.parametrize("part", [3, "tanh", np.tanh, dict])
def test_what_is_none_of_these_is_refused(part):
    with pytest.raises(BadValue, match="Expected a Task, Cell, Quantity or Optimizer class, an Activation"):
        register(part)


def test_the_package_offers_it():
    assert app.register is register


def test_the_example_of_the_documentation_runs_and_learns():
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "extend.md").read_text(), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(blocks)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    of_initialiser, of_task, of_cell, of_quantity = done.stdout.splitlines()
    assert (of_initialiser, of_quantity) == ("nearly_identity", "(12,)")
    loss, residual = map(float, of_task.split())
    assert loss < 0.5  # the baseline is 1
    assert residual < 1e-10
    passed, residual = of_cell.split()
    assert passed == "True"
    assert float(residual) < 1e-10
