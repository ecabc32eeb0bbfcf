"""The architecture of a run."""

from ..engine import Architecture
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
