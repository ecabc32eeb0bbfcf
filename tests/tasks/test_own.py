"""Own data: what can be learned from is read, everything else is refused in words that help."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadUpload, OutOfRange, UnrollError
from app.tasks import Sequences, Series, Text, make_task


def sequences(N=6, T=5, I=2, **changes):
    rng = np.random.default_rng(0)
    tensors = {"inputs": rng.standard_normal((N, T, I)), "targets": rng.integers(-1, 3, (N, T))}
    tensors["targets"][0, 0] = 2
    return tensors | changes


def test_a_text_becomes_its_characters():
    task = make_task("own", 3, 0, Text.of("abcab"))
    assert task.outputs == ("a", "b", "c")
    batch = task.batch(1, 0, 50)
    assert set(zip(*np.nonzero(batch.x.sum(axis=1) > 0), strict=True)) <= {(t, i) for t in range(3) for i in range(3)}
    follows = {0: {1}, 1: {2, 0}, 2: {0}}  # the text read as a ring: … a b a b c …
    assert all(
        target in follows[shown] | {0}
        for shown, target in zip(batch.x.argmax(axis=2).ravel(), batch.target.ravel(), strict=True)
    )


def test_a_text_may_be_shorter_than_the_sequence():
    assert make_task("own", 500, 0, Text.of("ab")).batch(1, 0, 2).x.shape == (500, 2, 2)


@pytest.mark.parametrize("text", ["", "a", "aaaa"])
def test_a_text_that_says_nothing_is_refused(text):
    with pytest.raises(BadUpload, match="at least 2 different characters"):
        Text.of(text)


def test_a_series_with_a_header_predicts_its_next_row():
    series = Series.of("day,rain\n1,4\n2,8\n3,6\n4,2\n")
    assert series.columns == ("day", "rain")
    task = make_task("own", 2, 0, series)
    batch = task.batch(1, 0, 20)
    assert np.array_equal(batch.x[1:], batch.target[:-1])
    assert np.allclose(series.standardised().mean(axis=0), 0)
    assert np.allclose(series.standardised().std(axis=0), 1)


def test_a_series_without_a_header_gets_names():
    assert Series.of("1;2,5\n2;3\n3;4").columns == ("column 1", "column 2")


def test_semicolons_leave_commas_to_the_decimals():
    assert Series.of("a;b\n1,5;2\n2,5;3\n3,5;4").values[0].tolist() == [1.5, 2.0]


def test_a_constant_column_stays_finite():
    assert np.isfinite(Series.of("a,b\n1,5\n2,5\n3,5").standardised()).all()
    assert np.isfinite(Series.of("1e300,1\n-1e300,2\n1e300,3").standardised()).all()


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("", "no rows"),
        ("\n\n", "no rows"),
        ("a,b\n1,2\n3\n4,5", "Line 3 has 1 columns where the first has 2"),
        ("a,b\n1,2\n3,\n4,5", r'Line 3, column 2 \("b"\) is empty'),
        ("a,b\n1,2\n3,x\n4,5", r'Line 3, column 2 \("b"\) holds "x"'),
        ("a\n1\nnan\n3", 'holds "nan"'),
        ("a\n1\n1e999\n3", 'holds "1e999"'),
        ("a\n1\n1_000\n3", 'holds "1_000"'),
        ("a\n1\n2", "at least 3 rows"),
    ],
)
def test_a_bad_series_is_refused_naming_line_and_column(csv, words):
    with pytest.raises(BadUpload, match=words) as refusal:
        Series.of(csv)
    assert refusal.value.field in ("csv", "fill")


def test_a_series_must_be_longer_than_the_sequence():
    with pytest.raises(OutOfRange, match="3 would do"):
        make_task("own", 4, 0, Series.of("1\n2\n3\n4"))


@settings(max_examples=200)
@given(st.text(alphabet='01.,;-\n\t"eE x', max_size=60))
def test_any_text_is_a_series_or_refused(csv):
    try:
        series = Series.of(csv)
    except BadUpload:
        return
    assert np.isfinite(series.values).all()


def test_all_sequences_are_used_in_file_order_where_the_batch_holds_them():
    data = Sequences.of(sequences())
    task = make_task("own", 5, 0, data)
    assert task.rows(32) == 6
    assert np.array_equal(task.batch(1, 0, 32).x.swapaxes(0, 1), data.inputs)


def test_a_smaller_batch_draws_different_sequences():
    task = make_task("own", 5, 0, Sequences.of(sequences()))
    first, second = task.batch(1, 0, 4), task.batch(1, 1, 4)
    assert first.x.shape[1] == 4
    assert len(np.unique(first.x[0, :, 0])) == 4
    assert not np.array_equal(first.x, second.x)


def test_a_shorter_length_uses_the_first_timesteps():
    data = Sequences.of(sequences())
    assert np.array_equal(make_task("own", 3, 0, data).batch(1, 0, 9).x.swapaxes(0, 1), data.inputs[:, :3])
    with pytest.raises(OutOfRange, match="5 would do"):
        make_task("own", 6, 0, data)


def test_the_probe_is_the_sequence_with_its_index():
    data = Sequences.of(sequences(h0=np.ones((6, 4))))
    task = make_task("own", 5, 0, data)
    assert np.array_equal(task.probe(1, 3).x[:, 0], data.inputs[3])
    assert task.probe(1, 3).h0.shape == (1, 4)
    assert task.units == 4
    with pytest.raises(OutOfRange, match="below 6"):
        task.probe(1, 6)


def test_classes_are_counted_and_their_entropy_is_the_baseline():
    task = make_task("own", 5, 0, Sequences.of(sequences(targets=np.tile([0, 1, -1, -1, -1], (6, 1)))))
    assert task.outputs == ("class 0", "class 1")
    assert task.baseline == pytest.approx(np.log(2))


def test_the_spread_of_values_is_the_baseline_of_a_regression():
    targets = np.full((6, 5, 1), np.nan)
    targets[:, -1, 0] = [1, 1, 1, 3, 3, 3]
    assert make_task("own", 5, 0, Sequences.of(sequences(targets=targets))).baseline == pytest.approx(1.0)
    with pytest.raises(OutOfRange, match="has a target"):
        make_task("own", 4, 0, Sequences.of(sequences(targets=targets)))


BAD = {
    "no targets": {"targets": None},
    "a stranger": {"extra": np.zeros(3)},
    "flat inputs": {"inputs": np.zeros((6, 5))},
    "integer inputs": {"inputs": np.zeros((6, 5, 2), int)},
    "empty inputs": {"inputs": np.zeros((0, 5, 2)), "targets": np.zeros((0, 5), int)},
    "infinite inputs": {"inputs": np.full((6, 5, 2), np.inf)},
    "too long": {"inputs": np.zeros((1, 501, 1)), "targets": np.zeros((1, 501), int)},
    "targets of others": {"targets": np.zeros((6, 4), int)},
    "a class below -1": {"targets": np.full((6, 5), -2)},
    "no target at all": {"targets": np.full((6, 5), -1)},
    "an absurd class": {"targets": np.full((6, 5), 2**30)},
    "flat values": {"targets": np.zeros((6, 5))},
    "partly NaN": {"targets": np.tile([0.0, np.nan], (6, 5, 1))},
    "all NaN": {"targets": np.full((6, 5, 2), np.nan)},
    "infinite values": {"targets": np.full((6, 5, 2), np.inf)},
    "h0 of others": {"h0": np.zeros((5, 4))},
    "NaN in h0": {"h0": np.full((6, 4), np.nan)},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD.keys())
def test_a_bad_dataset_is_refused(changes):
    tensors = {name: values for name, values in sequences(**changes).items() if values is not None}
    with pytest.raises(BadUpload, match="A dataset needs"):
        Sequences.of(tensors)


@settings(max_examples=100)
@given(
    shape=st.lists(st.integers(0, 3), min_size=0, max_size=4),
    targets=st.lists(st.integers(0, 3), min_size=0, max_size=4),
    dtype=st.sampled_from(["f4", "f8", "i4", "i8", "u1"]),
)
def test_arrays_of_any_shape_are_a_dataset_or_refused(shape, targets, dtype):
    try:
        data = Sequences.of({"inputs": np.zeros(shape), "targets": np.zeros(targets, dtype)})
        make_task("own", data.length, 0, data)
    except UnrollError:
        return
    assert data.inputs.ndim == 3


def test_a_text_with_too_many_characters_says_which_and_how_much_of_it_would_do():
    text = "a" * 50 + "".join(map(chr, range(0x4E00, 0x4E00 + 1100)))
    with pytest.raises(BadUpload, match=r"has 1101\. The 77 rarest, such as .*first 1073 characters"):
        Text.of(text)
    assert len(Text.of(text[:1073]).vocabulary) == 1024


def test_invisible_characters_are_named():
    notes = Text.of("a\u00a0b\u200bb\u200b").read()["notes"]
    assert notes == [
        "It holds NO-BREAK SPACE (U+00A0), which cannot be seen, 1 times.",
        "It holds ZERO WIDTH SPACE (U+200B), which cannot be seen, 2 times.",
    ]


def test_pairs_are_counted_alike_in_one_block_and_in_many():
    codes = np.random.default_rng(0).integers(0, 5, 600_000)
    text = Text.of("".join(np.array(list("abcde"))[codes]))
    p = np.bincount(codes * 5 + np.roll(codes, -1), minlength=25) / len(codes)
    q = np.bincount(codes) / len(codes)
    assert text.pair_entropy() == -(p * np.log(p)).sum() + (q * np.log(q)).sum()
