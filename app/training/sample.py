"""How the network continues a sequence by itself: each class drawn from its outputs is its next input."""

import numpy as np

from ..engine import Network, Params

LENGTH = 120


def continuation(step: Network, params: Params, after: Network, rng: np.random.Generator) -> np.ndarray:
    """Class indices (LENGTH,) that go on where the one sequence in `after` ends.

    `step` is a workspace of one timestep for one sequence; classes and inputs must be the same one-hot alphabet. Fewer
    classes are returned where the outputs stop being finite.
    """
    step.load(params)
    classes: list[int] = []
    states, logits = after.last_states(), after.y[-1, 0]
    nothing = np.full((1, 1), -1)
    while len(classes) < LENGTH and np.isfinite(logits).all():
        odds = np.exp(logits.astype(np.float64) - logits.max())
        drawn = int(np.searchsorted(np.cumsum(odds) / odds.sum(), rng.random()))
        classes.append(min(drawn, len(odds) - 1))
        x = np.zeros((1, 1, len(odds)), step.dtype)
        x[0, 0, classes[-1]] = 1.0
        step.go_on(x, nothing, states)
        states, logits = step.last_states(), step.y[0, 0]
    return np.array(classes, np.int64)
