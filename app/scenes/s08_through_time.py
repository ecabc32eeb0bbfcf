"""Backpropagation through time, in slow motion: own loss plus what the future sends back, and one update."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Back through time, slowly",
    config=RunConfig(sequence_length=6, lag=2, hidden_size=8, optimizer="sgd", learning_rate=0.05, seed=1),
    paragraphs=(
        "One timestep at a time. Forward, from 1 to 6: x_t and h_{t-1} make h_t, and h_t makes y_t. Then the "
        "[losses](losses).",
        "Back, from 6 to 1: ∂E/∂h_t is its own loss’s gradient plus what the future sends back through [W_hh](W_hh). "
        "Own plus carried: this one line is backpropagation through time. At [timestep 6](timestep:6) nothing is "
        "carried.",
        "Each timestep drops its part of ∂E/∂W_hh into [one accumulator](accumulator). No weight moves before the "
        "sweep is through.",
    ),
    steps=(
        Step("Watch one update in [slow motion](button:slow).", {"event": "slow"}),
        Step("Pin [timestep 4](timestep:4): own and carried.", {"pin": 4}),
    ),
    question=Question(
        "[Timestep 1](timestep:1) has no target, so no loss of its own. Is ∂E/∂h_1 zero?",
        ("Yes, exactly", "No, later losses reach it"),
        1,
        "h_1 acts on everything that follows. All that it is blamed for is carried.",
    ),
    claim=(
        "At every timestep ∂E/∂h_t is its own loss plus what is carried back; at the last nothing is carried, at the "
        "first everything is; one update lowers the loss of its batch."
    ),
    watch=("flow", "weights", "truncation", "gradients"),
    view=View(ruler="near", under="inspector"),
)
