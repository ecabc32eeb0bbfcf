"""Poll: a question that the owner of a shared run asks those who follow it. It holds places of options and no names."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .. import protocol
from ..protocol import Id


@dataclass
class Poll:
    """One scene's question, and which option each follower chose, by the follower's key.

    `followers` says how many follow at this moment. Whoever leaves takes their answer with them.
    """

    scene: str
    options: int
    followers: Callable[[], int]
    revealed: bool = False
    _chosen: dict[int, int] = field(default_factory=dict)

    def choose(self, key: int, option: int) -> None:
        """One answer a follower; another one replaces it."""
        self._chosen[key] = option

    def forget(self, key: int) -> None:
        """A follower left."""
        self._chosen.pop(key, None)

    def asked(self) -> str:
        """What followers are told."""
        return protocol.encode("asked", scene=self.scene, options=self.options, revealed=self.revealed)

    def counts(self, id_: Id = None) -> str:
        """What the owner is told: how many chose each option, out of how many who follow."""
        chosen = list(self._chosen.values())
        counts = [chosen.count(option) for option in range(self.options)]
        return protocol.encode(
            "counts", id_, scene=self.scene, counts=counts, followers=self.followers(), revealed=self.revealed
        )
