"""Which network a PyTorch file holds: a recurrent layer and its nn.Linear readout, or what cannot be taken."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...engine import ACTIVATIONS, Architecture
from ...errors import BadUpload, counted, shown
from ...tensorheader import strict_json
from .. import arrays_from
from ..arrays_from import Source
from ..limits import MAX_EMBEDDING, MAX_LAYERS
from .keras import refuse_keras
from .statedict import Module, Tensors, is_embedding, modules

GATES = {1: "rnn", 3: "gru", 4: "lstm"}  # how often weight_hh has as many rows as columns
MODULES = {"rnn": "nn.RNN", "lstm": "nn.LSTM", "gru": "nn.GRU"}
# A parameter named like this is an initial state that was learned.
INITIAL_STATE = re.compile(r"(?:init(?:ial)?_)?[hc]_?0|[hc]_?init|init(?:ial)?_(?:h|c|hidden|cell|state)")
LONGEST_PATH = 50  # of a module, that is said whole
PLAIN = ("tanh", "relu")  # what an nn.RNN can have
SAVING = (
    "safetensors.torch.save_file(model.state_dict(), path) of a module with one nn.RNN, nn.LSTM or nn.GRU and one "
    "nn.Linear opens here."
)


@dataclass(frozen=True, eq=False)
class Recognised:
    """The network in a file: its architecture, and its tensors under PyTorch's names without prefixes."""

    architecture: Architecture
    activation: str
    tensors: Tensors
    says_activation: bool = True

    def own_shape(self, activation: str) -> dict[str, Any]:
        """The configuration fields with which a run, now with this activation, has this network.

        PyTorch's file does not say whether an nn.RNN has tanh or relu: a run that has one of them keeps it.
        """
        net = self.architecture
        kept = activation if net.cell == "rnn" and activation in PLAIN and not self.says_activation else self.activation
        return {"cell": net.cell, "hidden_size": net.hidden_size, "activation": kept, **net.extent}


@dataclass(frozen=True)
class Obstacle:
    """A part of the file that cannot be taken, and the line of PyTorch that helps."""

    what: str
    helps: str


def recognise(source: Source) -> Recognised:
    """The network of a state dict; BadUpload names everything that cannot be taken, and what helps."""
    metadata, tensors = arrays_from.read(source)
    if "W_xh" in tensors:
        raise BadUpload("This is a snapshot, not the weights of a PyTorch module. Upload it as a snapshot.")
    refuse_keras(tensors)
    found = modules(tensors)
    layer = _the_recurrent_one(found)
    cell, hidden_size, inputs = _sizes(layer)
    num_layers, bidirectional = _extent(layer, cell, hidden_size)
    others = [_without_initial_states(module) for module in found if module is not layer]
    width = hidden_size * (2 if bidirectional else 1)
    states, not_taken = _initial_states(found, width * num_layers, cell)
    linears = [module for module in others if "weight" in module.tensors and module.tensors["weight"].ndim == 2]
    bare = [module for module in others if module.tensors.keys() == {"bias"}]
    embeddings = _embeddings(linears, inputs, width)
    heads = [module for module in linears if module not in embeddings]
    obstacles = [
        *_of_the_layer(layer, MODULES[cell], inputs, hidden_size),
        *not_taken,
        *(obstacle for module in others if (obstacle := _of_another(module, cell)) is not None),
        *_of_embeddings(embeddings, heads, bare, layer, inputs),
        *_too_many(heads, width),
    ]
    _refuse(obstacles)
    readout = _readout(heads, bare, width)
    embedding = {"embedding": embeddings[0].tensors["weight"]} if embeddings else {}
    net = Architecture(
        cell,
        len(embedding["embedding"]) if embedding else inputs,
        hidden_size,
        len(readout["weight"]),
        num_layers,
        bidirectional,
        inputs if embedding else 0,
        bool(states),
    )
    tensors = {**layer.tensors, **readout, **embedding, **states}
    return Recognised(net, _activation(metadata) or "tanh", tensors, _activation(metadata) is not None)


