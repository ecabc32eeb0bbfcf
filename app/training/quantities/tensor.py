"""Tensor: name, axes, type and meaning of one tensor of a record."""

from dataclasses import dataclass
from typing import Any, Literal

from ...engine import CELLS
from ...tasks import Task
from ..architecture import architecture_of
from ..config import RunConfig
from .conditions import ALWAYS, Condition

Sizes = tuple[int | None, ...]
RECURRENT_GRADIENT = "∂E/∂W_hh (indrnn: ∂E/∂u_hh; mingru: ∂E/∂W_xh)"
SUFFIX = r"(_l\d+)?(_reverse)?"  # of layers and directions, as `engine.naming` has it


@dataclass(frozen=True)
class Tensor:
    """One tensor of a record. Where `name` holds NAME, there is one for every parameter.

    axes: "T" has an entry for each timestep 1 … T, "T+1" for each 0 … T, "lag" for each lag 0 … T-1, "state" for each
    number of the state (h, or h and c), "gate" for each gate, "parameter" for each parameter, "a" and "a_x" for each
    pre-activation that sees h_{t-1} and x_t; I, H, O and numbers are sizes, "n" is known only once it is measured;
    None: the axes of the parameter. of: one for the network, or one for each layer and direction (or those of the top
    layer, or those below it), whose names end as `Architecture.endings` says.
    """

    name: str
    axes: tuple[str | int, ...] | None
    dtype: str
    about: str
    when: Condition = ALWAYS
    of: Literal["network", "layer", "top layer", "below the top"] = "network"

    def named(self, config: RunConfig, task: Task, lengths: "Lengths") -> dict[str, tuple[Sizes, str]]:
        """Shape and type by name in a run of this configuration, which has these lengths; None: not known yet."""
        if not self.when.holds(config, task):
            return {}
        if self.axes is None:
            shapes = lengths.parameters.items()
            return {self.name.replace("NAME", name): (shape, self.dtype) for name, shape in shapes}
        shape = tuple(lengths.axes.get(axis) if isinstance(axis, str) else axis for axis in self.axes)
        return {self.name + ending: (shape, self.dtype) for ending in lengths.endings[self.of]}

    def description(self) -> dict[str, Any]:
        """For the schema."""
        shape = "the parameter's" if self.axes is None else list(self.axes)
        return {
            "name": self.name,
            "shape": shape,
            "dtype": self.dtype,
            "description": self.about,
            "when": self.when.words or None,
            "of": self.of,
        }


@dataclass(frozen=True)
class Lengths:
    """How long the axes of a run's tensors are, its parameters' shapes, and what names end with."""

    axes: dict[str, int]
    parameters: dict[str, tuple[int, ...]]
    endings: dict[str, list[str]]

    @classmethod
    def of(cls, config: RunConfig, task: Task) -> "Lengths":
        """Those of a run."""
        net, kind = architecture_of(config, task), CELLS[config.cell]
        T, H, parameters = config.sequence_length, config.hidden_size, net.parameter_shapes
        axes = {"T": T, "T+1": T + 1, "lag": T, "I": net.inputs, "H": H, "O": net.outputs}
        axes |= {"state": 2 * H if kind.direct == "c" else H, "gate": len(kind.gates), "parameter": len(parameters)}
        axes["a_x"] = parameters["W_xh"][1]
        axes["a"] = parameters["W_hh"][1] if "W_hh" in parameters else axes["a_x"]
        every, top = net.endings, net.top_endings
        below = [ending for ending in every if ending not in top]
        return cls(axes, parameters, {"network": [""], "layer": every, "top layer": top, "below the top": below})
