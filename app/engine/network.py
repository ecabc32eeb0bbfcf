"""A network: inputs → layers → head. It knows no equation of a cell and no product of its own."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import numpy as np

from ..steps import Steps
from .activations import ActivationName
from .architecture import Architecture
from .arrays import Array, Precision, silent_context
from .cells import Params
from .head import Readout
from .inputs import make_inputs
from .layer import Layer
from .losses import LossName, Reduction
from .passes import Pass
from .stack import Stack
from .views import LayerView

Found = TypeVar("Found")
NOTHING: Mapping[str, Array] = {}


class Network:
    """A network of an ``architecture`` unrolled over T timesteps for B examples: every buffer, once; no parameters.

    y_t = h_t W_hy + b_y, h_t being the last layer's, with two directions [h_t; its reverse]. ``activation`` and
    ``loss`` are keys of `ACTIVATIONS` and `LOSSES`. The object keeps nothing from one `forward` to the next, so runs of
    one shape can share it. ``beside``: columns after the examples' that go along, in x and targets too; nothing here
    speaks of them, and no gradient counts them.

    After `forward`: ``y``, ``E_t``, ``n`` and of every layer ``h``, ``a`` (an lstm's ``c``, gated cells' ``gates``);
    after `backward`: ``dh``, ``da`` (an lstm's ``dc``). ``views`` has them for every layer and direction by what its
    names end with; those of the lowest layer's forward direction stand here too. All are views of the buffers: copy
    what must outlive the next pass.
    """

    def __init__(
        self,
        architecture: Architecture,
        activation: ActivationName,
        loss: LossName,
        T: int,
        B: int,
        dtype: Precision = "float64",
        beside: int = 0,
    ) -> None:
        self.architecture, self.T, self.B, self.dtype = architecture, T, B, np.dtype(dtype)
        self.I, self.H, self.O = architecture.inputs, architecture.hidden_size, architecture.outputs
        self.train_h0 = architecture.train_h0
        self.beside = beside
        self.inputs = make_inputs(T, B + beside, self.I, architecture.embedding_size, self.dtype)
        self.stack = Stack(architecture, activation, T, B, self.dtype, beside)
        self.layers = self.stack.layers
        self.layer = self.layers[""]
        self.cell = self.layer.cell
        self.views = {ending: LayerView(layer) for ending, layer in self.layers.items()}
        self.head = Readout(architecture, loss, T, B, self.dtype, beside)
        self.E_t = self.head.E_t[:, :B]
        self._silently = silent_context().run
        # A layer and its readout come in this order by themselves.
        self._order = list(architecture.parameter_shapes) if any(architecture.extent.values()) else None

    # What a caller reads: row vectors, time first.

    @property
    def h(self) -> Array:
        """h_0 … h_T (T+1, B, H)."""
        return self.views[""].h

    @property
    def x(self) -> Array:
        """x_1 … x_T (T, B, I)."""
        return self.inputs.x[..., : self.B].swapaxes(1, 2)

    @property
    def c(self) -> Array | None:
        """c_0 … c_T (T+1, B, H) of an lstm, else None."""
        return self.views[""].c

    @property
    def a(self) -> Array:
        """What phi is applied to: a_1 … a_T (T, B, H), gated cells the candidate's."""
        return self.views[""].a

    @property
    def gates(self) -> Array | None:
        """Gate values of gated cells (T, gates, B, H), in the order of ``cell.gates``, else None."""
        return self.views[""].gates

    @property
    def y(self) -> Array:
        """Outputs (logits) y_1 … y_T (T, B, O)."""
        return self.head.y[..., : self.B].transpose(0, 2, 1)

    @property
    def n(self) -> Array:
        """Timesteps with a target, per example (B,)."""
        return self.head.n[: self.B]

    @property
    def dy(self) -> Array:
        """dE/dy_t (T, B, O), with the reduction of the last `backward`."""
        return self.head.dy[..., : self.B].transpose(0, 2, 1)

    @property
    def dh(self) -> Array:
        """dE/dh_0 … dE/dh_T (T+1, B, H), per example: not divided by B."""
        return self.views[""].dh

    @property
    def dc(self) -> Array | None:
        """dE/dc_0 … dE/dc_T (T+1, B, H) of an lstm, ways through h_t included, else None."""
        return self.views[""].dc

    @property
    def da(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_hh), of what sees h_{t-1}."""
        return self.views[""].da

    @property
    def da_x(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_xh), of what sees x_t, in the order of the cell's blocks."""
        return self.views[""].da_x

    def objective(self, reduction: Reduction = "sum") -> float:
        """L = the mean over the batch of E, which is sum_t E_t ("sum") or its mean over targets ("mean")."""
        return self.head.objective(reduction)

    def last_states(self) -> dict[str, Array]:
        """The states after the timestep read last (B, H), copied, as the ``initial`` of a `forward` that goes on."""
        return self.stack.last_states()

    # Forward and backward.

    def forward(
        self,
        params: Params,
        x: Array,
        target: Array,
        h0: Array | None = None,
        *,
        initial: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
    ) -> None:
        """Walk t = 1…T. ``x`` (T, B, I); ``target`` (T, B) classes, -1 none, or (T, B, O) values, NaN none.

        ``initial``: states (B, H) to start from under the names h0 and, of an lstm, c0 of each layer and direction,
        h0_l2_reverse for example; zeros where there are none. ``h0`` is that of the first layer. With ``train_h0`` all
        are parameters instead. ``lengths`` (B,): where each sequence ends, which is where a reverse direction begins;
        its states after that are the initial one, and its gradients there 0. Numbers that overflow become inf or nan,
        silently.
        """
        self._silently(self._forward, params, x, target, self._states(params, h0, initial), lengths)

    def forwarding(
        self,
        params: Params,
        x: Array,
        target: Array,
        h0: Array | None = None,
        *,
        initial: Mapping[str, Array] | None = None,
        lengths: Array | None = None,
        at_once: int,
    ) -> Steps[None]:
        """`forward`, ``at_once`` timesteps of one layer at a time; until it is over nobody else may use the network."""
        return self.in_silence(self._forwarding(params, x, target, self._states(params, h0, initial), lengths, at_once))

    def go_on(self, x: Array, target: Array, initial: Mapping[str, Array]) -> None:
        """`forward` from the states ``initial``, learned ones or not, under the parameters that were loaded last."""
        self._silently(self._read, x, target, initial, None)

    def _states(self, params: Params, h0: Array | None, initial: Mapping[str, Array] | None) -> Mapping[str, Array]:
        """What every layer starts from."""
        if self.train_h0:
            return {name: params[name][None] for name in self.initial_names}
        states = initial or NOTHING
        return states if h0 is None else {**states, "h0": h0}

    def _forward(
        self, params: Params, x: Array, target: Array, states: Mapping[str, Array], lengths: Array | None
    ) -> None:
        self.load(params)
        self._read(x, target, states, lengths)

    def _read(self, x: Array, target: Array, states: Mapping[str, Array], lengths: Array | None) -> None:
        self.inputs.enter(x, self.stack.inputs)
        self.stack.forward(states, lengths)
        self.head.forward(self.stack.states, target)

    def _forwarding(
        self,
        params: Params,
        x: Array,
        target: Array,
        states: Mapping[str, Array],
        lengths: Array | None,
        at_once: int,
    ) -> Steps[None]:
        yield from self.stack.loading(params, self.head.load(params))
        self.inputs.load(params)
        self.inputs.enter(x, self.stack.inputs)
        yield from self.stack.forwarding(states, lengths, at_once)
        yield from self.head.forwarding(self.stack.states, target, at_once)

    def in_silence(self, steps: Steps[Found]) -> Steps[Found]:
        """The same; each step in the silent context, which is left between two of them."""
        try:
            while True:
                self._silently(next, steps)
                yield
        except StopIteration as done:
            found: Found = done.value
            return found

    def load(self, params: Params) -> None:
        """Copy the parameters."""
        self.stack.load(params, self.head.load(params))
        self.inputs.load(params)

    def take_over(self, other: "Network", column: int) -> None:
        """All that ``other`` has computed in one of its columns, as if this network (B = 1) had.

        What the walk forward multiplies with is not: `forward` loads it, and `go_on` needs a `load` before.
        """
        for ending, layer in self.layers.items():
            layer.take_over(other.layers[ending], column)
        self.head.take_over(other.head, column)
        self.inputs.take_over(other.inputs, column, self.stack.inputs)

    @property
    def initial_names(self) -> list[str]:
        """The names of all initial states."""
        symbols = ("h0",) if self.cell.c is None else ("h0", "c0")
        return [symbol + ending for ending in self.layers for symbol in symbols]

    def retarget(self, target: Array) -> None:
        """After `forward`: other targets for the same outputs."""
        self._silently(self.head.forward, self.stack.states, target)

    def backward(
        self, reduction: Reduction = "sum", k1: int = 0, k2: int = 0, clip_timestep: float | None = None
    ) -> Params:
        """Walk t = T…1 after `forward`; returns dL/dNAME for every parameter, the mean over the batch.

        "mean" uses E_t / n in place of E_t throughout. ``k1``, ``k2`` truncate: a backward pass every k1 timesteps
        reaching k2 back, that is, with n(t) = min(T, k1 ceil(t / k1)), the pair (E_t, parameter use at timestep k)
        counts iff n(t) - k2 < k <= t, in all layers alike, a learned initial state being used at timestep 1; ``dh``
        then sums the counted pairs. Two directions have no such passes. ``clip_timestep`` rescales each example's
        dE/dh_t, of each layer by itself, to that norm where it exceeds it, the part carried from t + 1 included
        (Williams & Peng 1990 for the truncation, Pascanu, Mikolov & Bengio 2013 for the rescaling).
        """
        return self._silently(self._backward, reduction, lambda: self.stack.backward(k1, k2, clip_timestep))

    def backwarding(
        self, reduction: Reduction, k1: int, k2: int, clip_timestep: float | None, at_once: int
    ) -> Steps[Params]:
        """`backward`, at most ``at_once`` timesteps of one layer at a time, as `forwarding`."""
        return self.in_silence(self._backwarding(reduction, k1, k2, clip_timestep, at_once))

    def backward_each_alone(self, reduction: Reduction = "sum") -> Params:
        """`backward` with nothing carried from any timestep to another: what it would be without a past."""
        return self._silently(self._backward, reduction, lambda: self.stack.descend(Layer.sweep_each_alone))

    def _backward(self, reduction: Reduction, sweep: Callable[[], None]) -> Params:
        self.prepare(reduction)
        sweep()
        return self.gradients()

    def _backwarding(
        self, reduction: Reduction, k1: int, k2: int, clip_timestep: float | None, at_once: int
    ) -> Steps[Params]:
        yield from self.stack.preparing(self.head.backward(reduction))
        yield from self.stack.backwarding(k1, k2, clip_timestep, at_once)
        return self._named((yield from self.stack.summing(initial=self.train_h0)))

    def gradients(self) -> Params:
        """After a backward pass through all layers: what `backward` returns, in the order of the parameters."""
        return self._named(self.stack.gradients(initial=self.train_h0))

    def _named(self, found: tuple[Params, list[Array]]) -> Params:
        """The gradients of all layers, with those of what is above and below them."""
        gradients, sums = found
        gradients |= self.head.gradients(sums)
        if self.inputs.has_parameters:
            gradients |= self.inputs.gradients(self.stack.input_gradients())
        return gradients if self._order is None else {name: gradients[name] for name in self._order}

    def prepare(self, reduction: Reduction) -> None:
        """Everything a backward sweep needs that is the same for all timesteps, in whole-sequence operations."""
        self.stack.prepare(self.head.backward(reduction))

    def sweep(self, last: int, lowest: int, clip_timestep: float | None = None) -> None:
        """After `prepare`: from E_last back to h_lowest, as `Stack.sweep`."""
        self.stack.sweep(last, lowest, clip_timestep)

    def passes(self, k1: int, k2: int, clip_timestep: float | None = None) -> Iterator[Pass]:
        """After `prepare`: the passes of truncated BPTT one by one, as `Stack.passes`."""
        return self.stack.passes(k1, k2, clip_timestep)

    def input_gradients(self) -> Array:
        """dE/dx_1 … dE/dx_T (T, B, I), per example, after `backward`."""
        return self.inputs.input_gradients(self.stack.input_gradients()).swapaxes(1, 2)
