"""Gated cells: the cell state, and the forget bias that opens it."""

from ..training import RunConfig
from .base import Lane, Question, Scene, Step, View

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
        "A bit, shown in the first 3 of 40 timesteps, is due at the end. At the start 9.90 × 10⁻⁸ of the gradient "
        "at h_40 arrives at [h_1](timestep:1) in the [plain cell](lane:1).",
        "An lstm adds a cell state: c_t is f_t times c_{t-1} plus something new, and h_t = o_t φ(c_t). Going "
        "back, [∂E/∂c_t](channel) meets the forget gate f_t and no matrix.",
        "At the start [lane 2](lane:2) has its gates half open: 1.91 × 10⁻⁹ arrives; in [lane 3](lane:3) the bias is "
        "2, f_t near 0.88: 0.0868; in the [gru](lane:4), where z_t does this, 0.0330.",
    ),
    steps=(
        Step("Choose [lane 3](lane:3) and open [Gates](tab:gates).", {"all": [{"lane": 3}, {"tab": "gates"}]}),
        Step(
            "[Play](button:play) until one lane’s [loss](loss) is below 0.05.",
            {"scalar": "loss_per_timestep", "below": 0.05},
        ),
    ),
    question=Question(
        "Which lane is the first to learn the bit?",
        ("rnn", "lstm, forget bias 0", "lstm, forget bias 2", "gru, bias 2"),
        2,
        "Its gradient reaches the timesteps where the bit was shown. Within 60 updates lanes 3 and 4 answer rightly "
        "every time; 1 and 2 still guess after 100.",
    ),
    claim=(
        "At the start the gradient at the first timestep is below a millionth of the last in the rnn and in the lstm "
        "with forget bias 0, and above a thousandth in the lstm and the gru with bias 2. Those two answer rightly "
        "within 60 updates; the others still guess after 100."
    ),
    watch=("flow", "weights", "truncation", "gates"),
    view=View(under="views"),
)
