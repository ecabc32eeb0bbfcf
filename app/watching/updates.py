"""What becomes of a captured gradient: the next step of an optimizer that holds the module's parameters.

PyTorch tells of every step of every optimizer before and after it. Clipping, a gradient set to 0 in between, a learning
rate of 0 and parameters that no optimizer has are told apart by it; nothing is changed, and no device is waited for.
Optimizers that are not PyTorch's are not seen, and nothing is said of them.
"""

import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Tensor = Any  # torch.Tensor, which is not ours to import
KEPT = 1000  # updates of a module that are known at a time
OVERSHOOTS = 0.5  # of the weights' length in one update
LONG = 0.02  # root mean square of a change: half of what common starts of weights have
BY_SIZE = {"SGD", "ASGD"}  # optimizers whose update is as long as the gradient


@dataclass
class Update:
    """One module's captured gradient and the first optimizer step after it; norms are over the module's parameters.

    ``own``: of the captured gradient; ``count``: of the parameters' numbers; ``left_over``: of what was still in .grad
    when the next captured gradient came, right after a step. Where an optimizer holds the parameters: ``rate``, its
    learning rate; ``given``, of the gradient at the step; ``change``, of what the step changed; ``weights``, of the
    parameters before it.
    """

    own: list[Tensor]
    count: int
    left_over: Tensor | None = None
    optimizer: str | None = None
    by_size: bool = False
    rate: Any = None
    given: list[Tensor] = field(default_factory=list)
    change: list[Tensor] = field(default_factory=list)
    weights: list[Tensor] = field(default_factory=list)
    _facts: dict[str, Any] | None = None

    def facts(self, scale: float) -> dict[str, Any]:
        """As numbers, read once, ``own`` without an AMP scaler's factor."""
        if self._facts is None:
            self._facts = self._read(scale)
            self.own, self.given, self.change, self.weights = [], [], [], []
        return self._facts

    def _read(self, scale: float) -> dict[str, Any]:
        return {
            "optimizer": self.optimizer,
            "by_size": self.by_size,
            "learning_rate": None if self.rate is None else float(self.rate),
            "grad_norm": _norm(self.own) / scale,
            "given_norm": _norm(self.given),
            "update_norm": _norm(self.change),
            "weight_norm": _norm(self.weights),
            "left_over": 0.0 if self.left_over is None else float(self.left_over),
            "count": self.count,
        }


@dataclass
class Awaited:
    """A captured gradient whose step has not come yet: parameters by id, and their values as they were used."""

    update: Update
    parameters: dict[int, Tensor]
    values: dict[int, Tensor]
    by: Any = None  # the optimizer whose step is running
    passed_by: int = 0  # steps of optimizers that have none of the parameters
    seen: bool = False


class Updates:
    """Hooks on every optimizer's step. ``stepped`` is called after each."""

    def __init__(
        self, torch: Any, guarded: Callable[[Callable[..., None]], Any], stepped: Callable[[Any], None]
    ) -> None:
        self._awaited: dict[str, Awaited] = {}
        self._known: dict[str, deque[Update]] = {}
        self._stepped = stepped
        optimizers = sys.modules[torch.optim.Optimizer.__module__]  # torch.optim takes the name away
        self._handles = [
            optimizers.register_optimizer_step_pre_hook(guarded(self._before)),
            optimizers.register_optimizer_step_post_hook(guarded(self._after)),
        ]

    def close(self) -> None:
        """Take the hooks off."""
        for handle in self._handles:
            handle.remove()
        self._awaited.clear()

    def known(self, name: str, left_over: Tensor | None) -> list[Update]:
        """A module's last updates, oldest first; what has come since its last capture is one of them from now on."""
        awaited = self._awaited.pop(name, None)
        known = self._known.setdefault(name, deque(maxlen=KEPT))
        if awaited is not None and (awaited.seen or awaited.passed_by):
            awaited.update.left_over = left_over
            known.append(awaited.update)
        return list(known)

    def follow(
        self, name: str, parameters: Iterable[Tensor], values: dict[int, Tensor], own: dict[int, Tensor]
    ) -> None:
        """Look at the next step of these parameters, whose ``values`` and ``own`` gradients were captured, by id."""
        mine = {id(one): one for one in parameters if id(one) in values}
        if mine and len(mine) == len(values):  # else some are computed from others, as by weight_norm
            self._awaited[name] = Awaited(
                Update([own[number] for number in mine if number in own], sum(one.numel() for one in mine.values())),
                mine,
                values,
            )

    def _before(self, optimizer: Any, *_: Any) -> None:
        waiting = [one for one in self._awaited.values() if not one.seen]
        if not waiting:
            return
        rates = {id(one): group["lr"] for group in optimizer.param_groups for one in group["params"]}
        for one in waiting:
            held = [parameter for number, parameter in one.parameters.items() if number in rates]
            if not held:
                continue
            one.by, one.update.optimizer = optimizer, type(optimizer).__name__
            one.update.by_size = bool(BY_SIZE & {kind.__name__ for kind in type(optimizer).__mro__})
            one.update.rate = rates[id(held[0])]
            one.update.given = [parameter.grad.norm() for parameter in held if parameter.grad is not None]

    def _after(self, optimizer: Any, *_: Any) -> None:
        for one in self._awaited.values():
            if one.seen:
                continue
            if one.by is not optimizer:
                one.passed_by += 1
                continue
            before = one.values
            one.update.change = [(now.detach() - before[number]).norm() for number, now in one.parameters.items()]
            one.update.weights = [before[number].norm() for number in one.parameters]
            one.seen, one.by = True, None
        self._stepped(optimizer)


def share(update: dict[str, Any]) -> float:
    """How long an update is, of the length of the parameters."""
    return float(update["update_norm"] / update["weight_norm"])


def overshoots(update: dict[str, Any]) -> bool:
    """Whether it is half as long as the parameters are, or longer, and these were more than a start near 0."""
    if update["optimizer"] is None or not update["weight_norm"] > 0.0:
        return False
    return bool(share(update) >= OVERSHOOTS and update["update_norm"] >= LONG * update["count"] ** 0.5)


def holds(optimizer: Any, parameter: Tensor) -> bool:
    """Whether an optimizer has this parameter."""
    return any(one is parameter for group in optimizer.param_groups for one in group["params"])


def _norm(tensors: list[Tensor]) -> float:
    """Over all of them; a number by itself is a norm already."""
    return float(sum(float(one.double().norm() if one.dim() else one) ** 2 for one in tensors) ** 0.5)
