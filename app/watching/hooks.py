"""A hook on somebody's model: it never raises into their loop, and copies of the model go without it."""

from collections.abc import Callable
from typing import Any

Hook = Callable[..., None]


class Guarded:
    """A hook that never raises into the loop; copies of the model (`copy.deepcopy`, pickle) go without it."""

    def __init__(self, hook: Hook, failed: Callable[[Exception], None]) -> None:
        self._hook, self._failed = hook, failed

    def __call__(self, *args: Any) -> None:
        """What PyTorch calls."""
        try:
            self._hook(*args)
        except Exception as error:
            self._failed(error)

    def __deepcopy__(self, memo: dict[int, Any]) -> Hook:
        return unwatched

    def __reduce__(self) -> tuple[Any, ...]:
        return _hook_of_a_copy, ()


def unwatched(*_: Any) -> None:
    """What stands for a hook in a copy of the model."""


def _hook_of_a_copy() -> Hook:
    return unwatched
