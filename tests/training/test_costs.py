"""Joint limits: refused before anything is allocated, with what would fit; and buffers shared by shape."""

import re
import tracemalloc

import numpy as np
import pytest

from app.engine import CELLS, metering
from app.engine.layer import Layer
from app.errors import OutOfRange, TooCostly
from app.settings import Settings
from app.training import RunConfig, Trainer, WorkspacePool
from app.training.beside import goes_along
from app.training.costs import cost_of_watching, memory
from app.training.quantities import WATCHABLE
from app.training.work import Work

LARGE = {"sequence_length": 500, "batch_size": 256, "hidden_size": 256}


def test_the_largest_of_everything_is_too_much_together():
    with pytest.raises(TooCostly, match=r"T·B·H·\(H\+I\+O\) = 500·256·256·258.*Try batch_size = \d+\.") as refusal:
        Trainer(RunConfig(**LARGE), max_cost=10**9)
    assert refusal.value.field == "batch_size"
    with pytest.raises(TooCostly, match=r"with gates in lstm, 2 layers, both directions, 256 units, 2 inputs"):
        Trainer(RunConfig(**LARGE, cell="lstm", num_layers=2, bidirectional=True, task="adding"), max_cost=10**9)


def test_arithmetic_in_half_the_bytes_is_estimated_to_cost_less_and_calls_the_same():
    def forward(**config):
        trainer = Trainer(RunConfig(hidden_size=256, **config))
        return Work.of(trainer.config, trainer.task).forward(256)

    assert 0.7 < forward(precision="float32") / forward(precision="float64") < 0.8
    calls = [Work.of(RunConfig(precision=name), Trainer().task).forward(0) for name in ("float32", "float64")]
    assert calls[0] == calls[1]


def test_what_is_suggested_fits():
    trainer = Trainer(RunConfig(), max_cost=3_500_000)
    with pytest.raises(TooCostly) as refusal:
        trainer.configure(sequence_length=300)
    value = int(str(refusal.value).split(f"{refusal.value.field} = ")[1].split()[0].rstrip("."))
    trainer.configure(sequence_length=300, **{refusal.value.field: value})
    with pytest.raises(TooCostly):
        trainer.configure(**{refusal.value.field: value + 1})


def owner(array):
    return array if array.base is None else owner(array.base)


def allocated_by(net):
    holders = (net.layer, net.layer.cell, net.head)
    parts = [part for holder in holders for part in vars(holder).values() if isinstance(part, np.ndarray)]
    return sum({id(array): array.nbytes for array in map(owner, parts)}.values())


def test_memory_is_limited_and_nearly_what_is_allocated():
    with pytest.raises(TooCostly, match="MiB"):
        Trainer(RunConfig(**LARGE), max_bytes=2**26)
    for cell in CELLS:
        trainer = Trainer(RunConfig(cell=cell, hidden_size=32, sequence_length=100))
        runner = trainer._iterations.runner
        nets = [runner._workspace("batch", 32).net]
        one_sequence = sum(map(allocated_by, nets)) / 32
        if (beside := Work.of(trainer.config, trainer.task).beside) is not None:
            nets.append(runner.workspaces.workspace("batch", beside).net)
        allocated = sum(map(allocated_by, nets))
        assert 0.6 * allocated < memory(trainer.config, trainer.task) - one_sequence < 1.7 * allocated


def with_defaults(**config):
    settings = Settings()
    return Trainer(RunConfig(**config), max_cost=settings.max_cost, max_bytes=settings.max_bytes)


def test_a_long_rnn_shows_by_default_all_that_the_page_shows():
    trainer = with_defaults(sequence_length=500, hidden_size=64, batch_size=16)
    trainer.watch({"flow", "weights", "truncation", "gates", "distributions"})
    with pytest.raises(TooCostly, match=r"The watched .* would take about .* ms a record.*Or watch fewer quantities\."):
        trainer.configure(hidden_size=128)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_long_gated_runs_show_by_default_all_but_what_truncation_would_leave(cell):
    trainer = with_defaults(cell=cell, sequence_length=500, hidden_size=64, batch_size=16)
    trainer.watch({"flow", "weights", "gates", "distributions"})
    with pytest.raises(TooCostly, match="truncation"):
        trainer.watch({*trainer.watching, "truncation"})
    assert "truncation" not in trainer.watching


