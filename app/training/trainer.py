"""Trainer: one network in training, one update at a time, driven by the caller."""

from collections.abc import Callable, Collection, Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Self

from ..engine import BreakName, Params, TensorCheck
from ..errors import BadValue, shown
from ..steps import Steps, finish
from ..tasks import OwnData, Task
from . import dataset as datasets
from . import edits, pytorch, quantities
from .architecture import architecture_of
from .arrays_from import Bytes, FilePath, Source
from .computed import Computed
from .config import Effects, RunConfig
from .costs import Budget
from .divergence import Divergence
from .drawing import summary
from .fits import config_for
from .iterations import Iterations
from .limits import MAX_FILE_NAME
from .records import Record
from .state import State, fitting_task, for_own_data
from .tensorfile import File
from .workspace import WorkspacePool

Watch = Collection[quantities.QuantityName | str]


class Trainer:
    """A network in training.

    `dataset` and `weights` are dicts of arrays, safetensors files or their paths: `inputs`, `targets`, `h0` to learn
    from, and the weights of a PyTorch module to start from. In place of `config`, `snapshot` is a run to go on with,
    `state` one that was begun in steps. `max_cost` and `max_bytes` bound one iteration (None: no bound). `workspaces`
    lets trainers of one thread share buffers, `computed` what they work out: those that stand at the same place compute
    it once. One (config, seed) gives one sequence of losses, bit for bit, on one machine with one number
    of threads for its linear algebra: one in servers and commands. What is refused raises an UnrollError and changes
    nothing.
    """

    watching: frozenset[str] = frozenset()
    """The quantities that records hold if nothing else is said."""
    iterations_per_second: float | None = None
    """How fast the caller finds training to be; the records carry it, as no clock runs in here."""

    def __init__(
        self,
        config: RunConfig | None = None,
        dataset: Source | OwnData | None = None,
        weights: Source | None = None,
        *,
        snapshot: Bytes | FilePath | None = None,
        state: State | None = None,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
        computed: Computed | None = None,
    ) -> None:
        self._budget = Budget(max_cost, max_bytes)
        self._workspaces = workspaces if workspaces is not None else WorkspacePool()
        self._computed = computed
        self._before_update: tuple[Callable[[], None], ...] = ()
        self._affordable: set[frozenset[str]] = set()  # quantities found to be within the budget as things are
        data = datasets.own_data(dataset)
        if state is not None:
            self._begin(state)
        elif snapshot is None:
            config = config if config is not None else RunConfig()
            if not isinstance(config, RunConfig):
                raise BadValue(f"config must be a RunConfig; got {shown(config)}. Try Trainer(RunConfig(cell='gru')).")
            self._begin(State.from_seed(config if data is None else for_own_data(config, data), data, self._budget))
        elif config is None:
            self._begin(State.from_snapshot(snapshot, data, self._budget))
        else:
            raise BadValue("Expected config or snapshot; got both. A snapshot has its own; configure() changes it.")
        if weights is not None:
            self.load_weights(weights)

    @classmethod
    def beginning(
        cls,
        config: RunConfig,
        dataset: OwnData | None = None,
        *,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
        computed: Computed | None = None,
    ) -> Steps[Self]:
        """`Trainer(config, dataset)` in steps of a few milliseconds, for a caller who has others to serve meanwhile."""
        limits: dict[str, Any] = {"max_cost": max_cost, "max_bytes": max_bytes}
        config = config if dataset is None else for_own_data(config, dataset)
        state = yield from State.beginning(config, dataset, Budget(**limits))
        return cls(state=state, workspaces=workspaces, computed=computed, **limits)

    @classmethod
    def resume(
        cls,
        blob: Bytes | FilePath,
        dataset: Source | OwnData | None = None,
        *,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
        computed: Computed | None = None,
    ) -> Self:
        """The run a snapshot was taken of; `dataset` where it was trained on own data that are not in it.

        ``blob``: the snapshot's bytes, or its path. What is neither, or no snapshot, raises BadUpload; a path that
        leads nowhere raises FileNotFoundError.
        """
        limits: dict[str, Any] = {"max_cost": max_cost, "max_bytes": max_bytes}
        return cls(None, dataset, snapshot=blob, workspaces=workspaces, computed=computed, **limits)

    @classmethod
    def resuming(
        cls,
        blob: bytes,
        dataset: OwnData | None = None,
        *,
        max_cost: int | None = None,
        max_bytes: int | None = None,
        workspaces: WorkspacePool | None = None,
        computed: Computed | None = None,
    ) -> Steps[Self]:
        """The same in steps of a few milliseconds, as `beginning`."""
        limits: dict[str, Any] = {"max_cost": max_cost, "max_bytes": max_bytes}
        state = yield from State.resuming(blob, dataset, Budget(**limits))
        return cls(state=state, workspaces=workspaces, computed=computed, **limits)

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
    def divergence(self) -> Divergence | None:
        """The first number that was not finite, until something is changed."""
        return self._iterations.divergence

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

    def tensors(self, watch: Watch | None = None) -> dict[str, tuple[quantities.Sizes, str]]:
        """Shape and type of every tensor in a record with these quantities; a size that is not known yet is None."""
        return quantities.tensors_of(self.config, self.task, self.watching if watch is None else self._checked(watch))

    # Iterations.

    @property
    def takes_long(self) -> bool:
        """Whether a record or an update takes more than a few milliseconds, so that it is better made in steps."""
        return self._iterations.runner.is_long

    def record(self, watch: Watch | None = None, *, skip_expensive: bool = False, probe: int | None = None) -> Record:
        """The current iteration under the present weights, with the quantities in `watch` (None: in `watching`).

        With `skip_expensive` the expensive quantities are not measured: `truncation` is repeated from the last record
        that measured it, if only updates happened since (`as_of` names that iteration), and `distributions` are left
        out, as a curve over training does not need every point.

        `probe` shows another sequence than the run's, unedited, and leaves everything as it is.

        Nothing is changed, unless a number is not finite: then the record shows it, `divergence` names it, and the
        weights go back to where all numbers were finite.
        """
        return finish(self.recording(watch, skip_expensive=skip_expensive, probe=probe))

    def recording(
        self, watch: Watch | None = None, *, skip_expensive: bool = False, probe: int | None = None
    ) -> Steps[Record]:
        """The same in steps. If anything is done to the trainer between two of them, they are no use any more."""
        wanted = self.watching if watch is None else self._checked(watch)
        record = yield from self._iterations.recording(wanted, skip_expensive=skip_expensive, probe=probe)
        return self._stamped(record)

    def _repr_html_(self) -> str:
        """What a notebook shows: this iteration's finding, and ||dE/dh_t|| over time as a picture."""
        return summary(self.record(watch=()), self.config.num_layers, self.config.bidirectional)

    def before_update(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have ``callback`` called before every update from now on; what is returned ends that."""
        self._before_update = (*self._before_update, callback)

        def end() -> None:
            self._before_update = tuple(one for one in self._before_update if one is not callback)

        return end

    def approaching(self) -> Steps[None]:
        """What update n needs, in steps, for a caller who has others to serve; `advance` then takes little time.

        It changes nothing, and may be left off at any step; who begins again goes on from there.
        """
        return self._iterations.approaching()

    def leave_off(self) -> None:
        """Give back the buffers of what `approaching` began; the numbers stay what they would have been."""
        self._iterations.runner.leave_off()

    def advance(self) -> None:
        """Update n.

        A number that is not finite undoes the update before and sets `divergence`; from then on, until something is
        changed, there is nothing to do.
        """
        for callback in self._before_update:
            callback()
        stopped = self._iterations.advance(self.watching)
        if stopped is not None:
            self._stamped(stopped)

    def step(self, watch: Watch | None = None, *, loss_after: bool = False) -> Record:
        """The record of iteration n with its gradients, which update n needs anyway, then update n.

        `loss_after` adds what the update made of its own batch's loss.
        """
        return finish(self.stepping(watch, loss_after=loss_after))

    def stepping(self, watch: Watch | None = None, *, loss_after: bool = False) -> Steps[Record]:
        """The same in steps, as `recording`; the last one makes the update and, where asked, the loss after it."""
        also = self.watching if watch is None else quantities.checked(watch)
        record = yield from self.recording(also | {"gradients"})
        wanted = loss_after and not self.diverged
        batch = self._iterations.batch() if wanted else None
        self.advance()
        if batch is not None:
            record.scalars["loss_after"] = self._iterations.runner.loss(self.params, batch)
        return record

    def records(self, watch: Watch | None = None) -> Iterator[Record]:
        """The record of iteration n, then update n, for as long as you iterate; ends where a number is not finite."""
        while not self.diverged:
            yield self.step(watch)

    # Changes.

    def configure(self, **changes: Any) -> Effects:
        """Change fields of the configuration, all or none of them; says which were live and which restarted the run."""
        return finish(self.configuring(**changes))

    def configuring(self, **changes: Any) -> Steps[Effects]:
        """The same in steps, as a restart may take long; everything is as it was until the last of them."""
        config = self.config.changed(changes)
        effects = self.config.effects(config)
        task = fitting_task(config, self.dataset, self._budget, self.watching)
        if effects.restart:
            yield from self._state.restarting(config, task)
        else:
            if self.takes_long:  # whether the last update led to numbers that are not finite, the next batch shows
                yield from self.approaching()
            self._iterations.undo_if_nonfinite()
            self._state.change(config, task)
            self._state.learner.configure(config, new_optimizer="optimizer" in effects.live)
            self._state.learner.clear_marks()
            if {"sequence_length", "batch_size", "carry_state"} & set(effects.live):
                self._state.learner.start_streams()
            if {"sequence_length", "lag"} & set(effects.live):
                self._state.learner.clear_solved()
        self._affordable.clear()
        self._iterations.reconfigured()
        return effects

    def edit(self, tensor: str, index: Collection[int], value: float) -> None:
        """Set one entry of a parameter, or one of the probe's `x`: index [t - 1, i]. |value| ≤ 1e6.

        At most 5,000 entries of `x` are edited at a time, so that snapshots hold them.
        """
        shapes = {name: values.shape for name, values in self.params.items()}
        shapes["x"] = (self.config.sequence_length, len(self.task.inputs))
        at = edits.checked(shapes, tensor, index, value)
        if tensor == "x":
            edits.put(self._state.edits, (at[0], at[1]), float(value))
        else:
            self._iterations.undo_if_nonfinite()
            self.params[tensor][at] = value
            self._state.drawn_for = None
        self._iterations.changed()

    def show(self, probe: int) -> None:
        """Show another sequence: any index from 0; for own sequences their index in the file."""
        probe = self._checked_probe(probe)
        if probe != self.probe:
            self._state.probe, self._state.edits = probe, {}
            self._iterations.changed()

    def check_record(self, watch: Watch, probe: int | None = None) -> None:
        """Refuse what `record` could not show: unknown or too costly quantities, a sequence that does not exist."""
        self._checked(watch)
        if probe is not None:
            self._checked_probe(probe)

    def watch(self, quantities: Watch) -> None:
        """Choose the optional quantities that records hold from now on."""
        self.watching = self._checked(quantities)
        self._iterations.rewatched()

    def reset(self) -> None:
        """Restart: the seed's weights, iteration 0, the probe unedited."""
        finish(self.resetting())

    def resetting(self) -> Steps[None]:
        """The same in steps."""
        yield from self._state.restarting(self.config, self.task)
        self._iterations.changed()

    def check_gradients(self, samples: int = 8, broken: BreakName | None = None) -> Iterator[tuple[str, TensorCheck]]:
        """Analytic gradients against central differences, one parameter after the other.

        Full backpropagation in float64 through the first sequences of this iteration's batch; up to `samples` entries
        of each parameter. `broken`, one of BREAKS, builds a classic bug into the analytic side, which is then caught.
        """
        return (known for known in self.checking_gradients(samples, broken) if known is not None)

    def checking_gradients(
        self, samples: int = 8, broken: BreakName | None = None
    ) -> Iterator[tuple[str, TensorCheck] | None]:
        """The same, which also pauses, with None, between two passes, and within those that take long."""
        return self._iterations.runner.checking_gradients(self._state.learner, samples, broken)

    # Own data and weights.

    def keep(self, dataset: OwnData | None) -> None:
        """Have own data at hand for `task="own"`, while another task is learned."""
        self._state.dataset = dataset
        self._affordable.clear()

    def learn_from(self, data: OwnData, changes: Mapping[str, Any] | None = None) -> None:
        """Learn from own data that have been read, with these fields of the configuration changed. Restarts."""
        finish(self.learning_from(data, changes))

    def learning_from(self, data: OwnData, changes: Mapping[str, Any] | None = None) -> Steps[None]:
        """The same in steps; everything is as it was until the last of them."""
        config = self.config_for(data, changes)
        self._begin((yield from State.beginning(config, data, self._budget, self.watching)))

    def config_for(self, data: OwnData, changes: Mapping[str, Any] | None = None) -> RunConfig:
        """The configuration with which these data would be learned; raises what `learn_from` would raise."""
        return config_for(self.config.changed(changes or {}), data, self._budget, self.watching)

    def load_dataset(self, dataset: Source) -> None:
        """Learn from sequences: `inputs` (N, T, I), `targets` (N, T) or (N, T, O), `h0` (N, H) if wanted. Restarts."""
        self.learn_from(datasets.read_sequences(dataset))

    def load_text(self, text: str | Bytes | PathLike[str]) -> None:
        """Learn to continue a text, or the text file of a path, character by character. Restarts."""
        self.learn_from(datasets.read_text(text))

    def load_series(self, csv: str | Bytes | PathLike[str], **options: Any) -> None:
        """Learn to predict the next row of numeric columns; options as `read_series` has them. Restarts."""
        self.learn_from(datasets.read_series(csv, **options))

    def load_weights(self, weights: Source, adopt: bool = False, name: str = "") -> None:
        """Go on with the weights of a PyTorch module; moments are cleared, iteration and configuration stay.

        Records say from then on which file they are of: its path, or `name`.

        `adopt` takes cell, hidden_size and activation from the file too, and restarts with its weights.
        """
        finish(self.loading_weights(weights, adopt, name))

    def loading_weights(self, weights: Source, adopt: bool = False, name: str = "") -> Steps[None]:
        """The same in steps."""
        file = yield from pytorch.recognising(weights)
        config = self.config.changed(file.own_shape(self.config.activation)) if adopt else self.config
        params = pytorch.fitting(file, architecture_of(config, self.task), config.precision)
        if adopt:
            self._affordable.clear()
            task = fitting_task(config, self.dataset, self._budget, self.watching)
            yield from self._state.restarting(config, task)
        for parameter, values in self.params.items():
            values[...] = params[parameter]
        self._state.drawn_for = None
        self._state.learner.configure(self.config, new_optimizer=True)
        self._state.learner.clear_solved()
        said = name or (Path(weights).name if isinstance(weights, str | PathLike) else "")
        self._state.learner.took_weights(said[:MAX_FILE_NAME])
        self._iterations.reconfigured()

    def export_weights(self) -> bytes:
        """The weights as a safetensors file for PyTorch: a module with parts `rnn` and `readout`."""
        return pytorch.export(self.params, self.config.cell, self.config.activation, self.iteration)

    def snapshot(self, *, dataset: bool = False) -> bytes:
        """The run as a file from which any process goes on bit for bit; `dataset` puts own data into it too.

        Where the last update led to numbers that are not finite, it is undone first.
        """
        return finish(self.saving(dataset=dataset)).whole()

    def saving(self, *, dataset: bool = False) -> Steps[File]:
        """The same in steps: the run once what its next update needs is there, whatever is done to it later."""
        if self.takes_long:  # whether the last update led to numbers that are not finite, the next batch shows
            yield from self.approaching()
        self._iterations.undo_if_nonfinite()
        return self._state.saved(with_dataset=dataset)

    def _begin(self, state: State) -> None:
        self._state, self._iterations = state, Iterations(state, self._workspaces, self._computed)
        self._affordable.clear()

    def _stamped(self, record: Record) -> Record:
        record.scalars["iterations_per_second"] = self.iterations_per_second
        return record

    def _checked_probe(self, probe: int) -> int:
        index = edits.checked_probe(probe)
        self.task.probe(self.config.seed, index)  # own sequences have a last one
        return index

    def _checked(self, quantities_: Watch) -> frozenset[str]:
        wanted = quantities.checked(quantities_)
        if wanted != self.watching and wanted not in self._affordable:
            self._budget.check(self.config, self.task, wanted, self.dataset)
            self._affordable.add(wanted)
        return wanted
