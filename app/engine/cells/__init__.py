"""The recurrent cells, one a file."""

from app.engine.cells.base import Cell, Params
from app.engine.cells.gru import GRU
from app.engine.cells.lstm import LSTM
from app.engine.cells.rnn import RNN

CELLS: dict[str, type[Cell]] = {cell.name: cell for cell in (RNN, LSTM, GRU)}

__all__ = ["CELLS", "Cell", "Params"]
