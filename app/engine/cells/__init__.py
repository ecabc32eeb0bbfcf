"""The recurrent cells, one a file."""

from .base import Blocks, Cell, Params
from .gru import GRU
from .lstm import LSTM
from .rnn import RNN

CELLS: dict[str, type[Cell]] = {cell.name: cell for cell in (RNN, LSTM, GRU)}

__all__ = ["CELLS", "Blocks", "Cell", "Params"]