def test_nobody_holds_a_core_for_longer_than_the_default_allows():
    with pytest.raises(TooCostly, match=r"would take about .* ms per iteration; at most 100 ms"):
        with_defaults(sequence_length=500, hidden_size=256)


def test_watched_quantities_count():
    trainer = Trainer(RunConfig(sequence_length=500), max_cost=11 * 10**6)
    trainer.watch({"weights"})
    with pytest.raises(TooCostly, match="The watched flow, truncation"):
        trainer.watch({"flow", "truncation"})
    assert trainer.watching == {"weights"}
    flow, weights = (cost_of_watching(trainer.config, trainer.task, {quantity}) for quantity in ("flow", "weights"))
    assert flow > weights > 0


def test_a_run_that_watches_cannot_grow_beyond_the_limit():
    trainer = Trainer(RunConfig(), max_cost=4 * 10**6)
    trainer.watch({"flow"})
    with pytest.raises(TooCostly):
        trainer.configure(sequence_length=500)
    assert trainer.config.sequence_length == 24


def test_states_of_other_sizes_than_the_networks_are_refused():
    data = {"inputs": np.zeros((2, 3, 1)), "targets": np.zeros((2, 3), int), "h0": np.zeros((2, 5))}
    with pytest.raises(OutOfRange, match=r"states of 5 units; got hidden_size = 16\. Try 5"):
        Trainer(RunConfig(), data)
    assert Trainer(RunConfig(hidden_size=5), data).config.task == "own"


def test_buffers_are_made_once_for_a_shape():
    workspaces = WorkspacePool()
    first, second = (Trainer(RunConfig(seed=seed), workspaces=workspaces) for seed in (1, 2))
    assert first._iterations.runner._workspace("batch", 32) is second._iterations.runner._workspace("batch", 32)
    assert first._iterations.runner._workspace("batch", 32) is not first._iterations.runner._workspace("probe", 32)


def test_buffers_unused_for_longest_are_dropped():
    workspaces = WorkspacePool(max_bytes=8 * 2**20)
    trainer = Trainer(RunConfig(), workspaces=workspaces)
    for T in range(20, 120, 10):
        trainer.configure(sequence_length=T)
        trainer.step()
    assert workspaces.nbytes <= 8 * 2**20
    assert trainer.iteration == 10


def test_buffers_that_nobody_used_since_the_last_look_are_given_back():
    workspaces = WorkspacePool()
    stays, leaves = (Trainer(RunConfig(sequence_length=T), workspaces=workspaces) for T in (20, 200))
    leaves.step()
    stays.step()
    held = workspaces.nbytes
    workspaces.drop_unused()
    assert workspaces.nbytes == held, "all of it was used"
    stays.step()
    workspaces.drop_unused()
    assert 0 < workspaces.nbytes < held / 5
    leaves.step()
    assert leaves.iteration == 2, "buffers are made anew"


COUNTED = [
    {},
    {"clip": "timestep"},
    {"clip": "norm", "k1": 1, "k2": 1},
    {"k1": 1, "k2": 60},
    {"k1": 7, "k2": 20},
    {"k1": 7, "k2": 500, "clip": "timestep"},
    {"k1": 60, "k2": 60},
]


@pytest.mark.parametrize("cut", COUNTED, ids=str)
def test_the_timesteps_that_are_swept_are_counted_and_not_guessed(monkeypatch, cut):
    swept = {"batch": 0, "probe": 0}
    sweeping = Layer.sweeping

    def counted(layer, last, lowest, clip_timestep, at_once):
        swept["batch" if layer.B == 4 else "probe"] += last - lowest
        return sweeping(layer, last, lowest, clip_timestep, at_once)

    trainer = Trainer(RunConfig(sequence_length=60, hidden_size=3, batch_size=4, **cut))
    beside = Work.of(trainer.config, trainer.task).beside
    goes_with_its_batch = beside is not None and goes_along(beside)
    monkeypatch.setattr(Layer, "sweeping", counted)
    trainer.record(())
    trainer.advance()
    work = Work.of(trainer.config, trainer.task)
    assert swept["batch"] == work.swept * (2 if work.clips else 1)
    in_full = 0 if goes_with_its_batch else 60
    assert swept["probe"] == in_full + (work.swept if work.is_cut else 0), "all losses and the last one side by side"


