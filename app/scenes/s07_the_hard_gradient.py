"""The hard gradient: dE/dW_hh is a sum over all paths, explicit and implicit, written out for one loss and T = 4."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Explicit and implicit",
    config=RunConfig(task="latch", sequence_length=4, hidden_size=6, clip="none", seed=2),
    paragraphs=(
        "At the start [E_4](loss:4) is the only loss; [W_hh](W_hh) is used at every timestep: ∂E_4/∂W = Σ ∂E_4/∂h_4 "
        "· ∂h_4/∂h_3 · … · ∂h_{k+1}/∂h_k · ∂⁺h_k/∂W. Here ∂⁺ counts one use of W, at k, with h_{k-1} given.",
        "At the start the explicit term, k\u00a0=\u00a04, has norm 0.361; implicit ones go back first: 0.291 via "
        "[h_3](timestep:3), 0.272 via [h_2](timestep:2). At k\u00a0=\u00a01 W_hh meets h_0\u00a0=\u00a00: its term "
        "is 0.",
        "At k\u00a0=\u00a01 [W_xh](W_xh) counts: its term has norm 0.461 at the start.",
    ),
    steps=(
        Step("Choose k\u00a0=\u00a03 in the chart and follow its path.", {"pin": 3}),
        Step(
            "[Lengthen](control:sequence_length) to 5: each path begins at E_5, one step longer.",
            {"field": "sequence_length", "is": 5},
        ),
    ),
    question=Question(
        "Leave out all implicit terms of W_hh. Does the rest still point where the gradient points?",
        ("Yes, it is only shorter", "No, it points elsewhere"),
        1,
        "At the start the cosine between the two is 0.74; the same direction would be 1.",
    ),
    claim=(
        "The terms k\u00a0=\u00a01 … 4 add up to the whole gradient, for W_hh and for W_xh; at k\u00a0=\u00a01 that "
        "of W_hh is 0 and that of W_xh is not; the explicit term of W_hh alone has a cosine of 0.74 with the sum."
    ),
    view=View(ruler="near", under="terms"),
)