def _refuse(obstacles: list[Obstacle]) -> None:
    """BadUpload that names all of them and what helps, if there are any."""
    if obstacles:
        raise BadUpload(
            f"The file has {_listed([obstacle.what for obstacle in obstacles])}, which this network does not have. "
            f"What helps: {' '.join(dict.fromkeys(obstacle.helps for obstacle in obstacles))}"
        )


# The recurrent layer.


def _the_recurrent_one(found: list[Module]) -> Module:
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


def _sizes(layer: Module) -> tuple[str, int, int]:
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


def _extent(layer: Module, cell: str, hidden_size: int) -> tuple[int, bool]:
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


def _of_the_layer(layer: Module, module: str, inputs: int, hidden_size: int) -> Iterator[Obstacle]:
    made = f"{module}({inputs}, {hidden_size}"
    if (layers := _num_layers(layer)) > MAX_LAYERS:
        yield Obstacle(f"{layers} layers", f"Train {made}, num_layers={MAX_LAYERS}).")
    if "weight_hr_l0" in layer.tensors:
        yield Obstacle(f"proj_size {len(layer.tensors['weight_hr_l0'])}", f"Train {made}, proj_size=0).")


# The other modules.


def _without_initial_states(module: Module) -> Module:
    kept = {name: values for name, values in module.tensors.items() if not INITIAL_STATE.fullmatch(name)}
    return Module(module.path, kept)


def _initial_states(found: list[Module], size: int, cell: str) -> tuple[Tensors, list[Obstacle]]:
    """Learned initial states as `h0` and `c0`, and those that cannot be taken; zeros are what a network starts from.

    They can be where they hold `size` numbers: H for each layer and direction, in PyTorch's order, which is ours.
    """
    states: Tensors = {}
    obstacles = []
    for module in found:
        for name, values in module.tensors.items():
            if not (INITIAL_STATE.fullmatch(name) and values.any()):
                continue
            kind = "c0" if re.sub("^init(?:ial)?_", "", name).startswith("c") else "h0"
            if values.size == size and kind not in states and (kind == "h0" or cell == "lstm"):
                states[kind] = values.reshape(-1)
                continue
            obstacles.append(
                Obstacle(
                    f"a learned {name} of {values.shape}",
                    f"state.pop({shown(module.named(name))}) leaves zeros; an nn.Parameter of (layers * directions, 1, "
                    "hidden_size), shared by all examples, opens here.",
                )
            )
    return states, obstacles


def _of_another(module: Module, cell: str) -> Obstacle | None:
    """What a module is that is neither recurrent nor linear."""
    tensors, path = module.tensors, shown(module.path)
    names = set(tensors)
    if not names or (names <= {"weight", "bias"} and tensors.get("weight", tensors.get("bias")).ndim == 2):  # type: ignore[union-attr]
        return None
    identity = f"Train with nn.Identity() as {path}."
    if names & {"running_mean", "running_var", "num_batches_tracked"}:
        return Obstacle("BatchNorm between layers", identity)
    if "in_proj_weight" in names or "in_proj_bias" in names:
        return Obstacle("attention (nn.MultiheadAttention)", f"Train without {path}: self.readout(h) alone.")
    if names == {"bias"}:
        return None
    if names <= {"weight", "bias"} and tensors["weight"].ndim == 1:
        return Obstacle("LayerNorm between layers", identity)
    if names <= {"weight", "bias"} and tensors["weight"].ndim > 2:
        return Obstacle(f"a convolution of {tensors['weight'].shape}", identity)
    name = sorted(names - {"weight", "bias"} or names)[0]
    return Obstacle(
        f"a tensor {shown(module.named(name))} of {tensors[name].shape}",
        f"Save only the {MODULES[cell]} and the nn.Linear; what else computes cannot be shown: "
        f"state.pop({shown(module.named(name))}).",
    )


