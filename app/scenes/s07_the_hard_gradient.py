"""The hard gradient: dE/dW_hh is a sum over all paths, explicit and implicit."""

from ..training import RunConfig
from .base import Question, Scene, Step

SCENE = Scene(
    title="The hard gradient: W_hh and W_xh",
    config=RunConfig(task="latch", sequence_length=10, hidden_size=8, seed=1),
    paragraphs=(
        "Only the last timestep has a [loss](loss:10), E_10. It depends on [W_hh](W_hh) in two ways: explicitly, "
        "since h_10 is made of h_9 times W_hh, and implicitly, since h_9 was made with W_hh too, and so was h_8 "
        "before it.",
        "Hence ∂E_10/∂W_hh is a sum over all paths: one part for each timestep at which W_hh was used. The last row "
        "of the [flow matrix](flow) shows how much of E_10 arrives at each of them.",
        "[Lags](tab:lags) sorts the parts by distance. Lag 0 is the explicit part, all others are implicit, and "
        "together they are the whole gradient. W_xh is just as hard: each x_t acts on all later states.",
    ),
    steps=(
        Step("Pin [timestep 2](timestep:2): the inspector says what arrives there.", {"pin": 2}),
        Step("Open [Lags](tab:lags).", {"tab": "lags"}),
        Step(
            "Keep the explicit part alone: [truncate](control:k1) every 1, back 1.",
            {"all": [{"field": "k1", "is": 1}, {"field": "k2", "is": 1}]},
        ),
    ),
    question=Question(
        "Leave out all implicit parts. Does the rest still point where the gradient points?",
        ("Yes, it is only shorter", "No, it points elsewhere"),
        1,
        "The cosine between the two is below 0.7; the same direction would be 1.",
    ),
    claim="The parts of all lags add up to the whole gradient; the explicit part alone has a cosine below 0.7 with it.",
)
