"""Which parts of a PyTorch model are recurrent, and what they are.

PyTorch is never imported: a model that is handed in brought it along, so its classes are looked up where they are.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import BadValue, shown

FUSED = {"RNN": "rnn", "LSTM": "lstm", "GRU": "gru"}  # class names in torch.nn, whole layers
CELLS = {"RNNCell": "rnn", "LSTMCell": "lstm", "GRUCell": "gru"}  # one timestep a call
SHARDED = {"FullyShardedDataParallel", "FSDPModule"}


@dataclass(frozen=True)
class Spec:
    """What a recurrent module computes. ``cell`` and ``activation`` are the engine's names, sizes PyTorch's."""

    cell: str
    activation: str
    input_size: int
    hidden_size: int
    num_layers: int = 1
    bidirectional: bool = False
    proj_size: int = 0
    batch_first: bool = False
    dropout: float = 0.0
    one_step: bool = False  # an nn.*Cell, which a loop calls once a timestep
    bias: bool = True

    @property
    def state_size(self) -> int:
        """The width of h: P with a projection, else H."""
        return self.proj_size or self.hidden_size

    @property
    def directions(self) -> int:
        """1 or 2."""
        return 2 if self.bidirectional else 1


def torch_of(model: Any) -> Any:
    """The `torch` that ``model`` came with."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        raise BadValue(
            f"Expected a PyTorch model (torch.nn.Module); got {shown(type(model).__name__)}. "
            "Try unroll.watch(model), before the training loop."
        )
    return torch


def spec_of(module: Any) -> Spec | None:
    """What ``module`` computes, or None where it is not recurrent."""
    nn = torch_of(module).nn
    for name, cell in FUSED.items():
        if isinstance(module, getattr(nn, name)):
            return Spec(
                cell=cell,
                activation=getattr(module, "nonlinearity", "tanh"),
                input_size=module.input_size,
                hidden_size=module.hidden_size,
                num_layers=module.num_layers,
                bidirectional=module.bidirectional,
                proj_size=getattr(module, "proj_size", 0),
                batch_first=module.batch_first,
                dropout=float(module.dropout),
                bias=module.bias,
            )
    for name, cell in CELLS.items():
        if isinstance(module, getattr(nn, name)):
            activation = getattr(module, "nonlinearity", "tanh")
            return Spec(cell, activation, module.input_size, module.hidden_size, one_step=True, bias=module.bias)
    return None


def recurrent_modules(model: Any, names: Any = None) -> dict[str, tuple[Any, Spec]]:
    """The recurrent modules of ``model`` by the names of `named_modules()` ("" is the model itself).

    ``names`` chooses some of them. FSDP is refused: its weights are in no process as a whole.
    """
    torch_of(model)
    found: dict[str, tuple[Any, Spec]] = {}
    for name, module in model.named_modules():
        if SHARDED & {kind.__name__ for kind in type(module).__mro__}:
            raise BadValue(
                "Expected a model whose weights are whole in this process; got FSDP, which keeps shards. "
                "Try watching the same model on one process, or under DistributedDataParallel."
            )
        spec = spec_of(module)
        if spec is not None:
            found[name] = (module, spec)
    if not found:
        raise BadValue(
            "Expected a model with an nn.RNN, nn.LSTM, nn.GRU or one of their cells inside; found none. "
            "Recurrences written by hand cannot be watched; try nn.RNNCell, nn.LSTMCell or nn.GRUCell in the loop."
        )
    if names is None:
        return found
    wanted = [names] if isinstance(names, str) or not isinstance(names, Iterable) else list(names)
    unknown = [name for name in wanted if not isinstance(name, str) or name not in found]
    if unknown or not wanted:
        came = shown(unknown[0]) if unknown else "none"
        raise BadValue(
            f"Expected names of recurrent modules, of {', '.join(map(shown, found))}; got {came}.", field="modules"
        )
    return {name: found[name] for name in wanted}


def check_output(module: Any, name: str, spec: Spec, output: Any) -> None:
    """Whether a call gave out what PyTorch's own module gives: a subclass may have another `forward`."""
    lstm = spec.cell == "lstm"
    if spec.one_step:
        wanted = "(h, c)" if lstm else "h"
        states, fits = (output, True) if lstm else ((output,), True)
    else:
        wanted = "output, (h_n, c_n)" if lstm else "output, h_n"
        fits = isinstance(output, tuple) and len(output) == 2
        states = (output[1] if lstm else output[1:]) if fits else ()
    fits = fits and isinstance(states, tuple) and len(states) == 1 + lstm
    if not fits or not all(hasattr(state, "grad_fn") for state in states):
        raise BadValue(
            f"Expected {wanted} from {shown(name) if name else 'the model'}, a {type(module).__name__}; got "
            f"{type(output).__name__}: its `forward` is its own, so it cannot be watched. "
            "Try a module of your own that holds PyTorch's layer and calls it as it is."
        )


def others(model: Any, watched: list[Any]) -> list[Any]:
    """The modules of ``model`` without parts of their own, but the ``watched`` ones: what may read their outputs."""
    known = {id(module) for module in watched}
    return [module for module in model.modules() if id(module) not in known and next(module.children(), None) is None]


def inside_transform(torch: Any) -> bool:
    """Whether a transform of torch.func (grad, vmap) is at work: its tensors stand for others, and hold no numbers."""
    return torch._C._functorch.peek_interpreter_stack() is not None


def stands_for_many(torch: Any, gradient: Any) -> bool:
    """Whether several backward passes run as one, as `torch.autograd.grad(is_grads_batched=True)` makes them."""
    batched = gradient is not None and torch._C._functorch.is_legacy_batchedtensor(gradient)
    return inside_transform(torch) or bool(batched)


def is_compiled(model: Any) -> bool:
    """Whether `torch.compile` wraps the model or a part of it."""
    return any(type(module).__name__ == "OptimizedModule" for module in model.modules())
