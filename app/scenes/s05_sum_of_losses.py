"""The loss at every timestep, their sum, and training that converges."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Many losses, one sum",
    config=RunConfig(task="sine", sequence_length=16, hidden_size=16, learning_rate=0.01, seed=1),
    paragraphs=(
        "The output is to be the next point of a wave: every timestep has a target, so every timestep has its own "
        "[loss](losses), the discs E_1, E_2, … E_16.",
        "What has to become small is their sum, E = E_1 + E_2 + … + E_T: one number, and so one derivative for each "
        "weight.",
        "Forward, add up, back, one update, and again. The [loss](loss) in the header and in the chart is the mean of "
        "E_t; the baseline is what always saying 0 would cost.",
    ),
    steps=(
        Step("Pin a timestep with one of the largest discs.", {"pin": {"largest": "loss_t"}}),
        Step(
            "[Play](button:play) until the [loss](loss) is below 0.05.", {"scalar": "loss_per_timestep", "below": 0.05}
        ),
    ),
    question=Question(
        "Before training, somebody doubles the length of the sequence. What happens to E?",
        ("It about doubles", "It stays the same", "It about halves"),
        0,
        "There are twice as many losses to add up.",
    ),
    claim=(
        "E is the sum of all E_t, to the last digits, and the loss per timestep falls below 0.05, a tenth of its "
        "baseline, within 100 updates."
    ),
    view=View(ruler="near", tab="loss", under="views"),
)
