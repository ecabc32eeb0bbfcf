"""Vanishing: sigmoid and small weights dry the river up, and only short lags are learned."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="A river that dries up",
    config=RunConfig(
        task="latch", sequence_length=24, activation="sigmoid", init="pytorch", learning_rate=0.03, clip="none", seed=2
    ),
    paragraphs=(
        "The first three inputs say up or down. At the start [E_24](loss:24), the only loss, has to reach back 21 "
        "steps.",
        "At the start the [river](river) shrinks by about the same factor a step: from 0.405 at h_24 to 5.1 × 10⁻²⁰ "
        "at [h_1](timestep:1), to 10⁻¹⁹ of it; of these 19 powers of ten the sigmoid’s slope, never above ¼, takes "
        "14, small weights 5: so says the [ledger](ledger).",
        "So at the start 99 % of ∂E/∂W_hh comes from lags of at most 2.",
    ),
    steps=(
        Step("[Play](button:play) 100 updates: still guessing, near 0.69.", {"iterations": 100}),
        Step(
            "Make the [sequence](control:sequence_length) 4 long and play until the loss is below 0.1.",
            {"all": [{"field": "sequence_length", "atMost": 4}, {"scalar": "loss_per_timestep", "below": 0.1}]},
        ),
    ),
    question=Question(
        "At the start the gradient shrinks to 10⁻¹⁹ over 23 steps. What would be left after 46?",
        ("About half of that", "About 10⁻³⁷", "Exactly 0"),
        1,
        "Factors multiply: twice the steps, about twice the exponent.",
    ),
    claim=(
        "From h_24 back to h_1 the gradient of E_24 shrinks to 10⁻¹⁹, of which the slope takes 14 powers of ten and "
        "the weights 5; 99 % of ∂E/∂W_hh comes from lags of at most 2; after 100 updates the network still guesses."
    ),
    view=View(tab="lags", under="views"),
)
