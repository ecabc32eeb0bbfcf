"""Scripts that are broken around their recurrent layer: shapes, loops over layers and cells, the optimizer, the graph.

Each gives a model, its loss, and what trains it. `AROUND` says of each what a verdict should find, and why.
"""

import copy

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.torch.broken import LENGTHS, B, H, I, Loop, Reader, T, opened


def sgd(parameters, rate=0.1):
    return torch.optim.SGD(parameters, rate)


def script(model, loss_of=None, optimizer=sgd):
    return model, loss_of or (lambda x: (model(x) - x[0, :, :1]).square().mean()), optimizer


def with_head(rnn, width, read):
    """A layer and a linear one that reads what ``read`` makes of the layer's output and last states."""
    model = nn.ModuleDict({"rnn": rnn, "head": nn.Linear(width, 1)})
    return model, lambda x: model["head"](read(*rnn(x))).square().mean(), sgd


def one_step_at_a_time(next_state):
    """A fused layer in a loop; ``next_state`` is what the next step is given."""
    model = nn.ModuleDict({"rnn": nn.LSTM(I, H), "head": nn.Linear(H, 1)})

    def loss_of(x):
        state = None
        for x_t in x:
            output, state = model["rnn"](x_t[None], state)
            state = next_state(state)
        return model["head"](output[-1]).square().mean()

    return model, loss_of, sgd


class Stepping(torch.optim.SGD):
    """Something happens right before each step."""

    def __init__(self, parameters, before, rate=0.1):
        self.all = list(parameters)
        self.before = before
        super().__init__(self.all, rate)

    def step(self, closure=None):
        self.before(self.all)
        return super().step(closure)


class Forgetful(torch.optim.SGD):
    """zero_grad() is never called."""

    def zero_grad(self, set_to_none=True):
        """Forgotten."""


def healthy():
    return Reader(opened(nn.LSTM(I, H), 3.0))


def input_viewed():
    model = nn.LSTM(I, H)
    return model, lambda x: model(x.transpose(0, 1).contiguous().view(T, B, I))[0][-1].square().mean(), sgd


def last_states_viewed():
    return with_head(nn.GRU(I, H, 2), 2 * H, lambda _, h_n: h_n.view(B, 2 * H))


def both_directions_reshaped():
    rnn = nn.LSTM(I, H, 2, bidirectional=True)
    return with_head(rnn, 2 * H, lambda _, last: last[0][-2:].reshape(B, 2 * H))


def cell_state_viewed():
    return script(Loop(nn.GRUCell(I, H), lambda h: h.reshape(H, B).t()))


def directions_joined_rightly():
    rnn = nn.GRU(I, H, bidirectional=True)
    with torch.no_grad():
        rnn.bias_hh_l0[H : 2 * H] = rnn.bias_hh_l0_reverse[H : 2 * H] = 3.0
    return with_head(rnn, 2 * H, lambda _, h_n: h_n.transpose(0, 1).reshape(B, 2 * H))


def zeros_every_step():
    return script(Loop(nn.RNNCell(I, H), torch.zeros_like))


def cloned_every_step():
    return script(Loop(nn.GRUCell(I, H), lambda h: h.detach().clone()))


def layer_fed_none():
    return one_step_at_a_time(lambda _: None)


def layer_detached():
    return one_step_at_a_time(lambda state: tuple(part.detach() for part in state))


def padded_outputs():
    """Packed as it should be, and then the last padded output is read."""
    rnn = opened(nn.LSTM(I, H), 1.0)

    def loss_of(x):
        output, _ = pad_packed_sequence(rnn(pack_padded_sequence(x, LENGTHS, enforce_sorted=False))[0])
        return output[-1].square().mean()

    return rnn, loss_of, sgd


def rate_too_low():
    return script(healthy(), optimizer=lambda parameters: sgd(parameters, 1e-9))


def rate_of_zero():
    return script(healthy(), optimizer=lambda parameters: sgd(parameters, 0.0))


def rate_too_high():
    return script(Reader(nn.LSTM(I, H)), optimizer=lambda parameters: torch.optim.Adam(parameters, 3.0))


