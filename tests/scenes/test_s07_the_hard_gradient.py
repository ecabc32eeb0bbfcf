"""Scene 7: the terms k = 1 … 4 are the whole gradient, for W_hh and W_xh; the explicit one alone points elsewhere.

The scene's own numbers for its seed; the explicit term is no multiple of the whole (cosine below 0.95): 5 of 5 seeds.
"""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, opened, says, seeds

SCENE = SCENES["the-hard-gradient"]
T = 4


def terms(record, params, length=T):
    """∂E_T/∂h_T · (∂h_T/∂h_{T-1} · … · ∂h_{k+1}/∂h_k) · ∂⁺h_k/∂W for k = 1 … T, of W_hh and of W_xh, written out."""
    h, x, y = (getattr(record, name).astype(np.float64) for name in ("h", "x", "y"))
    odds = np.exp(y[-1] - y[-1].max())
    error = odds / odds.sum()
    error[record.target[-1]] -= 1
    gradient = params["W_hy"] @ error  # ∂E_T/∂h_T
    hh, xh = [], []
    for k in range(length, 0, -1):
        at_a = gradient * (1 - h[k] ** 2)  # tanh
        hh.append(np.outer(h[k - 1], at_a))
        xh.append(np.outer(x[k - 1], at_a))
        gradient = params["W_hh"] @ at_a  # one ∂h_k/∂h_{k-1} further back
    return hh[::-1], xh[::-1]


def cosine(a, b):
    return float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))


@pytest.mark.parametrize("length", [T, T + 1])
def test_only_the_last_loss_counts(length):
    """Also after the reader's second step."""
    record = opened("the-hard-gradient", sequence_length=length).record()
    assert np.flatnonzero(record.loss_t).tolist() == [length - 1]
    says("the-hard-gradient", "At the start E_4 is the only loss", "to 5: each path begins at E_5, one step longer")


@pytest.mark.parametrize("length", [T, T + 1])
def test_the_record_holds_the_norm_of_each_term(length):
    """Also after the reader's second step."""
    trainer = opened("the-hard-gradient")
    trainer.configure(sequence_length=length)
    record = trainer.record()
    hh, xh = terms(record, trainer.params, length)
    assert [np.linalg.norm(term) for term in hh] == pytest.approx(record.dW_hh_norm.tolist(), abs=1e-6)
    assert [np.linalg.norm(term) for term in xh] == pytest.approx(record.dW_xh_norm.tolist(), abs=1e-6)
    assert record.dW_hh_norm[0] == 0
    assert (record.dW_xh_norm > 0.01).all()


def test_the_text_writes_the_norms_of_the_terms():
    trainer = opened("the-hard-gradient")
    hh, xh = (list(map(np.linalg.norm, term)) for term in terms(trainer.record(), trainer.params))
    says(
        "the-hard-gradient",
        f"At the start the explicit term, k\u00a0=\u00a04, has norm {hh[3]:.3f}",
        f"{hh[2]:.3f} via h_3",
        f"{hh[1]:.3f} via h_2",
        f"At k\u00a0=\u00a01 W_hh meets h_0\u00a0=\u00a00: its term is {hh[0]:.0f}.",
        f"At k\u00a0=\u00a01 W_xh counts: its term has norm {xh[0]:.3f} at the start",
    )


def test_the_terms_add_up_to_the_gradient_of_a_batch_of_that_sequence():
    trainer = opened("the-hard-gradient", batch_size=1)
    batch = trainer.task.batch(trainer.config.seed, 0, 1)
    for (t, i), value in np.ndenumerate(batch.x[:, 0]):
        trainer.edit("x", [t, i], float(value))  # the picture shows the sequence the gradient is of
    record = trainer.record({"gradients"})
    if batch.target[-1, 0] != record.target[-1]:
        record.tensors["target"] = batch.target[:, 0]
    hh, xh = terms(record, trainer.params)
    assert np.allclose(sum(hh), record.tensors["grad.W_hh"], atol=1e-6)
    assert np.allclose(sum(xh), record.tensors["grad.W_xh"], atol=1e-6)


def test_the_explicit_term_alone_points_elsewhere():
    trainer = opened("the-hard-gradient")
    hh, _ = terms(trainer.record(), trainer.params)
    explicit = cosine(hh[3], sum(hh))
    says("the-hard-gradient", f"is {explicit:.2f}; the same")
    assert trainer.record({"truncation"}).truncation_cosine[0] == pytest.approx(explicit, abs=1e-6)
    for config in seeds(SCENE.config, 5):
        other = Trainer(config)
        hh, _ = terms(other.record(), other.params)
        assert cosine(hh[3], sum(hh)) < 0.95
