"""The same training step written with PyTorch and with JAX, where they are installed.

`PEERS` maps a name to a function (cell, params, x, target) → step. Each step computes the loss, a mean squared error
summed over time and averaged over the batch, and the gradient of every parameter; the instrumented ones also the norm
of every dE/dh_t.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Array = np.ndarray
Make = Callable[[str, dict[str, Array], Array, Array], Callable[[], object]]
PEERS: dict[str, Make] = {}

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


def torch_fused(cell: str, params: dict[str, Array], x: Array, target: Array) -> Callable[[], object]:
    """`nn.RNN`, `nn.LSTM`, `nn.GRU`: fast, and silent about what happens at a timestep."""
    H = params["W_hy"].shape[0]
    network = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[cell](1, H).double()
    readout = torch.nn.Linear(H, 1).double()
    inputs, wanted = _tensors(x, target)
    everything = [*network.parameters(), *readout.parameters()]

    def step() -> object:
        h, _ = network(inputs)
        loss = ((readout(h) - wanted) ** 2).sum() / x.shape[1]
        return torch.autograd.grad(loss, everything)

    return step


def torch_cell_loop(cell: str, params: dict[str, Array], x: Array, target: Array) -> Callable[[], object]:
    """A cell in a Python loop with `retain_grad`: what one writes in order to see dE/dh_t."""
    H = params["W_hy"].shape[0]
    network = {"rnn": torch.nn.RNNCell, "lstm": torch.nn.LSTMCell, "gru": torch.nn.GRUCell}[cell](1, H).double()
    readout = torch.nn.Linear(H, 1).double()
    inputs, wanted = _tensors(x, target)
    everything = [*network.parameters(), *readout.parameters()]

    def step() -> object:
        for parameter in everything:
            parameter.grad = None
        state = None
        states = []
        for x_t in inputs:
            state = network(x_t, state)
            h_t = state[0] if cell == "lstm" else state
            h_t.retain_grad()
            states.append(h_t)
        loss = ((readout(torch.stack(states)) - wanted) ** 2).sum() / x.shape[1]
        loss.backward()
        return torch.stack([h_t.grad for h_t in states]).square().sum(dim=(1, 2)).sqrt()

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
if jax is not None:
    jax.config.update("jax_enable_x64", True)
    PEERS["jax instrumented"] = jax_instrumented
