"""The file format of a run: everything that is needed to continue it in any process, bit for bit.

Equal runs give equal bytes. A snapshot may come from anyone: `reading` trusts nothing in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..engine import CELLS, OPTIMIZERS, Params, suffixes
from ..errors import BadUpload, DatasetNeeded, UnrollError, shown
from ..steps import Steps
from ..tasks import OwnData, Task
from ..tensorheader import strict_json
from ..validation import explained, without_more
from . import dataset, tensorfile
from .architecture import architecture_of
from .carried import Carried
from .config import RunConfig
from .edits import Edits
from .learner import CURVE, LOSSES, MARKS, Learner, Progress
from .limits import MAX_COUNT, MAX_EDIT, MAX_EDITS, MAX_FILE_NAME, MAX_LENGTH, MAX_NAMES, MAX_PROBE

VERSION = 1
DATA = "dataset."  # the prefix of tensors of own data
CARRIED = "carried."  # that of the states that streams go on from
LATER_FIELDS = {
    "num_layers",
    "bidirectional",
    "embedding_size",
    "train_h0",
    "carry_state",
}  # absent in files of older versions

TUPLES = {"edits": MAX_EDITS, "earlier": MARKS, "curve": CURVE}  # lists of tuples, and how long they may be


class Header(BaseModel):
    """The facts in a snapshot beside its tensors."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    kind: Literal["snapshot"]
    id: str | int | None = None  # of the command that asked for the file, if one did; no part of the run
    version: Literal[1]
    config: dict[str, Any]
    iteration: int = Field(ge=0, le=MAX_COUNT)
    solved_at: int | None = Field(ge=0, le=MAX_COUNT)
    streak: int = Field(ge=0, le=MAX_COUNT)
    clipped_updates: int = Field(ge=0, le=MAX_COUNT)
    update_norm: float | None = Field(default=None, ge=0)  # absent in files of older versions
    first_loss: float | None = None
    losses: list[float] = Field(default=[], max_length=LOSSES)
    earlier: list[tuple[int, float]] = Field(default=[], max_length=MARKS)
    curve: list[tuple[int, float]] = Field(default=[], max_length=CURVE)
    weights_name: str | None = Field(default=None, max_length=MAX_FILE_NAME)
    weights_at: int | None = Field(default=None, ge=0, le=MAX_COUNT)
    optimizer_step: int = Field(ge=0, le=MAX_COUNT)
    position: int = Field(default=0, ge=0, le=MAX_COUNT)  # of streams; absent in files of older versions
    passes: int = Field(default=0, ge=0, le=MAX_COUNT)
    probe: int = Field(ge=0, le=MAX_PROBE)
    edits: list[tuple[int, int, float]] = Field(max_length=MAX_EDITS)
    fingerprint: str = Field(max_length=64)
    dataset: str | None = Field(max_length=64)
    columns: list[str] | None = Field(max_length=MAX_NAMES)

    @property
    def progress(self) -> Progress:
        """How far training had come."""
        saved = ((name, getattr(self, name)) for name in Progress._fields)
        fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in saved}
        return Progress(**fields)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A snapshot whose header has been read; its tensors wait until the shapes they need are known."""

    config: RunConfig
    header: Header
    tensors: dict[str, np.ndarray]
    data: OwnData | None

    @property
    def edits(self) -> Edits:
        """The edited entries of the probe."""
        return {(t, i): value for t, i, value in self.header.edits}

    def learning(self, task: Task) -> Steps[Learner]:
        """The learner as it was saved, in steps; `task` gives the numbers of inputs and outputs."""
        header = self.header
        self._check_position(task)
        states = _carried_shapes(self.config) if header.position else {}
        expected = _expected(self.config, task) | states
        _same_names(expected, self.tensors)
        for name, shape in expected.items():
            if self.tensors[name].shape != shape or self.tensors[name].dtype != np.float64:
                raise BadUpload(
                    f"Expected {name} as F64 {shape}; got {self.tensors[name].dtype} {self.tensors[name].shape}."
                )
            if name.endswith(".v") and name.startswith("moment.") and (self.tensors[name] < 0).any():
                raise BadUpload(f"{name} is a mean of squares; negative numbers cannot be in it.")
        for name, values in self.tensors.items():
            tensorfile.finite({name: values})
            yield
        params: Params = {}
        for name in expected:
            if not name.startswith(("moment.", CARRIED)):
                params[name] = self._as_computed(name)
                yield
        learner = Learner(self.config, params)
        for name, values in learner.tensors():
            yield
            values[...] = self._as_computed(name)
        carried = {name.removeprefix(CARRIED): self._as_computed(name) for name in states}
        learner.carried = Carried(header.position, header.passes, carried)
        learner.optimizer.step = header.optimizer_step
        learner.progress = header.progress
        return learner

    def _as_computed(self, name: str) -> np.ndarray:
        """A tensor in the run's precision; what fits into F64 may be beyond float32."""
        with np.errstate(over="ignore"):
            values: np.ndarray = self.tensors[name].astype(self.config.precision)
        tensorfile.finite({name: values})
        return values

    def _check_position(self, task: Task) -> None:
        position, T = self.header.position, task.T
        if not self.config.carry_state:
            if position or self.header.passes:
                raise BadUpload(
                    "With carry_state = false no window follows another: position and passes must be 0; got "
                    f"{position} and {self.header.passes}."
                )
        elif position % T or (position and position + T > task.stream_length(self.config.batch_size)):
            raise BadUpload(f"position = {position} is not where a window of {T} timesteps begins in these streams.")


