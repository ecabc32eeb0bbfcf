"""The mathematics of recurrent networks: NumPy only, no clock, no I/O, no randomness but the rng it is handed."""

from app.engine.activations import ACTIVATIONS, Activation
from app.engine.adjoints import Adjoints, adjoints
from app.engine.bptt import Unrolled
from app.engine.cells import CELLS, Cell, Params
from app.engine.clipping import angle, clip, norm
from app.engine.flow import Flow, flow
from app.engine.gradcheck import BREAKS, TensorCheck, gradcheck
from app.engine.initialisers import INITIALISERS, initialise, parameter_shapes
from app.engine.losses import LOSSES
from app.engine.optimizers import OPTIMIZERS, Optimizer
from app.engine.spectrum import (
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
from app.engine.truncation import TruncationMeter, horizon, kept_pairs, share_used, truncation_meter

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
    "Optimizer",
    "Params",
    "TensorCheck",
    "TruncationMeter",
    "Unrolled",
    "adjoints",
    "angle",
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
