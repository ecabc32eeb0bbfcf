"""The nonlinearities phi and their derivatives, written with outputs wherever that is exact.

Definitions are PyTorch's with its defaults: leaky_relu slope 0.01, elu alpha 1, hardtanh on [-1, 1], gelu in its
tanh approximation. At a kink the derivative is 0 (leaky_relu 0.01).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import pi, sqrt
from typing import Literal

import numpy as np

from .arrays import Array

LARGE = 1e9  # an argument that tells a bounded function from one that grows
Function = Callable[[Array, Array], object]  # (a, out): writes phi(a) into out
Slope = Callable[[Array, Array, Array], object]  # (a, phi(a), out): writes phi'(a) into out


@dataclass(frozen=True)
class Activation:
    """An elementwise function with its derivative.

    ``gamma`` is sup |phi'|, the factor by which one step through phi can at most stretch a gradient
    (Pascanu, Mikolov & Bengio 2013).
    """

    name: str
    formula: str
    gamma: float
    function: Function = field(repr=False)
    derivative: Slope = field(repr=False)
    kinks: tuple[float, ...] = ()  # where phi' jumps
    calls: float = 0.0  # NumPy's calls for it beyond those for tanh, as a multiple of all that an rnn's timestep takes

    def __call__(self, a: Array, out: Array | None = None) -> Array:
        """phi(a), elementwise, any shape; ``out`` must not be ``a``."""
        out = np.empty_like(a) if out is None else out
        with np.errstate(over="ignore", under="ignore"):
            self.function(a, out)
        return out

    @cached_property
    def is_bounded(self) -> bool:
        """Whether phi stays small whatever it is applied to, so that no state of a network can run away."""
        with np.errstate(all="ignore"):
            return bool(np.abs(self(np.array([-LARGE, LARGE]))).max() < sqrt(LARGE))

    def slope(self, a: Array, h: Array | None = None, out: Array | None = None) -> Array:
        """phi'(a), elementwise, any shape; ``h`` is phi(a) when the caller has it already."""
        h = self(a) if h is None else h
        out = np.empty_like(a) if out is None else out
        self.derivative(a, h, out)
        return out


def sigmoid(a: Array, out: Array, one: float | Array = 1.0) -> None:
    """1 / (1 + e^-a), as 1 - 1 / (1 + e^a): NumPy's exp costs less than its tanh where there is no AVX-512.

    Exactly 0 below about the spacing of numbers at 1, so that one closed gate leaves no tiny numbers behind, with which
    processors are slow. e^a may overflow or underflow, to the right result. ``one``: 1 as an array of that dtype, which
    no call has to convert; that counts where ``out`` is small.
    """
    np.exp(a, out)
    np.add(out, one, out)
    np.reciprocal(out, out)
    np.subtract(one, out, out)


def _tanh_slope(_: Array, h: Array, out: Array) -> None:
    np.multiply(h, h, out=out)
    np.subtract(1.0, out, out=out)


def _relu(a: Array, out: Array) -> None:
    np.maximum(a, 0.0, out=out)


def _relu_slope(_: Array, h: Array, out: Array) -> None:
    np.greater(h, 0.0, out=out)


def _sigmoid_slope(_: Array, h: Array, out: Array) -> None:
    np.subtract(1.0, h, out=out)
    out *= h


def _linear(a: Array, out: Array) -> None:
    np.copyto(out, a)


def _linear_slope(_a: Array, _h: Array, out: Array) -> None:
    out.fill(1.0)


def _leaky_relu(a: Array, out: Array) -> None:
    np.multiply(a, 0.01, out=out)
    np.maximum(a, out, out=out)


def _leaky_relu_slope(_: Array, h: Array, out: Array) -> None:
    np.greater(h, 0.0, out=out)
    np.maximum(out, 0.01, out=out)


def _elu(a: Array, out: Array) -> None:
    np.minimum(a, 0.0, out=out)
    np.expm1(out, out=out)
    np.maximum(a, out, out=out)


def _elu_slope(_: Array, h: Array, out: Array) -> None:
    np.minimum(h, 0.0, out=out)
    out += 1.0


def _softsign(a: Array, out: Array) -> None:
    np.abs(a, out=out)
    out += 1.0
    np.divide(a, out, out=out)


def _softsign_slope(a: Array, _: Array, out: Array) -> None:
    np.abs(a, out=out)
    out += 1.0
    out *= out
    np.reciprocal(out, out=out)


def _hardtanh(a: Array, out: Array) -> None:
    np.clip(a, -1.0, 1.0, out=out)


def _hardtanh_slope(_: Array, h: Array, out: Array) -> None:
    np.less(np.abs(h), 1.0, out=out)


_GELU_SCALE = sqrt(2.0 / pi)
_GELU_CUBIC = 0.044715


def _gelu_tanh(a: Array) -> Array:
    tanh: Array = np.tanh(_GELU_SCALE * a * (1.0 + _GELU_CUBIC * a * a))
    return tanh


def _gelu(a: Array, out: Array) -> None:
    np.multiply(0.5 * a, 1.0 + _gelu_tanh(a), out=out)


def _gelu_slope(a: Array, _: Array, out: Array) -> None:
    tanh = _gelu_tanh(a)
    inner = _GELU_SCALE * (1.0 + 3.0 * _GELU_CUBIC * a * a)
    np.add(0.5 * (1.0 + tanh), 0.5 * a * (1.0 - tanh * tanh) * inner, out=out)


def _silu(a: Array, out: Array) -> None:
    sigmoid(a, out)
    out *= a


def _silu_slope(a: Array, h: Array, out: Array) -> None:
    with np.errstate(over="ignore", under="ignore"):  # as in `Activation.__call__`; no other derivative has an e^a
        sigmoid(a, out)
    out += h * (1.0 - out)


ACTIVATIONS: dict[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("tanh", "tanh(a)", 1.0, np.tanh, _tanh_slope),
        Activation("relu", "max(0, a)", 1.0, _relu, _relu_slope, kinks=(0.0,)),
        Activation("sigmoid", "1 / (1 + e^-a)", 0.25, sigmoid, _sigmoid_slope),
        Activation("linear", "a", 1.0, _linear, _linear_slope),
        Activation("leaky_relu", "max(0.01 a, a)", 1.0, _leaky_relu, _leaky_relu_slope, kinks=(0.0,)),
        Activation("elu", "a if a > 0 else e^a - 1", 1.0, _elu, _elu_slope),
        Activation("softsign", "a / (1 + |a|)", 1.0, _softsign, _softsign_slope),
        Activation("hardtanh", "min(1, max(-1, a))", 1.0, _hardtanh, _hardtanh_slope, kinks=(-1.0, 1.0)),
        Activation(
            "gelu", "a/2 (1 + tanh(sqrt(2/pi) (a + 0.044715 a^3)))", 1.1289930686587720, _gelu, _gelu_slope, calls=0.7
        ),
        Activation("silu", "a / (1 + e^-a)", 1.0998393201288634, _silu, _silu_slope),
    )
}

# What is registered from outside is a name, too.
ActivationName = (
    Literal["tanh", "relu", "sigmoid", "linear", "leaky_relu", "elu", "softsign", "hardtanh", "gelu", "silu"] | str
)
