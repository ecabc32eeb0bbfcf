"""ReLU instead of sigmoid: a slope of 1, and its price."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="ReLU and its price",
    config=RunConfig(task="adding", sequence_length=24, activation="sigmoid", init="identity", seed=1),
    paragraphs=(
        "[W_hh](W_hh) is the identity here, so the weights take nothing from the gradient. What is lost on the way "
        "back is lost in the slope of the [activation](control:activation): sigmoid at most ¼ a step, over 23 steps "
        "less than 10⁻¹³.",
        "Change it to relu, with the same weights. Its slope is 1 where a unit is active, and the [river](river) "
        "runs through to [h_1](timestep:1).",
        "The price has two parts. Where a unit is not active its slope is 0: some [units](units) are 0 at all 24 "
        "timesteps, and no gradient passes them. And nothing holds the others: sigmoid ends at 1, relu does not end.",
    ),
    steps=(
        Step("Change the [activation](control:activation) to relu.", {"field": "activation", "is": "relu"}),
        Step(
            "With relu, make the [sequence](control:sequence_length) 100 long: how large do the units get?",
            {"all": [{"field": "activation", "is": "relu"}, {"field": "sequence_length", "atLeast": 100}]},
        ),
    ),
    question=Question(
        "Same weights, sigmoid changed to relu: how much more of E_24 reaches h_1?",
        ("About 4 times as much", "More than 10¹² times", "Less than before"),
        1,
        "A factor of at most ¼ is gone from each of 23 steps.",
    ),
    claim=(
        "With sigmoid less than 10⁻¹³ of the gradient reaches h_1, all of it lost in the slope; with relu and the "
        "same weights more than a third. Of 16 relu units at least one is 0 throughout, and another is above 5."
    ),
    watch=("flow", "weights", "truncation", "saturation"),
    view=View(tab="slope"),
)
