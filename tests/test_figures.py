"""Figures of a record show its numbers, and the report holds them in one page that asks nobody for anything."""

import base64
import json
import re
import struct
import zlib

import numpy as np
import pytest
from safetensors.numpy import load

from app import __version__, figures
from app.errors import BadValue
from app.report import Asked, as_file, report
from app.report.drawings import SHADES, drawing, png, shades
from app.report.page import LARGEST
from app.training import WATCHABLE, RunConfig, Trainer
from app.training.drawing import escaped


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
    page = "".join(report(trainer, Asked(library=True)))
    assert page.startswith("<!doctype html>")
    data = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    plots = {plot["id"]: plot["figure"] for plot in json.loads(data[1])}
    for name in plots:
        assert f'<div class="figure plotly" id="{name}"' in page
    flow = numbers(plots["flow"]["data"][0]["z"])
    z = trainer.record(("flow",)).ln_flow[:, 1:] / np.log(10)
    np.testing.assert_allclose(flow.reshape(z.shape), np.where(np.isneginf(z), np.nan, z), rtol=1e-6)
    ours = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "http" not in ours.replace('http-equiv="Content-Security-Policy"', "")
    assert "default-src 'none'" in page
    assert f"iteration {trainer.iteration}" in page


def plots_of(trainer):
    page = "".join(report(trainer, Asked(library=True)))
    data = re.search(r'<script type="application/json" id="figures">(.*?)</script>', page, re.DOTALL)
    return {plot["id"]: plot["figure"] for plot in json.loads(data[1])}


def test_the_report_draws_the_loss_of_the_whole_training():
    trainer = Trainer(RunConfig(sequence_length=6, hidden_size=4, batch_size=4, lag=2))
    losses = [trainer.step(()).scalars["loss_per_timestep"] for _ in range(300)]
    trainer = Trainer.resume(trainer.snapshot())
    (line,) = plots_of(trainer)["training"]["data"]
    assert line["x"] == list(range(0, 300, 4)), "at most 128 points, evenly spaced"
    assert line["y"] == losses[::4]


def test_a_report_calls_who_answers_from_the_same_timestep_alike_in_its_table_and_its_chart():
    trainer = Trainer(RunConfig(task="sine", sequence_length=6, hidden_size=4, batch_size=4))
    for _ in range(3):
        trainer.advance()
    said = [note["text"] for note in plots_of(trainer)["training"]["layout"]["annotations"]]
    assert said == ["baseline", "reached from the same timestep alone"]
    assert f"<th>{said[1]}</th>" in "".join(report(trainer))


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
        output, target = plots_of(trainer)[f"column_{place + 1}"]["data"]
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
    file = as_file("<p>ü</p>", 7).whole()
    assert load(file)["html"].tobytes().decode() == "<p>ü</p>"
    assert load(file)["html"].dtype == np.uint8


def test_names_of_own_data_cannot_become_part_of_the_page():
    assert escaped("<img src=x onerror=\"a('b')\">") == "&lt;img src=x onerror=&quot;a(&#x27;b&#x27;)&quot;&gt;"
    trainer = Trainer()
    trainer.load_series("</script><b>,y\n" + "\n".join(f"{i},{i % 5}" for i in range(60)))
    assert "<b>" not in "".join(report(trainer))
    page = "".join(report(trainer, Asked(library=True)))
    data = re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert "<" not in data[1]
    assert "<b>" not in page[: data.start()]


def test_a_report_holds_what_the_limits_allow():
    trainer = Trainer(RunConfig(sequence_length=60), max_cost=2_000_000)
    page = "".join(report(trainer))
    assert 'id="norms"' in page


def test_a_report_is_small_and_has_every_figure_as_a_drawing_without_a_script(trainer):
    asked = Asked("https://example.org/#cell=gru", [(2, "activation = relu")])
    page = "".join(report(trainer, asked))
    assert len(page.encode()) < LARGEST / 2
    assert "<script" not in page
    names = ["training", *(name for name, _ in figures.available(trainer.record(WATCHABLE)))]
    assert re.findall(r'<div class="figure" id="(\w+)"><svg ', page) == names
    for said in (
        "<h2>Finding</h2>",
        '<a href="https://example.org/#cell=gru">',
        "<th>before update 2</th><td>activation = relu</td>",
        f"UTC with Unroll {__version__}",
    ):
        assert said in page
    assert re.search(r"Made on \d{4}-\d\d-\d\d \d\d:\d\d UTC", page)
    assert "Changes during training" not in "".join(report(trainer)), "nobody said whether there were any"


