"""The easy gradient: dE/dW_hy needs, for each loss, only its own timestep."""

from ..training import RunConfig
from .base import Question, Scene, Step

SCENE = Scene(
    title="The easy gradient: W_hy",
    config=RunConfig(sequence_length=10, lag=2, hidden_size=8, clip="none", seed=1),
    paragraphs=(
        "How does E_5 change when [W_hy](W_hy) changes? At [timestep 5](timestep:5), y_5 is h_5 times W_hy plus "
        "b_y: take the error of y_5, take h_5, multiply. What happened earlier has done its part already; it is in "
        "h_5.",
        "So ∂E/∂W_hy is a sum with one product for each timestep, and no product needs any other timestep. There is "
        "no way back in time to go.",
        "Test it: cut every way back. [Truncate](control:k1) every 1, back 1, and each loss reaches its own "
        "timestep only, the diagonal of the [flow matrix](flow). The gradient of W_hy does not notice. The gradient "
        "of W_hh does.",
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
)
