"""Questions about layers and directions: by which paths a loss reaches the states of each."""

from ..scenes import View
from ..training import RunConfig
from .base import Number, Question, flow
from .gradient import ECHO


def flow_in(ending: str, t: int, column: int) -> Number:
    """‖∂E_t/∂h‖ of a layer and direction, by the ending of its names; a reverse state at t has column t − 1."""
    return ["exp", ["tensor", f"ln_flow{ending}", t - 1, column]]


QUESTIONS = (
    Question(
        id="second-layer",
        question="How far back does a second layer hear?",
        answer=(
            "As far as its own recurrence carries: E_24 is {upper_end} at h_24 of layer 2, {upper_start} at its h_1. "
            "To layer 1 it comes down at every timestep it passes, and all those paths are added: {lower_end} at h_24, "
            "{lower_start} at [h_1](timestep:1)."
        ),
        numbers={
            "upper_end": flow_in("_l2", 24, 24),
            "upper_start": flow_in("_l2", 24, 1),
            "lower_end": flow(24, 24),
            "lower_start": flow(24, 1),
        },
        config=RunConfig(task="latch", sequence_length=24, num_layers=2, hidden_size=8),
        at="river",
        view=View(ruler="near"),
        source="Graves, Mohamed & Hinton 2013, Speech recognition with deep recurrent neural networks",
        words="num_layers stacked deep lower upper two layers",
    ),
    Question(
        id="both-directions",
        question="What does reading backwards as well change?",
        answer=(
            "Every output also sees what comes later, and W_hy reads both states, with {rows:count} rows for {H:count} "
            "units. In the reverse direction the gradient runs to the right: E_4 reaches h_1 of the forward direction "
            "with {forward} and h_8 of the reverse one with {reverse}."
        ),
        numbers={
            "rows": ["/", ["size", "W_hy"], ["size", "b_y"]],
            "H": ["config", "hidden_size"],
            "forward": flow(4, 1),
            "reverse": flow_in("_reverse", 4, 7),
        },
        config=ECHO.changed({"bidirectional": True}),
        at="river",
        watch=("flow", "weights"),
        view=View(ruler="near"),
        source="Schuster & Paliwal 1997, Bidirectional recurrent neural networks",
        words="bidirectional birnn bilstm reverse backward future context",
    ),
)
