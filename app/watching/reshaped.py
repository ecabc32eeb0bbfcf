"""Whether a view of a state or an output still keeps the sequences of the batch apart.

`h_n.view(B, -1)` of a state (layers, B, H) and `x.view(T, B, -1)` of a batch (B, T, I) have the shape that is wanted
and mix the numbers of several sequences. A view says where its numbers lie, so that none need be read to tell.
"""

import weakref
from typing import Any

import numpy as np

Tensor = Any  # torch.Tensor, which is not ours to import


class Leaving:
    """Tensors that watched modules gave out, by where they lie, and where their batch is: none is kept alive by it."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Any], int, str]] = {}

    def note(self, name: str, tensor: Tensor, batch: int) -> None:
        """Module ``name`` gave out ``tensor``, whose axis ``batch`` is that of the sequences."""
        place = tensor.untyped_storage().data_ptr()

        def forget(reference: weakref.ref[Any]) -> None:
            if self._known.get(place, (None,))[0] is reference:
                del self._known[place]

        self._known[place] = weakref.ref(tensor, forget), batch, name

    @property
    def empty(self) -> bool:
        """Whether none is known."""
        return not self._known

    def clear(self) -> None:
        """Forget them all."""
        self._known.clear()

    def mixed_by(self, view: Tensor, batch: int) -> str | None:
        """The module of whose tensor ``view`` mixes the sequences, its axis ``batch`` being meant to be theirs."""
        reference, axis, name = self._known.get(view.untyped_storage().data_ptr(), (None, 0, ""))
        tensor = None if reference is None else reference()
        if tensor is None or tensor is view or not mixes(tensor, axis, view, batch):
            return None
        return name


def mixes(tensor: Tensor, axis: int, view: Tensor, batch: int) -> bool:
    """Whether ``view``, of ``tensor`` or a part of it, has its numbers in other sequences than ``tensor`` has them."""
    if view.dim() <= batch or not view.shape[batch] == tensor.shape[axis] > 1:
        return False
    if view.stride(batch) == tensor.stride(axis):
        return False
    place, end = _places(tensor), tensor.numel()
    if place.max() >= end:
        return False
    owner = np.empty(end, np.int64)
    owner[place] = _sequence(tensor, axis)
    seen = _places(view) + (view.storage_offset() - tensor.storage_offset())
    if seen.min() < 0 or seen.max() >= end:
        return False
    return bool((owner[seen] != _sequence(view, batch)).any())


def batch_read_as_time(x: Tensor) -> bool:
    """Whether an input (T, B, I) is a mere view of a batch (B, T, …), by which timesteps and sequences are mixed."""
    base = x._base
    if base is None or x.dim() != 3 or base.dim() < 2 or base.shape[:2] != (x.shape[1], x.shape[0]):
        return False
    return bool(x.shape[0] != x.shape[1] and mixes(base, 0, x, 1))


def _places(tensor: Tensor) -> np.ndarray:
    """Where each number lies, counted from the first."""
    place = np.zeros(tuple(tensor.shape), np.int64)
    for axis, (size, stride) in enumerate(zip(tensor.shape, tensor.stride(), strict=True)):
        place += stride * _along(axis, size, tensor.dim())
    return place


def _sequence(tensor: Tensor, axis: int) -> np.ndarray:
    """Whose each number is."""
    return np.broadcast_to(_along(axis, tensor.shape[axis], tensor.dim()), tuple(tensor.shape))


def _along(axis: int, size: int, axes: int) -> np.ndarray:
    return np.arange(size).reshape([size if other == axis else 1 for other in range(axes)])
