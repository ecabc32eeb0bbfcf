"""A model's weights go into a run and come back: outputs, every dL/dh_t and every gradient are PyTorch's."""

import itertools

import numpy as np
import pytest
import torch
from safetensors.torch import load
from torch import nn

from app.training import RunConfig, Trainer
from tests.torch.reference import gradients, unrolled

T, B, H, CLASSES, SIZE, INPUTS, OUTPUTS = 7, 3, 4, 5, 3, 2, 2
CLOSE = {"rtol": 1e-11, "atol": 1e-12}
SHOWN = 1


class Model(nn.Module):
    """As people write it: nn.Embedding for tokens, a recurrent module, nn.Linear; initial states learned or not."""

    def __init__(self, cell, layers, both, embedded, starts, first):
        super().__init__()
        entering = SIZE if embedded else INPUTS
        kind = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}[cell]
        options = {"num_layers": layers, "bidirectional": both, "batch_first": first, "dtype": torch.float64}
        self.first = first
        if embedded:
            self.embedding = nn.Embedding(CLASSES, SIZE, dtype=torch.float64)
        self.rnn = kind(entering, H, **options)
        rows = layers * (1 + both)
        for state in ("h0", "c0") if starts and cell == "lstm" else ("h0",) if starts else ():
            setattr(self, state, nn.Parameter(torch.randn(rows, 1, H, dtype=torch.float64)))
        self.readout = nn.Linear(H * (1 + both), OUTPUTS, dtype=torch.float64)

    def entering(self, x):
        return self.embedding(x) if hasattr(self, "embedding") else x

    def starts(self, size):
        states = tuple(
            getattr(self, name).expand(-1, size, -1).contiguous() for name in ("h0", "c0") if hasattr(self, name)
        )
        return None if not states else states if len(states) > 1 else states[0]

    def forward(self, x):
        x = self.entering(x)
        output, _ = self.rnn(x if self.first else x.transpose(0, 1), self.starts(len(x)))
        return self.readout(output if self.first else output.transpose(0, 1))


def cases():
    for cell, layers, both, embedded, starts in itertools.product(
        ("rnn", "lstm", "gru"), (1, 2, 4), (False, True), (False, True), (False, True)
    ):
        first = both ^ embedded ^ starts  # with and without it in as many cases
        words = {"both": both, "embedding": embedded, "h0": starts, "batch_first": first}
        label = "-".join([cell, str(layers), *(word for word, on in words.items() if on)])
        yield pytest.param(cell, layers, both, embedded, starts, first, id=label)


def data_of(embedded):
    rng = np.random.default_rng(4)
    inputs = rng.integers(0, CLASSES, (B, T)) if embedded else rng.standard_normal((B, T, INPUTS))
    if embedded:
        inputs[0, 0] = CLASSES - 1  # the largest says how many there are
    return {"inputs": inputs, "targets": rng.standard_normal((B, T, OUTPUTS))}


def loss_of(output, targets):
    """E_t is the mean over outputs, E the sum over t."""
    return ((output - targets) ** 2).mean(-1).sum(-1)


def ours(name):
    """The gradient's name in a record: of `rnn.weight_ih_l1_reverse` grad.W_xh_l2_reverse, transposed."""
    kind, _, rest = name.removeprefix("rnn.").partition("_l")
    level, _, reverse = rest.partition("_")
    ending = (f"_l{int(level) + 1}" if level not in ("", "0") else "") + ("_reverse" if reverse else "")
    return {"weight_ih": "W_xh", "weight_hh": "W_hh", "bias_ih": "b_h"}.get(kind), ending


@pytest.mark.parametrize(("cell", "layers", "both", "embedded", "starts", "first"), list(cases()))
def test_a_model_of_layers_directions_and_an_embedding_is_the_same_network_here(
    cell, layers, both, embedded, starts, first
):
    model, data = Model(cell, layers, both, embedded, starts, first), data_of(embedded)
    run = Trainer(RunConfig(batch_size=B, sequence_length=T), dataset=data)
    run.load_weights(model.state_dict(), adopt=True)
    assert (run.config.num_layers, run.config.bidirectional, run.config.train_h0) == (layers, both, starts)
    assert run.config.embedding_size == (SIZE if embedded else 0)
    run.show(SHOWN)
    record = run.record({"gradients"})

    x, targets = torch.as_tensor(data["inputs"]), torch.as_tensor(data["targets"])
    output = model(x)
    np.testing.assert_allclose(record.y, output[SHOWN].detach(), rtol=1e-6, atol=1e-7)
    loss = loss_of(output, targets).mean()
    loss.backward()
    assert record.loss == pytest.approx(loss.item(), rel=1e-12)
    for name, parameter in model.rnn.named_parameters():
        kind, ending = ours(name)
        if kind is not None:
            found = record.tensors[f"grad.{kind}{ending}"]
            np.testing.assert_allclose(found, parameter.grad.numpy().T, **CLOSE, err_msg=name)
    np.testing.assert_allclose(record.tensors["grad.W_hy"], model.readout.weight.grad.numpy().T, **CLOSE)
    if embedded:
        np.testing.assert_allclose(record.tensors["grad.W_emb"], model.embedding.weight.grad, **CLOSE)
    endings = [f"_l{n}" if n > 1 else "" for n in range(1, layers + 1)]
    endings = [ending + way for ending in endings for way in (("", "_reverse") if both else ("",))]
    for state in ("h0", "c0"):
        if hasattr(model, state):
            for ending, gradient in zip(endings, getattr(model, state).grad[:, 0], strict=True):
                np.testing.assert_allclose(record.tensors[f"grad.{state}{ending}"], gradient, **CLOSE)

    rows = {name: getattr(model, name)[:, 0] for name in ("h0", "c0") if hasattr(model, name)}
    states, stepped, *_ = unrolled(model.rnn, model.entering(x)[SHOWN].detach(), rows.get("h0"), rows.get("c0"))
    loss_of(model.readout(stepped), targets[SHOWN]).backward()
    for name, gradient in gradients(states, model.rnn).items():
        np.testing.assert_allclose(record.tensors[name], gradient, rtol=1e-6, atol=1e-7, err_msg=name)
        base, _, ending = name.partition("_")
        norm = record.tensors[f"{base}_norm{ending and '_' + ending}"]
        np.testing.assert_allclose(norm, np.linalg.norm(gradient, axis=1), **CLOSE, err_msg=name)

    back = Model(cell, layers, both, embedded, starts, first)
    back.load_state_dict(load(run.export_weights()))
    np.testing.assert_allclose(back(x).detach(), output.detach(), **CLOSE)
