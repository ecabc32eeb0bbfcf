"""Where the shown sequence goes along with the training batch, as columns beside it, in place of passes of its own."""

from ..engine import CELLS, COLUMNS, Architecture, leaves_the_batch
from ..tasks import Task
from .config import RunConfig
from .workspace import Shape

MOST_MULTIPLICATIONS = 600_000  # of a timestep: beyond, columns cost as much as passes of their own
MOST_BYTES = 16 << 20  # of buffers that a run has a second time for this
MOST_BYTES_OF_TWO = 4 << 20  # and of those in which two ways back go side by side


def shape_beside(net: Architecture, config: RunConfig, task: Task) -> Shape | None:
    """The buffers of the batch of a run with columns beside it; None where the configuration leaves no room for them.

    So it is where the batch and the sequence do not go back in the same way, in float32, whose range the last loss
    alone mostly leaves, and where passes of its own cost less.
    """
    B, cell = task.rows(config.batch_size), CELLS[config.cell]
    if config.is_cut or config.carry_state or config.precision != "float64" or B < COLUMNS or not cell.by_example:
        return None
    if B * cell.blocks * net.hidden_size * (max(net.entering) + net.hidden_size + 1) > MOST_MULTIPLICATIONS:
        return None
    shape = Shape(net, config.activation, task.loss, config.sequence_length, B, "float64", COLUMNS)
    return shape if shape.nbytes <= MOST_BYTES else None


def goes_along(shape: Shape) -> bool:
    """Whether the columns change no bit of the batch: this machine's arithmetic is asked, once for all sizes but T."""
    return leaves_the_batch(shape.architecture, shape.activation, shape.loss, shape.B)


def shape_of_two(net: Architecture, config: RunConfig, task: Task) -> Shape | None:
    """The buffers in which a sequence's way back with all losses and that with the last one go side by side.

    None where they would be large, and in float32: there one goes after the other.
    """
    T = config.sequence_length
    shape = Shape(net, config.activation, task.loss, T, 2, config.precision)
    return shape if config.precision == "float64" and shape.nbytes <= MOST_BYTES_OF_TWO else None
