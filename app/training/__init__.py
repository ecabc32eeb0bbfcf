"""Training: from app.training import RunConfig, Trainer."""

from ..engine import BREAKS, TensorCheck
from .config import Effects, RunConfig
from .divergence import Divergence
from .records import WATCHABLE, Record
from .scratch import Scratch
from .trainer import Trainer

__all__ = [
    "BREAKS",
    "WATCHABLE",
    "Divergence",
    "Effects",
    "Record",
    "RunConfig",
    "Scratch",
    "TensorCheck",
    "Trainer",
]
