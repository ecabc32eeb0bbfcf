"""The same training step written with PyTorch and with JAX, where they are installed.

`PEERS` maps a name to a function (cell, params, x, target) → step. Each step computes the loss, a mean squared error
summed over time and averaged over the batch, and the gradient of every parameter; the instrumented ones also the norm
of every dE/dh_t.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray
Make = Callable[..., Callable[[], object]]
PEERS: dict[str, Make] = {}
OF_ANY_SHAPE: set[str] = set()  # those that also take num_layers and bidirectional

try:
    import torch
except ImportError:
    torch = None
try:
    import jax
    import jax.numpy as jnp
except ImportError:
    jax = None


def _tensors(*arrays: Array) -> list[torch.Tensor]:
    return [torch.tensor(array, dtype=torch.float64) for array in arrays]


def torch_fused(cell: str, params: dict[str, Array], x: Array, target: Array, **shape: Any) -> Callable[[], object]:
    """`nn.RNN`, `nn.LSTM`, `nn.GRU`: fast, and silent about what happens at a timestep."""
    kind = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell]
    network = kind(1, params["W_hh"].shape[0], **shape).double()
    readout = torch.nn.Linear(params["W_hy"].shape[0], 1).double()
    inputs, wanted = _tensors(x, target)
    everything = [*network.parameters(), *readout.parameters()]

    def step() -> object:
        h, _ = network(inputs)
        loss = ((readout(h) - wanted) ** 2).sum() / x.shape[1]
        return torch.autograd.grad(loss, everything)

    return step


def torch_cell_loop(
    cell: str,
    params: dict[str, Array],
    x: Array,
    target: Array,
    *,
    num_layers: int = 1,
    bidirectional: bool = False,
) -> Callable[[], object]:
    """A cell in a Python loop with `retain_grad`: what one writes in order to see dE/dh_t of every layer."""
    H, both = params["W_hh"].shape[0], 2 if bidirectional else 1
    kind = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell]
    levels = [[kind(both * H if level else 1, H).double() for _ in range(both)] for level in range(num_layers)]
    readout = torch.nn.Linear(both * H, 1).double()
    inputs, wanted = _tensors(x, target)
    modules = [*(network for level in levels for network in level), readout]
    everything = [parameter for module in modules for parameter in module.parameters()]

    def walk(network: torch.nn.Module, entering: list[torch.Tensor]) -> list[torch.Tensor]:
        state = None
        states = []
        for x_t in entering:
            state = network(x_t, state)
            h_t = state[0] if cell == "lstm" else state
            h_t.retain_grad()
            states.append(h_t)
        return states

    def step() -> object:
        for parameter in everything:
            parameter.grad = None
        entering, seen = list(inputs), []
        for forward, *reverse in levels:
            states = [walk(forward, entering), *(walk(network, entering[::-1])[::-1] for network in reverse)]
            seen += states
            entering = [torch.cat(h_t, dim=1) if reverse else h_t[0] for h_t in zip(*states, strict=True)]
        loss = ((readout(torch.stack(entering)) - wanted) ** 2).sum() / x.shape[1]
        loss.backward()
        dh = torch.stack([h_t.grad for states in seen for h_t in states])
        return dh.square().sum(dim=(1, 2)).sqrt()

    return step


def jax_instrumented(cell: str, params: dict[str, Array], x: Array, target: Array) -> Callable[[], object]:
    """`jit(scan)`; dE/dh_t is the gradient with respect to a zero added to h_t."""
    H = params["W_hy"].shape[0]
    device_params = {name: jnp.asarray(value) for name, value in params.items()}
    inputs, wanted = jnp.asarray(x), jnp.asarray(target)
    added = jnp.zeros((x.shape[0], x.shape[1], H))

    def advance(p, state, x_t):
        h, c = state
        if cell == "rnn":
            return jnp.tanh(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"]), c
        if cell == "lstm":
            i, f, g, o = jnp.split(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"], 4, axis=-1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            return jax.nn.sigmoid(o) * jnp.tanh(c), c
        from_x, from_h = x_t @ p["W_xh"] + p["b_h"], h @ p["W_hh"]
        r = jax.nn.sigmoid(from_x[:, :H] + from_h[:, :H])
        z = jax.nn.sigmoid(from_x[:, H : 2 * H] + from_h[:, H : 2 * H])
        n = jnp.tanh(from_x[:, 2 * H :] + r * (from_h[:, 2 * H :] + p["b_hn"]))
        return (1 - z) * n + z * h, c

    def objective(p, zeros):
        def walk(state, now):
            x_t, zero = now
            h, c = advance(p, state, x_t)
            h = h + zero
            return (h, c), h

        start = jnp.zeros((x.shape[1], H))
        _, h = jax.lax.scan(walk, (start, start), (inputs, zeros))
        return ((h @ p["W_hy"] + p["b_y"] - wanted) ** 2).sum() / x.shape[1]

    @jax.jit
    def gradients(p, zeros):
        loss, (parameters, dh) = jax.value_and_grad(objective, argnums=(0, 1))(p, zeros)
        return loss, parameters, jnp.sqrt((dh * dh).sum(axis=(1, 2)))

    return lambda: jax.block_until_ready(gradients(device_params, added))


if torch is not None:
    torch.set_num_threads(1)
    PEERS["torch fused"] = torch_fused
    PEERS["torch cell loop"] = torch_cell_loop
    OF_ANY_SHAPE |= set(PEERS)
if jax is not None:
    jax.config.update("jax_enable_x64", True)
    PEERS["jax instrumented"] = jax_instrumented
