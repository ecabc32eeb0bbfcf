"""One module under watch: what its calls say of the loop around it, until a backward pass reaches them."""

import weakref
from typing import Any

from .calls import StepCall
from .modules import Spec

SILENT_STEPS = 10  # optimizer steps without any backward pass, after which a module is said to be cut off


class States:
    """How the steps of a cell, or of a layer called for one timestep at a time, came by their states in one pass."""

    def __init__(self) -> None:
        self.steps = self.connected = self.detached = 0
        self._left: int | None = None  # where the last step's h lies in memory

    def note(self, h0: Any, left: Any) -> None:
        """One more step, which was given ``h0`` and left ``left``."""
        self.steps += 1
        self.connected += h0 is not None and h0.requires_grad
        self.detached += h0 is not None and not h0.requires_grad and h0.data_ptr() == self._left
        self._left = left.data_ptr()

    @property
    def cut(self) -> bool:
        """Whether steps that belong together were cut apart: states detached, or none ever handed on in the graph."""
        return self.detached > 0 or (self.steps > 2 and self.connected == 0)


class Silence:
    """What is known of a module that no backward pass has reached yet."""

    def __init__(self) -> None:
        self.why: str | None = None  # of its calls since the last optimizer step
        self.steps = 0  # of optimizers, each after a call

    def note(self, grad_enabled: bool, connected: bool) -> None:
        """A call: whether gradients were on, and whether its output is connected with anything that is trained."""
        self.why = ("detached" if connected else "frozen") if grad_enabled else "no_grad"

    def stepped(self) -> str | None:
        """After an optimizer's step: why nothing comes back, if that has gone on for long enough to be sure."""
        why, self.why = self.why, None
        self.steps += why is not None
        return why if why is not None and self.steps == SILENT_STEPS else None


class Watched:
    """One module under watch: how many backward passes reached it, and when the next capture is due."""

    def __init__(self, name: str, module: Any, spec: Spec) -> None:
        self.name, self.module, self.spec = name, module, spec
        self.passes = 0
        self.next_capture = 0
        self.unreadable = False  # its calls give out something else than PyTorch's
        self.silence = Silence()
        self.stepped = False  # by an optimizer, since the last backward pass
        self.mixed: str | None = None  # what of the calls now made mixes the sequences of the batch
        self.random_state: Any = None
        # The weight, with its name, at which backward passes are counted.
        self.counted_at: tuple[str, Any] | None = None
        # Of a cell, since the last backward pass; kept alive by the graph they belong to, whose hooks hold them.
        self.steps: list[weakref.ref[StepCall]] = []
        self.left_by: dict[int, tuple[StepCall, dict[str, Any]]] = {}  # by id of the h a step left: its outputs, weakly
        self.states = States()

    @property
    def due(self) -> bool:
        """Whether the backward pass of the calls now made is to be captured."""
        return self.passes >= self.next_capture

    def is_counted(self, module: Any) -> bool:
        """Whether a backward pass through a call of ``module`` (a replica, perhaps) is counted without a hook on what
        the call gave out: the weight has one.
        """
        if self.counted_at is None:
            return False
        name, weight = self.counted_at
        return module._parameters.get(name) is weight and weight.requires_grad

    def pass_completed(self) -> None:
        """A backward pass has reached it: the next calls belong to another one."""
        self.passes += 1
        self.stepped = False
        self.steps, self.left_by, self.states, self.mixed = [], {}, States(), None
