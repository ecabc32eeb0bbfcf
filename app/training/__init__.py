"""Training: from app.training import RunConfig, Trainer."""

from app.engine import BREAKS, TensorCheck
from app.training.config import Effects, RunConfig
from app.training.divergence import Divergence
from app.training.records import WATCHABLE, Record
from app.training.scratch import Scratch
from app.training.trainer import Trainer

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