def test_a_shared_link_that_would_hold_a_core_for_seconds_is_refused_and_told_what_fits():
    link = {"sequence_length": 500, "k1": 1, "k2": 500, "clip": "timestep"}
    with pytest.raises(TooCostly, match=r"500 backward passes over 125250 timesteps in all \(k1 = 1\)") as refusal:
        with_defaults(**link)
    assert refusal.value.field == "k1"
    k1 = int(re.search(r"Try k1 = (\d+)\.", str(refusal.value))[1])
    with_defaults(**link | {"k1": k1})
    with pytest.raises(TooCostly):
        with_defaults(**link | {"k1": k1 - 1})


def test_weights_gradients_distributions_and_samples_of_a_large_network_are_priced():
    trainer = Trainer(RunConfig(cell="lstm", hidden_size=256, sequence_length=20, batch_size=1))
    trainer.load_text("".join(chr(0x4E00 + code) for code in range(1000)) * 2)
    price = {name: cost_of_watching(trainer.config, trainer.task, {name}) for name in WATCHABLE}
    assert min(price["weights"], price["gradients"]) > 2e6
    assert min(price["distributions"], price["sample"]) > 50e6


LONG = {"task": "adding", "sequence_length": 500, "hidden_size": 8, "batch_size": 2}


@pytest.mark.parametrize(
    ("config", "watch"),
    [
        ({"sequence_length": 200, "hidden_size": 64, "batch_size": 16}, ()),
        ({"cell": "lstm", "sequence_length": 100, "hidden_size": 32, "batch_size": 32}, ("flow", "gates")),
        ({"sequence_length": 400, "hidden_size": 8, "batch_size": 1}, ("flow",)),
        ({"cell": "gru", "hidden_size": 256, "sequence_length": 10, "batch_size": 2}, ("weights", "gradients")),
        ({"hidden_size": 256, "sequence_length": 10, "batch_size": 2, "optimizer": "adam"}, ("weights",)),
        ({**LONG, "hidden_size": 32}, ("truncation",)),
        ({**LONG, "cell": "lstm", "num_layers": 2}, ("truncation",)),
        ({**LONG, "num_layers": 2, "bidirectional": True}, ("flow",)),
    ],
    ids=str,
)
def test_the_memory_of_a_run_is_within_a_factor_of_two_of_what_it_takes(config, watch):
    tracemalloc.start()
    try:
        trainer = Trainer(RunConfig(**config))
        for _ in range(1 if config["sequence_length"] == 500 else 3):
            trainer.advance()
            trainer.record(watch).to_bytes()
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken / 2 < memory(trainer.config, trainer.task, watch) < 2 * taken


def test_own_data_count_towards_the_memory_of_a_run():
    inputs = np.zeros((100, 50, 40), np.float32)
    trainer = Trainer(RunConfig(), {"inputs": inputs, "targets": np.zeros((100, 50), int)})
    with_data, without = (memory(trainer.config, trainer.task, (), data) for data in (trainer.dataset, None))
    assert with_data - without >= 2 * inputs.nbytes, "they are kept in float64"
    with pytest.raises(TooCostly, match="own data would take"):
        Trainer(RunConfig(), {"inputs": inputs, "targets": np.zeros((100, 50), int)}, max_bytes=with_data - 1)


@pytest.mark.parametrize("cell", CELLS)
def test_the_entries_of_a_lag_are_counted_and_not_guessed(monkeypatch, cell):
    counted = []

    def meter(net, adjoints):
        counted.append(sum(adjoint.dW_hh[0].size for adjoint in adjoints.values()))
        return metering(net, adjoints)

    monkeypatch.setattr("app.training.quantities.truncation.metering", meter)
    for extent in ({}, {"num_layers": 2, "bidirectional": True}):
        trainer = Trainer(RunConfig(sequence_length=5, hidden_size=3, batch_size=1, cell=cell, **extent))
        trainer.record(("truncation",))
        assert counted.pop() == Work.of(trainer.config, trainer.task).recurrent_entries


def test_what_was_affordable_is_asked_again_once_something_changes():
    trainer = Trainer(RunConfig(sequence_length=20), max_cost=4_500_000)
    trainer.record({"flow", "truncation"})
    trainer.configure(sequence_length=300)
    with pytest.raises(TooCostly, match="watched"):
        trainer.record({"flow", "truncation"})
    trainer.configure(sequence_length=20)
    trainer.record({"flow", "truncation"})
