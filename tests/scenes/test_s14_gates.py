"""Scene 14: gates alone are not enough; an open forget gate is.

At the start 5 of 5 seeds. After 60 and 100 updates (right: loss below 0.05; guessing: above 0.4) 3 of 3 seeds, but for
the plain cell: the scene's own seed and at least one of the two others, as luck may help it.
"""

import numpy as np
import pytest

from tests.scenes.reading import SCENES, Trainer, after, says, written

RNN, CLOSED, OPEN, GRU = SCENES["gates"].configs()
SEEDS = (RNN.seed, 1, 2, 4, 5)


def lanes(seed):
    return [Trainer(config.changed({"seed": seed})) for config in (RNN, CLOSED, OPEN, GRU)]


def what_comes_back(record):
    """ln of how much of the last timestep's gradient, the cell state's if there is one, is left at the first."""
    ln = record.tensors.get("ln_dc_norm", record.ln_dh_norm)
    return float(ln[1] - ln[-1])


@pytest.mark.parametrize("seed", SEEDS)
def test_what_reaches_the_first_timestep(seed):
    records = [trainer.record({"gates"}) for trainer in lanes(seed)]
    rnn, closed, opened, gru = (what_comes_back(record) for record in records)
    assert max(rnn, closed) < np.log(1e-6)
    assert min(opened, gru) > np.log(1e-3)
    assert records[1].gates[:, 1].mean() == pytest.approx(0.5, abs=0.05)
    assert records[2].gates[:, 1].mean() == pytest.approx(0.88, abs=0.03)
    says(
        "gates",
        "first 3 of 40 timesteps",
        "half open",
        "f_t near 0.88",
    )
    if seed == RNN.seed:
        arrives = [np.exp(float(record.ln_dh_norm[1] - record.ln_dh_norm[40])) for record in records]
        says("gates", f"At the start {written(arrives[0])} of the gradient at h_40 arrives at h_1 in the plain cell")
        says("gates", f"half open: {written(arrives[1])} arrives;", f"near 0.88: {arrives[2]:.4f};")
        says("gates", f"where z_t does this, {arrives[3]:.4f}.")


def test_open_gates_learn_and_the_others_guess():
    lucky = 0
    for seed in SEEDS[:3]:
        rnn, closed, opened, gru = lanes(seed)
        for trainer in (opened, gru):
            after(trainer, 59)
            assert after(trainer, 1).loss_per_timestep < 0.05
            assert trainer.record().accuracy == 1
        assert after(closed, 100).loss_per_timestep > 0.4
        lucky += after(rnn, 100).loss_per_timestep <= 0.4
        assert not (lucky and seed == RNN.seed)
    assert lucky <= 1
    says("gates", "Within 60 updates lanes 3 and 4 answer rightly every time", "still guess after 100")


def test_the_answer_to_the_question_is_right():
    trainers = lanes(RNN.seed)
    losses = [1.0]
    while min(losses) >= 0.05:
        losses = [trainer.record().loss_per_timestep for trainer in trainers]
        for trainer in trainers:
            trainer.advance()
    assert losses.index(min(losses)) == SCENES["gates"].question.answer
