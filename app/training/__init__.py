"""Training: from app.training import RunConfig, Trainer."""

from ..engine import BREAKS, BreakName, TensorCheck
from ..steps import Steps, finish
from .computed import Computed
from .config import Effects, RunConfig
from .divergence import Divergence
from .extensions import register
from .quantities import WATCHABLE
from .records import Record
from .schema import schema
from .trainer import Trainer
from .workspace import WorkspacePool

__all__ = [
    "BREAKS",
    "WATCHABLE",
    "BreakName",
    "Computed",
    "Divergence",
    "Effects",
    "Record",
    "RunConfig",
    "Steps",
    "TensorCheck",
    "Trainer",
    "WorkspacePool",
    "finish",
    "register",
    "schema",
]
