"""What helps, in words and as lines of PyTorch to copy, for the place where something was found."""

from dataclasses import dataclass

from ..training import Record
from .stack import pytorch_suffix

CLIP = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"


@dataclass(frozen=True)
class Remedy:
    """What to do, and the lines that do it; as text, one after the other."""

    words: str
    code: str | None = None

    def __str__(self) -> str:
        return self.words if self.code is None else f"{self.words}: {self.code}"


def weight(record: Record, name: str, layer: int, reverse: bool) -> str:
    """A parameter as the script reaches it: `model.encoder.weight_hh_l0`; of a cell without a layer's number."""
    module = str(record.scalars["module"]).split("#")[0]
    path = f"model.{module}" if module else "model"
    return f"{path}.{name}{'' if record.scalars['one_step'] else pytorch_suffix(layer - 1, reverse)}"


def nonfinite() -> Remedy:
    """Smaller updates, and a bound."""
    return Remedy(
        "Start again from finite weights with a smaller learning rate, and bound the update, between loss.backward() "
        "and optimizer.step()",
        CLIP,
    )


def exploding(record: Record, layer: int, reverse: bool) -> Remedy:
    """A bound, and recurrent weights that keep sizes."""
    W = weight(record, "weight_hh", layer, reverse)
    start = f"torch.nn.init.orthogonal_({W})" if record.scalars["cell"] == "rnn" else f"{W}.data.mul_(0.5)"
    return Remedy(
        "Start from weights that keep sizes; and bound the update, between loss.backward() and optimizer.step()",
        f"{start}\n{CLIP}",
    )


def dead_units(record: Record, layer: int, reverse: bool) -> Remedy:
    """Units that read something again: of relu; where tanh is as flat as that, it is saturated."""
    if record.scalars["activation"] != "relu":
        return saturated(record, layer, reverse)
    lines = [f"torch.nn.init.xavier_uniform_({weight(record, 'weight_ih', layer, reverse)})"]
    if record.scalars["bias"]:
        lines.append(f"torch.nn.init.zeros_({weight(record, 'bias_ih', layer, reverse)})")
    return Remedy("Use nonlinearity='tanh'; or start again with a smaller learning rate, from", "\n".join(lines))


def saturated(record: Record, layer: int, reverse: bool) -> Remedy:
    """Smaller numbers into the activation."""
    W = weight(record, "weight_ih", layer, reverse)
    return Remedy(
        f"If the inputs are scaled already, start again from smaller weights, torch.nn.init.xavier_uniform_({W}). "
        "Scale the inputs to mean 0 and deviation 1",
        "x = (x - x.mean((0, 1))) / x.std((0, 1))",
    )


def vanishing(record: Record, layer: int, reverse: bool, cause: str) -> Remedy:
    """What keeps a gradient alive, by what shrinks it."""
    if cause == "padding":
        return Remedy(
            "Say where sequences end, and read h_n instead of output[-1]",
            "torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)",
        )
    if record.scalars["cell"] == "rnn":
        W = weight(record, "weight_hh", layer, reverse)
        return Remedy(
            "Use nn.LSTM in its place, its forget gates opened; or set the recurrent weights before training",
            f"torch.nn.init.orthogonal_({W})",
        )
    H = record.tensors["a"].shape[1]
    b = weight(record, "bias_hh", layer, reverse)
    gate = "forget gate" if record.scalars["cell"] == "lstm" else "update gate"
    if not record.scalars["bias"]:
        return Remedy(f"Make the layer with bias=True, and set the {gate}'s part of bias_hh to 1 before training")
    return Remedy(
        f"Set the {gate}'s part of bias_hh to 1 before training", f"with torch.no_grad(): {b}[{H}:{2 * H}] = 1"
    )


def axes() -> Remedy:
    """Which axis is time."""
    return Remedy(
        "nn.RNN, nn.LSTM and nn.GRU read (timesteps, batch, features) unless made with batch_first=True. Check the "
        "shape of the input, and exchange axes by transpose, never by view or reshape"
    )


def short_horizon() -> Remedy:
    """Hand the state on."""
    return Remedy(
        "Hand the state from step to step as it is, without .detach(), .data or a new state of zeros",
        "h = cell(x_t, h)",
    )


def read_last_states() -> Remedy:
    """Of packed sequences the outputs at each one's own end."""
    return Remedy(
        "Read h_n, which is each sequence's own last state, instead of output[-1]",
        "output, h_n = rnn(packed)  # an nn.LSTM gives out (h_n, c_n)",
    )


def mixed(what: str) -> Remedy:
    """Axes are exchanged or joined without taking sequences apart."""
    if what == "input":
        return Remedy("Exchange axes by transpose; view and reshape only count through", "x = x.transpose(0, 1)")
    return Remedy(
        "Bring the batch to the front before joining the layers' or directions' states",
        "h = h_n.transpose(0, 1).flatten(1)  # (batch, layers · directions · H)",
    )


def zero_gradient() -> Remedy:
    """What multiplies by 0."""
    return Remedy(
        "Look at what reads its output: weights of 0 in the layer above, a ReLU that is 0 for every example, a mask "
        "or a loss weight of 0. Weights of 0 may give way after the first update; the others do not"
    )


def not_updated(cause: str, record: Record) -> Remedy:
    """Parameters that an optimizer has, with a learning rate, at the right moment."""
    if cause == "not_in_optimizer":
        module = str(record.scalars["module"]).split("#")[0]
        path = f"model.{module}" if module else "model"
        return Remedy(
            "Give the optimizer all parameters of the model that is trained, after the model is complete",
            f"optimizer.add_param_group({{'params': {path}.parameters()}})",
        )
    if cause == "gradient_cleared":
        return Remedy(
            "Call zero_grad() before loss.backward(), never between it and optimizer.step()",
            "optimizer.zero_grad()\nloss.backward()\noptimizer.step()",
        )
    return Remedy("Raise the learning rate", "for group in optimizer.param_groups: group['lr'] = 1e-3")


def bound() -> Remedy:
    """No update longer than others."""
    return Remedy("Start again from fresh weights and bound the gradient between loss.backward() and the step", CLIP)


def large_loss() -> Remedy:
    """A mean."""
    return Remedy("Take the mean of the losses instead of their sum, or bound the gradient", CLIP)


def overshooting() -> Remedy:
    """Shorter updates."""
    return Remedy(
        "Start again from fresh weights with a smaller learning rate",
        "for group in optimizer.param_groups: group['lr'] *= 0.1",
    )


def clipped_hard(norm: float) -> Remedy:
    """A bound near the gradient's own size."""
    return Remedy(
        "Clip at about the size gradients have, so that only the largest are shortened",
        f"torch.nn.utils.clip_grad_norm_(model.parameters(), {max(1.0, float(f'{norm:.1g}')):g})",
    )


def cut_off(why: str, module: str) -> Remedy:
    """A way from the loss back to the module."""
    path = f"model.{module}" if module else "model"
    if why == "no_grad":
        return Remedy("Call it outside torch.no_grad() while training")
    if why == "frozen":
        return Remedy("If it is to be trained; else leave it out of `modules`", f"{path}.requires_grad_(True)")
    return Remedy(
        "Hand its output on as a tensor: .detach(), .data, .item(), .numpy(), torch.tensor(…) and argmax end the graph"
    )
