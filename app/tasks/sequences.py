"""Ready-made sequences with their targets, as arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..errors import BadUpload
from .base import MAX_NAMES

MAX_LENGTH = 500
LARGEST = 1e100  # its square is still a number


@dataclass(frozen=True, eq=False)
class Sequences:
    """N sequences: inputs (N, T, I); targets (N, T) classes or -1, or (N, T, O) values or NaN, for none; h0 (N, H)."""

    inputs: np.ndarray
    targets: np.ndarray
    h0: np.ndarray | None = None

    @classmethod
    def of(cls, tensors: Mapping[str, np.ndarray]) -> Self:
        """Read the arrays of a dataset file; what does not fit together raises BadUpload naming the tensor."""
        _expect(
            {"inputs", "targets"} <= set(tensors) <= {"inputs", "targets", "h0"},
            f"the tensors inputs, targets and, if wanted, h0; got {', '.join(sorted(tensors))[:200] or 'none'}",
        )
        inputs, targets = np.asarray(tensors["inputs"]), np.asarray(tensors["targets"])
        h0 = np.asarray(tensors["h0"]) if "h0" in tensors else None
        _expect(
            inputs.dtype in (np.float32, np.float64) and inputs.ndim == 3 and inputs.size > 0,
            f"inputs (N, T, I) as F32 or F64; got {inputs.dtype} {inputs.shape}",
        )
        N, T, I = inputs.shape
        _expect(T <= MAX_LENGTH, f"sequences of at most {MAX_LENGTH} timesteps; got {T}")
        _expect(I <= MAX_NAMES, f"at most {MAX_NAMES} inputs; got {I}")
        _expect(_are_moderate(inputs), f"finite inputs of at most {LARGEST:g}; some are not")
        _expect(targets.shape[:2] == (N, T), f"targets for the {N} sequences of {T} timesteps; got {targets.shape}")
        if h0 is not None:
            _expect(
                h0.dtype in (np.float32, np.float64) and h0.ndim == 2 and len(h0) == N and _are_moderate(h0),
                f"h0 (N, H) of finite numbers, one row for each of the {N} sequences; got {h0.dtype} {h0.shape}",
            )
        return cls(inputs.astype(np.float64), _targets(targets), None if h0 is None else h0.astype(np.float64))

    @property
    def length(self) -> int:
        """T, how long the sequences are."""
        return int(self.inputs.shape[1])

    @property
    def classes(self) -> int | None:
        """How many classes the targets name; None where they are values."""
        return int(self.targets.max()) + 1 if self.targets.ndim == 2 else None


def _targets(targets: np.ndarray) -> np.ndarray:
    if targets.dtype in (np.int32, np.int64):
        _expect(targets.ndim == 2, f"classes as targets (N, T); got {targets.shape}")
        _expect(targets.min() >= -1, f"classes from 0, or -1 for none; got {targets.min()}")
        _expect(targets.max() >= 0, "at least one target; there is none")
        _expect(targets.max() < MAX_NAMES, f"at most {MAX_NAMES} classes; got class {targets.max()}")
        return targets.astype(np.int64)
    _expect(
        targets.dtype in (np.float32, np.float64) and targets.ndim == 3 and 0 < targets.shape[2] <= MAX_NAMES,
        f"targets (N, T) as I32 or I64, or (N, T, O) as F32 or F64; got {targets.dtype} {targets.shape}",
    )
    missing = np.isnan(targets)
    _expect(_are_moderate(targets[~missing]), f"targets of at most {LARGEST:g}, NaN for none; some are larger")
    _expect((missing.all(axis=2) == missing.any(axis=2)).all(), "targets all given or all NaN at each timestep")
    _expect(not missing.all(), "at least one target; all are NaN")
    return targets.astype(np.float64)


def _are_moderate(values: np.ndarray) -> bool:
    """Whether all are finite and can be squared."""
    return bool((np.abs(values.astype(np.float64)) <= LARGEST).all())


def _expect(holds: object, expected: str) -> None:
    if not holds:
        raise BadUpload(f"A dataset needs {expected}.", "dataset")
