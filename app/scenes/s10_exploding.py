"""Exploding: weights that stretch, one update that throws the network off its cliff, and where a NaN begins."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="A river that floods",
    config=RunConfig(
        sequence_length=24,
        lag=4,
        activation="linear",
        gain=1.2,
        optimizer="sgd",
        learning_rate=4e-5,
        clip="none",
        seed=2,
    ),
    paragraphs=(
        "Linear units: nothing saturates. At the start, with gain 1.2, [W_hh](W_hh) stretches everything by 1.2: each "
        "step back multiplies the gradient by 1.2 exactly. So, at the start with gain 1.2, the last loss arrives at "
        "[h_1](timestep:1) 66 times as large as at [h_24](timestep:24).",
        "With gain 1.2 the first [update](button:step) lowers the [loss](loss) from 225 to 28, the second steps over a "
        "cliff, to 124 times as much, and after the third it is beyond 10⁹⁰.",
        "A computer’s numbers end at 1.8\u00a0×\u00a010³⁰⁸. What is larger becomes ∞, and ∞\u00a0−\u00a0∞ is NaN, "
        "not a number. Whatever touches a NaN becomes one. Unroll stops at the first bad number, says where it is, "
        "and takes back the update that led there.",
    ),
    steps=(
        Step("Make single [updates](button:step) until the run stops.", {"phase": "diverged"}),
        Step("Start again with [gain](control:gain) 1 or less.", {"field": "gain", "atMost": 1}),
    ),
    question=Question(
        "If each step back multiplies by 1.2, by how much do 23 steps?",
        ("About 28", "About 66", "About 23"),
        1,
        "1.2 to the power of 23 is 66. Growth in steps of equal factors soon outruns everything.",
    ),
    claim=(
        "The last loss arrives at h_1 1.2²³ = 66 times as large as at h_24; the first update lowers the loss, the "
        "second multiplies it by 100, and by the tenth the run has stopped at a number that is not finite."
    ),
    view=View(ruler="near"),
)
