"""What W_hh and the Jacobians dh_t/dh_{t-1} do to a gradient: eigenvalues, singular values, norms, rates.

The guarantee is the largest singular value, not the spectral radius: ||prod J|| <= prod ||J|| <= (gamma sigma_max)^n
with gamma = sup |phi'| (Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013).
"""

import numpy as np

from ..steps import Steps, finish
from .arrays import Array
from .backstep import RESCALE_EVERY, jacobians_of
from .cells import CELLS, CellName, Params
from .layer import Layer
from .network import Network

DIGITS = 12  # of an eigenvalue ÷ the largest size, by which it is ordered: the others are rounding


def recurrent_block(cell: CellName, params: Params) -> Array | None:
    """The (H, H) matrix through which h_{t-1} feeds phi: W_hh of an rnn, the candidate's block of it for gated cells,
    diag(u_hh) of an indrnn; None where there is none."""
    return CELLS[cell].spectral_matrix(params)


def eigenvalues(W: Array) -> Array:
    """Real and imaginary parts (H, 2) of the eigenvalues of ``W`` (H, H), largest first; NaN where W is not finite.

    Those whose sizes differ by rounding alone, as all of an orthogonal W, come by their imaginary parts, then by their
    real ones: in one order on every processor.
    """
    if not np.isfinite(W).all():
        return np.full((len(W), 2), np.nan)
    values = np.linalg.eigvals(W.astype(np.float64))
    largest = np.abs(values).max()
    unit = values / largest if 0 < largest < np.inf else values
    values = values[np.lexsort(np.round([unit.real, unit.imag, -np.abs(unit)], DIGITS))]
    return np.stack([values.real, values.imag], axis=1)


def singular_values(W: Array) -> Array:
    """Singular values (H,) of ``W`` (H, H), largest first; NaN where W is not finite."""
    if not np.isfinite(W).all():
        return np.full(len(W), np.nan)
    values: Array = np.linalg.svd(W.astype(np.float64), compute_uv=False)
    return values


def jacobian_norms(net: Network, ending: str = "") -> Array:
    """||dh_t/dh_{t-1}|| (T,): by how much timestep t can stretch a gradient; NaN where it is not finite.

    ``ending``: of which layer and direction; what comes before is that of the order in which it reads.
    """
    return layer_jacobian_norms(net.layers[ending])


def jacobian_norming(net: Network, ending: str) -> Steps[Array]:
    """`jacobian_norms` in steps, between which nobody else may use ``net``."""
    return _norming(net.layers[ending])


def layer_jacobian_norms(layer: Layer) -> Array:
    """`jacobian_norms` of one layer and direction (B = 1) by itself, after a backward sweep."""
    return finish(_norming(layer))


def _norming(layer: Layer) -> Steps[Array]:
    T, H = layer.T, layer.H
    jacobians, norms = jacobians_of(layer), np.empty(T)
    for first in range(1, T + 1, RESCALE_EVERY):
        yield
        last = min(first + RESCALE_EVERY - 1, T)
        with np.errstate(all="ignore"):
            norms[first - 1 : last] = spectral_norm(jacobians.between(first, last)[:, :H, :H])
    return layer.by_time(norms)


def spectral_norm(J: Array) -> Array:
    """The largest singular value of each (…, H, H): the root of the largest eigenvalue of J J^T, cheaper than an SVD.

    NaN where an entry is not finite.
    """
    peak = np.abs(J).max(axis=(-2, -1))[..., None, None]
    unit = np.divide(J, peak, out=np.zeros_like(J), where=(peak > 0.0) & (peak < np.inf))
    largest = np.linalg.eigvalsh(np.matmul(unit, unit.swapaxes(-2, -1)))[..., -1]
    peak = peak[..., 0, 0]
    return np.where(peak < np.inf, peak * np.sqrt(largest), np.nan)


def lyapunov_exponents(net: Network, ending: str = "") -> Array:
    """lambda_i (H,), largest first: the mean over t of ln |R_ii| where Q, R = qr(J_t^T Q), Q = 1 at first.

    How fast a small change of the state grows or fades in each direction, a timestep (Benettin et al. 1980). Of an lstm
    (2H,): its state is (h, c), so J_t^T is the matrix of d(h, c)_t / d(h, c)_{t-1}. Their sum is the mean of
    ln |det J_t|; -inf where a direction is lost altogether, NaN where a Jacobian is not finite.
    """
    return finish(following_directions(net, ending))


def following_directions(net: Network, ending: str) -> Steps[Array]:
    """`lyapunov_exponents` in steps, between which nobody else may use ``net``."""
    jacobians = jacobians_of(net.layers[ending])
    Q, total = np.eye(jacobians.width), np.zeros(jacobians.width)
    for first in range(1, net.T + 1, RESCALE_EVERY):
        yield
        with np.errstate(all="ignore"):
            for J in jacobians.between(first, min(first + RESCALE_EVERY - 1, net.T)):
                if not np.isfinite(J).all():
                    return np.full(len(total), np.nan)
                Q, R = np.linalg.qr(J.dot(Q))
                total += np.log(np.abs(np.diag(R)))
    return np.sort(total / net.T)[::-1]


def slopes(net: Network, ending: str = "") -> Array:
    """phi'(a_t) (T, H) of ``net`` (B = 1) after its `forward`; gated cells: of the candidate."""
    with np.errstate(all="ignore"):
        return net.cell.activation.slope(np.ascontiguousarray(net.views[ending].a[:, 0]))
