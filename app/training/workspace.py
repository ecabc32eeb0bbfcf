"""Buffers of unrolled networks, kept by shape, so that runs of one shape can use the same ones in turn."""

from collections import OrderedDict
from collections.abc import Hashable

from ..engine import CELLS, Network

MAX_BYTES = 256 * 2**20

Shape = tuple[str, str, str, int, int, int, int, int, str]  # the arguments of Network


def buffer_bytes(cell: str, T: int, B: int, I: int, H: int, O: int, precision: str) -> int:
    """About how many bytes the buffers of an unrolled network take."""
    kind = CELLS[cell]
    by_timestep = (3 + 2 * kind.blocks + kind.buffers) * H + 2 * I + 5 * O
    return T * B * by_timestep * (8 if precision == "float64" else 4)


class Workspace:
    """One set of buffers, and a token of whose numbers lie in it."""

    def __init__(self, net: Network, nbytes: int) -> None:
        self.net = net
        self.nbytes = nbytes
        self.holds: object = None


class WorkspacePool:
    """Workspaces by what they are for and their shape; beyond `max_bytes` those unused for longest are dropped."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0
        self._by_key: OrderedDict[Hashable, Workspace] = OrderedDict()

    def workspace(self, use: str, shape: Shape) -> Workspace:
        """The workspace for `use` with a `Network(*shape)`."""
        key = (use, shape)
        if key not in self._by_key:
            cell, _, _, T, B, I, H, O, precision = shape
            self._by_key[key] = Workspace(Network(*shape), buffer_bytes(cell, T, B, I, H, O, precision))
            self.nbytes += self._by_key[key].nbytes
            while self.nbytes > self.max_bytes and len(self._by_key) > 1:
                self.nbytes -= self._by_key.popitem(last=False)[1].nbytes
        self._by_key.move_to_end(key)
        return self._by_key[key]
