"""Truncated backpropagation through time: what k1 and k2 keep and cut, and a cut that points the wrong way."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Cutting the way back",
    config=RunConfig(
        task="adding",
        sequence_length=24,
        init="normal",
        gain=2.0,
        optimizer="sgd",
        learning_rate=1e-3,
        batch_size=8,
        clip="norm",
        seed=9,
    ),
    paragraphs=(
        "A backward pass every k1 timesteps, k2 steps back, saves memory, not computation: every 8, back 16 goes 8 + "
        "16 + 16 = 40 steps, one uncut pass 24.",
        "The [flow](flow) and the [river](river) show how far back the one loss, E_24, counts: 24 timesteps uncut; 16 "
        "with every 8, back 16; 4 with every 4, back 4.",
        "At the start lags pull against each other: with every 4, back 4 the gradient of W_xh, W_hh and b_h has a "
        "cosine below −0.3 with the whole one.",
    ),
    steps=(
        Step(
            "[Truncate](control:k1) every 8, back 16.", {"all": [{"field": "k1", "is": 8}, {"field": "k2", "is": 16}]}
        ),
        Step("Cut deeper: every 4, back 4.", {"all": [{"field": "k1", "is": 4}, {"field": "k2", "is": 4}]}),
        Step("Open [Lags](tab:lags): the cosine dips below 0.", {"tab": "lags"}),
    ),
    question=Question(
        "Can a truncated gradient point against the whole one?",
        ("No, it is only shorter", "It can be off, never against", "Yes"),
        2,
        "It is a part of a sum, and the parts that are left out may outweigh it. At the start an update along every 4, "
        "back 4 raises the loss; every 8, back 16 has a cosine above 0.9.",
    ),
    claim=(
        "At the start the truncated gradient (every 4, back 4) of W_xh, W_hh and b_h has a cosine below −0.3 with "
        "the whole one, and an update along it raises the loss of its batch, which the whole gradient lowers."
    ),
    watch=("flow", "weights", "truncation", "gradients"),
    view=View(ruler="near", under="views"),
)
