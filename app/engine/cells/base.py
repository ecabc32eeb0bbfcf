"""What every recurrent cell is to the walk over time.

Inside the engine an example is a column: arrays of one timestep are (features, B), of a sequence (T, features, B).
Each kind of feature is then one contiguous block of rows, and a timestep is one product each way:

    forward    a_t = W z_t                 z_t = [h_{t-1}; 1; x_t]       everything that enters timestep t
    backward   dh_t = V [da_{t+1}; dy_t]   V = [W_hh | W_hy]             everything that leaves h_t

W stacks W_hh, the bias and W_xh. Between the products a cell is elementwise, so a cell file is its equations: the
state from the pre-activations (`forward`), their local derivatives (`linearise`) and the chain rule through them
(`backward`). The walk over t lives in `layer`; the same `backward` serves every other sweep.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ..activations import Activation
from ..arrays import Array, product, zeros

Blocks = Sequence[Array]
Params = dict[str, Array]


class Cell:
    """Base of the cells: the stacked weights and the buffers of one unrolled network.

    Lists and arrays over time hold timestep t at index t - 1; h alone starts at h_0: h[t] (H, B) is h_t. ``z``
    (H+1+I, B) is what enters a timestep. ``local`` are the derivatives that `linearise` leaves: what `backward`
    multiplies with, (T, H, B) for one block or (T, n, H, B) for n adjacent ones.
    """

    name: ClassVar[str]
    blocks: ClassVar[int]  # pre-activations of one unit
    buffers: ClassVar[int]  # numbers kept for one unit and timestep, those that enter and leave not counted
    gates: ClassVar[tuple[str, ...]] = ()  # in the order users see
    candidate_gate: ClassVar[int] = 0  # which of them goes through phi
    forget_gate: ClassVar[str | None] = None  # the gate that keeps the state
    input_blocks: ClassVar[int] = 0  # leading blocks of pre-activations that see the input alone
    state_blocks: ClassVar[int] = 0  # trailing blocks of pre-activations that see the state alone
    direct: ClassVar[str | None] = None  # whose adjoint an elementwise path carries straight to t - 1: None, "h", "c"
    local: Blocks
    c: Array | None = None

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        steps, width, B = entering.shape
        self.T, self.H, self.B = steps - 1, H, B
        self.activation = activation
        self.phi = activation.function
        self.W = zeros(((self.blocks - self.input_blocks) * H, width), entering.dtype)
        self.product = product(self.W, B)
        self.half = np.array(0.5, entering.dtype)  # an array already, so that no call has to convert it
        self.entering = entering
        # Views of one timestep each, made once: indexing an array costs as much as a small product.
        self.z = list(entering)
        self.h = [z[:H] for z in self.z]

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """The cell's parameters by name, in the order users see, with I inputs and H units."""
        width = H * max(1, len(cls.gates))
        return {"W_xh": (I, width), "W_hh": (H, width), "b_h": (width,)}

    @property
    def candidate(self) -> Array:
        """What phi is applied to (T, H, B)."""
        raise NotImplementedError

    def gate_values(self) -> Array | None:
        """Gate values (T, gates, H, B) in the order users see; None for a cell without gates."""
        return None

    def load(self, params: Params) -> None:
        """Copy the parameters into ``W`` = [W_hh^T | b_h | W_xh^T]."""
        H = self.H
        self.W[:, :H] = params["W_hh"].T
        self.W[:, H] = params["b_h"]
        self.W[:, H + 1 :] = params["W_xh"].T

    def start(self) -> None:
        """What can be done for all timesteps before the first one: nothing, unless a cell says so."""

    def forward(self, t: int) -> None:
        """h[t + 1] (and the cell's other state) from h[t] and what enters at index t."""
        raise NotImplementedError

    def linearise(self, some: slice) -> None:
        """Fill ``local`` at some of the timesteps from what the forward walk left behind."""
        raise NotImplementedError

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:
        """The chain rule through one timestep, elementwise.

        ``local`` and the adjoint ``dh`` of h_t give ``back``, as `split` divides it: what goes straight to the state
        at t - 1, if anything does, and the adjoints of the pre-activations. For an lstm ``direct`` comes in as what
        the future sends back to c_t and leaves as dc_t. A column or a row may be an example, a loss or a unit, which
        is how the flow matrix and the Jacobians reuse these lines.
        """
        raise NotImplementedError

    @staticmethod
    def split(back: Array) -> Blocks:
        """``back`` (blocks, …) in the groups that `backward` fills by one operation each: all at once by default."""
        return (back,)

    def routes(self, carried: Array, adjoint: Array) -> tuple[Array, Array]:
        """The direct path and the rest (T, H) of what timestep t = 1…T of one sequence sends back to t - 1.

        ``carried`` (T, H) is what comes through the pre-activations to h_{t-1}; ``adjoint`` (T+1, H) that of the state
        the direct path joins: dh or dc.
        """
        raise NotImplementedError

    @classmethod
    def by_block(cls, W_xh: Array) -> Array:
        """The columns of ``W_xh`` in the order of the blocks that see x_t: as they are, unless a cell says so."""
        return W_xh

    def unstack(self, dW: Array) -> Params:
        """Parameter gradients from ``dW`` (blocks H, H+1+I): adjoints of all pre-activations times all that enters."""
        H = self.H
        return {
            "W_xh": np.ascontiguousarray(dW[:, H + 1 :].T),
            "W_hh": np.ascontiguousarray(dW[:, :H].T),
            "b_h": dW[:, H].copy(),
        }
