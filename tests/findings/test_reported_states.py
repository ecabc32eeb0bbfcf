"""States in which a sentence was once wrong, made again: what is found there now, beside what is true."""

import numpy as np
import pytest

from app.training import RunConfig, Trainer
from app.training.findings import Facts, WayBack, judge

SMALL = {"sequence_length": 24, "hidden_size": 16, "batch_size": 8, "lag": 8, "seed": 3}


def found(updates=0, watch=(), **config):
    trainer = Trainer(RunConfig(**SMALL | config))
    for _ in range(updates):
        trainer.advance()
    record = trainer.record({"flow", *watch})
    return record, record.scalars["finding"]


def test_of_relu_the_parts_are_what_its_slopes_and_weights_do_to_the_norm():
    """Once: "relu takes 61 % of a gradient at each step", where 0.55 of its norm was left."""
    record, finding = found(activation="relu", lag=20, gain=0.25)
    assert finding["code"] == "vanishing"
    values = finding["values"]
    own = record.ln_flow[values["loss_timestep"] - 1].astype(float)
    inside = record.ln_flow_a[values["loss_timestep"] - 1].astype(float)
    way = range(values["timestep"] + 1, values["loss_timestep"] + 1)
    slopes, weights = sum(inside[k] - own[k] for k in way), sum(own[k - 1] - inside[k] for k in way)
    assert values["parts"]["slope"] == 0, "at its steepest relu takes nothing"
    assert values["parts"]["saturation"] == pytest.approx(slopes, abs=1e-4)
    assert values["parts"]["weights"] == pytest.approx(weights, abs=1e-4)
    assert finding["cause"] == min(("saturation", slopes), ("weights", weights), key=lambda part: part[1])[0]


def test_a_jacobian_that_is_0_at_some_timesteps_stops_the_gradient_and_the_finding_says_where_it_went():
    """Once: a mean of the norms of all timesteps, beside a gradient that falls to nothing."""
    record, finding = found(watch={"spectrum"}, activation="relu", hidden_size=1, lag=20, seed=1)
    norms = record.jacobian_norm
    assert 0 < (norms == 0).sum() < len(norms)
    stopped = np.flatnonzero(norms == 0)[-1] + 1
    assert np.isneginf(record.ln_flow[-1, :stopped]).all()
    assert finding["code"] in ("dead_units", "vanishing")
    if finding["code"] == "vanishing":
        assert finding["values"]["ln_there"] is None or finding["values"]["ln_change"] < np.log(1e-6)


def test_a_wide_river_does_not_hide_that_the_last_losss_own_gradient_is_gone():
    """Once: "neither dries up nor floods", where the last loss's own part was 2e-14."""
    record, finding = found(activation="sigmoid", sequence_length=60, lag=20)
    values = finding["values"]
    assert finding["code"] == "vanishing"
    assert values["nearby_losses"]
    k = values["timestep"]
    assert values["ln_whole"] == pytest.approx(record.ln_dh_norm[k], abs=1e-6)
    assert values["ln_there"] == pytest.approx(record.ln_flow[-1, k], abs=1e-4)
    assert values["ln_whole"] - values["ln_there"] > np.log(1e3)


def test_of_a_network_whose_loss_is_thousands_of_baselines_nothing_is_said_but_its_loss_and_gradient():
    """Once: "neither dries up nor floods", on a network at loss 3480."""
    record, finding = found(readout_std=20.0)
    assert record.scalars["loss_per_timestep"] > 500 * record.scalars["baseline"]
    assert finding["code"] == "learning"
    assert finding["values"]["loss"] == record.scalars["loss_per_timestep"]
    assert finding["values"]["baseline"] == record.scalars["baseline"]


def test_a_learning_rate_of_1_is_what_is_wrong_and_not_a_gradient_that_it_made_small():
    """Once: "dries up"."""
    _, finding = found(updates=30, learning_rate=1.0, optimizer="adam")
    assert (finding["code"], finding["cause"]) == ("overshooting", "learning_rate")
    assert "learning rate" in finding["remedies"][0]["label"]


def test_of_200_timesteps_and_a_lag_of_150_the_150_is_named_with_the_state_it_leads_to():
    """Once it was not named at all."""
    record, finding = found(sequence_length=200, lag=150, activation="sigmoid")
    values = finding["values"]
    assert (finding["code"], values["needed_lag"], values["timestep"]) == ("vanishing", 150, 50)
    assert values["ln_change"] == pytest.approx(record.ln_flow[-1, 50] - record.ln_flow[-1, 200], rel=1e-5)