def clipped_to_nothing():
    return script(healthy(), optimizer=lambda p: Stepping(p, lambda all_: nn.utils.clip_grad_norm_(all_, 1e-6)))


def clipped_by_value():
    return script(healthy(), optimizer=lambda p: Stepping(p, lambda all_: nn.utils.clip_grad_value_(all_, 1e-6)))


def clipped_for_adam():
    """Adam divides by the gradient's size: clipping takes nothing."""

    def optimizer(parameters):
        adam = torch.optim.Adam(list(parameters), 1e-3)

        def clip(*_):
            nn.utils.clip_grad_norm_(adam.param_groups[0]["params"], 1e-6)

        adam.register_step_pre_hook(clip)
        return adam

    return script(healthy(), optimizer=optimizer)


def not_in_the_optimizer():
    model = healthy()
    return script(model, optimizer=lambda _: sgd(model.head.parameters()))


def optimizer_of_a_copy():
    model = healthy()
    return script(model, optimizer=lambda _: torch.optim.Adam(copy.deepcopy(model).parameters()))


def cleared_before_the_step():
    def clear(parameters):
        for parameter in parameters:
            parameter.grad = None

    return script(healthy(), optimizer=lambda parameters: Stepping(parameters, clear))


def never_cleared():
    return script(healthy(), optimizer=lambda parameters: Forgetful(parameters, 1e-3))


def summed_loss():
    model = healthy()
    return script(
        model, lambda x: 1e6 * (model(x) - x[0, :, :1]).square().sum(), lambda parameters: sgd(parameters, 1e-12)
    )


def zeros_in_the_head():
    model = healthy()
    nn.init.zeros_(model.head.weight)
    model.head.weight.requires_grad_(False)
    return script(model)


def without_gradients():
    model = healthy()

    def loss_of(x):
        with torch.no_grad():
            h = model.rnn(x)[0][-1]
        return model.head(h).square().mean()

    return model, loss_of, sgd


def output_detached():
    model = healthy()
    return model, lambda x: model.head(model.rnn(x)[0][-1].detach()).square().mean(), sgd


def frozen():
    model = healthy()
    model.rnn.requires_grad_(False)
    return script(model)


def started_from_zeros():
    model = Reader(nn.RNN(I, H))
    for parameter in model.rnn.parameters():
        nn.init.zeros_(parameter)
    return script(model, optimizer=lambda parameters: sgd(parameters, 1e-3))


def trained_by_adam():
    return script(healthy(), optimizer=lambda parameters: torch.optim.Adam(parameters, 0.01))


AROUND = {
    input_viewed: ("mixed_sequences", "input_reshaped"),
    last_states_viewed: ("mixed_sequences", "output_reshaped"),
    both_directions_reshaped: ("mixed_sequences", "output_reshaped"),
    cell_state_viewed: ("mixed_sequences", "state_reshaped"),
    directions_joined_rightly: (None, None),
    zeros_every_step: ("short_horizon", "truncation"),
    cloned_every_step: ("short_horizon", "truncation"),
    layer_fed_none: ("short_horizon", "truncation"),
    layer_detached: ("short_horizon", "truncation"),
    padded_outputs: ("vanishing", "padding"),
    rate_too_low: ("not_learning", "learning_rate"),
    rate_of_zero: ("not_learning", "learning_rate"),
    rate_too_high: ("overshooting", "learning_rate"),
    clipped_to_nothing: ("clipped_hard", "clipping"),
    clipped_by_value: ("clipped_hard", "clipping"),
    clipped_for_adam: (None, None),
    not_in_the_optimizer: ("not_learning", "not_in_optimizer"),
    optimizer_of_a_copy: ("not_learning", "not_in_optimizer"),
    cleared_before_the_step: ("not_learning", "gradient_cleared"),
    never_cleared: ("overshooting", "gradient_kept"),
    summed_loss: ("exploding", "loss"),
    zeros_in_the_head: ("not_learning", "zero_gradient"),
    without_gradients: ("not_learning", "no_grad"),
    output_detached: ("not_learning", "detached"),
    frozen: ("not_learning", "frozen"),
    started_from_zeros: ("vanishing", "weights"),
    trained_by_adam: (None, None),
}
