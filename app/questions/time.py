"""Questions about time: unrolling, truncation, how far back learning reaches, where a sequence begins."""

from ..scenes import View
from ..training import RunConfig
from .base import Question, dh
from .gradient import ECHO

QUESTIONS = (
    Question(
        id="why-back-through-time",
        question="Why go back through time at all?",
        answer=(
            "An output depends on earlier inputs through the hidden states, and only the way back says how those "
            "states should have been. A gradient that goes no step back points elsewhere: its cosine with the whole "
            "∂E/∂W_hh is {one}, with one step back {two}, and 1 would be the same direction."
        ),
        numbers={"one": ["tensor", "truncation_cosine", 0], "two": ["tensor", "truncation_cosine", 1]},
        config=ECHO,
        at="tab:lags",
        view=View(tab="lags", ruler="near"),
        source="Werbos 1990, Backpropagation through time: what it does and how to do it",
        words="bptt purpose why rnn",
    ),
    Question(
        id="ordinary-backpropagation",
        question="How does it differ from ordinary backpropagation?",
        answer=(
            "It does not: unrolled over {T:count} timesteps the network is a deep network of {T:count} layers whose "
            "weights are the same, and backpropagation runs through it. What is new is the sum over the uses of W_hh, "
            "{entries:count} numbers used {T:count} times."
        ),
        numbers={"T": ["config", "sequence_length"], "entries": ["size", "W_hh"]},
        config=ECHO,
        at="W_hh",
        watch=("flow", "weights"),
        view=View(ruler="near"),
        source="Rumelhart, Hinton & Williams 1986, Learning internal representations by error propagation",
        words="bptt difference unroll deep feedforward layers",
    ),
    Question(
        id="update-every-token",
        question="Are the weights updated after every token?",
        answer=(
            "No: the losses of all timesteps are added up, one gradient is computed for the whole batch, and all "
            "weights move once. Here {T:count} timesteps of {B:count} sequences give one gradient of norm {norm} for "
            "one update."
        ),
        numbers={
            "T": ["config", "sequence_length"],
            "B": ["config", "batch_size"],
            "norm": ["scalar", "grad_norm"],
        },
        config=ECHO,
        at="gradient",
        view=View(ruler="near"),
        source="Williams & Peng 1990, An efficient gradient-based algorithm for on-line training",
        words="online step timestep optimizer",
    ),
    Question(
        id="disjoint-or-sliding",
        question="Truncation: disjoint or sliding windows?",
        answer=(
            "Both exist: with k2 = k1 the windows are disjoint, with k2 larger they overlap, as here, where a pass "
            "starts every 8 timesteps and goes 16 back. At h_4 the gradient that is left has norm {used}; full "
            "backpropagation has {full}."
        ),
        numbers={"used": ["tensor", "dh_norm_used", 4], "full": dh(4)},
        config=RunConfig(task="echo", lag=6, sequence_length=24, k1=8, k2=16),
        at="river",
        view=View(ruler="near", pin=4),
        source="Williams & Peng 1990, BPTT(h; h')",
        words="tbptt k1 k2 truncated overlap",
    ),
    Question(
        id="how-far-back",
        question="Does the number of timesteps set how far it can look back?",
        answer=(
            "It sets the most that is possible; how much of it counts, the gradient decides. Here the sequence has "
            "{T:count} timesteps, and 99 % of ∂E/∂W_hh comes from lags of at most {horizon:count}."
        ),
        numbers={"T": ["config", "sequence_length"], "horizon": ["scalar", "horizon"]},
        config=RunConfig(task="echo", lag=3, sequence_length=50),
        at="tab:lags",
        view=View(tab="lags"),
        source="Williams & Peng 1990; Pascanu, Mikolov & Bengio 2013",
        words="sequence length timesteps window lookback memory horizon seq_len long term dependencies dependency",
    ),
    Question(
        id="how-far-to-truncate",
        question="How many steps back does truncated backpropagation need?",
        answer=(
            "As many as the lags that carry the gradient: here 99 % of ∂E/∂W_hh lies in lags up to {horizon:count}, "
            "while the task needs {needed:count}. The gradient of the needed lags alone has a cosine of {cosine} with "
            "the whole."
        ),
        numbers={
            "horizon": ["scalar", "horizon"],
            "needed": ["scalar", "needed_lag"],
            "cosine": ["tensor", "truncation_cosine", 2],
        },
        config=ECHO,
        at="tab:lags",
        view=View(tab="lags", ruler="near"),
        source="Williams & Peng 1990, An efficient gradient-based algorithm for on-line training",
        words="tbptt k2 choose length",
    ),
    Question(
        id="detach",
        question="Does state or gradient cross batches, and what does detach do?",
        answer=(
            "With carried state the state crosses and the gradient does not: here h_0 is the last state of the window "
            "before, of norm {h0}. The gradient that reaches it, of norm {dh0}, is thrown away at this place, which is "
            "what detach does; without carried state every sequence starts from zeros and nothing crosses."
        ),
        numbers={"h0": ["norm", "h", 0], "dh0": dh(0)},
        config=RunConfig(task="sine", sequence_length=12, hidden_size=12, init="normal", carry_state=True),
        at="timestep:1",
        view=View(pin=1, ruler="near"),
        source="Williams & Peng 1990; PyTorch documentation of Tensor.detach",
        words="hidden state stateful lstm batches carry carry_state repackage cut windows stream retain_graph "
        "backward graph second time pytorch error",
    ),
    Question(
        id="initial-state",
        question="Is h_0 zero or learned?",
        answer=(
            "Zero where none is given, as in PyTorch, or learned like any other parameter, as here, where it starts at "
            "0. The gradient that trains it is ∂E/∂h_0, of norm {dh0} beside {dh1} at h_1."
        ),
        numbers={"dh0": dh(0), "dh1": dh(1)},
        config=ECHO.changed({"train_h0": True}),
        at="timestep:1",
        view=View(pin=1, ruler="near"),
        source="PyTorch documentation of torch.nn.RNN, argument h_0",
        words="initial hidden state h0 start train_h0 learnable",
    ),
    Question(
        id="units-or-timesteps",
        question="Are units the same as timesteps?",
        answer=(
            "No: units are the numbers in one hidden state, timesteps are how often a hidden state is computed. Here "
            "h_t has {H:count} units and is computed {T:count} times; W_hh has {entries:count} entries, however long "
            "the sequence is."
        ),
        numbers={
            "H": ["config", "hidden_size"],
            "T": ["config", "sequence_length"],
            "entries": ["size", "W_hh"],
        },
        config=ECHO,
        at="units",
        watch=("flow", "weights"),
        view=View(ruler="near"),
        source="PyTorch documentation of torch.nn.RNN, hidden_size and the input's length",
        words="hidden_size size sequence length neurons seq_len hidden difference",
    ),
    Question(
        id="why-unroll",
        question="Why must an LSTM be unrolled at all?",
        answer=(
            "Its gates at t read h_{t-1}, so the steps can only be computed one after the other, and the way back "
            "needs the values of every one of them. Unrolled here over {T:count} timesteps it keeps all {states:count} "
            "numbers of its cell state, and the gradient of E_24 has {arrives} of its size at c_24 left at c_1."
        ),
        numbers={
            "T": ["config", "sequence_length"],
            "states": ["*", ["config", "sequence_length"], ["config", "hidden_size"]],
            "arrives": ["/", ["exp", ["tensor", "ln_flow_c", 23, 1]], ["exp", ["tensor", "ln_flow_c", 23, 24]]],
        },
        config=RunConfig(cell="lstm", task="latch", sequence_length=24, hidden_size=8),
        at="channel",
        source="Hochreiter & Schmidhuber 1997, Long short-term memory",
        words="unfold copies sequence parallel",
    ),
)
