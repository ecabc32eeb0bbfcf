"""The mathematics of recurrent networks: NumPy only, no clock, no I/O, no randomness but the rng it is handed."""

from .activations import ACTIVATIONS, Activation
from .adjoints import Adjoints, adjoints
from .cells import CELLS, Cell, Params
from .clipping import angle, clip, norm
from .flow import Flow, flow
from .gradcheck import BREAKS, TensorCheck, can_break, gradcheck
from .initialisers import INITIALISERS, initialise, parameter_shapes
from .losses import LOSSES
from .network import Network
from .optimizers import OPTIMIZERS, Optimizer
from .spectrum import (
    eigenvalues,
    jacobian,
    jacobian_norms,
    jacobian_product,
    lyapunov_exponents,
    measured_rate,
    predicted_rate,
    recurrent_block,
    singular_values,
    slopes,
)
from .truncation import TruncationMeter, horizon, kept_pairs, share_used, truncation_meter

__all__ = [
    "ACTIVATIONS",
    "BREAKS",
    "CELLS",
    "INITIALISERS",
    "LOSSES",
    "OPTIMIZERS",
    "Activation",
    "Adjoints",
    "Cell",
    "Flow",
    "Network",
    "Optimizer",
    "Params",
    "TensorCheck",
    "TruncationMeter",
    "adjoints",
    "angle",
    "can_break",
    "clip",
    "eigenvalues",
    "flow",
    "gradcheck",
    "horizon",
    "initialise",
    "jacobian",
    "jacobian_norms",
    "jacobian_product",
    "kept_pairs",
    "lyapunov_exponents",
    "measured_rate",
    "norm",
    "parameter_shapes",
    "predicted_rate",
    "recurrent_block",
    "share_used",
    "singular_values",
    "slopes",
    "truncation_meter",
]