def file_of(
    config: RunConfig,
    learner: Learner,
    probe: int,
    edits: Edits,
    fingerprint: str,
    data_hash: str | None,
    data: OwnData | None,
) -> tensorfile.File:
    """The run as a file: with the hash of its own data, and with the data themselves if `data` is given.

    It is the run as it is now, whatever becomes of it until the last piece was taken.
    """
    tensors = {name: values.astype(np.float64) for name, values in learner.tensors()}
    tensors |= {CARRIED + name: values.astype(np.float64) for name, values in learner.carried.states.items()}
    held = sum(tensor.nbytes for tensor in tensors.values())
    header = {
        "kind": "snapshot",
        "version": VERSION,
        "config": config.model_dump(),
        **learner.progress._asdict(),
        "optimizer_step": learner.optimizer.step,
        "position": learner.carried.position,
        "passes": learner.carried.passes,
        "probe": probe,
        "edits": [[t, i, value] for (t, i), value in sorted(edits.items())],
        "fingerprint": fingerprint,
        "dataset": data_hash,
        "columns": None,
    }
    if data is not None:
        own, header["columns"] = dataset.packed(data)
        return tensorfile.in_pieces(header, tensors | {DATA + name: values for name, values in own.items()}, held)
    return tensorfile.in_pieces(header, tensors, held)


def reading(blob: bytes) -> Steps[Snapshot]:
    """Read a snapshot, in steps, as far as it can be checked alone; what is wrong raises BadUpload."""
    metadata, tensors = yield from tensorfile.reading(blob)
    if set(metadata) != {"unroll"}:
        raise BadUpload(
            f"Expected one metadata key, unroll; got {', '.join(map(shown, list(metadata)[:5])) or 'none'}."
        )
    fields = strict_json(metadata["unroll"])
    yield
    _of_this_version(fields.get("version"))
    try:
        fields = without_more(fields, Header)
        header = Header.model_validate(
            fields | {name: _as_tuples(fields[name], most) for name, most in TUPLES.items() if name in fields}
        )
        config = RunConfig(**{str(name): value for name, value in header.config.items()})
    except ValidationError as error:
        raise BadUpload(f"This is not a snapshot that can be read: {explained(error, Header, 'its header')}") from None
    except UnrollError as error:
        raise BadUpload(f"The snapshot's configuration is not valid: {error}", error.field) from None
    yield
    if not set(RunConfig.model_fields) - LATER_FIELDS <= set(header.config):
        raise BadUpload("The snapshot's configuration must name every field.")
    for t, i, value in header.edits:
        if not (0 <= t < MAX_LENGTH and 0 <= i < MAX_NAMES and abs(value) <= MAX_EDIT):
            raise BadUpload(f"x[{shown(t)}, {shown(i)}] = {shown(value)} is not an edit that a probe can have.")
    own = {name.removeprefix(DATA): tensors.pop(name) for name in list(tensors) if name.startswith(DATA)}
    data = (yield from dataset.unpacking(own, header.columns, header.dataset)) if own else None
    if own and data is None:
        raise BadUpload("The data in the snapshot are not those it was made with: their hash differs.")
    return Snapshot(config, header, tensors, data)


def data_for(snapshot: Snapshot, at_hand: OwnData | None) -> Steps[OwnData | None]:
    """The data that the run learns from: those in the snapshot, or those at hand if their hash is the same."""
    if snapshot.header.dataset is None:
        return None
    if snapshot.data is not None:
        return snapshot.data
    data = None if at_hand is None else (yield from dataset.known_as(at_hand, snapshot.header.dataset))
    if data is None:
        raise DatasetNeeded(
            "This snapshot was trained on own data that are not here. Upload the same dataset first, or a snapshot "
            "that was saved with its data."
        )
    return data


def _expected(config: RunConfig, task: Task) -> dict[str, tuple[int, ...]]:
    """Names and shapes of every tensor but own data."""
    shapes = architecture_of(config, task).parameter_shapes
    moments = OPTIMIZERS[config.optimizer].moments
    return shapes | {f"moment.{name}.{letter}": shape for letter in moments for name, shape in shapes.items()}


def _carried_shapes(config: RunConfig) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the states that streams go on from."""
    symbols = ("h0", "c0") if CELLS[config.cell].direct == "c" else ("h0",)
    endings = suffixes(config.num_layers, bidirectional=False)
    return {
        CARRIED + symbol + ending: (config.batch_size, config.hidden_size) for ending in endings for symbol in symbols
    }


def _same_names(expected: Mapping[str, object], came: Mapping[str, object]) -> None:
    missing, extra = sorted(set(expected) - set(came)), sorted(set(came) - set(expected))
    if missing:
        raise BadUpload(f"The snapshot lacks {shown(missing[0])}.")
    if extra:
        raise BadUpload(f"The snapshot holds {shown(extra[0])}, which this run does not have.")


def _of_this_version(version: object) -> None:
    """A file of a newer version is not called broken: the error says what reads it."""
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise BadUpload(
            f"Expected a snapshot of version {VERSION}, which this Unroll reads; got version {shown(version)}. "
            "A newer Unroll wrote it: open it there, or update this one."
        )


def _as_tuples(items: Any, most: int) -> Any:
    """JSON has no tuples, and a strict model wants them; of too many, one more than may be is enough to refuse them."""
    if not isinstance(items, list):
        return items
    return [tuple(item) if isinstance(item, list) else item for item in items[: most + 1]]
