"""Figures of a record show its numbers, and the report holds them in one page that asks nobody for anything."""

import base64
import json
import re

import numpy as np
import pytest
from safetensors.numpy import load

from app import figures
from app.report import as_file, escaped, report
from app.training import WATCHABLE, RunConfig, Trainer


def numbers(values) -> np.ndarray:
    """What a figure was given, whether or not Plotly packed it."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values, dtype=float)


@pytest.fixture(scope="module", params=["rnn", "lstm", "gru"])
def trainer(request) -> Trainer:
    trainer = Trainer(
        RunConfig(cell=request.param, sequence_length=20, hidden_size=6, clip="timestep", clip_threshold=0.1)
    )
    for _ in range(3):
        trainer.advance()
    return trainer


@pytest.fixture
def record(trainer):
    return trainer.record(WATCHABLE)


def test_the_norms_are_the_records_in_decades(record):
    curves = {trace.name: trace.y for trace in figures.norms(record).data}
    np.testing.assert_allclose(curves["‖∂E/∂h_t‖"], np.log10(record.dh_norm), rtol=1e-9)
    np.testing.assert_allclose(curves["‖∂E/∂h_t‖ as used"], np.log10(record.dh_norm_used), rtol=1e-9)
    assert ("‖∂E/∂c_t‖" in curves) == ("c" in record.tensors)


def test_the_flow_is_the_records_and_colours_cover_forty_decades(record):
    tiles = figures.flow(record).data[0]
    z = record.ln_flow[:, 1:] / np.log(10)
    np.testing.assert_allclose(tiles.z, np.where(np.isneginf(z), np.nan, z))
    assert (tiles.zmin, tiles.zmax) == (-32, 8)
    assert [stop for stop, _ in tiles.colorscale] == sorted(stop for stop, _ in tiles.colorscale)
    assert tiles.colorscale[0][0] == 0
    assert tiles.colorscale[-1][0] == 1


def test_everything_a_record_holds_can_be_drawn(record):
    drawn = dict(figures.available(record))
    assert {
        "norms",
        "flow",
        "lags",
        "states",
        "gradients",
        "losses",
        "spectrum",
        "weights",
        "distributions",
    } <= drawn.keys()
    assert ("gates" in drawn) == ("gates" in record.tensors)
    for figure in drawn.values():
        assert figure.layout.title.text
        json.loads(figure.to_json())


def test_a_plain_record_can_be_drawn_as_far_as_it_goes(trainer):
    assert [name for name, _ in figures.available(trainer.record(()))] == ["norms", "states", "gradients", "losses"]


def test_a_gradient_of_exactly_zero_is_a_gap_not_a_number():
    trainer = Trainer(RunConfig(sequence_length=4, lag=2, init="zero"))
    curve = figures.norms(trainer.record(())).data[0].y
    assert np.isnan(curve[0])


def test_the_boxes_are_the_entries_and_sizes_that_the_record_holds(record):
    entries, sizes = figures.distributions(record).data[0], figures.gradient_sizes(record).data[0]
    for place, name in enumerate(entries.x):
        assert entries.q1[place] == pytest.approx(np.quantile(record.tensors[name], 0.25))
        assert entries.median[place] == pytest.approx(np.median(record.tensors[name]))
        gradient = np.abs(record.tensors[f"grad.{name}"])
        assert 10 ** sizes.q3[place] == pytest.approx(np.quantile(gradient, 0.75))
        assert 10 ** sizes.lowerfence[place] == pytest.approx(np.quantile(gradient, 0.05))


def test_one_parameter_over_training_is_one_point_a_record():
    trainer = Trainer(RunConfig(sequence_length=8, hidden_size=5))
    records = [trainer.step({"weights", "distributions"}) for _ in range(4)]
    lines = figures.over_training(records, "W_xh").data
    assert [list(line.x) for line in lines] == [[0, 1, 2, 3]] * 7
    np.testing.assert_allclose(lines[3].y, [np.median(one.W_xh) for one in records])
    sizes = figures.over_training(records, "W_xh", gradient=True).data
    largest = [np.abs(one.tensors["grad.W_xh"]).max() for one in records]
    np.testing.assert_allclose(10 ** np.asarray(sizes[6].y), largest)


def test_the_report_is_one_page_with_every_figure_and_no_other_host(trainer):
    page = "".join(report(trainer))
    assert page.startswith("<!doctype html>")
    data = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    plots = {plot["id"]: plot["figure"] for plot in json.loads(data[1])}
    for name in plots:
        assert f'<div class="figure" id="{name}"' in page
    flow = numbers(plots["flow"]["data"][0]["z"])
    z = trainer.record(("flow",)).ln_flow[:, 1:] / np.log(10)
    np.testing.assert_allclose(flow.reshape(z.shape), np.where(np.isneginf(z), np.nan, z), rtol=1e-6)
    ours = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "http" not in ours.replace('http-equiv="Content-Security-Policy"', "")
    assert "default-src 'none'" in page
    assert f"iteration {trainer.iteration}" in page


def plots_of(page):
    data = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL)
    return {plot["id"]: plot["figure"] for plot in json.loads(data[1])}


def test_the_report_draws_the_loss_of_the_whole_training():
    trainer = Trainer(RunConfig(sequence_length=6, hidden_size=4, batch_size=4, lag=2))
    losses = [trainer.step(()).scalars["loss_per_timestep"] for _ in range(300)]
    trainer = Trainer.resume(trainer.snapshot())
    (line,) = plots_of("".join(report(trainer)))["training"]["data"]
    assert line["x"] == list(range(0, 300, 4)), "at most 128 points, evenly spaced"
    assert line["y"] == losses[::4]


@pytest.mark.parametrize("updates", [0, 1, 127, 128, 129, 255, 256, 1000])
def test_the_curve_has_few_points_and_reaches_from_the_first_to_the_last(updates):
    trainer = Trainer(RunConfig(sequence_length=2, hidden_size=1, batch_size=1, lag=0))
    for _ in range(updates):
        trainer.advance()
    iterations = [iteration for iteration, _ in trainer.curve]
    assert len(iterations) <= 128
    apart = iterations[1] if len(iterations) > 1 else 1
    assert iterations == list(range(0, updates, apart))
    assert updates <= 128 or len(iterations) >= 64


def test_the_report_of_own_columns_is_in_their_own_numbers_and_says_what_was_read():
    trainer = Trainer(RunConfig(sequence_length=8, hidden_size=4))
    trainer.load_series(
        "day;level (m);flow\n" + "\n".join(f"2020-01-{i:02};{100 + i % 7},5;{i % 3}" for i in range(1, 31))
    )
    page = "".join(report(trainer))
    record, values = trainer.record(()), trainer.dataset.values
    for place, name in enumerate(("level (m)", "flow")):
        output, target = plots_of(page)[f"column_{place + 1}"]["data"]
        mean, deviation = values[:24, place].mean(), values[:24, place].std()
        np.testing.assert_allclose(
            numbers(target["y"]), mean + deviation * record.target[:, place].astype(float), atol=1e-12
        )
        error = np.sqrt(np.mean((record.y[:, place] - record.target[:, place]) ** 2)) * deviation
        assert f"<tr><th>{name}</th><td>{error:.4g}</td></tr>" in page
        assert output["name"] == "output"
        assert {round(float(one), 3) for one in numbers(target["y"])} <= {
            round(float(one), 3) for one in values[:, place]
        }
    assert "Left out: column 1 (&quot;day&quot;) (dates or times)." in page
    assert "<th>rows</th><td>30</td>" in page


def test_the_reports_file_is_a_tensor_of_its_bytes():
    file = as_file("<p>ü</p>", 7)
    assert load(file)["html"].tobytes().decode() == "<p>ü</p>"
    assert load(file)["html"].dtype == np.uint8


def test_names_of_own_data_cannot_become_part_of_the_page():
    assert escaped("<img src=x onerror=\"a('b')\">") == "&lt;img src=x onerror=&quot;a(&#x27;b&#x27;)&quot;&gt;"
    trainer = Trainer()
    trainer.load_series("</script><b>,y\n" + "\n".join(f"{i},{i % 5}" for i in range(60)))
    page = "".join(report(trainer))
    data = re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert "<" not in data[1]
    assert "<b>" not in page[: data.start()]


def test_a_report_holds_what_the_limits_allow():
    trainer = Trainer(RunConfig(sequence_length=60), max_cost=2_000_000)
    page = "".join(report(trainer))
    assert 'id="norms"' in page
