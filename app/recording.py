"""Recordings: a training run as one `.unroll` file, written while it goes and read back without trust.

A recording is the eight bytes ``UNROLL1\\n``, then frames one after another: eight bytes of length, little-endian, and
a safetensors file of that many bytes, whose metadata has the single key `unroll`. The first frame, of kind "recording",
holds facts about the run; every further one is a record, or of kind "state": what else holds from there on (`config`,
`task`), where that changed. Each is handed to the system as soon as it is written, so a
process that is killed loses the frame it was writing and no other; what it left of that one is overlooked when the file
is read.

    with Recording.create("run.unroll", config=trainer.config.model_dump(), task=trainer.task_info()) as recording:
        for record in trainer.records(watch={"flow"}):
            recording.write(record)

    for record in Recording.open("run.unroll"):
        print(record.iteration, record.loss)
"""

import contextlib
import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NoReturn, Self

from .errors import BadUpload, BadValue, OutOfRange, shown
from .tensorheader import MAX_HEADER_BYTES, strict_json
from .training import Record
from .training.tensorfile import pack, read

MAGIC = b"UNROLL1\n"
LENGTH_BYTES = 8
LARGEST_FRAME = 256 * 2**20
MOST_FRAMES = 1_000_000
LARGEST_POSITION = 2**53 - 1
POSITIONS = ("iteration", "step")  # what says when in training a record was made: ours, and that of a watched script


