"""Trainer: one network in training, one update at a time, driven by the caller."""

from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from ..engine import Params, TensorCheck
from ..errors import BadValue
from ..tasks import OwnData, Task
from . import dataset as datasets
from . import edits, quantities
from . import weights as pytorch
from .architecture import Architecture
from .arrays_from import Source
from .batch_pass import BatchPass
from .batch_runner import BatchRunner
from .companions import Companions
from .computed import Computed
from .config import Effects, RunConfig
from .costs import Budget
from .divergence import Divergence, find
from .learner import Checkpoint
from .limits import MAX_FILE_NAME
from .measurement import Measurement
from .recorder import Recorder
from .records import Record
from .recovery import Recovery
from .state import State, fitting_task, for_own_data
from .workspace import WorkspacePool


class Trainer:
    """A network in training.

    `dataset` and `weights` are dicts of arrays, safetensors files or their paths: `inputs`, `targets`, `h0` to learn
    from, and the weights of a PyTorch module to start from. `snapshot` is a run to go on with, in place of `config`.
    `max_cost` and `max_bytes` bound one iteration (None: no bound). `workspaces` lets trainers of one thread share
    buffers, `computed` what they work out: those that stand at the same place compute it once. One (config, seed) gives
    one sequence of losses, bit for bit, on one machine. What is refused raises an UnrollError and changes nothing.
    """

    watching: frozenset[str] = frozenset()
    """The quantities that records hold if nothing else is said."""
    iterations_per_second: float | None = None
    """How fast the caller finds training to be; the records carry it, as no clock runs in here."""
    divergence: Divergence | None
    """The first number that was not finite, until something is changed."""

    def __init__(
        self,
        config: RunConfig | None = None,
        dataset: Source | OwnData | None = None,
        weights: Source | None = None,
        *,
        snapshot: bytes | str | Path | None = None,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
        computed: Computed | None = None,
    ) -> None:
        self._budget = Budget(max_cost, max_bytes)
        self._workspaces = workspaces if workspaces is not None else WorkspacePool()
        self._computed = computed
        self._recovery = Recovery()
        self._before_update: tuple[Callable[[], None], ...] = ()
        data = datasets.own_data(dataset)
        if snapshot is None:
            config = config if config is not None else RunConfig()
            self._begin(State.from_seed(config if data is None else for_own_data(config, data), data, self._budget))
        elif config is None:
            self._begin(State.from_snapshot(snapshot, data, self._budget))
        else:
            raise BadValue("Expected config or snapshot; got both. A snapshot has its own; configure() changes it.")
        if weights is not None:
            self.load_weights(weights)

    @classmethod
    def resume(
        cls,
        blob: bytes | str | Path,
        dataset: Source | OwnData | None = None,
        *,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
        computed: Computed | None = None,
    ) -> Self:
        """The run a snapshot was taken of; `dataset` where it was trained on own data that are not in it."""
        limits: dict[str, Any] = {"max_cost": max_cost, "max_bytes": max_bytes}
        return cls(None, dataset, snapshot=blob, workspaces=workspaces, computed=computed, **limits)

    # What a caller may read.

    @property
    def config(self) -> RunConfig:
        """The configuration; `configure` changes it."""
        return self._state.config

    @property
    def task(self) -> Task:
        """What the network is asked to learn."""
        return self._state.task

    @property
    def dataset(self) -> OwnData | None:
        """The learner's own data, kept while other tasks are tried."""
        return self._state.dataset

    @property
    def params(self) -> Params:
        """The weights by name."""
        return self._state.learner.params

    @property
    def iteration(self) -> int:
        """n: how many updates the weights have had."""
        return self._state.learner.progress.iteration

    @property
    def solved_at(self) -> int | None:
        """The iteration at which the task was solved; None while it is not."""
        return self._state.learner.progress.solved_at

    @property
    def curve(self) -> tuple[tuple[int, float], ...]:
        """The loss over training: (iteration, mean loss per target of its batch), at most 128 evenly spaced points."""
        return self._state.learner.progress.curve

    @property
    def probe(self) -> int:
        """Which sequence is shown."""
        return self._state.probe

    @property
    def same_numerics(self) -> bool:
        """False where a resumed run was begun on arithmetic with other last digits."""
        return self._state.same_numerics

    @property
    def diverged(self) -> bool:
        """Whether a number that is not finite stopped the run; a change of any kind lets it go on."""
        return self.divergence is not None

    def task_info(self) -> dict[str, Any]:
        """The task in words and numbers: inputs, outputs, classes, baseline, needed lag, what solves it."""
        return self.task.info()

    def finding(self) -> dict[str, Any]:
        """What is wrong with the network as it is, if anything: code, cause, values, remedies and skipped rules."""
        found: dict[str, Any] = self.record(()).scalars["finding"]
        return found

    def tensors(self, watch: Collection[str] | None = None) -> dict[str, tuple[quantities.Sizes, str]]:
        """Shape and type of every tensor in a record with these quantities; a size that is not known yet is None."""
        return quantities.tensors_of(self.config, self.task, self.watching if watch is None else self._checked(watch))

    # Iterations.

    def record(
        self, watch: Collection[str] | None = None, *, skip_expensive: bool = False, probe: int | None = None
    ) -> Record:
        """The current iteration under the present weights, with the quantities in `watch` (None: in `watching`).

        With `skip_expensive` the expensive quantities are not measured: `truncation` is repeated from the last record
        that measured it, if only updates happened since (`as_of` names that iteration), and `distributions` are left
        out, as a curve over training does not need every point.

        `probe` shows another sequence than the run's, unedited, and leaves everything as it is.

        Nothing is changed, unless a number is not finite: then the record shows it, `divergence` names it, and the
        weights go back to where all numbers were finite.
        """
        wanted = self.watching if watch is None else self._checked(watch)
        found = self._found(wanted, probe, complete=not skip_expensive)
        if found is not None:
            return found
        with np.errstate(all="ignore"):
            seen = self._recorder.look(skip_expensive=skip_expensive, probe=probe)
            record = self._recorded(seen, wanted)
            if seen.is_finite and self._companions:
                self._companions.keep(record, wanted, probe)
            if probe is not None and probe != self.probe:
                return record
            if not seen.is_finite:
                self._diverge(seen, record)
            else:
                self._recovery.seen_finite(self._state.learner)
        return record

    def before_update(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called before every update from now on; what is returned ends that."""
        self._before_update = (*self._before_update, callback)

        def end() -> None:
            self._before_update = tuple(one for one in self._before_update if one is not callback)

        return end

    def advance(self) -> None:
        """Update n.

        A number that is not finite undoes the update before and sets `divergence`; from then on, until something is
        changed, there is nothing to do.
        """
        for callback in self._before_update:
            callback()
        if self.divergence is not None:
            return
        updated = self._companions.updated() if self._companions else None
        if updated is not None:
            self._recovery.before_update(self._state.learner)
            self._state.learner.restore(updated)
            self._arrive(updated)
            return
        with np.errstate(all="ignore"):
            batch, carried = self._batch(), self._state.learner.carried
            if not batch.is_finite:
                seen = self._recorder.look()
                self._diverge(seen, self._recorded(seen, self.watching))
                return
            self._recovery.before_update(self._state.learner)
            loss = batch.loss_per_timestep
            solved = self.task.is_solved_by(loss)
            self._state.learner.update(
                batch.update,
                solved=solved,
                clipped=batch.was_clipped,
                loss=loss,
                carried=self._runner.carried_on(carried, batch),
            )
            self._arrive(self._state.learner.checkpoint() if self._companions else None)

    def step(self, watch: Collection[str] | None = None, *, loss_after: bool = False) -> Record:
        """The record of iteration n with its gradients, which update n needs anyway, then update n.

        `loss_after` adds what the update made of its own batch's loss.
        """
        record = self.record({*(self.watching if watch is None else watch), "gradients"})
        wanted = loss_after and not self.diverged
        batch = self._batch() if wanted else None
        self.advance()
        if batch is not None:
            record.scalars["loss_after"] = self._runner.loss(self.params, batch)
        return record

    def records(self, watch: Collection[str] | None = None) -> Iterator[Record]:
        """The record of iteration n, then update n, for as long as you iterate; ends where a number is not finite."""
        while not self.diverged:
            yield self.step(watch)

    # Changes.

    def configure(self, **changes: Any) -> Effects:
        """Change fields of the configuration, all or none of them; says which were live and which restarted the run."""
        config = self.config.changed(changes)
        effects = self.config.effects(config)
        task = fitting_task(config, self.dataset, self._budget, self.watching)
        if effects.restart:
            self._state.change(config, task)
            self._state.restart()
        else:
            self._undo_if_nonfinite()
            self._state.change(config, task)
            self._state.learner.configure(config, new_optimizer="optimizer" in effects.live)
            self._state.learner.clear_marks()
            if {"sequence_length", "batch_size", "carry_state"} & set(effects.live):
                self._state.learner.start_streams()
            if {"sequence_length", "lag"} & set(effects.live):
                self._state.learner.clear_solved()
        self._reconfigured()
        return effects

    def edit(self, tensor: str, index: Collection[int], value: float) -> None:
        """Set one entry of a parameter, or one of the probe's `x`: index [t - 1, i]. |value| ≤ 1e6."""
        shapes = {name: values.shape for name, values in self.params.items()}
        shapes["x"] = (self.config.sequence_length, len(self.task.inputs))
        at = edits.checked(shapes, tensor, index, value)
        if tensor == "x":
            self._state.edits[at[0], at[1]] = float(value)
        else:
            self._undo_if_nonfinite()
            self.params[tensor][at] = value
        self._changed()

    def show(self, probe: int) -> None:
        """Show another sequence: any index from 0; for own sequences their index in the file."""
        probe = self._checked_probe(probe)
        if probe != self.probe:
            self._state.probe, self._state.edits = probe, {}
            self._changed()

    def check_record(self, watch: Collection[str], probe: int | None = None) -> None:
        """Refuse what `record` could not show: unknown or too costly quantities, a sequence that does not exist."""
        self._checked(watch)
        if probe is not None:
            self._checked_probe(probe)

    def watch(self, quantities: Collection[str]) -> None:
        """Choose the optional quantities that records hold from now on."""
        self.watching = self._checked(quantities)
        self._recorder.forget()

    def reset(self) -> None:
        """Restart: the seed's weights, iteration 0, the probe unedited."""
        self._state.restart()
        self._changed()

    def check_gradients(self, samples: int = 8, broken: str | None = None) -> Iterator[tuple[str, TensorCheck]]:
        """Analytic gradients against central differences, one parameter after the other.

        Full backpropagation in float64 through the first sequences of this iteration's batch; up to `samples` entries
        of each parameter. `broken`, one of BREAKS, builds a classic bug into the analytic side, which is then caught.
        """
        return self._runner.check_gradients(self.params, self.iteration, self._state.learner.carried, samples, broken)

    # Own data and weights.

    def keep(self, dataset: OwnData | None) -> None:
        """Have own data at hand for `task="own"`, while another task is learned."""
        self._state.dataset = dataset

    def learn_from(self, data: OwnData) -> None:
        """Learn from own data that have been read. Restarts."""
        self._begin(State.from_seed(for_own_data(self.config, data), data, self._budget, self.watching))

    def config_for(self, data: OwnData) -> RunConfig:
        """The configuration with which these data would be learned; raises what `learn_from` would raise."""
        config = for_own_data(self.config, data)
        fitting_task(config, data, self._budget, self.watching)
        return config

    def load_dataset(self, dataset: Source) -> None:
        """Learn from sequences: `inputs` (N, T, I), `targets` (N, T) or (N, T, O), `h0` (N, H) if wanted. Restarts."""
        self.learn_from(datasets.read_sequences(dataset))

    def load_text(self, text: str | bytes | Path) -> None:
        """Learn to continue a text, or the text file of a path, character by character. Restarts."""
        self.learn_from(datasets.read_text(text))

    def load_series(self, csv: str | bytes | Path, **options: Any) -> None:
        """Learn to predict the next row of numeric columns; options as `read_series` has them. Restarts."""
        self.learn_from(datasets.read_series(csv, **options))

    def load_weights(self, weights: Source, adopt: bool = False, name: str = "") -> None:
        """Go on with the weights of a PyTorch module; moments are cleared, iteration and configuration stay.

        Records say from then on which file they are of: its path, or `name`.

        `adopt` takes cell, hidden_size and activation from the file too, and restarts with its weights.
        """
        file = pytorch.recognise(weights)
        config = self.config.changed(file.own_shape()) if adopt else self.config
        params = pytorch.fitting(file, Architecture.of(config, self.task), config.precision)
        if adopt:
            self._state.change(config, fitting_task(config, self.dataset, self._budget, self.watching))
            self._state.restart()
        for parameter, values in self.params.items():
            values[...] = params[parameter]
        self._state.learner.configure(self.config, new_optimizer=True)
        self._state.learner.clear_solved()
        said = name or (Path(weights).name if isinstance(weights, str | Path) else "")
        self._state.learner.took_weights(said[:MAX_FILE_NAME])
        self._reconfigured()

    def export_weights(self) -> bytes:
        """The weights as a safetensors file for PyTorch: a module with parts `rnn` and `readout`."""
        return pytorch.export(self.params, self.config.cell, self.config.activation, self.iteration)

    def snapshot(self, *, dataset: bool = False) -> bytes:
        """The run as a file from which any process goes on bit for bit; `dataset` puts own data into it too.

        Where the last update led to numbers that are not finite, it is undone first.
        """
        self._undo_if_nonfinite()
        return self._state.to_snapshot(with_dataset=dataset)

    # What equal runs have in common.

    def _found(self, watch: frozenset[str], probe: int | None, *, complete: bool) -> Record | None:
        """The record, if an equal run has made it."""
        if self._companions is None or self.divergence is not None:
            return None
        record = self._companions.find(watch, probe, complete=complete)
        if record is not None:
            record.scalars["iterations_per_second"] = self.iterations_per_second
            if probe is None or probe == self.probe:
                self._recovery.seen_finite(self._state.learner)
        return record

    def _arrive(self, learner: Checkpoint | None) -> None:
        """After an update; equal runs are told what the learner is now."""
        self._runner.forget()
        if self._companions and learner:
            self._companions.arrive(learner)
            self._recovery.after_update_to(learner)

    def _batch(self) -> BatchPass:
        """The training batch of this iteration."""
        return self._runner.batch(self.params, self.iteration, self._state.learner.carried)

    # What follows from a change.

    def _begin(self, state: State) -> None:
        self._state = state
        self._companions = Companions(self._computed, state) if self._computed else None
        self._reconfigured()

    def _reconfigured(self) -> None:
        self._runner = BatchRunner(self.config, self.task, self._workspaces)
        self._recorder = Recorder(self._state, self._runner)
        self._changed()

    def _changed(self) -> None:
        """After a change of any kind nothing that was computed or remembered before is valid."""
        self.divergence = None
        if self._companions:
            self._companions.forget()
        self._recovery.forget()
        self._recorder.forget()
        self._runner.forget()

    def _checked_probe(self, probe: int) -> int:
        index = edits.checked_probe(probe)
        self.task.probe(self.config.seed, index)  # own sequences have a last one
        return index

    def _checked(self, quantities_: Collection[str]) -> frozenset[str]:
        wanted = quantities.checked(quantities_)
        if wanted != self.watching:
            self._budget.check(self.config, self.task, wanted, self.dataset)
        return wanted

    def _recorded(self, seen: Measurement, watch: Collection[str]) -> Record:
        record = self._recorder.record(seen, watch)
        record.scalars["iterations_per_second"] = self.iterations_per_second
        if self.divergence is not None:
            record.scalars["finding"] = self._recorder.not_finite(self.divergence)
        return record

    # Divergence: back to where every number was finite.

    def _diverge(self, seen: Measurement, record: Record) -> None:
        # The probe comes first: it is what can be looked at. Quantities may have used its buffers for other gradients.
        net = self._runner.net(self.params, seen.batch) if seen.trace.is_finite else self._recorder.look().trace.net
        place, iteration = find(net, self.params, seen.batch.gradients), self.iteration
        self._go_back()
        record.scalars["finding"] = self._recorder.not_finite(place)
        self.divergence = Divergence(iteration, place.quantity, place.timestep, place.unit, place.cause, record)

    def _go_back(self) -> None:
        if self._companions:
            self._companions.forget()
        self._recorder.forget()
        self._recovery.go_back(self._state.learner, self._is_finite)

    def _is_finite(self) -> bool:
        self._runner.forget()
        return self._recorder.look().is_finite

    def _undo_if_nonfinite(self) -> None:
        """Before weights or their use change: did the last update lead to a number that is not finite?"""
        if self.divergence is None and self._recovery.after_update:
            with np.errstate(all="ignore"):
                if not self._batch().is_finite:
                    self._go_back()
