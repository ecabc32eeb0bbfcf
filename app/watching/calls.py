"""What crossed a module's boundary during one call, copied before anyone can change it.

Copies are made on the tensors' own device, so that nothing waits for the device; the thread that replays them brings
them to the processor.
"""

from dataclasses import dataclass, field
from typing import Any

from .modules import Spec
from .updates import Update

Tensor = Any  # torch.Tensor, which is not ours to import


def copied(tensor: Tensor) -> Tensor:
    """The numbers as they are now, outside the graph."""
    return tensor.detach().clone()


@dataclass
class Weight:
    """A parameter as one call used it. ``owner`` tells parameters apart that share a name or a tensor."""

    name: str
    owner: int
    values: Tensor
    trained: bool


@dataclass(eq=False)
class FusedCall:
    """One call of an nn.RNN, nn.LSTM or nn.GRU.

    ``x`` is the input as it came, or a packed one's data with ``batch_sizes`` and ``unsorted``. ``random_state`` is
    the processor's generator before the call, from which the masks of dropout between layers were drawn.
    """

    spec: Spec
    x: Tensor
    batch_sizes: Tensor | None
    unsorted: Tensor | None
    h0: Tensor | None
    c0: Tensor | None
    weights: list[Weight]
    number: int  # calls are counted, so that they can be told in order
    drops: bool
    random_state: Tensor | None


@dataclass(eq=False)
class StepCall:
    """One call of an nn.*Cell: one timestep.

    ``previous`` is the step whose states came in as that step left them; else ``h0`` and ``c0`` are what came in, if
    anything did.
    """

    spec: Spec
    x: Tensor
    h0: Tensor | None
    c0: Tensor | None
    weights: list[Weight]
    previous: "StepCall | None"
    followed: bool = False  # by a step that takes its states as they are


@dataclass
class Arrived:
    """The gradients that reached the outputs of one call in one backward pass, each summed over all that sent some.

    For a fused module "output", "h_n", "c_n". For a cell "h", "c", and "h inside", "c inside": the part that came from
    steps of the cell itself, the next or, into c, the same.
    """

    gradients: dict[str, Tensor] = field(default_factory=dict)

    def add(self, where: str, gradient: Tensor) -> None:
        """Count ``gradient`` in."""
        if where in self.gradients:
            self.gradients[where] = self.gradients[where] + gradient.detach()
        else:
            self.gradients[where] = copied(gradient)


@dataclass
class Capture:
    """One backward pass through one or more watched modules.

    ``calls`` by module, in the order they were made; ``steps``, the number of the pass; ``cut``, where a cell's states
    were cut from their past, the steps of that cell, with those that no gradient reaches; ``own`` are the gradients
    that reached the parameters, by owner; ``scale`` is what an AMP scaler multiplied the loss with. ``updates``, by
    module: the last optimizer steps before; ``mixed``: what of it ("input", "state" or "output") is a view that mixes
    the sequences of the batch.
    """

    calls: dict[str, list[tuple[FusedCall | StepCall, Arrived]]]
    steps: dict[str, int]
    cut: dict[str, int]
    own: dict[int, Tensor]
    scale: Tensor | None
    updates: dict[str, list[Update]] = field(default_factory=dict)
    mixed: dict[str, str] = field(default_factory=dict)
    ready: Any = None  # on a device that works by itself: the event after the last copy
