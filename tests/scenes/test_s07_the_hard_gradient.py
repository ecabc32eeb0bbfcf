"""Scene 7: the parts of all lags are the whole gradient; the explicit one alone points elsewhere.

Cosine below 0.7 for the scene, and for at least 4 of 5 seeds.
"""

from itertools import pairwise

import numpy as np

from tests.scenes.reading import SCENES, Trainer, gradients, ln_flow, opened, says, seeds

SCENE = SCENES["the-hard-gradient"]


def test_only_the_last_loss_counts_and_arrives_everywhere():
    record = opened("the-hard-gradient").record({"flow"})
    assert np.flatnonzero(record.loss_t).tolist() == [9]
    assert all(np.isfinite(ln_flow(record, 10, k)) for k in range(1, 11))


def test_the_parts_add_up_to_the_whole():
    """What is truncated to reach k back, k = 1 … T, is a sum of parts that ends at the whole gradient."""
    whole = gradients(SCENE.config)["W_hh"]
    reach = [gradients(SCENE.config.changed({"k1": 1, "k2": k}))["W_hh"] for k in range(1, 11)]
    parts = [reach[0], *(longer - shorter for shorter, longer in pairwise(reach))]
    assert np.allclose(sum(parts), whole, rtol=1e-10, atol=1e-14)
    assert sum(np.linalg.norm(part) > 1e-6 * np.linalg.norm(whole) for part in parts) == 9  # h_0 = 0: lag 9 is empty
    assert opened("the-hard-gradient").record({"flow"}).flow_residual < 1e-10


def test_the_explicit_part_alone_points_elsewhere():
    cosine = opened("the-hard-gradient").record({"truncation"}).truncation_cosine
    assert cosine[0] < 0.7
    assert cosine[-1] > 1 - 1e-9
    below = [Trainer(config).record({"truncation"}).truncation_cosine[0] < 0.7 for config in seeds(SCENE.config, 5)]
    assert sum(below) >= 4
    says("the-hard-gradient", "below 0.7")
