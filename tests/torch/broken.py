"""Training scripts broken in known ways, and healthy ones: each is a model and its loss, as people write them.

`SCRIPTS` says of each what a verdict should find, and why.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

B, T, I, H = 16, 40, 3, 24
LENGTHS = torch.arange(8, 8 + B)  # of sequences that differ, the longest 23


class Reader(nn.Module):
    """Reads a sequence and says one number at its end."""

    def __init__(self, rnn):
        super().__init__()
        self.rnn, self.head = rnn, nn.Linear(rnn.hidden_size, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][-1])


class Loop(Reader):
    """The same with a cell; `between` is what happens to the state on its way to the next step."""

    def __init__(self, cell, between=lambda state: state):
        super().__init__(cell)
        self.between = between

    def forward(self, x):
        state = None
        for x_t in x:
            state = self.rnn(x_t, state)
            h = state[0] if isinstance(state, tuple) else state
            state = self.between(state)
        return self.head(h)


def keeping(rnn, gain=1.0):
    """Recurrent weights that keep sizes: what a healthy script starts from."""
    nn.init.orthogonal_(rnn.weight_hh_l0, gain)
    return rnn


def opened(lstm, by=1.0, start=H, stop=2 * H):
    """A gate's bias."""
    with torch.no_grad():
        lstm.bias_hh_l0[start:stop] = by
    return lstm


def exchanged_axes():
    """batch_first is missing: rows of the batch are read as time, the last sequence is taken for the last timestep."""
    model = nn.LSTM(I, H)
    return model, lambda x: model(x.transpose(0, 1))[0][:, -1].square().mean()


def state_fed_as_none():
    """Every step starts from nothing."""
    return simple(Loop(nn.GRUCell(I, H), lambda state: None))


def detached():
    """The state is detached between the steps."""
    return simple(Loop(nn.LSTMCell(I, H), lambda state: tuple(part.detach() for part in state)))


def gates_shut():
    """The forget gates start almost closed."""
    return simple(Reader(opened(nn.LSTM(I, H), -3.0)))


def update_gates_shut():
    """A GRU that forgets at every step."""
    return simple(Reader(opened(nn.GRU(I, H), -4.0)))


def small_weights():
    """Recurrent weights far too small."""
    return simple(Reader(keeping(nn.RNN(I, H), 0.3)))


def large_weights():
    """Recurrent weights too large for ReLU."""
    return *simple(Reader(keeping(nn.RNN(I, H, nonlinearity="relu"), 1.6))), 0.0


def unscaled_inputs():
    """Pixels of 0 … 255 as they are."""
    model = Reader(nn.RNN(I, H))
    return model, lambda x: model(255 * torch.sigmoid(x)).square().mean()


def dead_relu():
    """Biases that keep every ReLU shut."""
    rnn = nn.RNN(I, H, nonlinearity="relu")
    with torch.no_grad():
        rnn.bias_ih_l0.fill_(-20.0)
    return simple(Reader(rnn))


def padding_as_data():
    """Sequences of 8 … 23 timesteps, padded to 40 by zeros, and the loss reads the last output."""
    model = Reader(opened(nn.LSTM(I, H), -0.5))
    return model, lambda x: model(x * (torch.arange(T)[:, None] < LENGTHS)[..., None]).square().mean()


def overflowing():
    """A learning rate that ends in inf within a few updates."""
    model = Reader(keeping(nn.RNN(I, H, nonlinearity="relu")))
    return model, lambda x: (model(x) - 5.0).square().sum(), 1e4


def reversed_reading():
    """The backward direction's gates are shut."""
    model = nn.LSTM(I, H, bidirectional=True)
    with torch.no_grad():
        model.bias_hh_l0[H : 2 * H] = 3.0
        model.bias_hh_l0_reverse[H : 2 * H] = -3.0
    return model, lambda x: model(x)[0][[0, -1]].square().mean()


def healthy_rnn():
    """Orthogonal recurrent weights."""
    return simple(Reader(keeping(nn.RNN(I, H))))


def healthy_lstm():
    """Forget gates opened."""
    return simple(Reader(opened(nn.LSTM(I, H), 3.0)))


def healthy_packed():
    """The padded sequences, packed."""
    rnn = opened(nn.LSTM(I, H), 3.0)
    return rnn, lambda x: rnn(pack_padded_sequence(x, LENGTHS, enforce_sorted=False))[1][0].square().mean()


def healthy_cell():
    """A loop over a cell that hands its state on."""
    loop = Loop(nn.GRUCell(I, H))
    with torch.no_grad():
        loop.rnn.bias_hh[H : 2 * H] = 3.0
    return simple(loop)


def simple(model):
    return model, lambda x: model(x).square().mean()


SCRIPTS = {
    exchanged_axes: ("vanishing", "axes"),
    state_fed_as_none: ("short_horizon", "truncation"),
    detached: ("short_horizon", "truncation"),
    gates_shut: ("vanishing", "forget_gates"),
    update_gates_shut: ("vanishing", "forget_gates"),
    small_weights: ("vanishing", "weights"),
    large_weights: ("exploding", "weights"),
    unscaled_inputs: ("saturated", "saturation"),
    dead_relu: ("dead_units", "slope"),
    padding_as_data: ("vanishing", "padding"),
    overflowing: ("nonfinite", "weights"),
    reversed_reading: ("vanishing", "forget_gates"),
    healthy_rnn: (None, None),
    healthy_lstm: (None, None),
    healthy_packed: (None, None),
    healthy_cell: (None, None),
}
