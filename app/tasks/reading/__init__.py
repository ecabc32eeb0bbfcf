"""Files that people bring, read into text and numbers: nothing is misread silently."""

from .decode import blocks, decode
from .read import MIN_ROWS, Fill, Options, Table, reading_table
from .steps import Steps, finish

__all__ = ["MIN_ROWS", "Fill", "Options", "Steps", "Table", "blocks", "decode", "finish", "reading_table"]
