"""Vanishing: sigmoid and small weights dry the river up, and only short lags are learned."""

from ..training import RunConfig
from .base import Question, Scene, Step

SCENE = Scene(
    title="A river that dries up",
    config=RunConfig(
        task="latch", sequence_length=24, activation="sigmoid", init="pytorch", learning_rate=0.03, clip="none", seed=2
    ),
    paragraphs=(
        "The first three inputs say up or down, the rest is noise. The answer is due at the end: [E_24](loss:24) is "
        "the only loss, and it has to reach back 21 steps.",
        "Follow the [river](river) to the left. Each step back takes about the same factor: a straight line on a "
        "logarithmic axis. At [h_1](timestep:1) less than 10⁻¹⁵ of it is left.",
        "The [ledger](ledger) says why. Each step multiplies by the slope of the sigmoid, never more than ¼, and by "
        "small recurrent weights. Saturation takes more than twice as much as the weights.",
        "So 99 % of ∂E/∂W_hh comes from lags of at most 3. Training hears nothing of the first inputs, and the "
        "[loss](loss) stays at 0.69: guessing.",
    ),
    steps=(
        Step("[Play](button:play) 100 updates. Does the loss fall?", {"iterations": 100}),
        Step(
            "Now make the [sequence](control:sequence_length) 4 long, with the same weights, and play on until the "
            "loss is below 0.1.",
            {"all": [{"field": "sequence_length", "atMost": 4}, {"scalar": "loss_per_timestep", "below": 0.1}]},
        ),
    ),
    question=Question(
        "Over 23 steps the river shrinks to 10⁻¹⁸. What would be left after 46?",
        ("About half of that", "About 10⁻³⁶", "Exactly 0"),
        1,
        "Factors multiply: twice the steps, twice the exponent.",
    ),
    claim=(
        "From E_24 back to h_1 the gradient shrinks below 10⁻¹⁵, saturation taking more than twice what the weights "
        "take; 99 % of ∂E/∂W_hh comes from lags of at most 3; after 100 updates the network still guesses."
    ),
)
