"""Ready-made sequences with their targets, as arrays: every lossless way to write them down becomes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from ..errors import BadUpload, Choice
from .base import MAX_NAMES

MAX_LENGTH = 500
MAX_EXPANDED = 2**22  # timesteps in all, where the arrays in memory are larger than those in the file
LARGEST = 1e100  # its square is still a number
NONE = (-1, -100)  # classes that mean "no target"; -100 is PyTorch's ignore_index
KNOWN = ("inputs", "targets", "h0", "lengths")


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
            lengths = _lengths(lengths, N, T)
        over = np.arange(T) >= (np.full((N, 1), T) if lengths is None else lengths[:, None])
        read = _tokens(inputs, over) if inputs.ndim == 2 else _values(inputs, over)
        h0 = _initial_states(np.asarray(tensors["h0"]), N) if "h0" in tensors else None
        return cls(read, _targets(targets, over), h0, lengths)

    @property
    def length(self) -> int:
        """T, how long the longest sequence is."""
        return int(self.inputs.shape[1])

    @property
    def vocabulary(self) -> int | None:
        """How many tokens the inputs name (largest + 1); None where they are values."""
        return int(self.inputs.max()) + 1 if self.inputs.ndim == 2 else None

    @property
    def width(self) -> int:
        """I, how many numbers enter at a timestep: a token enters as one-hot."""
        return self.vocabulary or int(self.inputs.shape[2])

    @property
    def classes(self) -> int | None:
        """How many classes the targets name; None where they are values."""
        return int(self.targets.max()) + 1 if self.targets.ndim == 2 else None

    @property
    def read(self) -> dict[str, Any]:
        """What was read, to be compared with the file: `state.task.read`."""
        asked = self.targets >= 0 if self.targets.ndim == 2 else ~np.isnan(self.targets[..., 0])
        enters = f"a token of {self.vocabulary}" if self.vocabulary else _values_each(self.width)
        wanted = f"one of {self.classes} classes" if self.classes else _values_each(self.targets.shape[2])
        notes = [
            f"Each timestep's input: {enters}.",
            f"Each target: {wanted}. {int(asked.sum())} of {asked.size} timesteps have one.",
        ]
        if self.lengths is not None:
            notes.append(f"Lengths: {self.lengths.min()} to {self.lengths.max()} timesteps.")
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


def _lengths(lengths: np.ndarray, N: int, T: int) -> np.ndarray:
    _expect(
        lengths.dtype.kind in "iu" and lengths.shape == (N,),
        f"lengths (N,) of whole numbers, one for each of the {N} sequences; got {lengths.dtype} {lengths.shape}",
        "lengths.astype(numpy.int64) makes them whole.",
    )
    _expect(
        lengths.min() >= 1 and lengths.max() <= T,
        f"lengths from 1 to {T}, the timesteps of inputs; got {lengths.min()} to {lengths.max()}",
        "Leave empty sequences out.",
    )
    return lengths.astype(np.int64)


def _values(inputs: np.ndarray, over: np.ndarray) -> np.ndarray:
    values = inputs.astype(np.float64)
    values[over] = 0.0
    _expect(
        _are_moderate(values), f"finite inputs of at most {LARGEST:g}; some are not", "numpy.nan_to_num replaces them."
    )
    return values


def _tokens(inputs: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Token ids, -1 where a sequence is over; they become one-hot rows only when they are drawn."""
    _expect(
        inputs.size <= MAX_EXPANDED,
        f"at most {MAX_EXPANDED} tokens; got {inputs.size}",
        "Give fewer or shorter sequences.",
    )
    within = inputs[~over]
    _expect(
        within.min() >= 0,
        f"token ids from 0; got {within.min()}",
        "`lengths` (N,) says where each sequence ends; what stands beyond is not looked at.",
    )
    _expect(
        within.max() < MAX_NAMES,
        f"a vocabulary of at most {MAX_NAMES} tokens; got the id {within.max()}",
        "numpy.unique(inputs, return_inverse=True) numbers the tokens that occur.",
    )
    return np.where(over, np.int64(-1), inputs).astype(np.int64)


