"""Watch your own training: a stored PyTorch training, and the same trouble in a network of this page."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="Watch your own training",
    config=RunConfig(
        cell="lstm",
        task="latch",
        sequence_length=30,
        hidden_size=10,
        init="pytorch",
        forget_bias=0.0,
        learning_rate=0.01,
        seed=3,
    ),
    paragraphs=(
        "One line, unroll.watch(model), shows what happens in your own recurrent layers while PyTorch trains.",
        "In the [stored training](button:watched) an lstm of 10 units has to name a bit 29 timesteps later. At step 0, "
        "4.89 × 10⁻⁸ of the last gradient arrives at h_1. After step 200 the page’s advice was followed, a forget bias "
        "of 1: at step 300, 5.05 × 10⁻⁵ arrives.",
        "The lstm shown here has the same trouble at the start: [∂E/∂c_t](channel) meets forget gates that stand half "
        "open.",
    ),
    steps=(
        Step("[Open the stored training](button:watched), drag its history.", {"event": "watched"}),
        Step("Do the same here: [forget bias](control:forget_bias) 1.", {"field": "forget_bias", "atLeast": 1}),
    ),
    question=Question(
        "What does watching change in the numbers of your training?",
        ("It rounds them a little", "Nothing", "It clips the gradients"),
        1,
        "What crosses the layer is copied and computed again beside the loop. How far that is from your own gradients "
        "is measured and shown.",
    ),
    claim=(
        "The stored captures of steps 0, 100 and 200 are found to vanish, those of 300, 400 and 500 are not. Here, at "
        "the start, less than a millionth of the last gradient arrives at h_1 with forget bias 0, more than a "
        "ten-thousandth with 1."
    ),
    watch=("flow", "weights", "truncation", "gates"),
    view=View(tab="gates", under="watched"),
)
