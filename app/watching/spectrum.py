"""What a watched layer's recurrent weights do to a gradient: eigenvalues, singular values, each Jacobian's norm."""

import numpy as np

from ..engine import eigenvalues, layer_jacobian_norms, recurrent_block, singular_values
from .direction import Direction
from .stack import Stack

Array = np.ndarray
MOST = 2**28  # timesteps · units³ of all layers and directions: beyond, it would take seconds and is left out


def has_spectrum(stack: Stack) -> bool:
    """Whether it is worth its time. A projection stands between states: its W_hh is not square."""
    spec = stack.crossing.spec
    layers = spec.num_layers * spec.directions
    return not spec.proj_size and layers * stack.crossing.T * spec.hidden_size**3 <= MOST


def of_weights(direction: Direction) -> dict[str, Array]:
    """Eigenvalues (H, 2) and singular values (H,) of W_hh, of gated cells of the candidate's block of it."""
    W = recurrent_block(direction.spec.cell, direction.params)
    return {} if W is None else {"eigenvalues": eigenvalues(W), "singular_values": singular_values(W)}


def of_steps(direction: Direction) -> dict[str, Array]:
    """||dh_t/dh_{t-1}|| (T,) of one sequence (B = 1) after its way back, in the order of reading."""
    return {"jacobian_norm": layer_jacobian_norms(direction.layer)}
