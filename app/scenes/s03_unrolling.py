"""Unrolling: the loop, drawn once for each timestep, looks feedforward."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Unroll the loop",
    config=RunConfig(sequence_length=8, lag=2, hidden_size=8, learning_rate=0.01, seed=1),
    paragraphs=(
        "This is the whole network: one layer of [units](units) with a [loop](W_hh). A loop has no first and no "
        "last place, so where should derivatives begin?",
        "[Unfold](button:unfold) it: for every timestep the same structure is drawn once more, the same units, the "
        "same weights, the next input. Unfolded, the loop is an arrow to the right, and h_1, h_2, h_3 stand side by "
        "side.",
        "Unfolding adds nothing and computes nothing anew. But in the unfolded picture every arrow leads upwards or "
        "to the right, and none comes back: it looks like a feedforward network with one layer a timestep. What you "
        "know about backpropagation applies.",
    ),
    steps=(
        Step("[Unfold](button:unfold) the network.", {"event": "unfold"}),
        Step(
            "Make the [sequence](control:sequence_length) 16 long or longer.",
            {"field": "sequence_length", "atLeast": 16},
        ),
        Step("[Fold](button:fold) it again.", {"event": "fold"}),
    ),
    question=Question(
        "Unrolled over 8 timesteps, how many weights does the network have?",
        ("As many as the loop", "8 times as many", "7 times as many"),
        0,
        "The columns are copies on paper. The weights exist once.",
    ),
    claim="Unrolled over 8 or over 16 timesteps, the network has the same weights, bit for bit.",
    view=View(ruler="near", folded=True),
)
