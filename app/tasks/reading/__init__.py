"""Files that people bring, read into text and numbers: nothing is misread silently."""

from .arrays import read_array
from .decode import blocks
from .options import Fill, Options
from .read import reading_table
from .table import MIN_ROWS, Table

__all__ = [
    "MIN_ROWS",
    "Fill",
    "Options",
    "Table",
    "blocks",
    "read_array",
    "reading_table",
]
