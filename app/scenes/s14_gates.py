"""Gated cells: the straight road of the cell state, and the forget bias that opens it."""

from ..training import RunConfig
from .base import Lane, Question, Scene, Step

SCENE = Scene(
    title="What opens the gates",
    config=RunConfig(
        task="latch", sequence_length=40, hidden_size=16, init="pytorch", learning_rate=0.01, forget_bias=0.0, seed=3
    ),
    lanes=(
        Lane("rnn"),
        Lane("lstm, forget bias 0", {"cell": "lstm"}),
        Lane("lstm, forget bias 2", {"cell": "lstm", "forget_bias": 2.0}),
        Lane("gru, bias 2", {"cell": "gru", "forget_bias": 2.0}),
    ),
    paragraphs=(
        "One bit, shown in the first 3 of 40 timesteps, is asked for at the end. In the [plain cell](lane:1) less "
        "than a millionth of the gradient comes back to [h_1](timestep:1).",
        "An lstm has a second, straight road: c_t is f_t times c_{t-1} plus something new. Going back along it, "
        "[∂E/∂c_t](channel) is multiplied by the forget gate f_t and by no matrix.",
        "But in [lane 2](lane:2) this road dries up as well: with forget bias 0 the gates stand half open, and "
        "little passes 40 of them. Gates alone are not enough.",
        "In [lane 3](lane:3) the bias is 2, and f_t begins near 0.88: more than a thousandth comes back. The "
        "[gru](lane:4) does the same with one road and its gate z_t. Within 60 updates both answer rightly every "
        "time; lanes 1 and 2 still guess after 100.",
    ),
    steps=(
        Step("Choose [lane 3](lane:3) and open [Gates](tab:gates).", {"tab": "gates"}),
        Step(
            "[Play](button:play) until one of the lanes has a [loss](loss) below 0.05.",
            {"scalar": "loss_per_timestep", "below": 0.05},
        ),
    ),
    question=Question(
        "Which lane is the first to learn the bit?",
        ("rnn", "lstm, forget bias 0", "lstm, forget bias 2", "gru, bias 2"),
        2,
        "It is the one whose gradient reaches the timesteps where the bit was shown.",
    ),
    claim=(
        "At the start the gradient at the first timestep is below a millionth of the last in the rnn and in the lstm "
        "with forget bias 0, and above a thousandth in the lstm and the gru with bias 2. Those two answer rightly "
        "within 60 updates; the others still guess after 100."
    ),
    watch=("flow", "weights", "truncation", "gates"),
)