def _embeddings(linears: list[Module], inputs: int, width: int) -> list[Module]:
    """Of two weights the one with a bias is the readout; one without, as wide as the layer's input, is an embedding.

    Without any bias the readout is the one as wide as the layer's output, where that is another width.
    """
    with_bias = any("bias" in module.tensors for module in linears)
    by_width = inputs != width and any(module.tensors["weight"].shape[1] == width for module in linears)
    return [
        module
        for module in linears
        if "bias" not in module.tensors
        and module.tensors["weight"].shape[1] == inputs
        and (is_embedding(module.path) or ((with_bias or by_width) and len(linears) > 1))
    ]


def _of_embeddings(
    embeddings: list[Module], heads: list[Module], bare: list[Module], layer: Module, inputs: int
) -> list[Obstacle]:
    """Embeddings that cannot be taken: several, one that is too wide, or one that is the readout as well."""
    tied = bool(bare) and any(_may_be_tied(module, bare[0], inputs) for module in [*embeddings, *heads])
    if not tied and len(embeddings) <= 1 and inputs <= MAX_EMBEDDING:
        return []
    return [_embedding(module, layer, tied=tied) for module in (embeddings or (heads if tied else []))]


def _may_be_tied(module: Module, bias: Module, inputs: int) -> bool:
    """Whether a weight may be embedding and readout at once, where the readout's bias stands alone."""
    weight = module.tensors["weight"]
    return "bias" not in module.tensors and weight.shape == (*bias.tensors["bias"].shape, inputs)


def _embedding(module: Module, layer: Module, *, tied: bool) -> Obstacle:
    classes, size = module.tensors["weight"].shape
    weight_ih = shown(layer.named("weight_ih_l0"))
    folded = f"state[{weight_ih}] = state[{weight_ih}] @ state.pop({shown(module.named('weight'))}).T"
    if tied:
        return Obstacle(
            f"an embedding of {classes} × {size} tied to the readout",
            f"state['readout.weight'] = model.readout.weight.clone(), then {folded} (one-hot inputs).",
        )
    return Obstacle(f"an embedding of {classes} × {size}", f"{folded} folds it into the layer (one-hot inputs).")


def _too_many(heads: list[Module], hidden_size: int) -> list[Obstacle]:
    if len(heads) < 2:
        return []
    paths = ", ".join(shown(module.path) for module in heads[:8])
    if all(module.tensors["weight"].shape[1] % hidden_size == 0 for module in heads):
        return [Obstacle(f"{len(heads)} heads ({paths})", f"Save one: state.pop({shown(heads[-1].named('weight'))}).")]
    return [Obstacle(f"{len(heads)} nn.Linear ({paths})", "Train with one nn.Linear after the recurrent layer.")]


def _readout(heads: list[Module], bare: list[Module], hidden_size: int) -> Tensors:
    """Weight (O, H) and, if there is one, bias (O,); their prefixes may differ."""
    if not heads:
        raise BadUpload(f"The file has no readout: an nn.Linear({hidden_size}, outputs) is missing. {SAVING}")
    readout = dict(heads[0].tensors)
    for module in bare:
        if "bias" in readout:
            raise BadUpload(
                f"The file has two biases beside the recurrent layer; {shown(module.named('bias'))} is one."
            )
        readout["bias"] = module.tensors["bias"]
    weight = readout["weight"]
    if weight.shape[1] != hidden_size or not len(weight):
        raise BadUpload(
            f"Expected a readout of the layer's {counted(hidden_size, 'unit')}; {shown(heads[0].named('weight'))} is "
            f"{weight.shape}. nn.Linear({hidden_size}, outputs) helps."
        )
    if "bias" in readout and readout["bias"].shape != (len(weight),):
        raise BadUpload(f"Expected {len(weight)} biases of the readout; their shape is {readout['bias'].shape}.")
    return readout


def _activation(metadata: dict[str, str]) -> str | None:
    """The activation named in the file's metadata; None where none is: PyTorch's modules have tanh."""
    said = metadata.get("nonlinearity", metadata.get("activation"))
    if said is None and "unroll" in metadata:
        said = strict_json(metadata["unroll"]).get("activation")
    return said if isinstance(said, str) and said in ACTIVATIONS else None


def _listed(words: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    words = list(dict.fromkeys(words))
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
