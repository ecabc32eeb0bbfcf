"""What arrives going backward: at the outputs of each captured call, and at the weights.

Between captures a pass is only counted, at one weight of the module, whose hook stays: hooks on the outputs of every
call would cost more than all the rest.

A backward pass is known by the engine's own number for it, and is complete when the engine says so.
"""

import weakref
from collections.abc import Callable
from typing import Any

from .calls import Arrived, FusedCall, StepCall, copied
from .hooks import Guarded
from .modules import stands_for_many
from .watched import Watched

MOST_PASSES = 8  # nested backward passes that are captured at once


class BackwardPass:
    """What a running backward pass has brought so far.

    ``arrived``: at outputs, by module and call; ``reached``: the modules; ``own``: gradients at parameters, by owner;
    ``left_over``: norms of gradients that the last update has left behind, by module; ``scale``: an AMP scaler's;
    ``broken``: modules of which not everything could be copied.
    """

    def __init__(self) -> None:
        self.arrived: dict[str, dict[FusedCall | StepCall, Arrived]] = {}
        self.reached: set[str] = set()
        self.own: dict[int, Any] = {}
        self.left_over: dict[str, Any] = {}
        self.scale: Any = None
        self.broken: set[str] = set()


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
        owner, passes = id(tensor), self._passes
        tell = Guarded(lambda gradient: self._own(owner, gradient), self._failed)

        def hook(gradient: Any) -> None:
            if passes:  # none is, in most
                tell(gradient)

        handle = tensor.register_hook(hook)
        self._listening[owner] = weakref.ref(tensor)
        if tensor.is_leaf:
            self._handles.append(handle)

    def count_at(self, one: Watched, name: str, weight: Any) -> None:
        """Count the backward passes that reach ``one`` at its parameter ``name``, which no other module has."""

        place = one.counted_at = name, weight

        def count(_: Any) -> None:
            running = self._passes.get(self._torch._C._current_graph_task_id())
            if one.counted_at is place and (running is None or one.name not in running.reached):
                one.pass_completed()

        self._handles.append(weight.register_hook(Guarded(count, self._failed)))

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
            if stands_for_many(self._torch, gradient):
                running.broken.add(one.name)
            if not one.due or one.name in running.broken:
                return
            try:
                self._note(running, one, call, where, gradient)
            except BaseException:
                running.broken.add(one.name)
                raise

        return tell

    def _note(self, running: BackwardPass, one: Watched, call: FusedCall | StepCall, where: str, gradient: Any) -> None:
        if one.stepped:
            one.stepped = False
            running.left_over[one.name] = _left_over(one.module)
        if gradient is None:  # a fused operation may say so for 0
            return
        running.arrived.setdefault(one.name, {}).setdefault(call, Arrived()).add(where, gradient)
        if self._scaler is not None and running.scale is None:
            running.scale = copied(self._scaler.scale(self._torch.ones((), device=gradient.device)))

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
