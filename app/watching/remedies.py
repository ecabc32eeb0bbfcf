"""What helps, as lines of PyTorch to copy, for the module, layer and direction where something was found."""

from ..training import Record
from .stack import suffix

CLIP = "torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)"


def weight(record: Record, name: str, layer: int, reverse: bool) -> str:
    """A parameter as the script reaches it: `model.encoder.weight_hh_l0`; of a cell without a layer's number."""
    module = str(record.scalars["module"]).split("#")[0]
    path = f"model.{module}" if module else "model"
    return f"{path}.{name}{'' if record.scalars['one_step'] else suffix(layer - 1, reverse)}"


def nonfinite() -> str:
    """Smaller updates, and a bound."""
    return (
        "Start again from finite weights with a smaller learning rate, and bound the update: between loss.backward() "
        f"and optimizer.step(), {CLIP}"
    )


def exploding(record: Record, layer: int, reverse: bool) -> str:
    """A bound, and recurrent weights that keep sizes."""
    W = weight(record, "weight_hh", layer, reverse)
    if record.scalars["cell"] != "rnn":
        return f"Between loss.backward() and optimizer.step(): {CLIP}. Before training: {W}.data.mul_(0.5)"
    return f"Before training: torch.nn.init.orthogonal_({W}). Between loss.backward() and optimizer.step(): {CLIP}"


def dead_units(record: Record, layer: int, reverse: bool) -> str:
    """Units that read something again."""
    W, b = (weight(record, name, layer, reverse) for name in ("weight_ih", "bias_ih"))
    return (
        f"Start again with torch.nn.init.xavier_uniform_({W}) and torch.nn.init.zeros_({b}), with a smaller learning "
        "rate; or nonlinearity='tanh'"
    )


def saturated(record: Record, layer: int, reverse: bool) -> str:
    """Smaller numbers into the activation."""
    W = weight(record, "weight_ih", layer, reverse)
    return (
        "Scale the inputs to mean 0 and deviation 1: x = (x - x.mean((0, 1))) / x.std((0, 1)). If they are already, "
        f"start again with smaller weights: torch.nn.init.xavier_uniform_({W})"
    )


def vanishing(record: Record, layer: int, reverse: bool, cause: str) -> str:
    """What keeps a gradient alive, by what shrinks it."""
    if cause == "padding":
        return (
            "Say where sequences end: torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False), and "
            "read h_n instead of output[-1]"
        )
    if record.scalars["cell"] == "rnn":
        W = weight(record, "weight_hh", layer, reverse)
        return f"Before training: torch.nn.init.orthogonal_({W}); or nn.LSTM in its place, its forget gates opened"
    H = record.tensors["a"].shape[1]
    b = weight(record, "bias_hh", layer, reverse)
    gate = "forget gate" if record.scalars["cell"] == "lstm" else "update gate"
    return f"Set the {gate}'s part of bias_hh to 1 before training: with torch.no_grad(): {b}[{H}:{2 * H}] = 1"


def axes() -> str:
    """Which axis is time."""
    return (
        "nn.RNN, nn.LSTM and nn.GRU read (timesteps, batch, features) unless made with batch_first=True. Check the "
        "shape of the input, and exchange axes by transpose, never by view or reshape"
    )


def short_horizon() -> str:
    """Hand the state on."""
    return (
        "Hand the state from step to step as it is: h = cell(x_t, h), without .detach(), .data or a new state of zeros"
    )
