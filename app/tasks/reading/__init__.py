"""Files that people bring, read into text and numbers: nothing is misread silently."""

from .decode import blocks, decode
from .read import MIN_ROWS, Fill, Options, Table, read_table, reading_table
from .steps import Steps, finish

__all__ = ["MIN_ROWS", "Fill", "Options", "Steps", "Table", "blocks", "decode", "finish", "read_table", "reading_table"]