class Recording:
    """Records of one run, in the order in which they were made. Made by `create` to be written, by `open` to be read.

    `facts` are what its writer said about the run; the page shows recordings whose facts have `config` and `task`, as
    the message `state` has them. `cut_short` says that the file ends within a frame, as after a kill.
    """

    def __init__(self, file: BinaryIO, facts: dict[str, Any], *, writing: bool) -> None:
        self.facts = facts
        self.cut_short = False
        self._file = file
        self._writing = writing
        self._starts, self._sizes, self._positions = array("q"), array("q"), array("q")
        self._states: list[tuple[int, dict[str, Any]]] = []  # how many records came before, and what was said

    # Writing.

    @classmethod
    def create(cls, path: str | os.PathLike[str], **facts: Any) -> Self:
        """A new file; one that is there already is replaced. `facts` are about the run: anything JSON can hold."""
        file = Path(path).open("w+b", buffering=0)  # noqa: SIM115 (closed by `close`)
        recording = cls(file, facts, writing=True)
        file.write(MAGIC)
        recording._append(pack({"kind": "recording", "facts": facts}, {}))
        return recording

    def write(self, record: Record) -> None:
        """One more record; OutOfRange, and nothing is written, where it would take more than 256 MiB."""
        if not self._writing:
            raise BadValue("This recording was opened to be read. `Recording.create` begins a new one.")
        position = _position(record.scalars)
        frame = record.to_bytes()
        self._note(self._append(frame), len(frame), position)

    def write_state(self, **state: Any) -> None:
        """What holds for the records from here on: `config`, `task`, or whatever else of the facts has changed."""
        if not self._writing:
            raise BadValue("This recording was opened to be read. `Recording.create` begins a new one.")
        self._append(pack({"kind": "state", "state": state}, {}))
        self._states.append((len(self), state))

    def _append(self, frame: bytes) -> int:
        """In one piece, as far as the system allows; returns where the frame begins. Of one that did not fit nothing is
        left: others may follow, once there is room again. OutOfRange, before anything is written, for one that `open`
        would not read.
        """
        if len(frame) > LARGEST_FRAME:
            raise OutOfRange(
                f"Expected at most {LARGEST_FRAME} bytes in one record of a recording; got {len(frame)}. Fewer watched "
                "quantities, shorter sequences or a smaller network make it smaller."
            )
        whole = memoryview(len(frame).to_bytes(LENGTH_BYTES, "little") + frame)
        start = self._file.seek(0, os.SEEK_END) + LENGTH_BYTES
        try:
            while whole:
                whole = whole[self._file.write(whole) :]
        except OSError:
            with contextlib.suppress(OSError):  # a device cannot be cut
                self._file.truncate(start - LENGTH_BYTES)
            raise
        return start

    # Reading.

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Read a file as far as its frames' headers; their numbers are read when a record is asked for."""
        file = Path(path).open("rb")  # noqa: SIM115 (closed by `close`)
        try:
            if file.read(len(MAGIC)) != MAGIC:
                _refuse("a file that begins with UNROLL1")
            recording = cls(file, {}, writing=False)
            recording._read_index()
        except BaseException:
            file.close()
            raise
        return recording

    def _read_index(self) -> None:
        """Where each frame lies, and what it says it is."""
        end = self._file.seek(0, os.SEEK_END)
        start, first = len(MAGIC), True
        while start < end:
            self._file.seek(start)
            size = int.from_bytes(self._file.read(LENGTH_BYTES), "little")
            start += LENGTH_BYTES
            if start > end or (start + size > end and size <= LARGEST_FRAME):
                self.cut_short = True
                break
            if not LENGTH_BYTES <= size <= LARGEST_FRAME:
                _refuse(f"frames of {LENGTH_BYTES} to {LARGEST_FRAME} bytes; one says {shown(size)}")
            if len(self) >= MOST_FRAMES:
                _refuse(f"at most {MOST_FRAMES} records")
            scalars = self._scalars(size)
            if first:
                self.facts, first = _facts(scalars), False
            elif scalars.get("kind") == "state":
                self._states.append((len(self), _state(scalars)))
                if len(self._states) > MOST_FRAMES:
                    _refuse(f"at most {MOST_FRAMES} states")
            else:
                self._note(start, size, _read_position(scalars))
            start += size
        if first:
            _refuse("facts about the run as its first frame")

    def _scalars(self, size: int) -> dict[str, Any]:
        """What the metadata of the frame at hand say."""
        length = int.from_bytes(self._file.read(LENGTH_BYTES), "little")
        if not 2 <= length <= min(MAX_HEADER_BYTES, size - LENGTH_BYTES):
            _refuse(f"a header that fits into its frame; its length says {shown(length)}")
        return _said(strict_json(self._file.read(length)).get("__metadata__"))

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, index: int) -> Record:
        """The record at a place, counted from 0, or from the end with negative numbers."""
        at = range(len(self))[index]
        self._file.seek(self._starts[at])
        metadata, tensors = read(self._file.read(self._sizes[at]))
        return Record(_said(metadata), tensors)

    def __iter__(self) -> Iterator[Record]:
        """All records in the order in which they were written."""
        return (self[at] for at in range(len(self)))

    @property
    def iterations(self) -> list[int]:
        """When in training each record was made: its iteration, or the step of a script that was watched."""
        return list(self._positions)

    def at(self, iteration: int) -> Record:
        """The record of this iteration, or of the last one before it; where training began anew, the later one."""
        reached = [(position, at) for at, position in enumerate(self._positions) if position <= iteration]
        if not reached:
            first = f"the first is of {min(self._positions)}" if len(self) else "it has none"
            raise BadValue(f"Expected an iteration this recording has reached; got {shown(iteration)}, {first}.")
        return self[max(reached)[1]]

    def state(self, index: int) -> dict[str, Any]:
        """What held when the record at a place was made: the facts, with everything that had changed since."""
        at = range(len(self))[index]
        return self.facts | {
            name: value for before, said in self._states if before <= at for name, value in said.items()
        }

    def _note(self, start: int, size: int, position: int) -> None:
        self._starts.append(start)
        self._sizes.append(size)
        self._positions.append(position)

    # The end.

    def close(self) -> None:
        """Nothing more is written or read."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _position(scalars: dict[str, Any]) -> int:
    """When in training a record was made."""
    position = next((scalars[name] for name in POSITIONS if name in scalars), None)
    if not isinstance(position, int) or isinstance(position, bool) or not 0 <= position <= LARGEST_POSITION:
        raise BadValue(f"A record needs the number of its iteration or step; got {shown(position)}.")
    return position


def _read_position(scalars: dict[str, Any]) -> int:
    """The same of a frame that somebody else may have written."""
    if scalars.get("kind") != "record":
        _refuse(f"records after the first frame; got {shown(scalars.get('kind'))}")
    try:
        return _position(scalars)
    except BadValue as error:
        _refuse(f"records with their iteration. {error}")


def _facts(scalars: dict[str, Any]) -> dict[str, Any]:
    """What the first frame says about the run."""
    facts = scalars.get("facts")
    if scalars.get("kind") != "recording" or not isinstance(facts, dict):
        _refuse("facts about the run as its first frame")
    return facts


def _state(scalars: dict[str, Any]) -> dict[str, Any]:
    """What a frame between records says."""
    state = scalars.get("state")
    if not isinstance(state, dict):
        _refuse("a state with what holds from there on")
    return state


def _said(metadata: Any) -> dict[str, Any]:
    """The one metadata value of a frame."""
    if not isinstance(metadata, dict) or set(metadata) != {"unroll"} or not isinstance(metadata["unroll"], str):
        _refuse("frames with the one metadata key unroll")
    return strict_json(metadata["unroll"])


def _refuse(expected: str) -> NoReturn:
    raise BadUpload(f"This is not a recording we can read: expected {expected}.")
