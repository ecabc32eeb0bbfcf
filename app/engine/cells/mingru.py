"""The minimal gated recurrent unit (Feng, Tung, Ahmed, Bengio & Hajimirsadeghi 2024, "Were RNNs All We Needed?")."""

from numpy import add, multiply, subtract

from ..activations import Activation, sigmoid
from ..arrays import Array, zeros
from .base import Blocks, Params, Recurrent
from .diagonal import DiagonalCell


class MinGRU(DiagonalCell):
    """h_t = (1 - z_t) h_{t-1} + z_t n_t,   z_t = sigma(x_t W_xz + b_z),   n_t = phi(x_t W_xn + b_n).

    W_xh (I, 2H), b_h (2H) in the order z n. The paper's candidate is linear: activation "linear". Neither z nor n
    sees the state, so the recurrence is linear in h and the paper trains it by a parallel scan; here it is a loop.
    Its z is the opposite of the gru's: open, it lets the new in; closed, it keeps the past. Going back,

        dE/dh_{t-1} = (1 - z_t) dE/dh_t      (+ E_{t-1}'s own part)
        dE/da_z = (n_t - h_{t-1}) z_t (1 - z_t) dE/dh_t        dE/da_n = z_t phi'(a_n) dE/dh_t
        dh_t/dh_k = the product of 1 - z_s over k < s <= t, never more than 1: it cannot explode
    """

    name = "mingru"
    about = "Gates that see the input alone: closed, z keeps the state, and no gradient can explode on its way back."
    source = "Feng et al. 2024"
    blocks = 2
    buffers = 7
    by_example = ("a", "values", "to_all")
    calls = 1.1
    elementwise = 160
    gates = ("z", "n")
    candidate_gate = 1
    forget_gate = "z"
    forget_sign = -1
    input_blocks = 2
    recurrent = Recurrent("W_xh", of_x=True)

    def __init__(self, activation: Activation, entering: Array, H: int) -> None:
        super().__init__(activation, entering, H)
        self.values = zeros((self.T, 2 * H, self.B), entering.dtype)  # z, n
        self.step = [
            (h_prev, h, values[:H], values[H:])
            for h_prev, h, values in zip(self.h, self.h[1:], self.values, strict=False)
        ]

    @classmethod
    def shapes(cls, I: int, H: int) -> dict[str, tuple[int, ...]]:
        """No recurrent weights."""
        return {"W_xh": (I, 2 * H), "b_h": (2 * H,)}

    @property
    def candidate(self) -> Array:
        """n's pre-activation."""
        return self.a[:, self.H :]

    def gate_values(self) -> Array:
        """Values z n."""
        return self.values.reshape(self.T, 2, self.H, self.B)

    @classmethod
    def spectral_matrix(cls, params: Params) -> None:  # noqa: ARG003
        """None: h_{t-1} goes through no weights."""
        return

    def start(self) -> None:
        """z_t and n_t for every t."""
        super().start()
        z, n = self.values[:, : self.H], self.values[:, self.H :]
        sigmoid(self.a[:, : self.H], z, self.one)
        self.phi(self.candidate, n)

    def forward(self, t: int) -> None:
        """h_t as h_{t-1} + z_t (n_t - h_{t-1})."""
        h_prev, h, z, n = self.step[t]
        subtract(n, h_prev, h)
        multiply(h, z, h)
        add(h, h_prev, h)

    def linearise(self, some: slice) -> None:
        """What dh_t is multiplied with on its way to h_{t-1}, z and n."""
        z, n = self.values[some, : self.H], self.values[some, self.H :]
        to_h, to_z, to_n = self.to_all[some].swapaxes(0, 1)
        subtract(1.0, z, to_h)
        subtract(n, self.entering[:-1, : self.H][some], to_z)
        to_z *= z
        to_z *= to_h
        self.activation.slope(self.candidate[some], n, to_n)
        to_n *= z

    @staticmethod
    def backward(local: Blocks, dh: Array, direct: Array, back: Blocks) -> None:  # noqa: ARG004
        """[(1 - z_t) dh_t; da_t of z n]: everything is proportional to dh_t."""
        multiply(local[0], dh, back[0])
