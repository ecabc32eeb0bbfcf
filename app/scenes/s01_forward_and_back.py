"""A feedforward network and backpropagation: the unrolled picture with one column is exactly that."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Forward, error, back, adjust",
    config=RunConfig(
        sequence_length=1, lag=0, hidden_size=4, batch_size=16, optimizer="sgd", learning_rate=0.02, clip="none", seed=1
    ),
    paragraphs=(
        "A network with [one column](timestep:1): no past, no loop. It reads +1 or −1, its [input](inputs) x_1, and "
        "has to output the same. Forward means upwards: through [W_xh](W_xh) into four [hidden units](units) h_1, then "
        "through [W_hy](W_hy) to the [output](outputs) y_1.",
        "The short bar is the target, the dot is the output. Their squared distance is the [loss](losses) E_1.",
        "Then back, downwards: [∂E/∂h_1](river) says how much each unit is to blame. Multiply it by the slope of tanh "
        "and by what a weight has read: that is the weight’s derivative, and each weight moves a little against its "
        "own. Forward, error, derivatives, adjust, repeat: that is backpropagation.",
    ),
    steps=(
        Step("Press [one update](button:step) and watch the dot.", {"event": "step"}),
        Step(
            "[Play](button:play) until the [loss](loss) is below 0.01.", {"scalar": "loss_per_timestep", "below": 0.01}
        ),
    ),
    question=Question(
        "W_hh would carry h_0 into h_1, but h_0 is 0. What does training do to W_hh?",
        ("Nothing at all", "It moves like the others", "It shrinks to 0"),
        0,
        "Its derivative is exactly 0, because what it multiplies is 0.",
    ),
    claim="Within 100 updates the loss falls from its start to below 0.01, and W_hh does not move at all.",
    view=View(ruler="near"),
)
