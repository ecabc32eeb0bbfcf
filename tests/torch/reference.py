"""The same layers once more, written out step by step for one sequence, so that autograd shows every dL/dh_t."""

import torch


def step(cell, nonlinearity, weights, x, h, c):
    """One timestep by PyTorch's documentation of nn.RNN, nn.LSTM and nn.GRU."""
    W_ih, W_hh, b_ih, b_hh, W_hr = weights
    seen, kept = W_ih @ x + b_ih, W_hh @ h + b_hh
    if cell == "rnn":
        return getattr(torch, nonlinearity)(seen + kept), c
    if cell == "lstm":
        i, f, g, o = (seen + kept).chunk(4)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        return (h if W_hr is None else W_hr @ h), c
    (r, z, n), (hr, hz, hn) = seen.chunk(3), kept.chunk(3)
    r, z = torch.sigmoid(r + hr), torch.sigmoid(z + hz)
    return (1 - z) * torch.tanh(n + r * hn) + z * h, c


def unrolled(module, x, h0=None, c0=None):
    """Every h_t and c_t of one sequence x (T, I) by (layer, direction), in the order of reading, and what comes out.

    The states keep their gradients. Returns states, output (T, directions · P), h_n and c_n (layers · directions, …).
    """
    cell = type(module).__name__.lower()
    P = getattr(module, "proj_size", 0) or module.hidden_size
    entering, states, h_n, c_n = list(x), {}, [], []
    for layer in range(module.num_layers):
        outputs = []
        for direction in range(2 if module.bidirectional else 1):
            suffix = f"_l{layer}" + ("_reverse" if direction else "")
            weights = [
                getattr(module, f"{name}{suffix}", None)
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
            ]
            weights = [0.0 if weight is None and name < 4 else weight for name, weight in enumerate(weights)]
            row = layer * (2 if module.bidirectional else 1) + direction
            h = x.new_zeros(P) if h0 is None else h0[row]
            c = x.new_zeros(module.hidden_size) if c0 is None else c0[row]
            h, c = h.clone().requires_grad_(), c.clone().requires_grad_()
            hs, cs = [h], [c]
            for x_t in reversed(entering) if direction else entering:
                h, c = step(cell, getattr(module, "nonlinearity", "tanh"), weights, x_t, h, c)
                hs.append(h)
                cs.append(c)
            for state in hs + (cs if cell == "lstm" else []):
                state.retain_grad()
            states[layer, direction] = hs, cs
            outputs.append(hs[:0:-1] if direction else hs[1:])
            h_n.append(hs[-1])
            c_n.append(cs[-1])
        entering = [torch.cat(pair) for pair in zip(*outputs, strict=True)]
    return states, torch.stack(entering), torch.stack(h_n), torch.stack(c_n)


def gradients(states, module):
    """dL/dh by the names of a record, after the loss has gone backward; the initial state first, reverse: last."""
    found = {}
    for (layer, direction), kinds in states.items():
        for name, each in zip(("dh", "dc"), kinds, strict=True):
            if name == "dc" and type(module).__name__ != "LSTM":
                continue
            rows = torch.stack([torch.zeros_like(state) if state.grad is None else state.grad for state in each])
            label = f"{name}{f'_l{layer + 1}' if layer else ''}{'_reverse' if direction else ''}"
            found[label] = (rows.flip(0) if direction else rows).numpy()
    return found
