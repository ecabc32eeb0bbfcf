"""The recurrent layer in a PyTorch file: which cell, how many units, layers and directions; whether its tensors fit."""

from collections.abc import Iterator

from ...errors import BadUpload, shown
from ..limits import MAX_LAYERS
from .obstacles import SAVING, Obstacle
from .statedict import Module

GATES = {1: "rnn", 3: "gru", 4: "lstm"}  # how often weight_hh has as many rows as columns
MODULES = {"rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}
LONGEST_PATH = 50  # of a module, that is said whole


def find_recurrent(found: list[Module]) -> Module:
    """The one recurrent module; BadUpload where there is none, or more than one."""
    layers = [module for module in found if module.is_recurrent]
    if not layers:
        raise BadUpload(f"The file has no recurrent layer: no name ends in weight_ih_l0. {SAVING}")
    if len(layers) > 1:
        names = ", ".join(shown(module.path) for module in layers[:8])
        helps = _as_one_module(layers) or SAVING
        raise BadUpload(f"The file has {len(layers)} recurrent modules ({names}), this network has one. {helps}")
    return layers[0]


def _as_one_module(found: list[Module]) -> str:
    """The line that makes one module of two, where the second reads what the first gives; empty elsewhere.

    They are not taken as they are: what stands between them, an activation for example, leaves no tensor.
    """
    if len(found) != 2 or not all(0 < len(module.path) <= LONGEST_PATH for module in found):
        return ""
    first, second = found
    if any(name.endswith("_reverse") or not name.endswith("_l0") for module in found for name in module.tensors):
        return ""
    shapes = [(module.tensors.get("weight_ih_l0"), module.tensors.get("weight_hh_l0")) for module in found]
    if any(values is None or values.ndim != 2 for pair in shapes for values in pair):
        return ""
    (first_ih, first_hh), (second_ih, second_hh) = shapes
    width = first_hh.shape[1]  # type: ignore[union-attr]
    if first_hh.shape != second_hh.shape or second_ih.shape[1] != width:  # type: ignore[union-attr]
        return ""
    if first_ih.shape[1] == width:  # type: ignore[union-attr]  # the other way round, too: a file is in order of names
        return ""
    lower, upper = shown(first.named("")), shown(second.named(""))
    return (
        "With nothing but dropout between them they are one module of 2 layers: state = "
        f'{{name.replace({upper}, {lower}).removesuffix("_l0") + "_l1" if {upper} in name else name: values '
        "for name, values in state.items()}."
    )


def sizes_of(layer: Module) -> tuple[str, int, int]:
    """The cell, H and I of the lowest layer, once its tensors are known to fit each other."""
    tensors = layer.tensors
    for name in ("weight_ih_l0", "weight_hh_l0"):
        if name not in tensors:
            raise BadUpload(f"The file has a recurrent layer without {name}. {SAVING}")
        if tensors[name].ndim != 2 or not tensors[name].size:
            raise BadUpload(f"Expected a matrix as {shown(layer.named(name))}; its shape is {tensors[name].shape}.")
    rows, columns = tensors["weight_hh_l0"].shape
    projection = tensors.get("weight_hr_l0")
    hidden_size = projection.shape[-1] if projection is not None and projection.ndim == 2 else columns
    cell = GATES.get(rows // hidden_size) if hidden_size and rows % hidden_size == 0 else None
    if cell is None and rows and columns % rows == 0 and columns // rows in GATES:
        raise BadUpload(
            f"The file is {MODULES[GATES[columns // rows]]}, {rows} units, transposed: "
            f"{shown(layer.named('weight_hh_l0'))} is {(rows, columns)} where PyTorch has {(columns, rows)}. "
            "What helps: state = {name: value.T.contiguous() for name, value in state.items()} before saving."
        )
    if cell is None:
        raise BadUpload(
            f"Expected a weight_hh_l0 with as many rows as columns (nn.RNN), three (nn.GRU) or four times as many "
            f"(nn.LSTM); {shown(layer.named('weight_hh_l0'))} is {(rows, columns)}."
        )
    for name, axes in (("weight_ih_l0", 2), ("bias_ih_l0", 1), ("bias_hh_l0", 1)):
        if name in tensors and (tensors[name].ndim != axes or len(tensors[name]) != rows):
            raise BadUpload(
                f"Expected {rows} rows, as weight_hh_l0 has; {shown(layer.named(name))} is {tensors[name].shape}."
            )
    return cell, hidden_size, tensors["weight_ih_l0"].shape[1]


def _num_layers(layer: Module) -> int:
    return 1 + max(int(name.split("_l")[-1].removesuffix("_reverse")) for name in layer.tensors)


def extent_of(layer: Module, cell: str, hidden_size: int) -> tuple[int, bool]:
    """How many layers, and whether both directions, once the tensors of all are known to fit each other."""
    num_layers, both = _num_layers(layer), any(name.endswith("_reverse") for name in layer.tensors)
    if num_layers > MAX_LAYERS or "weight_hr_l0" in layer.tensors:
        return num_layers, both  # an obstacle, whatever their shapes
    rows = len(layer.tensors["weight_hh_l0"])
    for ending, level in torch_endings(num_layers, both):
        entering = layer.tensors["weight_ih_l0"].shape[1] if level == 0 else hidden_size * (2 if both else 1)
        for kind, shape, needed in (
            ("weight_ih", (rows, entering), True),
            ("weight_hh", (rows, hidden_size), True),
            ("bias_ih", (rows,), False),
            ("bias_hh", (rows,), False),
        ):
            values = layer.tensors.get(kind + ending)
            if values is None and needed:
                raise BadUpload(
                    f"The file's {MODULES[cell]} has {kind}_l0 but lacks {shown(layer.named(kind + ending))}. {SAVING}"
                )
            if values is not None and values.shape != shape:
                raise BadUpload(f"Expected {shown(layer.named(kind + ending))} of {shape}; it is {values.shape}.")
    return num_layers, both


def torch_endings(num_layers: int, bidirectional: bool) -> list[tuple[str, int]]:
    """What PyTorch's names of each layer and direction end with, in our order, and the layer, counted from 0."""
    return [
        (f"_l{level}{reverse}", level)
        for level in range(num_layers)
        for reverse in (("", "_reverse") if bidirectional else ("",))
    ]


def layer_obstacles(layer: Module, module: str, inputs: int, hidden_size: int) -> Iterator[Obstacle]:
    """More layers than a network has here, and a projection of its states."""
    made = f"{module}({inputs}, {hidden_size}"
    if (layers := _num_layers(layer)) > MAX_LAYERS:
        yield Obstacle(f"{layers} layers", f"Train {made}, num_layers={MAX_LAYERS}).")
    if "weight_hr_l0" in layer.tensors:
        yield Obstacle(f"proj_size {len(layer.tensors['weight_hr_l0'])}", f"Train {made}, proj_size=0).")