def _initial_states(h0: np.ndarray, N: int) -> np.ndarray:
    _expect(
        h0.dtype.kind == "f" and h0.ndim == 2 and len(h0) == N and h0.size > 0 and _are_moderate(h0),
        f"h0 (N, H) of finite numbers, one row for each of the {N} sequences; got {h0.dtype} {h0.shape}",
        "h0[0] takes it out of PyTorch's (1, N, H).",
    )
    return h0.astype(np.float64)


def _targets(targets: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Classes (N, T) with -1 for none or values (N, T, O) with NaN for none; none where a sequence is over."""
    if targets.dtype.kind in "iu":
        return _classes(_at_the_end(targets, over, -1), over)
    _expect(
        targets.dtype.kind == "f",
        f"targets of whole numbers (classes) or floating-point ones (values); got {targets.dtype}",
        "targets.astype(numpy.int64) makes classes of them.",
    )
    values = _at_the_end(targets, over, np.nan)
    values = (values if values.ndim > 2 else values[..., None]).astype(np.float64)
    _expect(
        values.ndim == 3 and 0 < values.shape[2] <= MAX_NAMES,
        f"values as targets (N, T, O) or (N, T) or (N,), with O from 1 to {MAX_NAMES}; got {targets.shape}",
        "targets.reshape(N, T, -1) makes one axis of all outputs.",
    )
    values[over] = np.nan
    missing = np.isnan(values)
    _expect(
        _are_moderate(values[~missing]),
        f"targets of at most {LARGEST:g}, NaN for none; some are larger",
        "Scale them: (targets - mean) / deviation.",
    )
    _expect(
        (missing.all(axis=2) == missing.any(axis=2)).all(),
        "targets all given or all NaN at each timestep",
        "Leave the outputs out that are not always known.",
    )
    _expect(not missing.all(), "at least one target; all are NaN", "Give one where the answer is known.")
    return values


def _classes(targets: np.ndarray, over: np.ndarray) -> np.ndarray:
    _expect(
        targets.ndim == 2,
        f"classes as targets (N, T) or (N,); got {targets.shape}",
        "targets[..., 0] takes the only class; targets.astype(numpy.float32) makes them values (N, T, O).",
    )
    found = np.where(over, np.int64(-1), targets)
    found[np.isin(found, NONE)] = -1
    _expect(
        found.min() >= -1, f"classes from 0, or -1 or -100 for none; got {found.min()}", "Number the classes from 0."
    )
    _expect(found.max() >= 0, "at least one target; there is none", "Give one where the answer is known.")
    _expect(
        found.max() < MAX_NAMES,
        f"at most {MAX_NAMES} classes; got class {found.max()}",
        "numpy.unique(targets, return_inverse=True) numbers the classes that occur; values are floating-point numbers.",
    )
    return found.astype(np.int64)


def _at_the_end(targets: np.ndarray, over: np.ndarray, none: float) -> np.ndarray:
    """Targets (N,) as (N, T), each at its sequence's last timestep; others as they are."""
    if targets.ndim > 1:
        return targets
    _expect(
        over.size <= MAX_EXPANDED,
        f"at most {MAX_EXPANDED} timesteps where targets are (N,); got {over.size}",
        "Give fewer or shorter sequences.",
    )
    spread = np.full(
        over.shape, none, np.result_type(targets.dtype, np.int64) if targets.dtype.kind in "iu" else targets.dtype
    )
    spread[np.arange(len(over)), (~over).sum(axis=1) - 1] = targets
    return spread


def _are_moderate(values: np.ndarray) -> bool:
    """Whether all are finite and can be squared."""
    return bool((np.abs(values.astype(np.float64)) <= LARGEST).all())


def _expect(holds: object, expected: str, remedy: str, choices: list[Choice] | None = None) -> None:
    if not holds:
        raise BadUpload(f"A dataset needs {expected}. {remedy}", "dataset", choices or ())
