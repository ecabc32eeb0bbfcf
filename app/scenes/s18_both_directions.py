"""Reading in both directions: a second one that starts at the end, and what it can and cannot bring."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Reading from both ends",
    config=RunConfig(
        task="latch", sequence_length=12, hidden_size=8, bidirectional=True, learning_rate=0.01, clip="none", seed=2
    ),
    paragraphs=(
        "The layer has a second direction, with weights of its own, that reads the sequence from its end: its state at "
        "t has read x_12 back to x_t. The [outputs](outputs) read both states, so W_hy has 16 rows in place of 8.",
        "Its gradient runs the other way, too: what it sends on goes to the right, to the timestep it read before.",
        "Here the first 3 timesteps show a bit, and [E_12](loss:12) asks for it. In the forward direction its gradient "
        "reaches every state: at the start 0.483 at h_12, 0.180 at [h_1](timestep:1). In the reverse direction it "
        "reaches the state at [timestep 12](timestep:12) alone, at the start 0.847: that state has read nothing but "
        "x_12. Reading from the end helps where what comes later matters, not here.",
    ),
    steps=(
        Step("Pin [timestep 12](timestep:12).", {"pin": 12}),
        Step(
            "[Play](button:play) until the [loss](loss) is below 0.1: the forward direction has carried the bit.",
            {"scalar": "loss_per_timestep", "below": 0.1},
        ),
    ),
    question=Question(
        "Could the reverse direction alone learn this task?",
        ("Yes, it sees the whole sequence", "No, at timestep 12 it has read x_12 only"),
        1,
        "It comes by the bit last, at timesteps 3 to 1, where nobody asks for it.",
    ),
    claim=(
        "E_12 reaches all states of the forward direction, and of the reverse direction the one at timestep 12 alone; "
        "within 100 updates the loss is below 0.1."
    ),
    view=View(ruler="near"),
)
