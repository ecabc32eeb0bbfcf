"""A forward pass written separately, gate by gate, for automatic differentiation: the second road to every number."""

import autograd.numpy as np
import numpy

SQRT_2_PI = numpy.sqrt(2 / numpy.pi)
PHI = {
    "tanh": np.tanh,
    "relu": lambda a: np.where(a > 0, a, 0.0),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "linear": lambda a: a,
    "leaky_relu": lambda a: np.where(a > 0, a, 0.01 * a),
    "elu": lambda a: np.where(a > 0, a, np.exp(np.where(a > 0, 0.0, a)) - 1),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "hardtanh": lambda a: np.where(a > 1, 1.0, np.where(a < -1, -1.0, a)),
    "gelu": lambda a: 0.5 * a * (1 + np.tanh(SQRT_2_PI * (a + 0.044715 * a**3))),
    "silu": lambda a: a / (1 + np.exp(-a)),
}

PARAMETERS = ("W_xh", "W_hh", "u_hh", "b_h", "b_hn", "g_x", "g_h", "g_c", "b_c")


def norm(v):
    """LN as torch.nn.functional.layer_norm has it, with its eps."""
    return (v - np.mean(v, axis=1, keepdims=True)) / np.sqrt(np.var(v, axis=1, keepdims=True) + 1e-5)


def step(cell, activation, p, x_t, h, c, push_c=0.0):
    """h_t and c_t (None but for an lstm) from x_t (B, I), h_{t-1} and c_{t-1}; push_c is added to c_t, as a handle."""
    phi, sigma = PHI[activation], PHI["sigmoid"]
    if cell == "rnn":
        return phi(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"]), None
    if cell == "lstm":
        i, f, g, o = np.split(x_t @ p["W_xh"] + h @ p["W_hh"] + p["b_h"], 4, axis=1)
        c = sigma(f) * c + sigma(i) * phi(g) + push_c
        return sigma(o) * phi(c), c
    if cell == "ln_lstm":
        from_x, from_h = norm(x_t @ p["W_xh"]) * p["g_x"], norm(h @ p["W_hh"]) * p["g_h"]
        i, f, g, o = np.split(from_x + from_h + p["b_h"], 4, axis=1)
        c = sigma(f) * c + sigma(i) * phi(g) + push_c
        return sigma(o) * phi(norm(c) * p["g_c"] + p["b_c"]), c
    if cell == "indrnn":
        return phi(x_t @ p["W_xh"] + p["u_hh"] * h + p["b_h"]), None
    if cell == "mingru":
        a_z, a_n = np.split(x_t @ p["W_xh"] + p["b_h"], 2, axis=1)
        return (1 - sigma(a_z)) * h + sigma(a_z) * phi(a_n), None
    r_x, z_x, n_x = np.split(x_t @ p["W_xh"] + p["b_h"], 3, axis=1)
    r_h, z_h, n_h = np.split(h @ p["W_hh"], 3, axis=1)
    z = sigma(z_x + z_h)
    return (1 - z) * phi(n_x + sigma(r_x + r_h) * (n_h + p["b_hn"])) + z * h, None


def walk(cell, activation, p, x, h0, c0, push_h=None, push_c=None, reverse=False, push_on=None):
    """The states of one layer as lists: h_0 … h_T and c_0 … c_T, in the order in which the layer reads x.

    x: T rows (B, I). push_h[j] and push_c[j] (T+1, B, H), in that order too, are added to them, as handles; push_on[j]
    to h_j only as the next timestep takes it in.
    """
    none = numpy.zeros((len(x) + 1, *h0.shape))
    push_h, push_c, push_on = (none if push is None else push for push in (push_h, push_c, push_on))
    hs, cs = [h0 + push_h[0]], [c0 + push_c[0]]
    for j, t in enumerate(reversed(range(len(x))) if reverse else range(len(x))):
        h, c = step(cell, activation, p, x[t], hs[-1] + push_on[j], cs[-1], push_c[j + 1])
        hs.append(h + push_h[j + 1])
        cs.append(c)
    return hs, cs


def close(ours, theirs):
    """To ten digits of the largest entry (of 1 where that is smaller)."""
    scale = numpy.maximum(1.0, numpy.abs(theirs).max())
    numpy.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=1e-10)


def stack(cell, activation, params, x, initial, num_layers=1, bidirectional=False, push=None):
    """The last layer's states (T rows (B, H), side by side with two directions), and those of all layers.

    The latter by the ending of their names, each in its own order. ``initial``: states (B, H) by name; a learned one in
    ``params`` goes before. ``push``: handles (T+1, B, H) by ending for h, by "c" + ending for c, by
    "on" + ending for h on its way to the next timestep alone.
    """
    push, found = push or {}, {}
    entering = list(x) if "W_emb" not in params else [x_t @ params["W_emb"] for x_t in x]
    for level in range(1, num_layers + 1):
        outputs = []
        for reverse in (False, True) if bidirectional else (False,):
            ending = (f"_l{level}" if level > 1 else "") + ("_reverse" if reverse else "")
            own = {name: params[name + ending] for name in PARAMETERS if name + ending in params}
            none = numpy.zeros((x.shape[1], len(params["W_hy"]) // (2 if bidirectional else 1)))
            h0, c0 = (
                none + params[name + ending] if name + ending in params else initial.get(name + ending, none)
                for name in ("h0", "c0")
            )
            handles = push.get(ending), push.get("c" + ending)
            hs, cs = walk(cell, activation, own, entering, h0, c0, *handles, reverse, push.get("on" + ending))
            found[ending] = hs, cs
            outputs.append(hs[:0:-1] if reverse else hs[1:])
        entering = [np.concatenate(both, axis=1) for both in zip(*outputs, strict=True)]
    return entering, found


def objective(loss, entering, params, target, reduction="sum", at=None):
    """The mean over the batch of E, or of E_at alone, from the last layer's states."""
    known = target >= 0 if target.ndim == 2 else ~numpy.isnan(target[..., 0])
    B = target.shape[1]
    n = numpy.maximum(known.sum(axis=0), 1) if reduction == "mean" else numpy.ones(B)
    total = 0.0
    for t, h in enumerate(entering, start=1):
        if at not in (None, t):
            continue
        y = h @ params["W_hy"] + params["b_y"]
        for b in range(B):
            if not known[t - 1, b]:
                continue
            if loss == "cross_entropy":
                E = np.log(np.sum(np.exp(y[b]))) - y[b, target[t - 1, b]]
            else:
                E = np.mean((y[b] - target[t - 1, b]) ** 2)
            total = total + E / n[b] / B
    return total
