"""Your own network: its weights or its text, and how far back its gradient reaches."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Your own network",
    config=RunConfig(
        cell="lstm", task="characters", sequence_length=50, hidden_size=32, init="pytorch", learning_rate=0.01, seed=1
    ),
    paragraphs=(
        "The lstm you see first learns to continue a text. Put your own in its place: [load](button:load) a text, a "
        "table of numbers, or weights saved from PyTorch.",
        "Then open [Lags](tab:lags) and read the horizon: the lag up to which 99 % of ∂E/∂W_hh comes. At the start it "
        "is 20 of 49 steps. From beyond its horizon a network hardly learns.",
        "What moves it: [activation](control:activation), [init](control:init), [cell](control:cell), [forget "
        "bias](control:forget_bias), [length](control:sequence_length).",
    ),
    steps=(
        Step("Open [Lags](tab:lags) and read the horizon.", {"tab": "lags"}),
        Step("[Load](button:load) something of your own.", {"event": "load"}),
        Step("[Play](button:play) 50 updates and read it again.", {"iterations": 50}),
    ),
    question=Question(
        "The horizon is 12. Does the network use what it saw 30 steps ago?",
        ("It may, but it does not learn from it", "Never", "Always"),
        0,
        "The state may still carry it forward. The gradient, which would teach it to, hardly comes back that far.",
    ),
    claim=(
        "The horizon is read at the start and lies well inside the sequence; within 100 updates the loss falls below "
        "its baseline; exported and loaded again, the weights give the same numbers, bit for bit."
    ),
    watch=("flow", "weights", "truncation", "sample"),
    view=View(ruler="near", under="views"),
)
