"""Questions about cells: what gates, activations and initial weights do to the gradient."""

from ..scenes import View
from ..training import RunConfig
from .base import Number, Question, dh, flow

LATCH = RunConfig(task="latch", sequence_length=24)
LSTM = LATCH.changed({"cell": "lstm", "forget_bias": 3})
FORGET: Number = ["mean", "gates", 1]
SLOPE: Number = ["mean", "slope_mean"]

QUESTIONS = (
    Question(
        id="quarter-slope",
        question="Sigmoid's slope is at most 1/4, so why does an LSTM not vanish?",
        answer=(
            "From c_t straight back to c_{t-1} the gradient is multiplied by the forget gate's value, not by the slope "
            "of its sigmoid. The forget gate is {forget:percent} open on average, and of what is carried back "
            "{direct:percent} takes this direct way."
        ),
        numbers={"forget": FORGET, "direct": ["mean", "route_share", 0]},
        config=LSTM,
        at="channel",
        watch=("flow", "truncation", "gates"),
        view=View(tab="gates", track="gates"),
        source="Gers, Schmidhuber & Cummins 2000, Learning to forget",
        words="sigmoid derivative 0.25 gates vanishing lstm gru rnn compared difference solve constant error carousel",
    ),
    Question(
        id="lstm-explode",
        question="Can an LSTM explode?",
        answer=(
            "Yes: the direct way multiplies by at most 1, but the way through the gates contains W_hh and has no such "
            "bound. Here σ_max of the candidate's block is {sigma}, and E_24's gradient grows from {end} at h_24 to "
            "{start} at [h_1](timestep:1)."
        ),
        numbers={
            "sigma": ["tensor", "singular_values", 0],
            "end": flow(24, 24),
            "start": flow(24, 1),
        },
        config=LATCH.changed({"cell": "lstm", "init": "normal", "gain": 6}),
        at="river",
        watch=("flow", "truncation", "spectrum"),
        view=View(tab="spectrum"),
        source="Pascanu, Mikolov & Bengio 2013; Graves 2013, section 2.1",
        words="exploding gradient lstm clipping large weights nan inf infinity diverge",
    ),
    Question(
        id="saturated-cell",
        question="Does a saturated cell stop the gradient?",
        answer=(
            "It stops what has to pass its activation, not what goes straight from c_t to c_{t-1}. Here large inputs "
            "leave the candidate a mean slope of {slope}, and 23 such slopes multiplied would leave {product}; of "
            "∂E/∂c at c_24 {left} is left at c_1."
        ),
        numbers={
            "slope": SLOPE,
            "product": ["exp", ["*", 23, ["log", SLOPE]]],
            "left": ["/", ["tensor", "dc_norm", 1], ["tensor", "dc_norm", 24]],
        },
        config=LSTM.changed({"input_std": 6}),
        at="channel",
        watch=("flow", "truncation", "saturation"),
        view=View(tab="slope"),
        source="Hochreiter & Schmidhuber 1997, Long short-term memory, section 3",
        words="saturation slope tanh zero",
    ),
    Question(
        id="output-or-state",
        question="output, h_n or c_n?",
        answer=(
            "output holds h_t of every timestep, h_n is the last of them, and c_n is the last cell state, which the "
            "readout never sees. Here ‖h_24‖ is {h} and ‖c_24‖ is {c}; the loss hands {dh} to h_24, and {dc} of it "
            "reaches c_24 through h_24."
        ),
        numbers={
            "h": ["norm", "h", 24],
            "c": ["norm", "c", 24],
            "dh": dh(24),
            "dc": ["tensor", "dc_norm", 24],
        },
        config=LSTM,
        at="timestep:24",
        view=View(pin=24),
        source="PyTorch documentation of torch.nn.LSTM, outputs",
        words="lstm returns return_sequences return_state hidden cell last pytorch",
    ),
    Question(
        id="tanh-or-relu",
        question="Why tanh and not ReLU?",
        answer=(
            "ReLU has slope 1 wherever it is on and does not bound h_t, so the size of W_hh alone decides what happens "
            "over many steps. Here σ_max is {sigma}: ‖h_24‖ is {state}, and E_24's gradient grows from {end} at h_24 "
            "to {start} at h_1."
        ),
        numbers={
            "sigma": ["tensor", "singular_values", 0],
            "state": ["norm", "h", 24],
            "end": flow(24, 24),
            "start": flow(24, 1),
        },
        config=LATCH.changed({"activation": "relu", "init": "normal", "gain": 2}),
        at="river",
        watch=("flow", "truncation", "spectrum"),
        view=View(tab="spectrum"),
        source="Le, Jaitly & Hinton 2015, A simple way to initialize recurrent networks of rectified linear units",
        words="relu activation exploding bounded dying dead",
    ),
    Question(
        id="identity",
        question="What does identity initialisation buy?",
        answer=(
            "With W_hh = I a step back changes the gradient only at units whose ReLU is off, so it neither grows nor "
            "shrinks with distance. Here {end} of E_24's gradient stands at h_24, {near} at h_12 and {start} at h_1."
        ),
        numbers={"end": flow(24, 24), "near": flow(24, 12), "start": flow(24, 1)},
        config=LATCH.changed({"activation": "relu", "init": "identity", "input_std": 0.01}),
        at="river",
        view=View(ruler="near"),
        source="Le, Jaitly & Hinton 2015, A simple way to initialize recurrent networks of rectified linear units",
        words="irnn orthogonal init eye",
    ),
    Question(
        id="forget-bias",
        question="What does the forget bias do?",
        answer=(
            "It is added inside the forget gate's sigmoid, so that the gate starts open and the cell starts with a "
            "long memory. With a bias of {bias} the gate is {forget:percent} open on average, and at that rate half of "
            "c is left after {half} steps."
        ),
        numbers={
            "bias": ["config", "forget_bias"],
            "forget": FORGET,
            "half": ["/", ["log", 0.5], ["log", FORGET]],
        },
        config=LSTM,
        at="control:forget_bias",
        watch=("flow", "truncation", "gates"),
        view=View(tab="gates", track="gates"),
        source="Jozefowicz, Zaremba & Sutskever 2015, An empirical exploration of recurrent network architectures",
        words="lstm memory bias 1 gate",
    ),
    Question(
        id="mingru",
        question="Does minGRU avoid vanishing?",
        answer=(
            "Where its gates start nearly closed: back over a step its gradient meets 1 − z_t and no matrix, here "
            "{kept:percent} on average, as the bias is {bias}; ‖∂E/∂h_24‖ is {end}, and {start} of it arrives at h_1. "
            "With a bias of 0 a factor would be near 1/2, and 23 of them leave {half}."
        ),
        numbers={
            "kept": ["-", 1, ["mean", "gates", 0]],
            "bias": ["config", "forget_bias"],
            "end": dh(24),
            "start": dh(1),
            "half": ["exp", ["*", 23, ["log", 0.5]]],
        },
        config=LATCH.changed({"cell": "mingru", "forget_bias": 3}),
        at="river",
        watch=("flow", "truncation", "gates"),
        view=View(tab="gates", track="gates", ruler="near"),
        source="Feng et al. 2024, Were RNNs all we needed?",
        words="min gru gates input only parallel scan vanishing",
    ),
)
