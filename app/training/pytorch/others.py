"""Beside the recurrent layer of a PyTorch file: embedding, readout, initial states, and what cannot be taken."""

import re

from ...errors import BadUpload, counted, shown
from ..limits import MAX_EMBEDDING
from .obstacles import SAVING, Obstacle
from .recurrent import MODULES
from .statedict import Module, Tensors, is_embedding

# A parameter named like this is an initial state that was learned.
INITIAL_STATE = re.compile(r"(?:init(?:ial)?_)?[hc]_?0|[hc]_?init|init(?:ial)?_(?:h|c|hidden|cell|state)")


def without_initial_states(module: Module) -> Module:
    """The module without the parameters that are initial states."""
    kept = {name: values for name, values in module.tensors.items() if not INITIAL_STATE.fullmatch(name)}
    return Module(module.path, kept)


def find_initial_states(found: list[Module], size: int, cell: str) -> tuple[Tensors, list[Obstacle]]:
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


def obstacle_in(module: Module, cell: str) -> Obstacle | None:
    """What a module is that is neither recurrent nor linear; None where it can be taken."""
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


def find_embeddings(linears: list[Module], inputs: int, width: int) -> list[Module]:
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


def embedding_obstacles(
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


def head_obstacles(heads: list[Module], hidden_size: int) -> list[Obstacle]:
    """Several linear layers: heads beside each other, or one after the other."""
    if len(heads) < 2:
        return []
    paths = ", ".join(shown(module.path) for module in heads[:8])
    if all(module.tensors["weight"].shape[1] % hidden_size == 0 for module in heads):
        return [Obstacle(f"{len(heads)} heads ({paths})", f"Save one: state.pop({shown(heads[-1].named('weight'))}).")]
    return [Obstacle(f"{len(heads)} nn.Linear ({paths})", "Train with one nn.Linear after the recurrent layer.")]


def find_readout(heads: list[Module], bare: list[Module], hidden_size: int) -> Tensors:
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
