"""What a caller reads of one layer and direction: row vectors, time first, in the order of the sequence."""

from .arrays import Array
from .layer import Layer


class LayerView:
    """The arrays of a `Layer` as (timesteps, B, features). All are views of its buffers.

    Arrays over T+1 hold timestep t at index t, h_0 first; of the reverse direction at index t - 1, the initial state,
    which is that of timestep T + 1, last.
    """

    def __init__(self, layer: Layer) -> None:
        self._layer = layer

    def _rows(self, columns: Array) -> Array:
        return self._layer.by_time(columns[..., : self._layer.B]).swapaxes(-2, -1)

    @property
    def h(self) -> Array:
        """The states (T+1, B, H)."""
        return self._rows(self._layer.entering[:, : self._layer.H])

    @property
    def x(self) -> Array:
        """What enters the layer at t = 1…T (T, B, I)."""
        return self._rows(self._layer.entering[:-1, self._layer.H + 1 :])

    @property
    def c(self) -> Array | None:
        """The cell states (T+1, B, H) of an lstm, else None."""
        return None if self._layer.cell.c is None else self._rows(self._layer.cell.c)

    @property
    def a(self) -> Array:
        """What phi is applied to: a_1 … a_T (T, B, H), gated cells the candidate's."""
        return self._rows(self._layer.cell.candidate)

    @property
    def gates(self) -> Array | None:
        """Gate values of gated cells (T, gates, B, H), in the order of ``cell.gates``, else None."""
        values = self._layer.cell.gate_values()
        return None if values is None else self._rows(values)

    @property
    def dh(self) -> Array:
        """dE/dh (T+1, B, H), per example: not divided by B."""
        return self._rows(self._layer.dh)

    @property
    def dc(self) -> Array | None:
        """dE/dc (T+1, B, H) of an lstm, ways through h_t included, else None."""
        return None if self._layer.dc is None else self._rows(self._layer.dc)

    @property
    def da(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_hh), of what sees h_{t-1}."""
        return self._rows(self._layer.da)

    @property
    def da_x(self) -> Array:
        """dE/da_1 … dE/da_T (T, B, columns of W_xh), of what sees x_t, in the order of the cell's blocks."""
        return self._rows(self._layer.da_x)
