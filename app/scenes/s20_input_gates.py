"""Gates that see only the input (minGRU) and one recurrent weight a unit (IndRNN): no matrix on the way back."""

from ..training import RunConfig
from .base import Lane, Question, Scene, Step, View

SCENE = Scene(
    title="No matrix on the way back",
    config=RunConfig(task="latch", sequence_length=40, hidden_size=16, learning_rate=0.01, forget_bias=3.0, seed=1),
    lanes=(
        Lane("gru, bias 3", {"cell": "gru"}),
        Lane("minGRU, bias 0", {"cell": "mingru", "forget_bias": 0.0}),
        Lane("minGRU, bias 3", {"cell": "mingru"}),
        Lane("indrnn", {"cell": "indrnn"}),
    ),
    paragraphs=(
        "A gate of a minGRU sees the input alone: h_t is (1 − z_t) h_{t-1} plus something new. Back over a step the "
        "gradient meets 1 − z_t and no matrix.",
        "At the start the bias decides what reaches [h_1](timestep:1): with 0, in [lane 2](lane:2), 1.92 × 10⁻¹²; "
        "with 3, in [lane 3](lane:3), 0.150; in the [gru](lane:1) 0.177. It has 914 parameters, the minGRU 98.",
        "An [indrnn](lane:4) has one weight a unit in place of W_hh, at the start 1 or −1: only tanh’s slope takes "
        "away: 0.166 is left.",
    ),
    steps=(
        Step("Pin [timestep 1](timestep:1).", {"pin": 1}),
        Step("[Play](button:play) until a [loss](loss) is below 0.05.", {"scalar": "loss_per_timestep", "below": 0.05}),
    ),
    question=Question(
        "Which cell can compute the gates of all timesteps at once, before any state?",
        ("gru", "minGRU", "lstm"),
        1,
        "Its gates need x_t alone. Those of gru and lstm wait for h_{t-1}.",
    ),
    claim=(
        "At the start the minGRU’s gradient at h_1 is the last one times the product of all 1 − z_t, unit by unit: "
        "1.92 × 10⁻¹² of it with bias 0, 0.150 with bias 3; the indrnn’s is the last times the product of u and the "
        "slope, 0.166. Within 100 updates gru and indrnn answer rightly every time, and the minGRU with bias 0 still "
        "guesses."
    ),
    watch=("flow", "weights", "truncation", "gates"),
    view=View(tab="lags", under="views"),
)