def test_a_report_of_the_longest_run_and_of_a_wide_table_is_below_300_kb():
    long = Trainer(RunConfig(cell="lstm", sequence_length=500, hidden_size=64, batch_size=1), max_cost=100_000_000)
    long.advance()
    changes = [(iteration, "é" * 500) for iteration in range(1000)]
    page = "".join(report(long, Asked("https://example.org/" + "x" * 7000, changes)))
    assert 'id="flow"' in page, "as much as fits into the limits"
    assert "(every 3rd row and column)" in page
    assert len(page.encode()) <= LARGEST
    wide = Trainer(RunConfig(sequence_length=60, hidden_size=4, batch_size=1))
    names = ",".join(f"column {place} {'w' * 60}" for place in range(120))
    wide.load_series(names + "\n" + "\n".join(",".join(str((i * c) % 7) for c in range(1, 121)) for i in range(80)))
    assert len("".join(report(wide)).encode()) <= LARGEST


PLACE = re.compile(r' (?:d|[xy][12]?|c[xy]|width|height|points|transform)="[^"]*(?:nan|inf)')


@pytest.mark.parametrize("ends", [(1e308, -1e308), (1.7e308, 1.7e308), (5e-324, 0.0)])
def test_a_report_of_the_largest_and_smallest_numbers_has_its_drawings(ends):
    trainer = Trainer(RunConfig(sequence_length=4, hidden_size=3, batch_size=2))
    trainer.load_series("\n".join(map(str, ends * 8)))
    assert not PLACE.search("".join(report(trainer)))


@pytest.mark.parametrize(
    "config",
    [
        {"cell": "gru", "gain": 1e20},
        {"cell": "indrnn", "activation": "linear", "gain": 1e20, "num_layers": 2, "bidirectional": True},
        {"cell": "lstm", "activation": "linear", "learning_rate": 1e300, "optimizer": "adam"},
    ],
)
def test_a_report_of_eigenvalues_far_from_the_unit_circle_draws_both(config):
    trainer = Trainer(RunConfig(sequence_length=3, hidden_size=1, batch_size=1, **config))
    trainer.advance()
    trainer.advance()
    assert not PLACE.search("".join(report(trainer)))


def test_a_drawing_shows_the_numbers_of_its_figure_at_their_places():
    figure = figures.training([(0, 2.0), (10, float("nan")), (20, 0.5), (30, 0.0)], {"baseline": 1.0})
    svg = drawing(figure)
    (path,) = re.findall(r'<path d="([^"]+)" fill="none"', svg)
    places = [tuple(map(float, point.split())) for point in re.findall(r"[ML]([\d.]+ [\d.]+)", path)]
    assert [letter for letter in path if letter in "ML"] == ["M", "M", "L"], "a gap where there is no number"
    (x0, y0), (x2, y2), (x3, y3) = places
    assert (x2 - x0) / (x3 - x0) == pytest.approx(2 / 3, abs=1e-3)
    assert (y2 - y0) / (y3 - y0) == pytest.approx(0.75, abs=1e-3)
    assert y0 < y3, "larger numbers stand higher"
    assert ">baseline</text>" in svg


@pytest.mark.parametrize(
    "losses", [(0.0, 2e-323), (5e-324, 1e-323), (1e-323, 1e-323), (-1e-310, 3e-308), (1, 1 + 2e-16)]
)
def test_numbers_too_near_to_each_other_for_steps_between_are_drawn_as_one_point(losses):
    svg = drawing(figures.training(list(enumerate(losses)), {}))
    assert "<path" in svg
    assert "nan" not in svg


def test_the_tiles_of_a_drawing_are_the_record_in_the_colours_of_the_figure(record):
    figure = figures.states(record)
    image = base64.b64decode(re.search(r"base64,([^\"]+)", drawing(figure))[1])
    width, height = struct.unpack(">II", image[16:24])
    assert (width, height) == record.h[1:].shape
    place = image.index(b"IDAT")
    (size,) = struct.unpack(">I", image[place - 4 : place])
    pixels = np.frombuffer(zlib.decompress(image[place + 4 : place + 4 + size]), np.uint8).reshape(height, width + 1)
    shown = pixels[:, 1:].astype(float) / (SHADES - 1) * 2 - 1
    np.testing.assert_allclose(shown, record.h[1:].T, atol=1 / (SHADES - 1))
    palette = shades(figure.data[0].colorscale)
    first, last = ("#" + bytes(palette[at]).hex() for at in (0, -1))
    assert (first, last) == (figures.ACTIVATION[0], figures.ACTIVATION[-1])
    assert png(np.zeros((1, 1), np.uint8), palette).endswith(b"IEND\xaeB`\x82")


