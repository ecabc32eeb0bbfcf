"""What each timestep of one sequence sends back and adds to the weights' gradients, as norms.

Of one sequence (B = 1) under full, unclipped BPTT. An outer product's Frobenius norm is the product of two norms, so
no matrix is made; adjoints carry powers of two, so nothing is lost where a gradient has left float64's range.
"""

import numpy as np

from ..engine import Adjoints, Unrolled
from ..engine.adjoints import LN2, ln_norm

Array = np.ndarray


def dh_carried_norm(net: Unrolled, adjoint: Adjoints) -> Array:
    """Norm of what timestep t + 1 sends back to h_t, by row t (T+1,); row T is 0, nothing comes after it.

    The rest of dE/dh_t is timestep t's own loss; h_0 has none, so row 0 is ||dE/dh_0||.
    """
    carried = adjoint.da.dot(_recurrent(net).T)
    if net.cell.direct == "h":
        straight, rest = net.cell.routes(carried, adjoint.dh)
        carried = straight + rest
    return np.append(_true_norm(carried, adjoint.exponent[1:]), 0.0)


def dW_xh_norm(net: Unrolled, adjoint: Adjoints, x: Array) -> Array:
    """||x_t outer da_t|| by index t - 1 (T,), over all pre-activations that see x_t; ``x`` (T, I) is the input."""
    return _true_norm(_input_adjoints(net, adjoint), adjoint.exponent[1:], ln_norm(x))


def dW_hy_norm(net: Unrolled, adjoint: Adjoints) -> Array:
    """||h_t outer dE_t/dy_t|| by index t - 1 (T,)."""
    return _true_norm(net.dy[:, 0].astype(np.float64), 0, ln_norm(adjoint.h[1:]))


def _true_norm(vectors: Array, exponent: Array | int, ln_factor: Array | float = 0.0) -> Array:
    """The norms of ``vectors * 2**exponent``, times a factor given by its logarithm."""
    with np.errstate(all="ignore"):
        norms: Array = np.exp(ln_norm(vectors) + ln_factor + LN2 * exponent)
        return norms


def _recurrent(net: Unrolled) -> Array:
    return net.V[:, : -net.O].astype(np.float64)


def _input_adjoints(net: Unrolled, adjoint: Adjoints) -> Array:
    """dE/da_t (T, …) of the pre-activations that see x_t, with the exponents of ``adjoint``.

    Where some see the input alone (gru: the candidate's input part), the block at the end sees the state alone.
    """
    cell, T, H = net.cell, net.T, net.H
    if cell.input_blocks == 0:
        return adjoint.da
    back = np.zeros((int(cell.direct is not None) + cell.blocks, T, H))
    local = [np.moveaxis(part[..., 0], 0, -2).astype(np.float64) for part in cell.local]
    cell.backward(local, adjoint.dh[1:], np.zeros((T, H)), cell.split(back))
    seeing = back[-cell.blocks : -cell.input_blocks]
    return seeing.transpose(1, 0, 2).reshape(T, -1)
