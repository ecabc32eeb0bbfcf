"""Ready-made sequences with their targets, as arrays: every lossless way to write them down becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, NamedTuple, Self

import numpy as np

from ..errors import BadUpload, Choice
from ..steps import Steps, finish
from .answers import Answers, of_classes, of_values
from .base import MAX_NAMES
from .blocks import Block, blocks

MAX_LENGTH = 500
MAX_EXPANDED = 2**22  # timesteps in all, where the arrays in memory are larger than those in the file
LARGEST = 1e100  # its square is still a number
NONE = (-1, -100)  # classes that mean "no target"; -100 is PyTorch's ignore_index
KNOWN = ("inputs", "targets", "h0", "lengths")


class Found(NamedTuple):
    """What is found once of sequences: how many tokens and classes there are, the shortest and the longest length, and
    the best constant answers.
    """

    vocabulary: int | None
    classes: int | None
    lengths: tuple[int, int] | None
    answers: Answers


@dataclass(frozen=True, eq=False)
class Sequences:
    """N sequences of T timesteps.

    inputs (N, T, I) values, or (N, T) token ids, -1 where a sequence is over; targets (N, T) classes or -1 for none,
    or (N, T, O) values or NaN for none; h0 (N, H); lengths (N,), beyond which inputs are zeros and targets none.
    """

    inputs: np.ndarray
    targets: np.ndarray
    h0: np.ndarray | None = None
    lengths: np.ndarray | None = None

    @classmethod
    def of(cls, tensors: Mapping[str, np.ndarray], *, time_first: bool = False) -> Self:
        """Read the arrays of a dataset; what does not fit together raises BadUpload naming the array and a remedy.

        With ``time_first`` inputs are (T, N, …), as nn.RNN has them without batch_first, and so are targets of every
        timestep.
        """
        return finish(cls.reading(tensors, time_first=time_first))

    @classmethod
    def reading(cls, tensors: Mapping[str, np.ndarray], *, time_first: bool = False) -> Steps[Self]:
        """The same in steps, with all that a task asks for at once."""
        _expect(
            {"inputs", "targets"} <= set(tensors) <= set(KNOWN),
            f"inputs, targets and, if wanted, h0 and lengths; got {', '.join(sorted(tensors))[:99] or 'none'}",
            "Rename them, and leave others out.",
        )
        inputs, targets = np.asarray(tensors["inputs"]), np.asarray(tensors["targets"])
        if time_first:
            inputs, targets = (values.swapaxes(0, 1) if values.ndim > 1 else values for values in (inputs, targets))
        lengths = np.asarray(tensors["lengths"]) if "lengths" in tensors else None
        _check_inputs(inputs)
        _check_order(inputs.shape, targets, lengths)
        N, T = inputs.shape[:2]
        if lengths is not None:
            lengths = yield from _lengths(lengths, N, T)
        ends = np.broadcast_to(T, N) if lengths is None else lengths
        read = yield from (_tokens if inputs.ndim == 2 else _values)(inputs, ends)
        h0 = (yield from _initial_states(np.asarray(tensors["h0"]), N)) if "h0" in tensors else None
        data = cls(read, (yield from _targets(targets, ends, (N, T))), h0, lengths)
        vars(data)["found"] = yield from data._finding()
        return data

    @property
    def length(self) -> int:
        """T, how long the longest sequence is."""
        return int(self.inputs.shape[1])

    @cached_property
    def found(self) -> Found:
        """What a task asks for, whatever its length; found once, in steps where it was read in steps."""
        return finish(self._finding())

    def _finding(self) -> Steps[Found]:
        largest = (yield from _extremes(self.inputs))[1] if self.inputs.ndim == 2 else None
        lengths = None if self.lengths is None else (yield from _extremes(self.lengths[:, None]))
        classes = (yield from _extremes(self.targets))[1] + 1 if self.targets.ndim == 2 else None
        answers = (yield from of_classes(self.targets, classes)) if classes else (yield from of_values(self.targets))
        return Found(None if largest is None else largest + 1, classes, lengths, answers)

    @property
    def vocabulary(self) -> int | None:
        """How many tokens the inputs name (largest + 1); None where they are values."""
        return self.found.vocabulary

    @property
    def width(self) -> int:
        """I, how many numbers enter at a timestep: a token enters as one-hot."""
        return self.vocabulary or int(self.inputs.shape[2])

    @property
    def classes(self) -> int | None:
        """How many classes the targets name; None where they are values."""
        return self.found.classes

    @property
    def read(self) -> dict[str, Any]:
        """What was read, to be compared with the file: `state.task.read`."""
        N, T = self.targets.shape[:2]
        enters = f"a token of {self.vocabulary}" if self.vocabulary else _values_each(self.width)
        wanted = f"one of {self.classes} classes" if self.classes else _values_each(self.targets.shape[2])
        notes = [
            f"Each timestep's input: {enters}.",
            f"Each target: {wanted}. {self.found.answers.known[-1]} of {N * T} timesteps have one.",
        ]
        if self.found.lengths is not None:
            shortest, longest = self.found.lengths
            notes.append(f"Lengths: {shortest} to {longest} timesteps.")
        if self.h0 is not None:
            notes.append(f"Each sequence begins with an initial state of its own, {self.h0.shape[1]} units.")
        return {"sequences": len(self.inputs), "timesteps": self.length, "notes": notes}


def _values_each(count: int) -> str:
    return "1 number" if count == 1 else f"{count} numbers"


def _check_inputs(inputs: np.ndarray) -> None:
    """Kind, number of axes and sizes of the inputs."""
    got = f"got {inputs.dtype} {inputs.shape}"
    _expect(inputs.size > 0, f"inputs that are not empty; {got}", "Give at least one sequence of one timestep.")
    if inputs.dtype.kind in "iu":
        _expect(
            inputs.ndim == 2,
            f"whole numbers as inputs to be token ids (N, T); {got}",
            "inputs.astype(numpy.float32) makes them values; inputs[..., 0] takes the ids of the first input.",
        )
    else:
        _expect(
            inputs.dtype.kind == "f" and inputs.ndim == 3,
            f"inputs (N, T, I) of floating-point numbers, or token ids (N, T) of whole numbers; {got}",
            "inputs[..., None] gives sequences of one input a timestep their third axis.",
        )
        _expect(inputs.shape[2] <= MAX_NAMES, f"at most {MAX_NAMES} inputs; {got}", "Keep the most telling ones.")


def _check_order(shape: tuple[int, ...], targets: np.ndarray, lengths: np.ndarray | None) -> None:
    """The batch comes first in all arrays; data with the time first are known by targets or lengths."""
    N, T = shape[:2]
    swapped = "Axes swapped: {}.swapaxes(0, 1) puts the sequences first."
    by_lengths = lengths is not None and lengths.shape == (T,) != (N,)
    by_targets = N != T and (targets.shape[:2] == (T, N) or targets.shape == (T,))
    turned = [Choice("The time comes first: swap the axes", {"time_first": True})]
    _expect(
        not by_lengths,
        f"inputs (N, T, …) with the N sequences first; got {shape} and lengths of {T} sequences",
        swapped.format("inputs") + (" The targets likewise." if targets.ndim > 1 else ""),
        turned if targets.shape[:2] == (N, T) or targets.shape == (T,) else [],
    )
    _expect(
        not (by_targets and targets.shape == (T,)),
        f"inputs (N, T, …) with the N sequences first; got {shape} and targets of {T} sequences",
        swapped.format("inputs"),
        turned,
    )
    _expect(
        not by_targets,
        f"inputs (N, T, …) and targets (N, T, …) in the same order; got {shape} and {targets.shape}",
        swapped.format("inputs") + " Where they are right: targets.swapaxes(0, 1).",
    )
    _expect(
        T <= MAX_LENGTH,
        f"sequences of at most {MAX_LENGTH} timesteps; got {T}",
        f"inputs[:, :{MAX_LENGTH}] keeps the first ones; or cut each sequence into several.",
    )
    _expect(
        targets.shape[:2] == (N, T) or targets.shape == (N,),
        f"targets for the {N} sequences of {T} timesteps, or one for each sequence; got {targets.shape}",
        "Give each timestep a target, or -1 (classes) or NaN (values) for none.",
    )


def _lengths(lengths: np.ndarray, N: int, T: int) -> Steps[np.ndarray]:
    _expect(
        lengths.dtype.kind in "iu" and lengths.shape == (N,),
        f"lengths (N,) of whole numbers, one for each of the {N} sequences; got {lengths.dtype} {lengths.shape}",
        "lengths.astype(numpy.int64) makes them whole.",
    )
    shortest, longest = yield from _extremes(lengths[:, None])
    _expect(
        shortest >= 1 and longest <= T,
        f"lengths from 1 to {T}, the timesteps of inputs; got {shortest} to {longest}",
        "Leave empty sequences out.",
    )
    found = np.empty(N, np.int64)
    for rows, _ in blocks((N, 1)):
        found[rows] = lengths[rows]
        yield
    return found


def _values(inputs: np.ndarray, ends: np.ndarray) -> Steps[np.ndarray]:
    """Inputs as float64, zeros where a sequence is over: `ends` (N,) says from which timestep on."""
    values, moderate = np.empty(inputs.shape), True
    for at in blocks(inputs.shape):
        block = values[at]
        block[...] = inputs[at]
        block[_over(ends, at)] = 0.0
        moderate = moderate and _are_moderate(block)
        yield
    _expect(moderate, f"finite inputs of at most {LARGEST:g}; some are not", "numpy.nan_to_num replaces them.")
    return values


def _tokens(inputs: np.ndarray, ends: np.ndarray) -> Steps[np.ndarray]:
    """Token ids, -1 where a sequence is over; they become one-hot rows only when they are drawn."""
    _expect(
        inputs.size <= MAX_EXPANDED,
        f"at most {MAX_EXPANDED} tokens; got {inputs.size}",
        "Give fewer or shorter sequences.",
    )
    tokens, least, largest = np.empty(inputs.shape, np.int64), MAX_NAMES, 0
    for at in blocks(inputs.shape):
        over, block = _over(ends, at), inputs[at]
        within = block[~over]
        least, largest = min(least, int(within.min(initial=0))), max(largest, int(within.max(initial=0)))
        tokens[at] = block
        tokens[at][over] = -1
        yield
    _expect(
        least >= 0,
        f"token ids from 0; got {least}",
        "`lengths` (N,) says where each sequence ends; what stands beyond is not looked at.",
    )
    _expect(
        largest < MAX_NAMES,
        f"a vocabulary of at most {MAX_NAMES} tokens; got the id {largest}",
        "numpy.unique(inputs, return_inverse=True) numbers the tokens that occur.",
    )
    return tokens


def _initial_states(h0: np.ndarray, N: int) -> Steps[np.ndarray]:
    fits = h0.dtype.kind == "f" and h0.ndim == 2 and len(h0) == N and h0.size > 0
    states = np.empty(h0.shape if fits else 0)
    for at in blocks(h0.shape) if fits else ():
        states[at] = h0[at]
        fits = fits and _are_moderate(states[at])
        yield
    _expect(
        fits,
        f"h0 (N, H) of finite numbers, one row for each of the {N} sequences; got {h0.dtype} {h0.shape}",
        "h0[0] takes it out of PyTorch's (1, N, H).",
    )
    return states


def _targets(targets: np.ndarray, ends: np.ndarray, shape: tuple[int, int]) -> Steps[np.ndarray]:
    """Classes (N, T) with -1 for none or values (N, T, O) with NaN for none; none where a sequence is over."""
    whole = targets.dtype.kind in "iu"
    _expect(
        whole or targets.dtype.kind == "f",
        f"targets of whole numbers (classes) or floating-point ones (values); got {targets.dtype}",
        "targets.astype(numpy.int64) makes classes of them.",
    )
    _expect(
        targets.ndim > 1 or prod(shape) <= MAX_EXPANDED,
        f"at most {MAX_EXPANDED} timesteps where targets are (N,); got {prod(shape)}",
        "Give fewer or shorter sequences.",
    )
    return (yield from (_classes if whole else _wanted_values)(targets, ends, shape))


def _wanted_values(targets: np.ndarray, ends: np.ndarray, shape: tuple[int, int]) -> Steps[np.ndarray]:
    outputs = targets.shape[2:] or (1,)
    _expect(
        len(outputs) == 1 and 0 < outputs[0] <= MAX_NAMES,
        f"values as targets (N, T, O) or (N, T) or (N,), with O from 1 to {MAX_NAMES}; got {targets.shape}",
        "targets.reshape(N, T, -1) makes one axis of all outputs.",
    )
    values, moderate, together, some = np.empty((*shape, *outputs)), True, True, False
    for at in blocks(values.shape):
        given, none = _given(targets, ends, at)
        block = values[at]
        block[...] = given if given.ndim > 2 else given[..., None]
        block[none] = np.nan
        missing = np.isnan(block)
        moderate = moderate and _are_moderate(block[~missing])
        together = together and bool((missing.all(axis=2) == missing.any(axis=2)).all())
        some = some or not missing.all()
        yield
    _expect(
        moderate,
        f"targets of at most {LARGEST:g}, NaN for none; some are larger",
        "Scale them: (targets - mean) / deviation.",
    )
    _expect(
        together, "targets all given or all NaN at each timestep", "Leave the outputs out that are not always known."
    )
    _expect(some, "at least one target; all are NaN", "Give one where the answer is known.")
    return values


def _classes(targets: np.ndarray, ends: np.ndarray, shape: tuple[int, int]) -> Steps[np.ndarray]:
    _expect(
        targets.ndim <= 2,
        f"classes as targets (N, T) or (N,); got {targets.shape}",
        "targets[..., 0] takes the only class; targets.astype(numpy.float32) makes them values (N, T, O).",
    )
    found, least, largest = np.empty(shape, np.int64), -1, -1
    for at in blocks(shape):
        given, none = _given(targets, ends, at)
        none = none | np.isin(given, NONE)
        some = given[~none]
        if some.size:
            least, largest = min(least, int(some.min())), max(largest, int(some.max()))
        found[at] = given
        found[at][none] = -1
        yield
    _expect(least >= -1, f"classes from 0, or -1 or -100 for none; got {least}", "Number the classes from 0.")
    _expect(largest >= 0, "at least one target; there is none", "Give one where the answer is known.")
    _expect(
        largest < MAX_NAMES,
        f"at most {MAX_NAMES} classes; got class {largest}",
        "numpy.unique(targets, return_inverse=True) numbers the classes that occur; values are floating-point numbers.",
    )
    return found


def _given(targets: np.ndarray, ends: np.ndarray, at: Block) -> tuple[np.ndarray, np.ndarray]:
    """The targets of a block, and where they are none; targets (N,) are each for its sequence's last timestep."""
    if targets.ndim > 1:
        return targets[at], _over(ends, at)
    rows, timesteps = at
    others = np.arange(timesteps.start, timesteps.stop) != ends[rows, None] - 1
    return np.broadcast_to(targets[rows, None], others.shape), others


def _over(ends: np.ndarray, at: Block) -> np.ndarray:
    """Where in a block a sequence is over."""
    rows, timesteps = at
    over: np.ndarray = np.arange(timesteps.start, timesteps.stop) >= ends[rows, None]
    return over


def _extremes(values: np.ndarray) -> Steps[tuple[int, int]]:
    """The least and the largest of whole numbers (N, T)."""
    least = largest = int(values[0, 0])
    for at in blocks(values.shape):
        least, largest = min(least, int(values[at].min())), max(largest, int(values[at].max()))
        yield
    return least, largest


def _are_moderate(values: np.ndarray) -> bool:
    """Whether all are finite and can be squared."""
    return bool((np.abs(values) <= LARGEST).all())


def _expect(holds: object, expected: str, remedy: str, choices: list[Choice] | None = None) -> None:
    if not holds:
        raise BadUpload(f"A dataset needs {expected}. {remedy}", "dataset", choices or ())
