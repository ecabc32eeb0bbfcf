"""Layers upon each other, in one direction or both: what enters the lowest goes up, what the top is handed comes down.

Layer l reads [h_t of layer l - 1; that of its reverse]. On the way down a layer is handed the adjoints of what reads
its states, da_x of the layer above, and they reach h_t through that layer's W_xh.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from ..steps import Steps, finish
from .activations import ActivationName
from .architecture import Architecture
from .arrays import Array
from .cells import CELLS, Params
from .layer import FLUSH_EVERY, Layer, LayerSizes
from .naming import directions, suffix, with_suffix
from .passes import Pass, PassSum


class Stack:
    """The layers of ``net``, each read by the next; as many rows a timestep come to the top as ``net`` has outputs.

    ``levels``: from the lowest, one or two directions each. ``layers``: the same by what their names end with.
    """

    def __init__(
        self, net: Architecture, activation: ActivationName, T: int, B: int, dtype: np.dtype, beside: int = 0
    ) -> None:
        self.T, self.H = T, net.hidden_size
        kind, both = CELLS[net.cell], directions(bidirectional=net.bidirectional)
        self._names = tuple(kind.shapes(1, self.H))
        sent_down = len(both) * (kind.blocks - kind.state_blocks) * self.H  # rows of da_x of all that reads a layer
        entering = dict(zip(net.endings, net.entering, strict=True))

        def make(level: int, *, reverse: bool) -> Layer:
            ending, is_top = suffix(level, reverse=reverse), level == net.num_layers
            sizes = LayerSizes(T, B, entering[ending], self.H, net.outputs if is_top else sent_down, dtype, beside)
            return Layer(net.cell, activation, sizes, reverse=reverse, ending=ending, sums_handed=is_top)

        self.levels = [[make(level, reverse=reverse) for reverse in both] for level in range(1, net.num_layers + 1)]
        self.layers = {layer.ending: layer for level in self.levels for layer in level}
        self._downwards = [
            (layer, d, above)
            for level, above in zip(reversed(self.levels), [[], *reversed(self.levels)], strict=False)
            for d, layer in enumerate(level)
        ]
        """Every layer from the top, its direction (0 or 1), and the layers that read it."""
        self._upwards = [
            (layer, (f"h0{layer.ending}", f"c0{layer.ending}"), list(self._reads(layer, below)))
            for level, below in zip(self.levels, [[], *self.levels], strict=False)
            for layer in level
        ]
        """Every layer from the lowest, the names of its initial states, and what it reads: where to, and where from."""
        self.top = self.levels[-1]
        """The directions of the last layer."""
        self.inputs = [layer.inputs for layer in self.levels[0]]
        """What each direction of the lowest layer reads (T, I, B), to be written before `forward`."""
        self.states = [layer.states for layer in self.top]
        """[h_t; 1] (T, H+1, B) of each direction of the last layer, after `forward`."""

    def load(self, params: Params, handed_through: list[Array]) -> None:
        """Copy the parameters; ``handed_through`` (H, handed): how what is handed reaches each direction of the top."""
        for _ in self.loading(params, handed_through):
            pass

    def loading(self, params: Params, handed_through: list[Array]) -> Steps[None]:
        """`load`, one layer at a time."""
        for layer, d, above in self._downwards:
            own = {name: params[name + layer.ending] for name in self._names} if layer.ending else params
            layer.load(own, self._through(above, d) if above else handed_through[d])
            yield

    def _through(self, readers: list[Layer], d: int) -> Array:
        """(H, handed): how what ``readers`` hand down reaches direction d of the layer below them, once they loaded."""
        rows = slice(d * self.H, (d + 1) * self.H)
        return np.hstack([reader.input_weights[rows] for reader in readers])

    def _reads(self, layer: Layer, below: list[Layer]) -> Iterator[tuple[Array, Array]]:
        """Rows of what enters ``layer``, and the states of those that it reads, which belong there."""
        H = self.H
        for d, read in enumerate(below):
            yield layer.inputs[:, d * H : (d + 1) * H], read.states[:, :H]

    def forward(self, initial: Mapping[str, Array], lengths: Array | None = None) -> None:
        """Walk every layer, after what enters the lowest was written; arguments as `Network.forward` has them."""
        for layer, given in self._entered(initial, lengths):
            layer.forward(*given)

    def forwarding(self, initial: Mapping[str, Array], lengths: Array | None, at_once: int) -> Steps[None]:
        """`forward`, ``at_once`` timesteps of one layer at a time."""
        for layer, given in self._entered(initial, lengths):
            yield from layer.forwarding(*given, at_once)

    def _entered(
        self, initial: Mapping[str, Array], lengths: Array | None
    ) -> Iterator[tuple[Layer, tuple[Array | None, Array | None, Array | None]]]:
        """Every layer from the lowest, once what it reads was written, with what `Layer.forward` is given."""
        for layer, (h0, c0), reads in self._upwards:
            for inputs, states in reads:
                inputs[:] = states
            skipped = self.T - lengths if layer.reverse and lengths is not None else None
            yield layer, (initial.get(h0), initial.get(c0), skipped)

    def prepare(self, handed: Array) -> None:
        """Before backward sweeps: what is handed to the top (T, handed, B), and all local derivatives."""
        for layer in self.layers.values():
            layer.linearise()
        for layer in self.top:
            layer.receive(handed)

    def preparing(self, handed: Array) -> Steps[None]:
        """`prepare`, some timesteps of one layer at a time."""
        for layer in self.layers.values():
            yield from layer.linearising()
        for layer in self.top:
            layer.receive(handed)

    def descend(self, sweep: Callable[[Layer], object], some: slice = slice(None)) -> None:
        """``sweep`` takes every layer back in time, the top first; each hands down its adjoints of ``some`` steps."""
        for layer, _, above in self._downwards:
            if above:
                layer.receive_from(above, some)
            sweep(layer)

    def sweep(self, last: int, lowest: int, clip_timestep: float | None = None) -> None:
        """After `prepare`: every layer from timestep ``last`` back to ``lowest``, as `Layer.sweep`."""
        self.descend(lambda layer: layer.sweep(last, lowest, clip_timestep), slice(lowest, last))

    def sweeping(self, last: int, lowest: int, clip_timestep: float | None, at_once: int) -> Steps[None]:
        """`sweep`, at most ``at_once`` timesteps of one layer at a time."""
        for layer, _, above in self._downwards:
            if above:
                layer.receive_from(above, slice(lowest, last))
            yield from layer.sweeping(last, lowest, clip_timestep, at_once)

    def backward(self, k1: int = 0, k2: int = 0, clip_timestep: float | None = None) -> None:
        """After `prepare`: the whole way back, or the sum of all truncated passes."""
        if k1 == 0:
            self.sweep(self.T, 0, clip_timestep)
        else:
            finish(self.backwarding(k1, k2, clip_timestep, FLUSH_EVERY))

    def backwarding(self, k1: int, k2: int, clip_timestep: float | None, at_once: int) -> Steps[None]:
        """`backward`, at most ``at_once`` timesteps of one layer at a time."""
        if k1 == 0:
            yield from self.sweeping(self.T, 0, clip_timestep, at_once)
            return
        sums = [PassSum(layer) for layer in self.layers.values()]
        for one in self._cut(k1, k2):
            yield from self.sweeping(one.last, one.lowest, clip_timestep, at_once)
            for total in sums:
                total.add(one)
            self._forget_counted(one)
        for total in sums:
            total.finish()
        for layer, _, above in self._downwards:
            if above:
                layer.receive_from(above)

    def passes(self, k1: int, k2: int, clip_timestep: float | None = None) -> Iterator[Pass]:
        """After `prepare`: one sweep of all layers for every k1 timesteps, with its own k1 losses, going k2 back."""
        for one in self._cut(k1, k2):
            self.sweep(one.last, one.lowest, clip_timestep)
            yield one
            self._forget_counted(one)

    def _cut(self, k1: int, k2: int) -> list[Pass]:
        """The passes that truncation makes of the whole way back, in their order."""
        if len(self.top) > 1:
            raise ValueError("truncated passes need one direction: in reverse, E_t also comes through later timesteps")
        return [
            Pass(losses_after=last - k1, last=last, lowest=max(last - k2, 0), reaches_h0=last < k2)
            for last in [*range(k1, self.T, k1), self.T]
        ]

    def _forget_counted(self, one: Pass) -> None:
        """Later sweeps carry later losses alone."""
        self.top[0].forget_handed(one.last)

    def gradients(self, *, initial: bool = False) -> tuple[Params, list[Array]]:
        """All layers' gradients by name, the mean over the batch, and the sums `Layer.gradients` has for the head.

        ``initial``: those of learned initial states too.
        """
        return self._named([layer.gradients() for layer in self.layers.values()], initial=initial)

    def summing(self, *, initial: bool) -> Steps[tuple[Params, list[Array]]]:
        """`gradients`, some timesteps' products at a time."""
        found = []
        for layer in self.layers.values():
            found.append((yield from layer.summing()))
        return self._named(found, initial=initial)

    def _named(self, found: list[tuple[Params, Array]], *, initial: bool) -> tuple[Params, list[Array]]:
        """What `Layer.gradients` gave of every layer, together."""
        named: Params = {}
        sums: list[Array] = []
        for layer, (own, handed) in zip(self.layers.values(), found, strict=True):
            named |= with_suffix(own, layer.ending)
            if initial:
                named |= with_suffix(layer.initial_gradients(), layer.ending)
            if layer.sums_handed:
                sums.append(handed)
        return named, sums

    def input_gradients(self) -> Array:
        """dE/d(what entered the lowest layer) (T, I, B), in the order of the sequence, after `backward`."""
        first, *others = (layer.input_gradients(layer.W_xh) for layer in self.levels[0])
        dx: Array = sum(others, first)
        return dx[..., : self.levels[0][0].B]

    def last_states(self) -> dict[str, Array]:
        """Copies of the last states (B, H) under the names of `Network.forward`'s ``initial``."""
        found = {}
        for ending, layer in self.layers.items():
            found[f"h0{ending}"] = layer.entering[-1, : self.H, : layer.B].T.copy()
            if layer.cell.c is not None:
                found[f"c0{ending}"] = layer.cell.c[-1, :, : layer.B].T.copy()
        return found
