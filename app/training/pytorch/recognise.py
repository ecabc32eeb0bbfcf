"""Which network a PyTorch file holds: a recurrent layer and its nn.Linear readout, or what cannot be taken."""

from dataclasses import dataclass
from typing import Any

from ...engine import ACTIVATIONS, Architecture
from ...errors import BadUpload
from ...steps import Steps
from ...tensorheader import strict_json
from .. import arrays_from
from ..arrays_from import Source
from .keras import refuse_keras
from .obstacles import refuse
from .others import (
    embedding_obstacles,
    find_embeddings,
    find_initial_states,
    find_readout,
    head_obstacles,
    obstacle_in,
    without_initial_states,
)
from .recurrent import MODULES, extent_of, find_recurrent, layer_obstacles, sizes_of
from .statedict import Tensors, modules

PLAIN = ("tanh", "relu")  # what an nn.RNN can have


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


def recognising(source: Source) -> Steps[Recognised]:
    """The network of a state dict, in steps; BadUpload names everything that cannot be taken, and what helps."""
    metadata, tensors = yield from arrays_from.reading(source)
    if "W_xh" in tensors:
        raise BadUpload("This is a snapshot, not the weights of a PyTorch module. Upload it as a snapshot.")
    refuse_keras(tensors)
    found = modules(tensors)
    layer = find_recurrent(found)
    cell, hidden_size, inputs = sizes_of(layer)
    num_layers, bidirectional = extent_of(layer, cell, hidden_size)
    others = [without_initial_states(module) for module in found if module is not layer]
    width = hidden_size * (2 if bidirectional else 1)
    states, not_taken = find_initial_states(found, width * num_layers, cell)
    linears = [module for module in others if "weight" in module.tensors and module.tensors["weight"].ndim == 2]
    bare = [module for module in others if module.tensors.keys() == {"bias"}]
    embeddings = find_embeddings(linears, inputs, width)
    heads = [module for module in linears if module not in embeddings]
    obstacles = [
        *layer_obstacles(layer, MODULES[cell], inputs, hidden_size),
        *not_taken,
        *(obstacle for module in others if (obstacle := obstacle_in(module, cell)) is not None),
        *embedding_obstacles(embeddings, heads, bare, layer, inputs),
        *head_obstacles(heads, width),
    ]
    refuse(obstacles)
    readout = find_readout(heads, bare, width)
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


def _activation(metadata: dict[str, str]) -> str | None:
    """The activation named in the file's metadata; None where none is: PyTorch's modules have tanh."""
    said = metadata.get("nonlinearity", metadata.get("activation"))
    if said is None and "unroll" in metadata:
        said = strict_json(metadata["unroll"]).get("activation")
    return said if isinstance(said, str) and said in ACTIVATIONS else None
