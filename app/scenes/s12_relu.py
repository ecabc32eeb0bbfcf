"""ReLU instead of sigmoid: a slope of 1, and its price."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="ReLU and its price",
    config=RunConfig(task="adding", sequence_length=24, activation="sigmoid", init="identity", seed=1),
    paragraphs=(
        "[W_hh](W_hh) is the identity at the start and takes nothing from the gradient; with sigmoid all is lost in "
        "the slope of the [activation](control:activation), at most ¼ a step: over 23 steps less than 10⁻¹³ is left.",
        "With relu the slope is 1 where a unit is active: the [river](river) runs through to [h_1](timestep:1).",
        "The price: with relu, 6 of 16 [units](units) are at the start 0 at all 24 timesteps and pass no gradient. "
        "Nothing bounds the others: with relu, the largest is at the start 7.3 over 24 timesteps, 30.8 over 100.",
    ),
    steps=(
        Step("Change the [activation](control:activation) to relu.", {"field": "activation", "is": "relu"}),
        Step(
            "With relu, make the [sequence](control:sequence_length) 100 long.",
            {"all": [{"field": "activation", "is": "relu"}, {"field": "sequence_length", "atLeast": 100}]},
        ),
    ),
    question=Question(
        "At the start sigmoid is changed to relu, the weights stay: how much more of E_24 reaches h_1?",
        ("About 4 times as much", "More than 10¹² times", "Less than before"),
        1,
        "A factor of at most ¼ is gone from each of 23 steps.",
    ),
    claim=(
        "With sigmoid less than 10⁻¹³ of the gradient reaches h_1, all of it lost in the slope; with relu and the "
        "same weights more than a third. Of 16 relu units 6 are 0 throughout; the largest is 7.3, and 30.8 over 100 "
        "timesteps."
    ),
    watch=("flow", "weights", "truncation", "saturation"),
    view=View(tab="slope", under="views"),
)
