"""Backpropagation through time, in slow motion: own loss plus what the future sends back, and one update."""

from ..training import RunConfig
from .base import Question, Scene, Step

SCENE = Scene(
    title="Back through time, in slow motion",
    config=RunConfig(sequence_length=6, lag=2, hidden_size=8, optimizer="sgd", learning_rate=0.05, seed=1),
    paragraphs=(
        "Now everything, one timestep at a time. Forward, from 1 to 6: x_t and h_{t-1} make h_t, and h_t makes y_t. "
        "Then the [losses](losses).",
        "Then back, from 6 to 1. ∂E/∂h_t has two sources: the loss at t itself, and what the future sends back "
        "through [W_hh](W_hh). Own plus carried: this one line is backpropagation through time. At [timestep "
        "6](timestep:6) there is no future, so nothing is carried.",
        "Each timestep on the way drops its part of ∂E/∂W_hh into [one accumulator](accumulator). No weight moves "
        "before the sweep is through. Then comes one update, for all columns at once.",
    ),
    steps=(
        Step("Watch one update in [slow motion](button:slow).", {"event": "slow"}),
        Step("Pin [timestep 4](timestep:4) and read own and carried.", {"pin": 4}),
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
)
