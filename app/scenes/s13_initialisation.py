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
        "Two numbers are marked, the first among the first 50 timesteps, and [E_100](loss:100) asks for their sum. "
        "Three networks see the same data; only [W_hh](W_hh) and the activation differ.",
        "In [lane 1](lane:1) W_hh is the identity, in [lane 2](lane:2) it is orthogonal: it turns, but does not "
        "stretch. In both the [river](river) is as wide at [h_1](timestep:1) as at h_99, within a tenth.",
        "In [lane 3](lane:3) W_hh is random and small. At h_1 less than 10⁻¹⁰⁰ is left.",
        "The horizon, the lag up to which 99 % of ∂E/∂W_hh comes, is beyond 50 in lanes 1 and 2 and at most 2 in "
        "lane 3. A good start does not solve the task. It lets the network hear what there is to learn.",
    ),
    steps=(
        Step("Open [Lags](tab:lags) and compare the lanes.", {"tab": "lags"}),
        Step("Pin [timestep 1](timestep:1).", {"pin": 1}),
    ),
    question=Question(
        "What does an orthogonal W_hh alone do to the length of a gradient going back?",
        ("It keeps it", "It shrinks it a little at each step", "It lets it grow"),
        0,
        "It only turns. What shrinks the gradient is the slope of the activation, here very close to 1.",
    ),
    claim=(
        "From h_99 back to h_1 the gradient changes by less than a tenth with relu and identity and with tanh and an "
        "orthogonal W_hh, and shrinks below 10⁻¹⁰⁰ with small weights."
    ),
    view=View(track="dh", ruler="abyss"),
)
