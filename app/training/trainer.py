"""Trainer: one network that learns, one update at a time, for whoever asks."""

from collections.abc import Collection, Iterator
from typing import Any, Self

import numpy as np

from ..engine import Params, TensorCheck, TruncationMeter, norm
from ..errors import BadUpload, BadValue, OutOfRange, shown
from ..tasks import OwnData, Sequences, Task, make_task
from . import batch_pass, edits, limits, snapshot
from . import dataset as datasets
from . import weights as pytorch
from .arrays_from import Source
from .batch_pass import BatchPass
from .batch_runner import BatchRunner
from .config import Effects, RunConfig
from .distributions import quantiles
from .divergence import Divergence, find
from .learner import Checkpoint, Learner
from .numerics import fingerprint
from .probe_trace import ProbeTrace
from .records import WATCHABLE, Record
from .workspace import WorkspacePool


class Trainer:
    """A network in training.

    `dataset` and `weights` are dicts of arrays or safetensors files: `inputs`, `targets`, `h0` to learn from, and the
    weights of a PyTorch module to start from. `max_cost` and `max_bytes` bound one iteration (None: no bound);
    `workspaces` lets trainers of one thread share buffers. One (config, seed) gives one sequence of losses, bit for
    bit, on one machine. What is refused raises an UnrollError and changes nothing.
    """

    config: RunConfig
    task: Task
    dataset: OwnData | None = None
    """The learner's own data, kept while other tasks are tried."""
    _hashed: tuple[OwnData, str] | None = None  # own data and their hash, which takes a while
    iterations_per_second: float | None = None
    """How fast the caller finds training to be; the records carry it, as no clock runs in here."""
    same_numerics: bool = True
    """False where a resumed run was begun on arithmetic with other last digits."""

    divergence: Divergence | None
    """The first number that was not finite, until something is changed."""
    _previous: Checkpoint | None  # before the last update
    _last_finite: Checkpoint | None  # the last one at which batch and probe were seen to be finite
    _meter: tuple[TruncationMeter, int] | None  # the last that was measured, if only updates came since, and when

    def __init__(
        self,
        config: RunConfig | None = None,
        dataset: Source | OwnData | None = None,
        weights: Source | None = None,
        *,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
    ) -> None:
        self.max_cost, self.max_bytes = max_cost, max_bytes
        self.watching: frozenset[str] = frozenset()
        self.probe = 0
        self._workspaces = workspaces if workspaces is not None else WorkspacePool()
        self._edits: edits.Edits = {}
        config = config if config is not None else RunConfig()
        if dataset is None:
            self._configure(config, None)
        else:
            self.config = config
            self._learn_from(dataset if isinstance(dataset, OwnData) else datasets.read_sequences(dataset))
        self.reset()
        if weights is not None:
            self.load_weights(weights)

    # What a caller may read.

    @property
    def params(self) -> Params:
        """The weights by name."""
        return self._learner.params

    @property
    def iteration(self) -> int:
        """n: how many updates the weights have had."""
        return self._learner.progress.iteration

    @property
    def solved_at(self) -> int | None:
        """The iteration at which the task was solved; None while it is not."""
        return self._learner.progress.solved_at

    @property
    def diverged(self) -> bool:
        """Whether a number that is not finite stopped the run; a change of any kind lets it go on."""
        return self.divergence is not None

    def task_info(self) -> dict[str, Any]:
        """The task in words and numbers: inputs, outputs, classes, baseline, needed lag, what solves it."""
        return self.task.info()

    # Iterations.

    def record(
        self, watch: Collection[str] | None = None, *, skip_expensive: bool = False, probe: int | None = None
    ) -> Record:
        """The current iteration under the present weights, with the quantities in `watch` (None: in `watching`).

        With `skip_expensive` the expensive quantities are not measured: `truncation` is repeated from the last record
        that measured it, if only updates happened since (`as_of` names that iteration), and `distributions` are left
        out, as a curve over training does not need every point.

        `probe` shows another sequence than the one that is shown, without edits, and leaves everything as it is.

        Nothing is changed, unless a number is not finite: then the record shows it, `divergence` names it, and the
        weights go back to where all numbers were finite.
        """
        quantities = self.watching if watch is None else self._checked(watch)
        with np.errstate(all="ignore"):
            if probe is not None and probe != self.probe:
                return self._measure(quantities, probe=probe)[2]
            now, trace, record = self._measure(quantities, skip_expensive)
            if not (now.is_finite and trace.is_finite):
                self._diverge(now, trace, record)
            elif self._last_finite is None or self._last_finite.progress.iteration != self.iteration:
                self._last_finite = self._learner.checkpoint()
        return record

    def advance(self) -> None:
        """Update n.

        A number that is not finite undoes the update before and sets `divergence`; from then on, until something is
        changed, there is nothing to do.
        """
        if self.divergence is not None:
            return
        with np.errstate(all="ignore"):
            now = self._batch_pass()
            if not now.is_finite:
                self._diverge(*self._measure(self.watching))
                return
            self._previous = self._learner.checkpoint()
            solved = now.loss_per_timestep < self.task.solved_below
            self._learner.update(now.update, solved=solved, clipped=now.was_clipped)
            self._runner.forget()

    def step(self, watch: Collection[str] | None = None, *, loss_after: bool = False) -> Record:
        """The record of iteration n with its gradients, which update n needs anyway, then update n.

        `loss_after` adds what the update made of its own batch's loss.
        """
        record = self.record({*(self.watching if watch is None else watch), "gradients"})
        batch = None if self.diverged or not loss_after else self._batch_pass().batch
        self.advance()
        if batch is not None:
            record.scalars["loss_after"] = self._runner.loss(self.params, batch)
        return record

    def records(self, watch: Collection[str] | None = None) -> Iterator[Record]:
        """The record of iteration n, then update n, for as long as someone asks; ends where a number is not finite."""
        while not self.diverged:
            yield self.step(watch)

    # Changes.

    def configure(self, **changes: Any) -> Effects:
        """Change fields of the configuration, all or none of them; says which were live and which restarted the run."""
        config = self.config.changed(changes)
        effects = self.config.effects(config)
        task = self._fitting_task(config, self.dataset)
        if not effects.restart:
            self._undo_if_nonfinite()
        self._apply(config, task, self.dataset)
        if effects.restart:
            self.reset()
        else:
            self._learner.configure(config, new_optimizer="optimizer" in effects.live)
            if {"sequence_length", "lag"} & set(effects.live):
                self._learner.clear_solved()
            self._changed()
        return effects

    def edit(self, tensor: str, index: Collection[int], value: float) -> None:
        """Set one entry of a parameter, or one of the probe's `x`: index [t - 1, i]. |value| ≤ 1e6."""
        shapes = {name: values.shape for name, values in self.params.items()}
        shapes["x"] = (self.config.sequence_length, len(self.task.inputs))
        at = edits.checked(shapes, tensor, index, value)
        if tensor == "x":
            self._edits[at[0], at[1]] = float(value)
        else:
            self._undo_if_nonfinite()
            self.params[tensor][at] = value
        self._changed()

    def show(self, probe: int) -> None:
        """Look at another sequence: any index from 0; for own sequences their place in the file."""
        self._check_probe(probe)
        if probe != self.probe:
            self.probe = probe
            self._edits = {}
            self._changed()

    def check_record(self, watch: Collection[str], probe: int | None = None) -> None:
        """Refuse what `record` could not show: unknown or too costly quantities, a sequence that does not exist."""
        self._checked(watch)
        if probe is not None:
            self._check_probe(probe)

    def watch(self, quantities: Collection[str]) -> None:
        """Say which optional quantities records hold from now on."""
        self.watching = self._checked(quantities)
        self._meter = None

    def reset(self) -> None:
        """Start again: the seed's weights, iteration 0, the probe unedited."""
        self._learner = Learner.from_seed(self.config, len(self.task.inputs), len(self.task.outputs))
        self._edits = {}
        self._changed()

    def check_gradients(self, samples: int = 8, broken: str | None = None) -> Iterator[tuple[str, TensorCheck]]:
        """Analytic gradients against central differences, one parameter after the other.

        Full backpropagation in float64 through the first sequences of this iteration's batch; up to `samples` entries
        of each parameter. `broken`, one of BREAKS, builds a classic bug into the analytic side, which is then caught.
        """
        return self._runner.check_gradients(self.params, self.iteration, samples, broken)

    # Own data and weights.

    def load_dataset(self, dataset: Source) -> None:
        """Learn from sequences: `inputs` (N, T, I), `targets` (N, T) or (N, T, O), `h0` (N, H) if wanted. Restarts."""
        self._learn_from(datasets.read_sequences(dataset))
        self.reset()

    def load_text(self, text: str | bytes) -> None:
        """Learn to continue a text, character by character. Restarts."""
        self._learn_from(datasets.read_text(text))
        self.reset()

    def load_series(self, csv: str | bytes, **options: Any) -> None:
        """Learn to predict the next row of numeric columns; options as `read_series` has them. Restarts."""
        self._learn_from(datasets.read_series(csv, **options))
        self.reset()

    def load_weights(self, weights: Source, adopt: bool = False) -> None:
        """Go on with the weights of a PyTorch module; moments are cleared, iteration and configuration stay.

        `adopt` takes cell, hidden_size and activation from the file too, and restarts with its weights.
        """
        file = pytorch.recognise(weights)
        config = self.config.changed(file.own_shape()) if adopt else self.config
        params = pytorch.fitting(file, config, len(self.task.inputs), len(self.task.outputs))
        if adopt:
            self._apply(config, self._fitting_task(config, self.dataset), self.dataset)
            self.reset()
        for name, values in self.params.items():
            values[...] = params[name]
        self._learner.configure(self.config, new_optimizer=True)
        self._learner.clear_solved()
        self._changed()

    def export_weights(self) -> bytes:
        """The weights as a safetensors file for PyTorch: a module with parts `rnn` and `readout`."""
        return pytorch.export(self.params, self.config.cell, self.config.activation)

    # Snapshots.

    def snapshot(self, *, dataset: bool = False) -> bytes:
        """The run as a file from which any process goes on bit for bit; `dataset` puts own data into it too.

        Where the last update led to numbers that are not finite, it is undone first.
        """
        self._undo_if_nonfinite()
        own = self.config.task == "own"
        return snapshot.write(
            self.config,
            self._learner,
            self.probe,
            self._edits,
            fingerprint(),
            self._data_hash() if own else None,
            self.dataset if own and dataset else None,
        )

    @classmethod
    def resume(
        cls,
        blob: bytes,
        dataset: Source | OwnData | None = None,
        *,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
    ) -> Self:
        """The run a snapshot was taken of; `dataset` where it was trained on own data that are not in it."""
        saved = snapshot.read(blob)
        at_hand = dataset if dataset is None or isinstance(dataset, OwnData) else datasets.read_sequences(dataset)
        trainer = cls.__new__(cls)
        trainer.max_cost, trainer.max_bytes = max_cost, max_bytes
        trainer.watching = frozenset()
        trainer._workspaces = workspaces if workspaces is not None else WorkspacePool()
        trainer._configure(saved.config, snapshot.data_for(saved, at_hand))
        if any(i >= len(trainer.task.inputs) for _, i in saved.edits):
            raise BadUpload("An edit of the probe is for an input that this task does not have.")
        trainer.task.probe(saved.config.seed, saved.header.probe)
        trainer.probe, trainer._edits = saved.header.probe, saved.edits
        trainer._learner = saved.learner(trainer.task)
        trainer.same_numerics = saved.header.fingerprint == fingerprint()
        trainer._changed()
        return trainer

    # The parts of an iteration.

    def _batch_pass(self) -> BatchPass:
        return self._runner.batch(self.params, self.iteration)

    def _measure(
        self, quantities: frozenset[str], skip_expensive: bool = False, probe: int | None = None
    ) -> tuple[BatchPass, ProbeTrace, Record]:
        """The batch, the probe (or another sequence, unedited), and the record of both."""
        shown, edited = (self.probe, self._edits) if probe is None else (probe, {})
        now, trace = self._batch_pass(), self._runner.trace(self.params, shown, edited)
        trace.watch(quantities)
        if "truncation" in quantities:
            trace.add_truncation(*self._metered(trace, skip_expensive=skip_expensive, own=probe is None))
        if "gradients" in quantities:
            trace.tensors |= {f"grad.{name}": values.astype(np.float64) for name, values in now.gradients.items()}
        if "distributions" in quantities and not skip_expensive:
            sizes = {name: np.abs(values) for name, values in now.gradients.items()}
            entries = {name: self.params[name] for name in sizes}
            trace.tensors |= {"weight_quantiles": quantiles(entries), "gradient_quantiles": quantiles(sizes)}
        if "sample" in quantities and self.task.continues:
            trace.tensors["sample"] = self._runner.sample(self.params, trace, self.iteration)
        return now, trace, Record(self._scalars(now) | trace.scalars, trace.tensors)

    def _metered(self, trace: ProbeTrace, *, skip_expensive: bool, own: bool) -> tuple[TruncationMeter, int]:
        """What a truncation would keep, and the iteration at which it was measured; `own` is what `probe` shows."""
        if own and skip_expensive and self._meter is not None:
            return self._meter
        measured = trace.meter(), self.iteration
        if own:
            self._meter = measured
        return measured

    def _scalars(self, now: BatchPass) -> dict[str, Any]:
        return {
            "kind": "record",
            "iteration": self.iteration,
            "solved_at": self.solved_at,
            "loss": now.loss,
            "loss_per_timestep": now.loss_per_timestep,
            "accuracy": batch_pass.accuracy(self._runner.net(self.params, now), now.batch.target),
            "baseline": self.task.baseline,
            "grad_norm": now.grad_norm,
            "clip_scale": now.clip_scale,
            "clip_angle": now.clip_angle,
            "clipped_updates": self._learner.progress.clipped_updates,
            "update_norm": self._learner.progress.update_norm,
            "grad_norms": {name: norm({name: values}) for name, values in now.gradients.items()},
            "loss_after": None,
            "iterations_per_second": self.iterations_per_second,
            "needed_lag": self.task.needed_lag,
        }

    # Divergence: back to where every number was finite.

    def _diverge(self, now: BatchPass, trace: ProbeTrace, record: Record) -> None:
        # The probe comes first: it is what can be looked at. Quantities may have used its buffers for other gradients.
        if trace.is_finite:
            net = self._runner.net(self.params, now)
        else:
            net = self._runner.trace(self.params, self.probe, self._edits).net
        place, iteration = find(net, self.params, now.gradients), self.iteration
        self._go_back()
        self.divergence = Divergence(iteration, place.quantity, place.timestep, place.unit, place.cause, record)

    def _go_back(self) -> None:
        """To the last weights under which batch and probe are finite; where there are none, nothing is undone."""
        self._meter = None
        here = self._learner.checkpoint()
        for checkpoint in (self._previous, self._last_finite, here):
            if checkpoint is not None:
                self._learner.restore(checkpoint)
                self._runner.forget()
                now, trace, _ = self._measure(frozenset())
                if now.is_finite and trace.is_finite:
                    break
        self._previous = self._last_finite = None

    def _undo_if_nonfinite(self) -> None:
        """Before weights or their use change: did the last update lead to a number that is not finite?"""
        if self.divergence is None and self._previous is not None:
            with np.errstate(all="ignore"):
                if not self._batch_pass().is_finite:
                    self._go_back()

    def _changed(self) -> None:
        """Somebody changed something: no update led here, and nothing computed so far is about it."""
        self.divergence = None
        self._previous = self._last_finite = self._meter = None
        self._runner.forget()

    # Configuration and data.

    def _data_hash(self) -> str | None:
        if self.dataset is None:
            return None
        if self._hashed is None or self._hashed[0] is not self.dataset:
            self._hashed = self.dataset, datasets.digest(self.dataset)
        return self._hashed[1]

    def _learn_from(self, data: OwnData) -> None:
        changes: dict[str, Any] = {"task": "own"}
        if isinstance(data, Sequences):
            changes["sequence_length"] = data.length
        self._configure(self.config.changed(changes), data)
        self.probe = 0

    def _configure(self, config: RunConfig, data: OwnData | None) -> None:
        self._apply(config, self._fitting_task(config, data), data)

    def _fitting_task(self, config: RunConfig, data: OwnData | None) -> Task:
        """The task of a configuration, once it is known to fit the data and the limits."""
        task = make_task(config.task, config.sequence_length, config.lag, data)
        if task.units not in (None, config.hidden_size):
            raise OutOfRange(
                f"The own sequences start from states of {task.units} units; got hidden_size = {config.hidden_size}. "
                f"Try {task.units}.",
                "hidden_size",
            )
        limits.check(config, task, self.watching, self.max_cost, self.max_bytes)
        return task

    def _apply(self, config: RunConfig, task: Task, data: OwnData | None) -> None:
        """Make a configuration that has been found to fit the current one."""
        if hasattr(self, "task") and task.name != self.task.name:
            self.probe = 0
        self.config, self.task, self.dataset = config, task, data
        self._runner = BatchRunner(config, task, self._workspaces)

    def _check_probe(self, probe: int) -> None:
        edits.checked_probe(probe)
        self.task.probe(self.config.seed, probe)  # own sequences have a last one

    def _checked(self, quantities: Collection[str]) -> frozenset[str]:
        for quantity in quantities:
            if quantity not in WATCHABLE:
                raise BadValue(f"quantities must be among {', '.join(WATCHABLE)}; got {shown(quantity)}.", "quantities")
        wanted = frozenset(quantities)
        if wanted != self.watching:
            limits.check(self.config, self.task, wanted, self.max_cost, self.max_bytes)
        return wanted
