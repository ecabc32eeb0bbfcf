"""The hooks: they note what crosses the boundary of the watched modules, and change nothing.

A forward hook sees a call and asks `backward` for what arrives at its outputs and weights. Calls that no backward pass
reaches are kept by their graph alone and go with it.
"""

import itertools
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from ..errors import BadValue
from . import graph
from .backward import Backward, BackwardPass
from .calls import Arrived, Capture, FusedCall, StepCall, Weight, copied
from .hooks import Guarded
from .modules import check_output, inside_transform
from .reshaped import Leaving, batch_read_as_time
from .updates import Updates, holds
from .watched import Watched


class Capturer:
    """Hooks on ``watched``; each due backward pass is given to ``deliver`` as a `Capture`, from inside the loop.

    ``readers``: other modules, whose inputs may be views of what the watched ones give out. ``silent`` is given the
    name of a module that no backward pass reaches while the optimizer steps, and why.
    """

    def __init__(
        self,
        torch: Any,
        watched: list[Watched],
        readers: list[Any],
        every: int,
        scaler: Any,
        deliver: Callable[[Capture], None],
        failed: Callable[[Exception], None],
        silent: Callable[[str, str], None],
    ) -> None:
        self._silent = silent
        self._leaving = Leaving()
        self._updates = Updates(torch, lambda hook: Guarded(hook, failed), self._stepped)
        self._backward = Backward(torch, scaler, self._completed, failed)
        self._torch, self._every, self._deliver, self._failed = torch, every, deliver, failed
        self._watched = {one.name: one for one in watched}
        self._handles: list[Any] = []
        self._numbers = itertools.count()
        for one in watched:
            if one.spec.dropout and one.spec.num_layers > 1:
                before = Guarded(partial(self._before, one), failed)
                self._handles.append(one.module.register_forward_pre_hook(before))
            after = Guarded(partial(self._after, one), failed)
            self._handles.append(one.module.register_forward_hook(after, with_kwargs=True))
        for module in readers:
            self._handles.append(module.register_forward_pre_hook(Guarded(self._read, failed)))

    def close(self) -> None:
        """Take all hooks off."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        self._updates.close()
        self._leaving.clear()
        self._backward.close()
        for one in self._watched.values():
            one.steps.clear()
            one.left_by.clear()

    # Forward.

    def _before(self, one: Watched, *_: Any) -> None:
        if one.due and one.module.training and self._torch.is_grad_enabled():
            one.random_state = self._torch.get_rng_state()

    def _after(self, one: Watched, module: Any, args: Any, kwargs: Any, output: Any) -> None:
        if one.unreadable or inside_transform(self._torch):
            return
        grad_enabled = self._torch.is_grad_enabled()
        if one.passes == 0:
            self._check(one, module, output)
            one.silence.note(grad_enabled, grad_enabled and _connected(output))
        if not grad_enabled or (not one.due and one.is_counted(module)):
            return
        x = args[0] if args else kwargs["input"]
        state = args[1] if len(args) > 1 else kwargs.get("hx")
        if one.spec.one_step:
            self._after_step(one, x, state, output)
        else:
            self._after_fused(one, x, state, output)

    def _check(self, one: Watched, module: Any, output: Any) -> None:
        try:
            check_output(module, one.name, one.spec, output)
        except BadValue:
            one.unreadable = True
            raise

    def _after_fused(self, one: Watched, x: Any, state: Any, output: Any) -> None:
        main, last = output
        leaving = {"output": getattr(main, "data", main) if hasattr(main, "batch_sizes") else main}
        leaving |= dict(zip(("h_n", "c_n"), last if isinstance(last, tuple) else (last,), strict=False))
        leaving = {where: tensor for where, tensor in leaving.items() if tensor.requires_grad}
        if not leaving:
            return
        call = None
        if one.due:
            call = self._fused_call(one, x, state)
            self._note_shapes(one, x, call, leaving, state[0] if isinstance(state, tuple) else state)
        for where, tensor in leaving.items():
            self._backward.listen(one, tensor, call, where)

    def _note_shapes(self, one: Watched, x: Any, call: FusedCall, leaving: dict[str, Any], h0: Any) -> None:
        """What this call says of how its sequences are laid out, and of one timestep after the other."""
        packed = call.batch_sizes is not None
        if not packed and call.x.dim() == 3:
            time = 1 if one.spec.batch_first else 0
            if time == 0 and batch_read_as_time(x):
                one.mixed = "input"
            if h0 is not None and self._leaving.mixed_by(h0, 1) is not None:
                one.mixed = "state"
            if call.x.shape[time] == 1 and "h_n" in leaving:
                one.states.note(h0, leaving["h_n"])
            if "output" in leaving:
                self._leaving.note(one.name, leaving["output"], 1 - time)
        for where in ("h_n", "c_n"):
            if where in leaving and leaving[where].dim() == 3:
                self._leaving.note(one.name, leaving[where], 1)

    def _read(self, _: Any, args: Any) -> None:
        """Another module is about to read something: perhaps a view of what a watched one gave out, to be captured."""
        if self._leaving.empty or not args or not hasattr(args[0], "untyped_storage"):
            return
        name = self._leaving.mixed_by(args[0], 0)
        if name is not None and self._watched[name].mixed is None:
            self._watched[name].mixed = "output"

    def _stepped(self, optimizer: Any) -> None:
        """An optimizer has made a step."""
        for name, one in self._watched.items():
            one.stepped |= one.due and holds(optimizer, next(one.module.parameters(), None))
            why = one.silence.stepped() if one.passes == 0 else None
            if why is not None:
                self._silent(name, why)

    def _fused_call(self, one: Watched, x: Any, state: Any) -> FusedCall:
        packed = hasattr(x, "batch_sizes")
        data = x.data if packed else x
        h0, c0 = state if isinstance(state, tuple) else (state, None)
        drops = bool(one.spec.dropout and one.spec.num_layers > 1 and one.module.training)
        on_processor = data.device.type == "cpu"
        call = FusedCall(
            spec=one.spec,
            x=copied(data),
            batch_sizes=x.batch_sizes if packed else None,
            unsorted=x.unsorted_indices if packed else None,
            h0=None if h0 is None else copied(h0),
            c0=None if c0 is None else copied(c0),
            weights=self._weights(one, one.module._flat_weights_names, one.module._flat_weights),
            number=next(self._numbers),
            drops=drops,
            random_state=one.random_state if drops and on_processor else None,
        )
        one.random_state = None
        return call

    def _after_step(self, one: Watched, x: Any, state: Any, output: Any) -> None:
        leaving = dict(zip(("h", "c"), output if isinstance(output, tuple) else (output,), strict=False))
        if not leaving["h"].requires_grad:
            return
        if not one.due:
            self._backward.listen(one, leaving["h"], None, "h")
            return
        h0, c0 = state if isinstance(state, tuple) else (state, None)
        one.states.note(h0, leaving["h"])
        if h0 is not None and h0.dim() == 2 and self._leaving.mixed_by(h0, 0) is not None:
            one.mixed = "state"
        if leaving["h"].dim() == 2:
            self._leaving.note(one.name, leaving["h"], 0)
        steps = [step for step in (reference() for reference in one.steps) if step is not None]
        previous = self._step_that_left(one, h0, c0)
        module = one.module
        names = [name for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh") if getattr(module, name) is not None]
        step = StepCall(
            spec=one.spec,
            x=copied(x),
            h0=None if h0 is None or previous else copied(h0),
            c0=None if c0 is None or previous else copied(c0),
            weights=steps[0].weights if steps else self._weights(one, names, [getattr(module, name) for name in names]),
            previous=previous,
        )
        for where, tensor in leaving.items():
            self._backward.listen(one, tensor, step, where)
        self._listen_inside(one, step, leaving, {"h": h0, "c": c0}, x)
        one.steps.append(weakref.ref(step))
        key = id(leaving["h"])
        forget = partial(_forget, one.left_by, key)
        one.left_by[key] = step, {where: weakref.ref(tensor, forget) for where, tensor in leaving.items()}

    def _step_that_left(self, one: Watched, h0: Any, c0: Any) -> StepCall | None:
        """The step whose outputs are this step's states, as they are and for the first time."""
        step, states = one.left_by.get(id(h0), (None, {}))
        if step is None or step.followed or states["h"]() is not h0 or ("c" in states and states["c"]() is not c0):
            return None
        step.followed = True
        return step

    def _listen_inside(
        self, one: Watched, step: StepCall, leaving: dict[str, Any], entering: dict[str, Any], x: Any
    ) -> None:
        """Tell what this step sends back to the step before it, and an lstm's h to its own c."""
        behind = [x, *entering.values()]
        if "c" in leaving:
            tell = Guarded(self._backward.teller(one, step, "c inside"), self._failed)
            graph.listen([leaving["h"]], leaving["c"], behind, tell)
        if step.previous is not None:
            for where in leaving:
                tell = Guarded(self._backward.teller(one, step.previous, f"{where} inside"), self._failed)
                graph.listen(leaving.values(), entering[where], behind, tell)

    def _weights(self, one: Watched, names: list[str], tensors: list[Any]) -> list[Weight]:
        for name, tensor in zip(names, tensors, strict=True):
            if tensor.requires_grad:
                self._backward.listen_to_parameter(tensor)
                if not one.is_counted(one.module) and self._is_of(one, name, tensor):
                    self._backward.count_at(one, name, tensor)
        return [
            Weight(name, id(tensor), copied(tensor), tensor.requires_grad)
            for name, tensor in zip(names, tensors, strict=True)
        ]

    def _is_of(self, one: Watched, name: str, weight: Any) -> bool:
        """Whether ``weight`` is a parameter of this module alone, as ``name``."""
        if one.module._parameters.get(name) is not weight:
            return False
        others = (other.module for other in self._watched.values() if other is not one)
        return not any(weight is parameter for other in others for parameter in other.parameters())

    # After a backward pass.

    def _completed(self, running: BackwardPass) -> None:
        steps, calls, states, updates, mixed = {}, {}, {}, {}, {}
        for name, one in self._watched.items():
            if name not in running.reached:
                continue
            if name in running.arrived and name not in running.broken:
                found = running.arrived[name]
                calls[name] = [(call, found.get(call, Arrived())) for call in self._in_order(one, found)]
                steps[name] = one.passes
                states[name] = one.states
                updates[name] = self._updates.known(name, running.left_over.get(name))
                self._follow(one, running, [call for call, _ in calls[name]])
                if one.mixed is not None:
                    mixed[name] = one.mixed
                one.next_capture = one.passes + self._every
            one.pass_completed()
        self._leaving.clear()
        if calls:
            cut = {name: found.steps for name, found in states.items() if found.cut}
            ready = self._after_copies(running)
            self._deliver(Capture(calls, steps, cut, running.own, running.scale, updates, mixed, ready))

    def _follow(self, one: Watched, running: BackwardPass, calls: list[FusedCall | StepCall]) -> None:
        """The optimizer's next step of this module's parameters is looked at."""
        used = {weight.owner: weight.values for call in calls for weight in call.weights if weight.trained}
        self._updates.follow(one.name, one.module.parameters(), used, running.own)

    def _in_order(self, one: Watched, found: dict[FusedCall | StepCall, Arrived]) -> list[FusedCall | StepCall]:
        """The calls as they were made; steps of a cell that nothing came back to belong to the sequence as well."""
        if one.spec.one_step:
            return [step for step in (reference() for reference in one.steps) if step is not None]
        return sorted(found, key=lambda call: call.number if isinstance(call, FusedCall) else 0)

    def _after_copies(self, running: BackwardPass) -> Any:
        """On a GPU, the event that its copies are done; whoever reads them waits for it, not the loop."""
        arrived = [one for found in running.arrived.values() for one in found.values()]
        if not any(gradient.is_cuda for one in arrived for gradient in one.gradients.values()):
            return None
        event = self._torch.cuda.Event()
        event.record()
        return event


def _connected(output: Any) -> bool:
    """Whether anything that a call gave out is part of a graph."""
    parts = output if isinstance(output, tuple) else (output,)
    return any(_connected(part) if isinstance(part, tuple) else getattr(part, "requires_grad", False) for part in parts)


def _forget(left_by: dict[int, Any], key: int, _: Any) -> None:
    left_by.pop(key, None)
