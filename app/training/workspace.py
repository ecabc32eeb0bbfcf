"""Buffers of unrolled networks, kept by shape, so that runs of one shape can use the same ones in turn."""

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property

from ..engine import CELLS, ActivationName, Architecture, LossName, Network, Precision

MAX_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Shape:
    """What fixes the buffers of a network unrolled over T timesteps for B examples, and columns beside them."""

    architecture: Architecture
    activation: ActivationName
    loss: LossName
    T: int
    B: int
    precision: Precision
    beside: int = 0

    @cached_property
    def _hash(self) -> int:
        return hash((self.architecture, self.activation, self.loss, self.T, self.B, self.precision, self.beside))

    def __hash__(self) -> int:
        """Computed once, as every iteration looks its buffers up."""
        return self._hash

    @property
    def nbytes(self) -> int:
        """About how many bytes the buffers take."""
        net = self.architecture
        cell = CELLS[net.cell]
        layers = len(net.endings)
        handed_down = cell.blocks * net.hidden_size * (layers - len(net.top_endings)) * len(net.top_endings)
        by_layer = (3 + 2 * cell.blocks + cell.buffers) * net.hidden_size * layers + 2 * sum(net.entering)
        embedded = net.inputs if net.embedding_size else 0
        by_timestep = by_layer + handed_down + embedded + 5 * net.outputs
        return self.T * (self.B + self.beside) * by_timestep * (8 if self.precision == "float64" else 4)

    def network(self) -> Network:
        """A network with buffers of this shape."""
        return Network(self.architecture, self.activation, self.loss, self.T, self.B, self.precision, self.beside)


class Workspace:
    """One set of buffers, and a token of whose numbers lie in it."""

    def __init__(self, net: Network, nbytes: int) -> None:
        self.net = net
        self.nbytes = nbytes
        self.holds: object = None


class WorkspacePool:
    """Workspaces by use and shape; beyond `max_bytes` those unused for longest are dropped."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0  # of what is here, and of what is lent
        self.nbytes_lent = 0
        self._by_key: OrderedDict[tuple[str, Shape], Workspace] = OrderedDict()
        self._used: set[tuple[str, Shape]] = set()  # since `drop_unused`

    def workspace(self, use: str, shape: Shape) -> Workspace:
        """The workspace for `use` with a network of this shape."""
        found = self._take_out(use, shape)
        self._put_in(use, shape, found)
        return found

    def holds(self, use: str, shape: Shape, numbers: object) -> bool:
        """Whether these numbers still lie in the buffers of this shape."""
        found = self._by_key.get((use, shape))
        return found is not None and found.holds is numbers

    def may_lend(self, *shapes: Shape) -> bool:
        """Whether there is room for those who use others of these shapes meanwhile: half of all may be lent."""
        return self.nbytes_lent + sum(shape.nbytes for shape in shapes) <= self.max_bytes // 2

    @contextmanager
    def lent(self, use: str, shape: Shape) -> Iterator[Workspace]:
        """The same for one who pauses while it is in use: others get another one meanwhile."""
        found = self._take_out(use, shape)
        found.holds = None  # what lies there will be overwritten, even where this is given up in the middle
        self.nbytes += found.nbytes
        self.nbytes_lent += found.nbytes
        try:
            yield found
        finally:
            self.nbytes -= found.nbytes
            self.nbytes_lent -= found.nbytes
            self._put_in(use, shape, found)

    @contextmanager
    def kept(self, use: str, shape: Shape, net: Network) -> Iterator[None]:
        """For a while nobody else computes in ``net``, in which numbers lie that are looked at with pauses."""
        found = self._by_key.get((use, shape))
        with nullcontext() if found is None or found.net is not net else self.lent(use, shape):
            yield

    def _take_out(self, use: str, shape: Shape) -> Workspace:
        """The one that is here, or a new one."""
        found = self._by_key.pop((use, shape), None)
        if found is None:
            return Workspace(shape.network(), shape.nbytes)
        self.nbytes -= found.nbytes
        return found

    def _put_in(self, use: str, shape: Shape, workspace: Workspace) -> None:
        """It takes the place of another one that may be here."""
        key = (use, shape)
        replaced = self._by_key.pop(key, None)
        self.nbytes += workspace.nbytes - (replaced.nbytes if replaced else 0)
        self._by_key[key] = workspace  # the last one: used most recently
        self._used.add(key)
        while self.nbytes > self.max_bytes and len(self._by_key) > 1:
            self.nbytes -= self._by_key.popitem(last=False)[1].nbytes

    def drop_unused(self) -> None:
        """Give back what nobody has used since this was last asked for; it is made anew where it is needed again."""
        for key in [key for key in self._by_key if key not in self._used]:
            self.nbytes -= self._by_key.pop(key).nbytes
        self._used.clear()
