"""What arrives going backward: at the outputs of each captured call, and at the weights.

A backward pass is known by the engine's own number for it, and is complete when the engine says so.
"""

import weakref
from collections.abc import Callable
from typing import Any

from .calls import Arrived, FusedCall, StepCall, copied
from .hooks import Guarded
from .watched import Watched

MOST_PASSES = 8  # nested backward passes that are captured at once


class BackwardPass:
    """What a running backward pass has brought so far.

    ``arrived``: at outputs, by module and call; ``reached``: the modules; ``own``: gradients at parameters, by owner;
    ``left_over``: norms of gradients that the last update has left behind, by module; ``scale``: an AMP scaler's.
    """

    def __init__(self) -> None:
        self.arrived: dict[str, dict[FusedCall | StepCall, Arrived]] = {}
        self.reached: set[str] = set()
        self.own: dict[int, Any] = {}
        self.left_over: dict[str, Any] = {}
        self.scale: Any = None


class Backward:
    """Hooks on outputs and weights. Each backward pass that is complete is handed to ``completed``."""

    def __init__(
        self,
        torch: Any,
        scaler: Any,
        completed: Callable[[BackwardPass], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._torch, self._scaler, self._completed, self._failed = torch, scaler, completed, failed
        self._passes: dict[int, BackwardPass] = {}
        self._listening: dict[int, Any] = {}  # parameters that have our hook, by id
        self._handles: list[Any] = []

    def close(self) -> None:
        """Take the hooks off the weights; those on outputs go with their graph."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._listening.clear()

    def listen_to_parameter(self, tensor: Any) -> None:
        """Register a gradient hook on it. One computed anew (weight_norm) brings its hook along."""
        known = self._listening.get(id(tensor))
        if known is not None and known() is tensor:
            return
        owner = id(tensor)
        handle = tensor.register_hook(Guarded(lambda gradient: self._own(owner, gradient), self._failed))
        self._listening[owner] = weakref.ref(tensor)
        if tensor.is_leaf:
            self._handles.append(handle)

    def listen(self, one: Watched, tensor: Any, call: FusedCall | StepCall | None, where: str) -> None:
        """Register a gradient hook on ``tensor``, the output of ``call`` named ``where``; with no call, one that only
        notes that a backward pass came by.
        """
        tell = self._counter(one) if call is None else self.teller(one, call, where)
        tensor.register_hook(Guarded(tell, self._failed))

    def _counter(self, one: Watched) -> Callable[[Any], None]:
        def count(_: Any) -> None:
            self._reach(one)

        return count

    def teller(self, one: Watched, call: FusedCall | StepCall, where: str) -> Callable[[Any], None]:
        """What a gradient is given to that arrives at the output of ``call`` named ``where``."""

        def tell(gradient: Any) -> None:
            running = self._reach(one)
            if one.due and one.stepped:
                one.stepped = False
                running.left_over[one.name] = _left_over(one.module)
            if one.due and gradient is not None:  # a fused operation may say None for 0
                running.arrived.setdefault(one.name, {}).setdefault(call, Arrived()).add(where, gradient)
                if self._scaler is not None and running.scale is None:
                    running.scale = copied(self._scaler.scale(self._torch.ones((), device=gradient.device)))

        return tell

    def _reach(self, one: Watched) -> BackwardPass:
        """The backward pass that is running; it is told to say when it is complete."""
        number = self._torch._C._current_graph_task_id()
        if number not in self._passes:
            while len(self._passes) >= MOST_PASSES:  # one that failed on its way never says so
                self._passes.pop(next(iter(self._passes)))
            self._passes[number] = BackwardPass()
            done = Guarded(lambda: self._completed(self._passes.pop(number)), self._failed)
            self._torch.autograd.Variable._execution_engine.queue_callback(done)
        running = self._passes[number]
        running.reached.add(one.name)
        return running

    def _own(self, owner: int, gradient: Any) -> None:
        running = self._passes.get(self._torch._C._current_graph_task_id())
        if running is not None and running.arrived and gradient is not None:
            known = running.own.get(owner)
            running.own[owner] = copied(gradient) if known is None else known + gradient.detach()


def _left_over(module: Any) -> Any:
    """The norm of what is in the first parameter's .grad before this backward pass adds to it; None for nothing."""
    gradient = next(module.parameters()).grad
    return None if gradient is None else gradient.norm()
