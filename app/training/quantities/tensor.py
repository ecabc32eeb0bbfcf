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

    def named(self, config: RunConfig, task: Task) -> dict[str, tuple[Sizes, str]]:
        """Shape and type by name in a run of this configuration; a size that is not known yet is None."""
        if not self.when.holds(config, task):
            return {}
        net = architecture_of(config, task)
        parameters = net.parameter_shapes
        if self.axes is None:
            return {self.name.replace("NAME", name): (shape, self.dtype) for name, shape in parameters.items()}
        T, H = config.sequence_length, config.hidden_size
        sizes = {"T": T, "T+1": T + 1, "lag": T, "I": len(task.inputs), "H": H, "O": len(task.outputs)}
        sizes["state"] = 2 * H if CELLS[config.cell].direct == "c" else H
        sizes |= {"gate": len(CELLS[config.cell].gates), "parameter": len(parameters)}
        sizes["a_x"] = parameters["W_xh"][1]
        sizes["a"] = parameters["W_hh"][1] if "W_hh" in parameters else sizes["a_x"]
        shape = tuple(sizes.get(axis) if isinstance(axis, str) else axis for axis in self.axes)
        endings = {"network": [""], "layer": net.endings, "top layer": net.top_endings}
        endings["below the top"] = [ending for ending in net.endings if ending not in net.top_endings]
        return {self.name + ending: (shape, self.dtype) for ending in endings[self.of]}

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
