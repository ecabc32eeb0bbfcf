"""Forked children of the script, such as a DataLoader's workers: they have its objects, and none of its threads."""

import os
import weakref
from collections.abc import Callable
from typing import Any

_methods: list[weakref.WeakMethod[Callable[[], None]]] = []


def in_children(method: Callable[[], Any]) -> None:
    """Call ``method`` of an object, for as long as that lives, at the beginning of every child that is forked."""
    _methods[:] = [one for one in _methods if one() is not None]
    _methods.append(weakref.WeakMethod(method))


def _begin() -> None:
    for reference in _methods:
        method = reference()
        if method is not None:
            method()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin)
