"""Initialisation: identity and orthogonal W_hh bridge a lag that small weights cannot."""

from ..training import RunConfig
from .base import Lane, Question, Scene, Step, View

SCENE = Scene(
    title="How to begin: identity, orthogonal",
    config=RunConfig(
        task="adding",
        sequence_length=100,
        hidden_size=32,
        input_std=0.001,
        readout_std=0.1,
        learning_rate=0.001,
        seed=1,
    ),
    lanes=(
        Lane("relu, identity", {"activation": "relu", "init": "identity"}),
        Lane("tanh, orthogonal", {"activation": "tanh", "init": "orthogonal"}),
        Lane("tanh, small weights", {"activation": "tanh", "init": "normal", "gain": 0.005}),
    ),
    paragraphs=(
        "[E_100](loss:100) asks for the sum of two marked numbers, one in the first 50 timesteps. At the start three "
        "networks differ in [W_hh](W_hh) and activation only.",
        "In [lane 1](lane:1) W_hh starts as the identity, in [lane 2](lane:2) orthogonal. At the start the "
        "[river](river) keeps 0.609 and 0.998 of its size to [h_1](timestep:1): lane 1 loses at the first step, where "
        "relu units are 0. [Lane 3](lane:3), random, small, keeps 8.00 × 10⁻²²⁸ at the start.",
        "Lags up to the horizon give 99 % of ∂E/∂W_hh: at the start it is 90, 94 and 0.",
    ),
    steps=(
        Step("Open [Lags](tab:lags) and compare the lanes.", {"tab": "lags"}),
        Step("Pin [timestep 1](timestep:1).", {"pin": 1}),
    ),
    question=Question(
        "What does an orthogonal W_hh alone do to the length of a gradient going back?",
        ("It keeps it", "It shrinks it a little at each step", "It lets it grow"),
        0,
        "It only turns. What shrinks the gradient is the slope of the activation, at the start very close to 1.",
    ),
    claim=(
        "From h_100 back to h_1 the gradient keeps 0.609 of its size with relu and identity, where the first step back "
        "takes what is lost, 0.998 with tanh and an orthogonal W_hh, and 8.00 × 10⁻²²⁸ with small weights."
    ),
    view=View(track="dh", ruler="abyss", under="views"),
)
