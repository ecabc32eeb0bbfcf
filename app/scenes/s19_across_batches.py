"""What crosses a batch: the same network with its state carried on and without, and the cut of the gradient."""

from ..training import RunConfig
from .base import Lane, Question, Scene, Step, View

SCENE = Scene(
    title="What crosses a batch",
    config=RunConfig(
        task="sine", sequence_length=12, hidden_size=12, init="normal", learning_rate=0.01, clip="none", seed=1
    ),
    lanes=(Lane("from zeros"), Lane("state carried", {"carry_state": True})),
    paragraphs=(
        "A wave, read in windows of 12 timesteps. In [lane 1](lane:1) each starts from h_0 = 0: at "
        "[timestep 1](timestep:1) nothing says where the wave is going.",
        "In [lane 2](lane:2) it starts from the last state of the window before: at the start h_0 has norm 1.55. The "
        "state crosses, the gradient does not: what reaches h_0, at the start 1.02, is cut off at the double line, as "
        "by PyTorch’s detach.",
        "So an update learns from 12 timesteps, however far the state has come.",
    ),
    steps=(
        Step("Pin [timestep 1](timestep:1) in [lane 2](lane:2).", {"all": [{"pin": 1}, {"lane": 2}]}),
        Step("[Play](button:play) until a [loss](loss) is below 0.01.", {"scalar": "loss_per_timestep", "below": 0.01}),
    ),
    question=Question(
        "Something is shown 30 timesteps before it is needed. Does the gradient teach lane 2 to keep it?",
        ("Yes, the state is carried", "No, it is cut before it gets there", "Yes, but not lane 1"),
        1,
        "The state may hold it all the same, but no update is told that it should.",
    ),
    claim=(
        "At the start the weights are the same, h_0 is 0 in one lane and has a norm above 1 in the other. Within 100 "
        "updates the loss with carried state falls below 0.01 and E_1 below 0.01; from zeros the loss stays above "
        "0.015 and E_1 is above 0.1."
    ),
    view=View(tab="loss", ruler="near", under="views"),
)
