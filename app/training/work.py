"""Work: the sizes that decide how long an iteration and a record take, and what the loop over time costs."""

from dataclasses import dataclass, replace
from math import ceil, prod
from typing import Self

from ..engine import ACTIVATIONS, CELLS, Architecture
from ..tasks import Task
from .architecture import architecture_of
from .beside import shape_beside
from .config import RunConfig
from .workspace import Shape

# Nanoseconds of one core, found by benchmarks/costs.py.
LOADED = 4.5  # of one parameter that a pass loads
TIMESTEP = 1_900.0  # of an rnn's calls with which one timestep is computed forward and the way back prepared
SWEPT_TIMESTEP = 1_600.0  # of those with which a sweep goes back over one
CLIPPED_TIMESTEP = 11_000.0  # more, where each example's gradient is rescaled there
ELEMENT = 3.3  # of an rnn's elementwise work for one unit of one sequence, each way
PRODUCT = 0.05  # of one multiplication in a product of matrices
SHORT = 0.75  # of both in float32, of which twice as many are worked on at once
VALUE = 7.0  # of one input or output: drawn, copied, its loss and its gradient
PASS = 17_000.0  # of beginning one more backward pass


@dataclass(frozen=True)
class Work:
    """What a run computes, in numbers from which every price is made."""

    config: RunConfig
    net: Architecture
    T: int
    B: int
    parameters: int
    """Entries of all parameters together."""
    continues: bool
    """Whether the network can go on by itself."""
    held_out: int = 0
    """Sequences that are not learned from, and looked at all the same."""
    beside: Shape | None = None
    """The buffers in which the shown sequence may go along with its batch; None where it has passes of its own."""

    @classmethod
    def of(cls, config: RunConfig, task: Task) -> Self:
        """The work of a run; its task says how many inputs and outputs there are, and how many sequences it has."""
        net, B = architecture_of(config, task), config.batch_size
        entries = sum(prod(shape) for shape in net.parameter_shapes.values())
        rows, held_out = task.rows(B), task.held_out_rows(B)
        beside = shape_beside(net, config, task)
        return cls(config, net, config.sequence_length, rows, entries, task.continues, held_out, beside)

    @property
    def I(self) -> int:  # noqa: E743
        """How many inputs there are."""
        return self.net.inputs

    @property
    def H(self) -> int:
        """How many units a layer has in each direction."""
        return self.net.hidden_size

    @property
    def O(self) -> int:  # noqa: E743
        """How many outputs there are."""
        return self.net.outputs

    @property
    def layers(self) -> int:
        """How many there are, each direction counted."""
        return len(self.net.endings)

    @property
    def sweeps_of_pairs(self) -> int:
        """How many times the work of one layer all pairs (E_t, timestep k) are.

        In one layer each direction goes back by itself. In a stack every layer but the lowest sends down what the one
        below adds at every pair, with both directions from either side.
        """
        if self.net.num_layers > 1 and self.net.bidirectional:
            return self.sweeps_by_group
        return 2 * self.layers - 1 if self.net.num_layers > 1 else self.layers

    @property
    def sweeps_by_group(self) -> int:
        """The same where a group of losses goes back through a whole layer before the next."""
        return 5 * self.layers if self.net.num_layers > 1 else self.layers

    @property
    def uncut(self) -> "Work":
        """The same without truncation and without clipping at every timestep."""
        config = self.config.model_copy(update={"k1": 0, "k2": 0, "clip": "none"})
        return replace(self, config=config)

    @property
    def pre_activations(self) -> int:
        """Of one timestep of one sequence, in one layer."""
        return self.H * CELLS[self.config.cell].blocks

    @property
    def from_states(self) -> int:
        """Pre-activations of a timestep that see h_{t-1} through a matrix, in one layer: none of a diagonal cell."""
        cell = CELLS[self.config.cell]
        return self.H * (cell.blocks - cell.input_blocks)

    @property
    def from_inputs(self) -> int:
        """Pre-activations of a timestep that see what enters the layer."""
        cell = CELLS[self.config.cell]
        return self.H * (cell.blocks - cell.state_blocks)

    @property
    def recurrent_entries(self) -> int:
        """Entries of what is meant by W_hh, which is another parameter in some cells, in all layers together."""
        name = CELLS[self.config.cell].recurrent.name
        return sum(prod(self.net.parameter_shapes[name + ending]) for ending in self.net.endings)

    @property
    def elementwise(self) -> float:
        """Operations on single numbers of one timestep of one sequence, in one layer, as if it were an rnn."""
        return self.pre_activations * CELLS[self.config.cell].elementwise / 128

    @property
    def calls(self) -> float:
        """How long NumPy's calls for a timestep take, as a multiple of those of an rnn."""
        return CELLS[self.config.cell].calls + ACTIVATIONS[self.config.activation].calls

    @property
    def carried(self) -> int:
        """Numbers that carry one gradient from a timestep to the one before: those of h, an lstm's of c too."""
        return 2 * self.H if CELLS[self.config.cell].direct == "c" else self.H

    @property
    def pairs(self) -> float:
        """(E_t, timestep k) with k ≤ t."""
        return self.T * (self.T + 1) / 2

    @property
    def clips(self) -> bool:
        """Whether a sweep rescales the gradient at every timestep; the batch is then swept a second time for it."""
        return self.config.clip == "timestep"

    @property
    def is_cut(self) -> bool:
        """Whether truncation or clipping take something from the gradient on its way: the probe then shows both."""
        return self.config.is_cut

    @property
    def passes(self) -> int:
        """How many backward passes one sweep consists of."""
        return ceil(self.T / self.config.k1) if self.config.k1 else 1

    @property
    def swept(self) -> int:
        """Timesteps of all these passes together: each ends k1 after the one before, and reaches k2 back."""
        k1, k2 = self.config.k1, self.config.k2
        if k1 == 0:
            return self.T
        return sum(min(last, k2) for last in [*range(k1, self.T, k1), self.T])

    @property
    def batch(self) -> float:
        """Nanoseconds of running the training batch forward, and back as often as it has to be."""
        sweeps = 2 if self.clips else 1
        return self.forward(self.B) + sweeps * (self.backward(self.B) + self.sums(self.B))

    def forward(self, sequences: int) -> float:
        """Nanoseconds of the forward pass."""
        each = self._arithmetic(self._products) + VALUE * (self.I + self.O)
        timestep = TIMESTEP * self.calls * self.layers
        return LOADED * self.parameters + self.T * (timestep + sequences * each)

    def sums(self, sequences: int) -> float:
        """Nanoseconds of the parameters' gradients, which are sums over time: all that leaves by all that enters."""
        entering = sum(self.net.entering[-len(self.net.top_endings) :])
        return self._short * PRODUCT * self.T * sequences * (self._products + self.O * entering)

    def backward(self, sequences: int) -> float:
        """Nanoseconds of all backward passes of one sweep."""
        between = self.from_inputs * sum(self.net.entering[len(self.net.top_endings) :])
        products = self.from_states * self.H * self.layers + between + self._readout
        timestep = (SWEPT_TIMESTEP * self.calls + CLIPPED_TIMESTEP * self.clips) * self.layers
        each = self._arithmetic(products)
        return PASS * self.passes * self.layers + self.swept * (timestep + sequences * each)

    @property
    def _short(self) -> float:
        return SHORT if self.config.precision == "float32" else 1.0

    def _arithmetic(self, products: int) -> float:
        """Nanoseconds of a timestep of one sequence, all layers together, with so many multiplications in products."""
        return self._short * (ELEMENT * self.elementwise * self.layers + PRODUCT * products)

    @property
    def _products(self) -> int:
        """Multiplications of one timestep of one sequence, forward."""
        within = self.from_states * self.H * self.layers + self.from_inputs * sum(self.net.entering)
        return within + self._readout + self.I * self.net.embedding_size

    @property
    def _readout(self) -> int:
        return self.H * self.O * len(self.net.top_endings)
