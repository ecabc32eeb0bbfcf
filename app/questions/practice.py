"""Questions of people who train: clipping."""

from ..scenes import View
from ..training import RunConfig
from .base import Question

LONG = RunConfig(task="echo", lag=2, sequence_length=24, clip="norm", clip_threshold=1.0)

QUESTIONS = (
    Question(
        id="clipping-threshold",
        question="Where does a clipping threshold come from?",
        answer=(
            "From the gradient norms of the run itself: a value that ordinary updates stay below and that only the "
            "rare large ones exceed. Here the norm is {norm} and the threshold {threshold}, so this update is "
            "multiplied by {scale}; clipping every update like that amounts to a smaller learning rate."
        ),
        numbers={
            "norm": ["scalar", "grad_norm"],
            "threshold": ["config", "clip_threshold"],
            "scale": ["scalar", "clip_scale"],
        },
        config=LONG,
        at="gradient",
        view=View(tab="loss"),
        source="Pascanu, Mikolov & Bengio 2013, section 3.2",
        words="clip_grad_norm clip_grad_norm_ max_norm choose gradient clipping",
    ),
    Question(
        id="clipping-kinds",
        question="Norm, value or per-timestep clipping?",
        answer=(
            "By norm the whole gradient is shortened and keeps its direction; by value each entry is cut by itself; "
            "per timestep ∂E/∂h_t is bounded on its way back, before anything is summed. Here clipping by value turns "
            "the gradient by {angle} degrees and leaves {scale:percent} of its length."
        ),
        numbers={"angle": ["scalar", "clip_angle"], "scale": ["scalar", "clip_scale"]},
        config=LONG.changed({"clip": "value", "clip_threshold": 0.5}),
        at="weir",
        view=View(tab="loss"),
        source="Pascanu, Mikolov & Bengio 2013; Mikolov 2012, Statistical language models based on neural networks",
        words="clip_grad_value clip_grad_norm direction exploding gradient clipping",
    ),
)
