"""Carried state: where the streams of a run stand, and the states they go on from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ..tasks import Task


@dataclass(frozen=True, eq=False)
class Carried:
    """How far B streams through the data have come, and the states (B, H) that each goes on from.

    ``position`` counts timesteps from where the streams start; ``passes``, how often the data have ended before.
    ``states`` are named as the ``initial`` of `Network.forward`; there are none at position 0, where all are zeros.
    Nothing here is ever changed: copies may share it.
    """

    position: int = 0
    passes: int = 0
    states: Mapping[str, np.ndarray] = field(default_factory=dict)

    def after(self, task: Task, B: int, states: Mapping[str, np.ndarray]) -> "Carried":
        """One window further, which ended in these states; at the start again where no other window fits."""
        position = self.position + task.T
        if position + task.T > task.stream_length(B):
            return Carried(passes=self.passes + 1)
        return Carried(position, self.passes, states)


START = Carried()
"""Where streams start."""
