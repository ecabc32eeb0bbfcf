"""State: all that a run is, from a seed or from a snapshot, and what a snapshot of it holds."""

from dataclasses import dataclass, field
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any, Self

from ..errors import BadUpload, OutOfRange
from ..steps import Steps, finish
from ..tasks import OwnData, Sequences, Task, make_task
from . import dataset as datasets
from . import snapshot
from .architecture import architecture_of
from .arrays_from import Bytes, FilePath
from .config import RunConfig
from .costs import Budget
from .edits import Edits
from .learner import Learner
from .numerics import fingerprint
from .tensorfile import File

HASHED_AT_ONCE = 2**20  # bytes


@dataclass(eq=False)
class State:
    """Configuration, task, weights and progress, and what of the probe was chosen and edited.

    `dataset` are own data at hand, kept while other tasks are learned. `same_numerics` is False where the run was begun
    on arithmetic with other last digits.
    """

    config: RunConfig
    task: Task
    dataset: OwnData | None
    learner: Learner
    probe: int = 0
    edits: Edits = field(default_factory=dict)
    same_numerics: bool = True
    # The configuration whose seed the weights came from, if nobody has set any since.
    drawn_for: RunConfig | None = None

    @classmethod
    def from_seed(cls, config: RunConfig, dataset: OwnData | None, budget: Budget) -> Self:
        """Iteration 0 of a configuration."""
        return finish(cls.beginning(config, dataset, budget))

    @classmethod
    def beginning(
        cls, config: RunConfig, dataset: OwnData | None, budget: Budget, watch: frozenset[str] = frozenset()
    ) -> Steps[Self]:
        """The same in steps; what is refused is refused before the first one ends."""
        task = fitting_task(config, dataset, budget, watch)
        learner = yield from Learner.drawing(config, architecture_of(config, task))
        return cls(config, task, dataset, learner, drawn_for=config)

    @classmethod
    def from_snapshot(cls, file: Bytes | FilePath, at_hand: OwnData | None, budget: Budget) -> Self:
        """The run a snapshot was taken of; own data `at_hand` where they are not in it."""
        if not isinstance(file, Bytes | str | PathLike):
            raise BadUpload(f"Expected the bytes of a snapshot, or its path; got {type(file).__name__}.")
        content = bytes(file) if isinstance(file, Bytes) else Path(file).read_bytes()
        return finish(cls.resuming(content, at_hand, budget))

    @classmethod
    def resuming(cls, file: bytes, at_hand: OwnData | None, budget: Budget) -> Steps[Self]:
        """The same in steps."""
        saved = yield from snapshot.reading(file)
        config, dataset = saved.config, (yield from snapshot.data_for(saved, at_hand))
        task = fitting_task(config, dataset, budget)
        if any(i >= len(task.inputs) for _, i in saved.edits):
            raise BadUpload(
                f"Expected edits of the probe at inputs below {len(task.inputs)}, as the task has no more; got one "
                "beyond them."
            )
        probe = saved.header.probe
        task.probe(config.seed, probe)  # own sequences have a last one
        same = saved.header.fingerprint == fingerprint()
        learner = yield from saved.learning(task)
        return cls(config, task, dataset, learner, probe, saved.edits, same)

    def saved(self, *, with_dataset: bool) -> File:
        """The run as a file, as it is now; own data themselves only if wanted."""
        learned = self.dataset if self.config.task == "own" else None
        return snapshot.file_of(
            self.config,
            self.learner,
            self.probe,
            self.edits,
            fingerprint(),
            None if learned is None else datasets.digest(learned),
            learned if with_dataset else None,
        )

    def digest(self) -> bytes:
        """The hash of all that its future depends on; which sequence is shown and how it was edited does not count."""
        return finish(self.digesting())

    def digesting(self) -> Steps[bytes]:
        """The same in steps: of the run as it is at the first of them."""
        learned = self.dataset if self.config.task == "own" else None
        data = None if learned is None else datasets.digest(learned)
        if self.drawn_for == self.config and self.learner.progress.iteration == 0:  # however many weights there are
            return sha256(f"drawn for {self.config.model_dump_json()} {data}".encode()).digest()
        found, hashed = sha256(), 0
        for piece in snapshot.file_of(self.config, self.learner, 0, {}, "", data, None).pieces:
            found.update(piece)
            hashed += len(piece)
            if hashed >= HASHED_AT_ONCE:
                yield
                hashed = 0
        return found.digest()

    def restarting(self, config: RunConfig, task: Task) -> Steps[None]:
        """In steps, with a configuration that has been found to fit: the seed's weights, iteration 0, the probe
        unedited. Everything is as it was until the last of them.
        """
        learner = yield from Learner.drawing(config, architecture_of(config, task))
        self.change(config, task)
        self.learner, self.edits, self.drawn_for = learner, {}, config

    def change(self, config: RunConfig, task: Task) -> None:
        """Another configuration, which has been found to fit; another task has another first probe."""
        if task.name != self.task.name:
            self.probe = 0
        self.config, self.task = config, task


def fitting_task(
    config: RunConfig, dataset: OwnData | None, budget: Budget, watch: frozenset[str] = frozenset()
) -> Task:
    """The task of a configuration, once it is known to fit the data and the budget."""
    task = make_task(config.task, config.sequence_length, config.lag, dataset)
    if task.units not in (None, config.hidden_size):
        raise OutOfRange(
            f"Your sequences start from states of {task.units} units; got hidden_size = {config.hidden_size}. "
            f"Try {task.units}.",
            "hidden_size",
        )
    if config.bidirectional and task.next_step:
        raise OutOfRange(
            f"The task {config.task} asks for the next input, which a layer that reads from the end has already "
            "read; got bidirectional = true. Try false.",
            "bidirectional",
        )
    if config.embedding_size and not task.takes_classes:
        raise OutOfRange(
            f"An embedding needs inputs that are classes; those of the task {config.task} are numbers. Got "
            f"embedding_size = {config.embedding_size}. Try 0.",
            "embedding_size",
        )
    if config.train_h0 and task.units is not None:
        raise OutOfRange(
            "Your sequences bring their initial states h0, so none can be learned; got train_h0 = true. Try false.",
            "train_h0",
        )
    if config.carry_state and not task.is_stream:
        raise OutOfRange(
            "Only one long sequence can be read in order, each window from the state the one before ended in: sine, "
            f"characters, a text or a series of your own. The task {config.task} "
            + ("brings sequences" if config.task == "own" else "draws sequences of their own")
            + "; got carry_state = true. Try false.",
            "carry_state",
        )
    budget.check(config, task, watch, dataset)
    return task


def for_own_data(config: RunConfig, data: OwnData) -> RunConfig:
    """The configuration with which own data are learned: task own, and as long as their sequences are."""
    changes: dict[str, Any] = {"task": "own"}
    if isinstance(data, Sequences):
        changes["sequence_length"] = data.length
    return config.changed(changes)
