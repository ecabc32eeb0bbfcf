"""The simple recurrent cell (Elman 1990)."""

from numpy import multiply

from ..activations import Activation
from ..arrays import Array, zeros
from .base import Blocks, StackedCell


class RNN(StackedCell):
    """h_t = phi(a_t),   a_t = x_t W_xh + h_{t-1} W_hh + b_h.

    W_xh (I, H), W_hh (H, H), b_h (H). Its Jacobian is dh_t/dh_{t-1} = W_hh diag(phi'(a_t)) (Pascanu et al. 2013).
    """

    name = "rnn"
    about = "The plain recurrent network: every unit sees the input and all units of the timestep before."
    source = "Elman 1990"
    blocks = 1
    buffers = 2
    by_example = ("a", "to_a")

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        self.a = zeros((self.T, H, self.B), entering.dtype)
        self.to_a = zeros((self.T, H, self.B), entering.dtype)
        self.local = (self.to_a,)
        self.step = list(zip(self.z, self.a, self.h[1:], strict=False))

    @property
    def candidate(self) -> Array:
        """a_t."""
        return self.a

    @property
    def slope(self) -> Array:
        """phi'(a_t)."""
        return self.to_a

    def forward(self, t: int) -> None:
        """One product, one phi."""
        z, a, h = self.step[t]
        self.product(z, a)
        self.phi(a, h)

    def linearise(self, some: slice) -> None:
        """phi'(a_t)."""
        self.activation.slope(self.a[some], self.entering[1:, : self.H][some], self.to_a[some])

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:  # noqa: ARG004
        """da_t = phi'(a_t) dh_t."""
        multiply(local[0], dh, back[0])

    @staticmethod
    def split(back: Array) -> Blocks:
        """One block."""
        return (back[0],)
