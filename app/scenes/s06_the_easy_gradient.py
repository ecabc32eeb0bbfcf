"""The easy gradient: dE/dW_hy needs, for each loss, only its own timestep."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="The easy gradient: W_hy",
    config=RunConfig(sequence_length=10, lag=2, hidden_size=8, clip="none", seed=1),
    paragraphs=(
        "[W_hy](W_hy) acts at [timestep 5](timestep:5) through y_5 alone: ∂E_5/∂W_hy is h_5 times the error 2 (y_5 − "
        "target). At the start ‖h_5‖ is 1.75 and the error 0.97: norm 1.70.",
        "∂E/∂W_hy is the sum of such products, one for each [loss](losses). None needs a way back in time.",
        "Cut every way back: each loss reaches its own timestep only, the diagonal of the [flow matrix](flow). The "
        "gradient of W_hy does not notice; that of W_hh does.",
    ),
    steps=(
        Step("Pin [timestep 5](timestep:5).", {"pin": 5}),
        Step("[Truncate](control:k1) every 1, back 1.", {"all": [{"field": "k1", "is": 1}, {"field": "k2", "is": 1}]}),
    ),
    question=Question(
        "Which of these needs no look at earlier timesteps?",
        ("∂E_5/∂W_hh", "∂E_5/∂W_xh", "∂E_5/∂W_hy"),
        2,
        "W_hy acts on y_5 through h_5 alone. The other two acted on h_5 through all earlier states.",
    ),
    claim=(
        "Cutting every way back leaves the gradient of W_hy as it was, bit for bit, and changes those of W_hh and W_xh."
    ),
    watch=("flow", "weights", "gradients"),
    view=View(ruler="near", under="views"),
)
