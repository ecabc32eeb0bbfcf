"""The recurrent cells, one a file."""

from typing import Literal

from .base import Blocks, Cell, Params
from .gru import GRU
from .indrnn import IndRNN
from .ln_lstm import LayerNormLSTM
from .lstm import LSTM
from .mingru import MinGRU
from .rnn import RNN

CELLS: dict[str, type[Cell]] = {cell.name: cell for cell in (RNN, LSTM, GRU, IndRNN, MinGRU, LayerNormLSTM)}

# What is registered from outside is a name, too.
CellName = Literal["rnn", "lstm", "gru", "indrnn", "mingru", "ln_lstm"] | str

__all__ = ["CELLS", "Blocks", "Cell", "CellName", "Params"]
