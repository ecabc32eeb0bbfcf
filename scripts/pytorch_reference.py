"""What PyTorch itself computes for one small module of each cell, for tests/training/test_pytorch_reference.py.

    .venv-peers/bin/python -m pip install safetensors      # beside the PyTorch that `make bench-engine` installs
    .venv-peers/bin/python scripts/pytorch_reference.py    # writes tests/training/pytorch_{rnn,lstm,gru}.safetensors

A file holds the module's weights with both biases away from 0, three sequences, and what PyTorch makes of them: the
outputs of the module and, from its own automatic differentiation, the gradient of every weight and every dE/dh_t.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

I, H, O, T, B = 3, 6, 2, 12, 3
KINDS = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
FOLDER = Path(__file__).parent.parent / "tests" / "training"


class Model(torch.nn.Module):
    def __init__(self, cell: str) -> None:
        super().__init__()
        self.rnn = KINDS[cell](I, H, batch_first=True)
        self.readout = torch.nn.Linear(H, O)


def reference(cell: str) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    model = Model(cell).double()
    inputs, targets = torch.randn(B, T, I).double(), torch.randn(B, T, O).double()
    outputs = model.readout(model.rnn(inputs)[0])

    states, state = [], None
    for t in range(T):
        _, state = model.rnn(inputs[:, t : t + 1], state)
        h = state[0] if cell == "lstm" else state
        h.retain_grad()
        states.append(h)
    stepped = model.readout(torch.stack([h[0] for h in states], dim=1))
    assert torch.allclose(stepped, outputs, atol=1e-14)
    ((stepped - targets) ** 2).mean(dim=2).sum().div(B).backward()  # E_t: mean over outputs; L: mean over sequences

    weights = {f"module.{name}": value.detach() for name, value in model.state_dict().items()}
    gradients = {f"grad.{name}": value.grad for name, value in model.named_parameters()}
    dh = B * torch.stack([h.grad[0] for h in states], dim=1)  # of each sequence's own E
    return weights | gradients | {"inputs": inputs, "targets": targets, "y": outputs.detach(), "dh": dh}


for cell in KINDS:
    tensors = {name: value.contiguous() for name, value in reference(cell).items()}
    save_file(tensors, FOLDER / f"pytorch_{cell}.safetensors")
