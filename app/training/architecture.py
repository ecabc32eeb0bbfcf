"""The architecture of a run, and any in words."""

from ..engine import Architecture
from ..errors import counted
from ..tasks import Task
from .config import RunConfig


def architecture_of(config: RunConfig, task: Task) -> Architecture:
    """What a configuration says of it; its task says how many inputs and outputs there are."""
    return Architecture(
        config.cell,
        len(task.inputs),
        config.hidden_size,
        len(task.outputs),
        config.num_layers,
        config.bidirectional,
        config.embedding_size,
        config.train_h0,
    )


def in_words(net: Architecture) -> str:
    """One line: "lstm, 24 units, 2 inputs, 3 outputs"."""
    return ", ".join(
        [
            net.cell,
            *([counted(net.num_layers, "layer")] if net.num_layers > 1 else []),
            *(["both directions"] if net.bidirectional else []),
            counted(net.hidden_size, "unit"),
            counted(net.inputs, "input"),
            counted(net.outputs, "output"),
            *([f"embedding {net.embedding_size}"] if net.embedding_size else []),
            *(["learned initial state"] if net.train_h0 else []),
        ]
    )
