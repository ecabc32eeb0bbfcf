"""Files that people bring, read into text and numbers: nothing is misread silently."""

from .decode import decode
from .read import MIN_ROWS, Fill, Options, Table, read_table

__all__ = ["MIN_ROWS", "Fill", "Options", "Table", "decode", "read_table"]
