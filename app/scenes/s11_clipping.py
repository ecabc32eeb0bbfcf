"""Clipping by norm, by value and per timestep: what it turns and what it keeps, and that it cures exploding only."""

from ..training import RunConfig
from .base import Lane, Question, Scene, Step, View

SCENE = Scene(
    title="A weir against the flood",
    config=RunConfig(
        sequence_length=24,
        lag=4,
        activation="linear",
        gain=1.2,
        optimizer="sgd",
        learning_rate=0.01,
        clip="none",
        clip_threshold=1.0,
        seed=2,
    ),
    lanes=(
        Lane("no clipping"),
        Lane("by norm", {"clip": "norm"}),
        Lane("by value", {"clip": "value"}),
        Lane("per timestep", {"clip": "timestep"}),
    ),
    paragraphs=(
        "The flood of the last scene at a larger rate, four times: same weights, same data. [Lane 1](lane:1) is "
        "gone within five updates.",
        "[Lane 2](lane:2) shortens the gradient to norm 1 and keeps its direction: the angle is 0. [Lane 3](lane:3) "
        "cuts every entry to at most 1, which turns the update by more than 20 degrees at the start. Both learn: "
        "after 100 updates their losses are below a tenth of what they were.",
        "[Lane 4](lane:4) narrows the [river](river) at every timestep. That keeps the river in its bed, but the "
        "weights still add up 24 timesteps of growing states. At this rate it is lost as well.",
        "A [weir](weir) only ever makes smaller. It is no cure for vanishing: a river that has dried up passes it "
        "untouched.",
    ),
    steps=(
        Step("[Play](button:play) until lane 1 has stopped.", {"phase": "diverged"}),
        Step("Play on: 100 updates.", {"iterations": 100}),
    ),
    question=Question(
        "Which way of clipping keeps the direction of the update?",
        ("By norm", "By value", "Both"),
        0,
        "One factor for all entries keeps the direction. Cutting the large entries alone turns it.",
    ),
    claim=(
        "Without clipping and clipped per timestep the run stops within ten updates; by norm and by value it lives, "
        "and its loss falls below a tenth within 100 updates; by norm the angle is 0, by value more than 20 degrees "
        "at the start."
    ),
    view=View(tab="loss", track="dh"),
)