def test_the_gate_that_keeps_the_past_is_the_one_its_cells_name():
    assert {count: figures.keeping_gate(count) for count in (2, 3, 4)} == {
        2: ("z", 0, False),
        3: ("z", 1, True),
        4: ("f", 1, True),
    }
    assert figures.keeping_gate(5) is None


@pytest.fixture(scope="module")
def deep() -> Trainer:
    trainer = Trainer(
        RunConfig(num_layers=2, bidirectional=True, cell="gru", sequence_length=12, lag=3, hidden_size=5, batch_size=4)
    )
    trainer.advance()
    return trainer


def test_a_record_is_seen_from_one_layer_and_direction_under_the_first_ones_names(deep):
    record = deep.record(WATCHABLE)
    assert [str(place) for place in record.places] == [
        "layer 1, forward",
        "layer 1, reverse",
        "layer 2, forward",
        "layer 2, reverse",
    ]
    seen = record.of_layer(2, reverse=True)
    for name in ("h", "dh_norm", "ln_flow", "W_xh", "gates"):
        assert seen.tensors[name] is record.tensors[f"{name}_l2_reverse"]
    for name in ("x", "y", "W_hy", "lag_norm"):
        assert seen.tensors[name] is record.tensors[name]
    assert "above_share" not in seen.tensors, "nothing is above the top layer"
    assert not any(name.endswith(("_l2", "_reverse")) for name in seen.tensors)
    with pytest.raises(BadValue, match=r"layer 2, reverse.*got layer 3"):
        record.of_layer(3)


def test_of_several_layers_every_one_is_drawn_in_its_own_order_and_says_which_it_is(deep):
    record = deep.record(WATCHABLE)
    drawn = dict(figures.available(record))
    for name in ("norms", "flow", "states", "gradients", "gates", "spectrum", "weights"):
        for ending in ("", "_reverse", "_l2", "_l2_reverse"):
            assert name + ending in drawn
        assert drawn[f"{name}_l2_reverse"].layout.title.text.endswith("(layer 2, reverse)")
    assert "lags_l2" not in drawn
    assert drawn["lags"].layout.title.text.endswith("(all layers and directions)")
    norms = drawn["norms_l2_reverse"].data[0]
    assert list(norms.x) == list(range(1, 14)), "row j is the state at t = j + 1"
    np.testing.assert_array_equal(norms.y, figures.decades(record.ln_dh_norm_l2_reverse))
    np.testing.assert_array_equal(drawn["states_l2_reverse"].data[0].z, record.h_l2_reverse[:-1].T)
    np.testing.assert_array_equal(drawn["flow_reverse"].data[0].z, figures.decades(record.ln_flow_reverse[:, :-1]))


def test_the_recurrent_weights_are_called_by_their_name_in_the_cell():
    for cell, name in (("indrnn", "u_hh"), ("mingru", "W_xh")):
        record = Trainer(RunConfig(cell=cell, sequence_length=6, lag=2)).record(WATCHABLE)
        assert f"the gradient of {name} comes" in figures.lags(record).layout.title.text


def test_a_report_of_four_layers_in_both_directions_shows_each_and_stays_below_300_kb():
    trainer = Trainer(
        RunConfig(cell="lstm", num_layers=4, bidirectional=True, sequence_length=100, hidden_size=32, batch_size=1),
        max_cost=10**9,
    )
    trainer.advance()
    page = "".join(report(trainer))
    assert len(page.encode()) <= LARGEST
    for name in ("norms", "flow", "states", "gates"):
        assert f'id="{name}_l4_reverse"' in page


def test_of_a_run_that_takes_long_the_report_is_measured_and_drawn_in_many_pieces():
    long = Trainer(RunConfig(cell="lstm", hidden_size=64, batch_size=32))
    assert long.takes_long
    pieces = list(report(long))
    first = next(place for place, piece in enumerate(pieces) if piece)
    assert first > 20, "while it is measured nothing of it is there"
    drawn = [place for place, piece in enumerate(pieces) if piece.startswith('<div class="figure"')]
    assert len(drawn) > 5
    assert all(pieces[place - 1] == "" for place in drawn), "made, then drawn"
