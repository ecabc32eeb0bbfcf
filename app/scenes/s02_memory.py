"""Why sequences need memory: without a recurrent arrow nothing that was read can be told later."""

from ..training import RunConfig
from .base import Question, Scene, Step, View

SCENE = Scene(
    title="No memory, no echo",
    config=RunConfig(sequence_length=8, lag=1, hidden_size=8, init="zero", learning_rate=0.02, seed=1),
    paragraphs=(
        "Now the network has to output what it read [one step ago](control:lag). At [timestep 5](timestep:5) the "
        "answer is x_4, and who sees only x_5 cannot know it. The best guess is 0, which costs 1 each time: the "
        "baseline.",
        "Until training moves [W_hh](W_hh) away from 0, eight columns stand side by side and know nothing of each "
        "other: wherever x_t is the same, h_t is the same, and nothing is carried back. At the start each piece of the "
        "[river](river) is fed by the loss above it alone.",
        "The arrow between the columns is the remedy: h_t is made of x_t and of h_{t-1}. "
        "Drawn only once, it would run from the units back into themselves, a loop. Backpropagation wants a picture "
        "without loops: the unrolled one.",
    ),
    steps=(
        Step("Find two equal inputs, compare their columns, click one to pin it.", {"event": "pin"}),
        Step(
            "[Play](button:play): W_hh wakes up. Wait until the [loss](loss) is below 0.1.",
            {"scalar": "loss_per_timestep", "below": 0.1},
        ),
    ),
    question=Question(
        "While W_hh is still 0, somebody changes x_4. Which columns of units change?",
        ("Only column 4", "Columns 4 to 8", "All of them"),
        0,
        "With W_hh at 0 nothing passes from one column to the next.",
    ),
    claim=(
        "At the start equal inputs have equal columns, nothing is carried back and the loss is about 1; within 100 "
        "updates W_hh has grown, equal inputs have different columns, and the loss is below 0.1."
    ),
    view=View(ruler="near"),
)
