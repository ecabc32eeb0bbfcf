"""What the loop over time asks of every recurrent cell.

Inside the engine an example is a column: arrays of one timestep are (features, B), of a sequence (T, features, B).
Each kind of feature is then one contiguous block of rows, and a timestep is one product each way:

    forward    a_t = W z_t                 z_t = [h_{t-1}; 1; x_t]       everything that enters timestep t
    backward   dh_t = V [da_{t+1}; dy_t]   V = [W_hh | W_hy]             everything that leaves h_t

W stacks W_hh, the bias and W_xh (`StackedCell`). Between the products a cell file is its equations: the state from the
pre-activations (`forward`), their local derivatives (`linearise`) and the chain rule through them (`backward`). Most
cells treat every unit alone there; one that does not says so in ``couples_units``. The loop over t is in `layer`; the
same `backward` serves every other sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from ..activations import Activation
from ..arrays import Array, product, zeros

Blocks = Sequence[Array]
Params = dict[str, Array]


@dataclass(frozen=True)
class Recurrent:
    """The parameter that is meant where W_hh is spoken of: in the norm of each timestep's part, lags and horizon.

    Its part at timestep t is made of what comes in, h_{t-1} or x_t, and of the adjoints of the pre-activations that
    this reaches: their outer product or, ``by_unit``, their elementwise product.
    """

    name: str
    of_x: bool = False
    by_unit: bool = False


W_HH = Recurrent("W_hh")


class Cell:
    """Base of the cells: what the loop over time and the sweeps back ask of one.

    Lists and arrays over time hold timestep t at index t - 1; h alone starts at h_0: h[t] (H, B) is h_t. ``z``
    (H+1+I, B) is what enters a timestep. ``local`` are the derivatives that `linearise` leaves: what `backward`
    multiplies with, (T, H, B) for one block or (T, n, H, B) for n adjacent ones.
    """

    name: ClassVar[str]
    about: ClassVar[str]  # one sentence for who chooses it
    source: ClassVar[str]  # the paper
    blocks: ClassVar[int]  # pre-activations of one unit
    buffers: ClassVar[int]  # numbers kept for one unit and timestep, those that enter and leave not counted
    gates: ClassVar[tuple[str, ...]] = ()  # in the order users see
    candidate_gate: ClassVar[int] = 0  # which of them goes through phi
    forget_gate: ClassVar[str | None] = None  # the gate that keeps the state
    forget_sign: ClassVar[int] = 1  # -1 where that gate keeps the state by being closed
    input_blocks: ClassVar[int] = 0  # leading blocks of pre-activations that see the input alone
    state_blocks: ClassVar[int] = 0  # trailing blocks of pre-activations that see the state alone
    direct: ClassVar[str | None] = None  # whose adjoint an elementwise path carries straight to t - 1: None, "h", "c"
    couples_units: ClassVar[bool] = False  # whether `backward` mixes the units of a timestep
    recurrent: ClassVar[Recurrent] = W_HH
    starts_at: ClassVar[dict[str, float]] = {}  # parameters that every initialisation sets to the same number
    least_units: ClassVar[int] = 1
    by_example: ClassVar[tuple[str, ...]] = ()  # buffers with a column an example, where gradients are products
    calls: ClassVar[float] = 1.0  # how long NumPy's calls for a timestep take, as a multiple of those of an rnn
    elementwise: ClassVar[int] = 128  # products that take as long as what is done to a block of one unit beside them
    local: Blocks
    c: Array | None = None

    def __init_subclass__(cls, **more: Any) -> None:
        """A class that says nothing of its buffers may have more of them than the one it is made from."""
        super().__init_subclass__(**more)
        if "by_example" not in vars(cls):
            cls.by_example = ()

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        steps, _, B = entering.shape
        self.T, self.H, self.B = steps - 1, H, B
        self.activation = activation
        self.phi = activation.function
        self.one = np.array(1.0, entering.dtype)  # an array already, so that no call has to convert it
        self.entering = entering
        # Views of one timestep each, made once: indexing an array costs as much as a small product.
        self.z = list(entering)
        self.h = [z[:H] for z in self.z]

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """The cell's parameters by name, in the order users see, with I inputs and H units."""
        raise NotImplementedError

    @classmethod
    def described(cls) -> dict[str, Any]:
        """What a page needs to draw the cell and to name its parts.

        ``states`` h, or h and c; ``gates`` in their order; ``keeps``: the gate that keeps the state and whether it does
        so by being open; ``direct``: the state that has a straight path back; ``ledger``: whether h_t = phi(a_t), so
        that what a step back loses divides into slopes and weights; ``recurrent``: the parameter meant by W_hh.
        """
        gate = cls.forget_gate
        return {
            "about": cls.about,
            "source": cls.source,
            "states": ["h", "c"] if cls.direct == "c" else ["h"],
            "gates": list(cls.gates),
            "candidate": cls.gates[cls.candidate_gate] if cls.gates else None,
            "keeps": None if gate is None else {"gate": gate, "open": cls.forget_sign > 0},
            "direct": cls.direct if cls.gates else None,
            "ledger": not cls.gates,
            "recurrent": cls.recurrent.name,
            "least_units": cls.least_units,
        }

    @property
    def candidate(self) -> Array:
        """What phi is applied to (T, H, B)."""
        raise NotImplementedError

    @property
    def further_arguments(self) -> list[Array]:
        """What else phi is applied to, (T, H, B) each."""
        return []

    def gate_values(self) -> Array | None:
        """Gate values (T, gates, H, B) in the order users see; None for a cell without gates."""
        return None

    @property
    def slope(self) -> Array | None:
        """phi'(a_t) (T, H, B), after `linearise`, of a cell with h_t = phi(a_t), hence a decay ledger; else None."""
        return None

    def load(self, params: Params) -> None:
        """Copy the parameters into what `forward` multiplies with."""
        raise NotImplementedError

    @classmethod
    def recurrent_weights(cls, params: Params) -> Array:
        """The matrix (H, rows) through which the adjoints of what sees h_{t-1}, block by block, reach h_{t-1}."""
        return params["W_hh"]

    @classmethod
    def spectral_matrix(cls, params: Params) -> Array | None:
        """The (H, H) matrix through which h_{t-1} feeds phi, as its spectrum says most; None without one."""
        W_hh, gate = params["W_hh"], cls.candidate_gate
        H = len(W_hh)
        return W_hh[:, gate * H : (gate + 1) * H]

    def start(self) -> None:
        """What can be done for all timesteps before the first one: nothing, unless a cell says so."""

    def forward(self, t: int) -> None:
        """h[t + 1] (and the cell's other state) from h[t] and what enters at index t."""
        raise NotImplementedError

    def linearise(self, some: slice) -> None:
        """Fill ``local`` at some of the timesteps from what `forward` left behind."""
        raise NotImplementedError

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:
        """The chain rule through one timestep.

        ``local`` and the adjoint ``dh`` of h_t give ``back``, as `split` divides it: what goes straight to the state
        at t - 1, if anything does, and the adjoints of the pre-activations. For an lstm ``direct`` comes in as what
        timestep t + 1 sends back to c_t and leaves as dc_t. Units are the last axis but one; a column may be an
        example, a loss or a unit, which is how the flow matrix and the Jacobians reuse these lines.
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

    def gradients(self, dW: Array, dh: Array, dc: Array | None) -> Params:
        """The parameters' gradients, the mean over the batch, in the order of `shapes`.

        ``dW`` (blocks H, H+1+I) is that mean of all pre-activations' adjoints times all that enters with them. ``dh``
        and, lstm, ``dc`` (T+1, H, B) are the adjoints of the states, for parameters that act on every unit alone.
        """
        raise NotImplementedError


class StackedCell(Cell):
    """A cell whose pre-activations at t come from one product, W z_t with W = [W_hh^T | b_h | W_xh^T]."""

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        self.W = zeros(((self.blocks - self.input_blocks) * H, entering.shape[1]), entering.dtype)
        self.product = product(self.W, self.B)

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """W_xh, W_hh and b_h with a block of columns for each gate."""
        width = H * max(1, len(cls.gates))
        return {"W_xh": (I, width), "W_hh": (H, width), "b_h": (width,)}

    def load(self, params: Params) -> None:
        """Copy the parameters into ``W``."""
        H = self.H
        self.W[:, :H] = params["W_hh"].T
        self.W[:, H] = params["b_h"]
        self.W[:, H + 1 :] = params["W_xh"].T

    def gradients(self, dW: Array, dh: Array, dc: Array | None) -> Params:  # noqa: ARG002
        """All parameters are parts of W, so all gradients are parts of ``dW``."""
        H = self.H
        return {
            "W_xh": np.ascontiguousarray(dW[:, H + 1 :].T),
            "W_hh": np.ascontiguousarray(dW[:, :H].T),
            "b_h": dW[:, H].copy(),
        }
