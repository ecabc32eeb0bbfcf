"""Update rules with PyTorch's definitions and defaults: parameters are changed in place.

``weight_decay`` is L2: it adds weight_decay * p to the (clipped) gradient of every parameter. Moments start at zero;
they are plain dictionaries keyed by parameter so that a snapshot can hold them. A step makes as few new arrays as it
can: of large networks it is their memory, asked for and touched anew, that takes most of the time.
"""

from math import sqrt
from typing import ClassVar, Literal

import numpy as np

from .cells import Params


class Optimizer:
    """p <- p - lr * step(g). Subclasses define the step and the moments ("m", "v") they keep.

    "v" is a mean or sum of squares: a file in which one is negative is refused.
    """

    name: ClassVar[str]
    moments: ClassVar[tuple[str, ...]] = ()
    scales_with_gradient: ClassVar[bool] = False  # whether a gradient of a hundredth makes an update of a hundredth

    def __init__(self, params: Params, lr: float, weight_decay: float = 0.0) -> None:
        self.params = params
        self.lr = lr
        self.weight_decay = weight_decay
        self.step = 0
        self.m: Params = {name: np.zeros_like(p) for name, p in params.items()} if "m" in self.moments else {}
        self.v: Params = {name: np.zeros_like(p) for name, p in params.items()} if "v" in self.moments else {}

    def update(self, grads: Params) -> None:
        """One update of every parameter, in place; ``grads`` has the parameters' names and shapes."""
        self.step += 1
        with np.errstate(all="ignore"):  # a number that overflows is the caller's to find
            for name, p in self.params.items():
                g = grads[name]
                if self.weight_decay:
                    g = g + self.weight_decay * p
                p -= self.direction(name, g)
        if self.step % 256 == 0:
            self._flush()

    def direction(self, name: str, g: np.ndarray) -> np.ndarray:
        """What is subtracted from the parameter called ``name`` whose gradient is ``g``."""
        raise NotImplementedError

    def _flush(self) -> None:
        """Moments of a parameter without gradient decay into subnormal numbers, which are slow and never reach 0."""
        for moment in (*self.m.values(), *self.v.values()):
            moment[np.abs(moment) < 2.0 ** np.finfo(moment.dtype).minexp * 2.0**32] = 0.0


class SGD(Optimizer):
    """p <- p - lr g"""

    name = "sgd"
    scales_with_gradient = True

    def direction(self, _name: str, g: np.ndarray) -> np.ndarray:
        """lr g."""
        return self.lr * g


class Momentum(Optimizer):
    """m <- 0.9 m + g;  p <- p - lr m   (no dampening)"""

    name = "momentum"
    moments = ("m",)
    scales_with_gradient = True

    def direction(self, name: str, g: np.ndarray) -> np.ndarray:
        """lr m."""
        m = self.m[name]
        m *= 0.9
        m += g
        return self.lr * m


class RMSProp(Optimizer):
    """v <- 0.99 v + 0.01 g^2;  p <- p - lr g / (sqrt(v) + 1e-8)   (Tieleman & Hinton 2012)"""

    name = "rmsprop"
    moments = ("v",)

    def direction(self, name: str, g: np.ndarray) -> np.ndarray:
        """lr g / (sqrt(v) + eps)."""
        v = self.v[name]
        v *= 0.99
        scale = (1.0 - 0.99) * g
        scale *= g
        v += scale
        return _divided(self.lr * g, v, scale, 1e-8)


class Adam(Optimizer):
    """m, v: running means of g and g^2;  p <- p - lr m^ / (sqrt(v^) + 1e-8)   (Kingma & Ba 2015)

    beta_1 = 0.9, beta_2 = 0.999; m^ and v^ are divided by 1 - beta^step, which undoes the start at zero.
    """

    name = "adam"
    moments = ("m", "v")

    def direction(self, name: str, g: np.ndarray) -> np.ndarray:
        """lr m^ / (sqrt(v^) + eps)."""
        m, v = self.m[name], self.v[name]
        m *= 0.9
        scale = (1.0 - 0.9) * g
        m += scale
        v *= 0.999
        np.multiply(g, 1.0 - 0.999, out=scale)
        scale *= g
        v += scale
        return _divided((self.lr / (1.0 - 0.9**self.step)) * m, v, scale, 1e-8, sqrt(1.0 - 0.999**self.step))


class Adagrad(Optimizer):
    """v <- v + g^2;  p <- p - lr g / (sqrt(v) + 1e-10)   (Duchi, Hazan & Singer 2011)"""

    name = "adagrad"
    moments = ("v",)

    def direction(self, name: str, g: np.ndarray) -> np.ndarray:
        """lr g / (sqrt(v) + eps)."""
        v, scale = self.v[name], g * g
        v += scale
        return _divided(self.lr * g, v, scale, 1e-10)


def _divided(step: np.ndarray, v: np.ndarray, scale: np.ndarray, eps: float, correction: float = 1.0) -> np.ndarray:
    """step / (sqrt(v) / correction + eps), which takes the place of ``step``; ``scale`` is written over."""
    np.sqrt(v, out=scale)
    if correction != 1.0:
        scale /= correction
    scale += eps
    step /= scale
    return step


OPTIMIZERS: dict[str, type[Optimizer]] = {
    optimizer.name: optimizer for optimizer in (SGD, Momentum, RMSProp, Adam, Adagrad)
}

# What is registered from outside is a name, too.
OptimizerName = Literal["sgd", "momentum", "rmsprop", "adam", "adagrad"] | str
