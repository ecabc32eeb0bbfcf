"""Scene 15: what k1 and k2 keep, and a cut that points the wrong way. The scene's own seed."""

import numpy as np
import pytest

from app.engine.layer import Layer
from tests.scenes.reading import SCENES, Trainer, gradients, opened, says

CONFIG = SCENES["truncation"].config


def kept(k1, k2, T=24):
    """Timesteps k at which E_T still counts where a pass every k1 timesteps reaches k2 back."""
    end = min(T, k1 * -(-T // k1))
    return sum(end - k2 < k <= T for k in range(1, T + 1))


def test_what_is_kept_is_counted():
    says(
        "truncation",
        f"the one loss, E_24, counts: {kept(24, 24)} timesteps uncut; "
        f"{kept(8, 16)} with every 8, back 16; {kept(4, 4)} with every 4, back 4",
    )
    record = opened("truncation").record()
    assert record.needed_lag == 23
    assert np.flatnonzero(~np.isnan(record.target[:, 0])).tolist() == [23], "there is one loss, the last"
    for k1, k2 in ((8, 16), (4, 4)):
        used = Trainer(CONFIG.changed({"k1": k1, "k2": k2})).record({"flow"}).tensors["share_used"][-1, 1:]
        assert np.count_nonzero(used > 0) == kept(k1, k2)


@pytest.fixture
def walked(monkeypatch):
    """How far each backward pass of an update goes back, and so how many timesteps' states it needs."""
    sweeping = Layer.sweeping

    def of(k1, k2):
        trainer, lengths = Trainer(CONFIG.changed({"k1": k1, "k2": k2})), []

        def spied(layer, last, lowest, *how):
            lengths.append(last - lowest)
            return sweeping(layer, last, lowest, *how)

        with monkeypatch.context() as patched:
            patched.setattr(Layer, "sweeping", spied)
            trainer.advance()
        return lengths

    return of


def test_truncation_needs_fewer_states_at_a_time_and_not_fewer_steps(walked):
    whole, cut = walked(0, 0), walked(8, 16)
    assert whole == [24]
    assert max(cut) == 16 < max(whole)
    assert sum(cut) == 40 > sum(whole)
    says(
        "truncation",
        "saves memory, not computation",
        f"every 8, back 16 goes {' + '.join(map(str, cut))} = {sum(cut)} steps, one uncut pass {sum(whole)}.",
    )
    assert sum(walked(4, 4)) == sum(whole), "disjoint passes go as many steps as the uncut one"


def cosine(k1, k2):
    full, cut = gradients(CONFIG), gradients(CONFIG.changed({"k1": k1, "k2": k2}))
    a, b = (np.concatenate([g[name].ravel() for name in ("W_xh", "W_hh", "b_h")]) for g in (full, cut))
    return a @ b / np.linalg.norm(a) / np.linalg.norm(b)


def test_a_deep_cut_points_the_wrong_way():
    assert cosine(4, 4) < -0.3
    assert cosine(8, 16) > 0.9
    says("truncation", "below −0.3", "above 0.9")
    assert opened("truncation").record({"truncation"}).truncation_cosine.min() < 0


@pytest.mark.parametrize(("k1", "k2", "sign"), [(0, 0, -1), (4, 4, 1), (8, 16, -1)])
def test_an_update_the_wrong_way_raises_the_loss(k1, k2, sign):
    record = Trainer(CONFIG.changed({"k1": k1, "k2": k2})).step(loss_after=True)
    assert np.sign(record.loss_after - record.loss) == sign
    says(
        "truncation",
        "At the start an update along every 4, back 4 raises the loss; every 8, back 16 has a cosine above",
    )
