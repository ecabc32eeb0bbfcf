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
        Lane("per timestep, rate 10⁻⁴", {"clip": "timestep", "learning_rate": 1e-4}),
    ),
    paragraphs=(
        "At the start the gradient grows 1.2-fold at each step back. [Lane 1](lane:1), unclipped, is gone within five "
        "updates.",
        "[Lane 2](lane:2), by norm: if ‖g‖ > c, g becomes g c / ‖g‖, in the same direction. [Lane 3](lane:3) cuts each "
        "entry to at most c = 1, turning the first update by over 20 degrees.",
        "[Lane 4](lane:4) keeps the [river](river) to at most 1, but at the start the weights add up 24 growing "
        "states: it needs a hundredth of the rate. Even at that the run without clipping ends after one update.",
    ),
    steps=(
        Step("[Play](button:play) until lane 1 stops.", {"phase": "diverged"}),
        Step("Play to 100 updates: the others fall below a tenth.", {"iterations": 100}),
    ),
    question=Question(
        "Which way of clipping keeps the direction of the update?",
        ("By norm", "By value", "Both"),
        0,
        "One factor for all entries keeps the direction. And no way of clipping cures vanishing: it only makes "
        "smaller.",
    ),
    claim=(
        "Without clipping the run stops within ten updates, at a hundredth of the rate after one; by norm, by value "
        "and at a hundredth of the rate per timestep it lives, and its loss falls below a tenth within 100 updates; by "
        "norm the angle is 0, by value more than 20 degrees at the start."
    ),
    view=View(tab="loss", track="dh", under="views"),
)
