"""The mathematics of recurrent networks: NumPy only, no clock, no I/O, no randomness but the rng it is handed."""

from .activations import ACTIVATIONS, Activation, ActivationName
from .adjoints import Adjoints, adjoints, all_adjoints, layer_adjoints
from .architecture import Architecture
from .arrays import Precision
from .beside import COLUMNS, Columns, beside, leaves_the_batch
from .cells import CELLS, Cell, CellName, Params
from .clipping import ClipMode, angle, clip, norm, norm_of
from .flow import Flow, all_flows, flow, flowing, layer_flow
from .gradcheck import BREAKS, BreakName, Data, TensorCheck, gradcheck, gradchecking
from .initialisers import INITIALISERS, MOST_LAYERS, Initialisation, InitName, initialise, initialising
from .lags import TruncationMeter, horizon, metering, truncation_meter, whole_meter
from .last_loss import LastLoss, adjoints_and_last_loss, going_back
from .losses import LOSSES, LossName, Reduction
from .naming import suffix, suffixes
from .network import Network
from .optimizers import OPTIMIZERS, Optimizer, OptimizerName
from .pairs import nbytes as nbytes_of_pairs
from .spectrum import (
    eigenvalues,
    following_directions,
    jacobian_norming,
    jacobian_norms,
    layer_jacobian_norms,
    lyapunov_exponents,
    recurrent_block,
    singular_values,
    slopes,
)
from .truncation import all_shares_used, kept_pairs, share_used

__all__ = [
    "ACTIVATIONS",
    "BREAKS",
    "CELLS",
    "COLUMNS",
    "INITIALISERS",
    "LOSSES",
    "MOST_LAYERS",
    "OPTIMIZERS",
    "Activation",
    "ActivationName",
    "Adjoints",
    "Architecture",
    "BreakName",
    "Cell",
    "CellName",
    "ClipMode",
    "Columns",
    "Data",
    "Flow",
    "InitName",
    "Initialisation",
    "LastLoss",
    "LossName",
    "Network",
    "Optimizer",
    "OptimizerName",
    "Params",
    "Precision",
    "Reduction",
    "TensorCheck",
    "TruncationMeter",
    "adjoints",
    "adjoints_and_last_loss",
    "all_adjoints",
    "all_flows",
    "all_shares_used",
    "angle",
    "beside",
    "clip",
    "eigenvalues",
    "flow",
    "flowing",
    "following_directions",
    "going_back",
    "gradcheck",
    "gradchecking",
    "horizon",
    "initialise",
    "initialising",
    "jacobian_norming",
    "jacobian_norms",
    "kept_pairs",
    "layer_adjoints",
    "layer_flow",
    "layer_jacobian_norms",
    "leaves_the_batch",
    "lyapunov_exponents",
    "metering",
    "nbytes_of_pairs",
    "norm",
    "norm_of",
    "recurrent_block",
    "share_used",
    "singular_values",
    "slopes",
    "suffix",
    "suffixes",
    "truncation_meter",
    "whole_meter",
]
