"""A run to read and keep: figures of a record, and the report, one page of HTML that needs nothing else."""

from . import figures
from .page import Asked, as_file, report

__all__ = ["Asked", "as_file", "figures", "report"]
