"""Two layers: only the upper one meets the losses; the gradient of the lower one comes down at every timestep."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Two layers",
    config=RunConfig(sequence_length=8, lag=2, hidden_size=8, num_layers=2, learning_rate=0.01, clip="none", seed=3),
    paragraphs=(
        "The state h_t of layer 1 is the input of layer 2 at the same timestep; the [outputs](outputs) read layer 2 "
        "alone. Each layer has a W_xh and a W_hh of its own, each the same at every timestep.",
        "Back, layer 2 is as usual: ∂E/∂h_t is its own loss’s gradient plus what the next timestep sends. Layer 1 has "
        "no loss of its own. Instead the gradient of layer 2 comes down to it, at every timestep, through the upper "
        "W_xh.",
        "So at [timestep 8](timestep:8) nothing is carried in either layer, and at the start the gradient is 3.69 in "
        "layer 2 and 1.65 in layer 1. At [timestep 1](timestep:1), which has no loss, it is at the start 4.29 in "
        "layer 2 and 4.93 in layer 1, which gets it from above and from the future.",
    ),
    steps=(
        Step("Pin [timestep 8](timestep:8) and look at both layers.", {"pin": 8}),
        Step("[Play](button:play) until the [loss](loss) is below 0.1.", {"scalar": "loss_per_timestep", "below": 0.1}),
    ),
    question=Question(
        "By how many paths does the loss E_4 reach h_3 of layer 1?",
        ("One", "Two", "None"),
        1,
        "Up at timestep 3 and along layer 2, or along layer 1 and up at timestep 4. The gradients of all paths are "
        "added.",
    ),
    claim=(
        "At every timestep the gradient of layer 1 is what comes down from layer 2 plus what is carried in layer 1; at "
        "the last nothing is carried and it is not 0. Within 100 updates the loss is below 0.1."
    ),
    view=View(ruler="near"),
)
