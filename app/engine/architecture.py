"""Architecture: everything that fixes the shapes of a network's parameters."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .cells import CELLS, CellName
from .naming import suffixes, with_suffix

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Architecture:
    """The cell, I inputs, H units, O outputs, layers. Networks of equal architectures can exchange their weights.

    ``cell`` is a key of `CELLS`. ``embedding_size`` > 0: the inputs are I classes, one-hot, and enter through W_emb.
    ``train_h0``: initial states are parameters.
    """

    cell: CellName
    inputs: int
    hidden_size: int
    outputs: int
    num_layers: int = 1
    bidirectional: bool = False
    embedding_size: int = 0
    train_h0: bool = False

    @property
    def extent(self) -> dict[str, Any]:
        """What a plain network has none of: further layers and directions, an embedding, learned initial states."""
        return {
            "num_layers": self.num_layers,
            "bidirectional": self.bidirectional,
            "embedding_size": self.embedding_size,
            "train_h0": self.train_h0,
        }

    @cached_property
    def endings(self) -> list[str]:
        """What the names of each layer and direction end with, from the lowest layer up."""
        return suffixes(self.num_layers, bidirectional=self.bidirectional)

    @property
    def top_endings(self) -> list[str]:
        """Those of the last layer."""
        return self.endings[-self.directions :]

    @property
    def directions(self) -> int:
        """How many read a layer's inputs: one, or one from each end."""
        return 2 if self.bidirectional else 1

    @property
    def width(self) -> int:
        """How many numbers a layer hands up at a timestep, the states of all its directions."""
        return self.directions * self.hidden_size

    @property
    def entering(self) -> list[int]:
        """How many numbers enter each layer and direction at a timestep."""
        by_layer = [self.embedding_size or self.inputs] + [self.width] * (self.num_layers - 1)
        return [size for size in by_layer for _ in range(self.directions)]

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """Every parameter by name, in the order users see: the first layer's, the readout's, then what more there is.

        W_emb (I, embedding_size) where the inputs are embedded; the other layers and directions, named as in `naming`;
        learned initial states h0 and, of an lstm, c0 (H,) of each.
        """
        kind, H = CELLS[self.cell], self.hidden_size
        layers = zip(self.entering, self.endings, strict=True)
        own = [with_suffix(kind.shapes(size, H), ending) for size, ending in layers]
        shapes: dict[str, Shape] = own[0] | {"W_hy": (self.width, self.outputs), "b_y": (self.outputs,)}
        if self.embedding_size:
            shapes["W_emb"] = (self.inputs, self.embedding_size)
        for further in own[1:]:
            shapes |= further
        if self.train_h0:
            states = ("h0", "c0") if kind.direct == "c" else ("h0",)
            shapes |= {state + ending: (H,) for ending in self.endings for state in states}
        return shapes
