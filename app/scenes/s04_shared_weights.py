"""Shared weights: W_xh, W_hh and W_hy are the same at every timestep."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="The same weights everywhere",
    config=RunConfig(sequence_length=8, lag=2, hidden_size=8, learning_rate=0.01, seed=1),
    paragraphs=(
        "Three matrices do all the work: [W_xh](W_xh) from input to units, [W_hh](W_hh) from units to the next "
        "units, [W_hy](W_hy) from units to output. Every small W_hh is the same one.",
        "Change one entry of W_hh: every column from [h_2](timestep:2) on changes. [h_1](timestep:1) does not, "
        "because there W_hh meets h_0 = 0. An entry of W_xh changes every column, one of W_hy every "
        "[output](outputs) and no column.",
    ),
    steps=(
        Step("Change one entry of W_hh in [Weights](tab:weights).", {"event": "edit", "tensor": "W_hh"}),
        Step(
            "Drag the [length](control:sequence_length) to 40 or more: no new weight is needed.",
            {"field": "sequence_length", "atLeast": 40},
        ),
    ),
    question=Question(
        "One update moves W_hh. At which timesteps is the new W_hh used?",
        ("At all of them", "Only at the last", "Where the loss was largest"),
        0,
        "There is only one W_hh, so there is no timestep without it.",
    ),
    claim=(
        "Editing one entry of W_hh changes all columns from h_2 on and not h_1; of W_xh, every column; of W_hy, "
        "every output and no column. A longer sequence keeps all weights, bit for bit."
    ),
    view=View(ruler="near", tab="weights", track="h", under="views"),
)
