"""The values of a gated cell's gates."""

from ..measurement import Measurement
from ..work import Work
from .base import Found, Quantity, f32
from .conditions import GATED
from .tensor import Tensor


class Gates(Quantity):
    """How far each gate is open, and the candidate."""

    name = "gates"
    about = "The gates of a gated cell at every timestep, in its own order (lstm: i f g o, gru: r z n)."
    tensors = (
        Tensor(
            "gates",
            ("T", "gate", "H"),
            "float32",
            "values of the gates and the candidate: lstm, ln_lstm i f g o; gru r z n; mingru z n",
            GATED,
            of="layer",
        ),
    )

    def cost(self, work: Work) -> float:
        """What is copied."""
        return 4_000.0 + 1.5 * work.layers * work.T * work.pre_activations

    def measure(self, seen: Measurement) -> Found:
        """What the forward pass left behind."""
        gates = {f"gates{ending}": view.gates for ending, view in seen.trace.net.views.items()}
        return Found({name: f32(values[:, :, 0]) for name, values in gates.items() if values is not None})