def test_clipping_of_an_update_that_adam_makes_as_long_anyway_is_no_finding():
    """Once: "keeps 0.03 % of the update", where the update was 7.6e-3 long with clipping and 6.6e-3 without."""
    lengths = []
    for clip in ("norm", "none"):
        _, finding = found(updates=40, clip=clip, clip_threshold=1e-3, lag=2, learning_rate=0.0005)
        assert finding["code"] == "learning"
        trainer = Trainer(
            RunConfig(**SMALL | {"clip": clip, "clip_threshold": 1e-3, "lag": 2, "learning_rate": 0.0005})
        )
        for _ in range(40):
            trainer.advance()
        lengths.append(trainer.record(()).scalars["update_norm"])
    assert 0.5 < lengths[0] / lengths[1] < 2


def test_how_near_the_baseline_a_loss_is_can_be_read_off_the_two_numbers():
    """Once: "within a tenth of the baseline", beside a loss of 0.609 of it."""
    record, finding = found(updates=200, lag=2)
    ratio = record.scalars["loss_per_timestep"] / record.scalars["baseline"]
    assert finding["values"]["loss"] / finding["values"]["baseline"] == ratio


def test_an_lstm_that_has_learned_its_task_is_not_said_to_be_saturated():
    """Once: "saturated", of a network whose units hold 1 or -1 because that is what the task asks for."""
    config = {"task": "latch", "cell": "lstm", "forget_bias": 1.0, "learning_rate": 0.02, "sequence_length": 20}
    trainer = Trainer(RunConfig(**SMALL | config))
    for _ in range(400):
        trainer.advance()
    other = Trainer(RunConfig(**SMALL | config | {"learning_rate": 0.0}), weights=trainer.export_weights())
    for name in ("W_xh", "W_hh", "b_h"):
        other.params[name][..., 2 * 16 : 3 * 16] *= 20.0  # the candidate says 1 or -1, and nothing between
    other.configure()
    record = other.record({"saturation"})
    assert record.slope_mean.mean() < 0.1, "its units are nearly flat"
    assert record.scalars["loss_per_timestep"] < 0.01
    assert record.scalars["solved_at"] is None, "nobody has seen it being solved"
    assert record.scalars["finding"]["code"] != "saturated"


def test_units_that_are_flat_are_said_to_be_saturated_while_nothing_is_learned():
    loud = {"cell": "lstm", "input_std": 20.0, "forget_bias": 5.0, "hidden_size": 12, "sequence_length": 20}
    record, finding = found(updates=25, lag=5, learning_rate=0.003, **loud | {"seed": 1})
    assert record.scalars["loss_per_timestep"] > 0.5 * record.scalars["baseline"]
    assert finding["code"] == "saturated"


def test_where_nobody_knows_the_loss_a_direct_path_that_carries_the_gradient_is_no_saturation():
    """A PyTorch model that is watched: its loss is its own."""
    flat = {"slopes": np.full((9, 4), 1e-3), "greatest_slope": 1.0}
    carried = WayBack("h", np.zeros(10), ln_direct=np.full(9, -0.01))
    lost = WayBack("h", np.append(np.full(9, -20.0), 0.0), ln_direct=np.full(9, -2.0))
    plain = WayBack("h", np.zeros(10), ln_slopes=np.zeros(9))
    codes = [judge(Facts(ways=(way,), **flat), ("saturated",)).code for way in (carried, lost, plain)]
    assert codes == [None, "saturated", "saturated"]


def test_both_numbers_of_an_lstms_way_back_are_of_its_last_loss_alone():
    """Once: all losses together where it starts, and one where it ends."""
    record, finding = found(cell="lstm", forget_bias=-4.0, lag=15)
    values = finding["values"]
    last, k = values["loss_timestep"], values["timestep"]
    name = "ln_flow_c" if values["state"] == "c" else "ln_flow"
    own = record.tensors[name][last - 1].astype(float)
    assert (finding["code"], last, k) == ("vanishing", 24, 9)
    assert values["ln_start"] == pytest.approx(own[last], abs=1e-5)
    assert values["ln_there"] == pytest.approx(own[k], abs=1e-4)
    assert values["ln_change"] == pytest.approx(own[k] - own[last], abs=1e-4)
    assert sum(values["parts"].values()) == pytest.approx(values["ln_change"], abs=1e-9)
