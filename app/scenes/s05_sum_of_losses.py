"""The loss at every timestep, their sum, and training that converges."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Many losses, one sum",
    config=RunConfig(task="sine", sequence_length=16, hidden_size=16, learning_rate=0.01, seed=1),
    paragraphs=(
        "The task: say the next point of a wave. Every timestep has a target, so every timestep has its own "
        "[loss](losses): the discs E_1, E_2, … E_16. The larger the disc, the worse.",
        "What has to become small is their sum, E = E_1 + E_2 + … + E_T. It is one number for the whole sequence, "
        "and so there is one derivative for each weight.",
        "Training repeats: forward through all timesteps, add up the losses, back through all timesteps, one "
        "update. The [history](history) shows how it converges. The [loss](loss) in the header is the mean of E_t "
        "over the timesteps; beside it stands the baseline, which is what always saying 0 would cost.",
    ),
    steps=(
        Step("Pin the timestep with the largest disc.", {"event": "pin"}),
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
    view=View(tab="loss"),
)
