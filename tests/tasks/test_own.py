"""Own data: what can be learned from is read, everything else is refused in words that help."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.errors import BadUpload, OutOfRange, UnrollError
from app.tasks import Sequences, Series, Text, make_task
from app.training import RunConfig, Trainer


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
    assert np.allclose(series.standard.values.mean(axis=0), 0)
    assert np.allclose(series.standard.values.std(axis=0), 1)


def test_a_series_without_a_header_gets_names():
    assert Series.of("1;2,5\n2;3\n3;4").columns == ("column 1", "column 2")


def test_semicolons_leave_commas_to_the_decimals():
    assert Series.of("a;b\n1,5;2\n2,5;3\n3,5;4").values[0].tolist() == [1.5, 2.0]


def test_a_constant_column_stays_finite():
    assert np.isfinite(Series.of("a,b\n1,5\n2,5\n3,5").standard.values).all()
    assert np.isfinite(Series.of("1e300,1\n-1e300,2\n1e300,3").standard.values).all()


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
    with pytest.raises(OutOfRange, match="Try 3"):
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
    with pytest.raises(OutOfRange, match="Try 5"):
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
    "fewer values than timesteps": {"targets": np.zeros((6, 4))},
    "targets of one sequence too few": {"targets": np.zeros(5, int)[:4]},
    "classes with an axis too many": {"targets": np.zeros((6, 5, 1), int)},
    "truth values as targets": {"targets": np.zeros((6, 5), bool)},
    "lengths of others": {"lengths": np.full(4, 3)},
    "lengths that are not whole": {"lengths": np.full(6, 3.0)},
    "an empty sequence": {"lengths": np.array([1, 2, 3, 4, 5, 0])},
    "a length beyond the inputs": {"lengths": np.array([1, 2, 3, 4, 5, 6])},
    "targets only beyond the lengths": {"targets": np.tile([-1, -1, 2, 2, 2], (6, 1)), "lengths": np.full(6, 2)},
    "a negative token": {"inputs": np.full((6, 5), -1)},
    "an absurd token": {"inputs": np.full((6, 5), 2**40)},
    "too many tokens": {"inputs": np.zeros((2**14, 500), np.uint8), "targets": np.zeros(2**14, int)},
    "inputs with the time first": {"inputs": np.zeros((5, 6, 2))},
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


SAME = np.tile([-1, -1, -1, -1, 2], (6, 1))


@pytest.mark.parametrize(
    "targets",
    [
        SAME.astype(np.int32),
        np.where(SAME < 0, -100, SAME),
        SAME.astype(np.int8),
        np.full(6, 2),
        np.full(6, 2, np.uint8),
    ],
    ids=["int32", "-100 for none", "int8", "one a sequence", "one byte a sequence"],
)
def test_classes_written_in_another_way_are_the_same_classes(targets):
    assert np.array_equal(Sequences.of(sequences(targets=targets)).targets, SAME)


def test_values_may_be_one_a_timestep_or_one_a_sequence():
    values = np.arange(30.0).reshape(6, 5)
    assert np.array_equal(Sequences.of(sequences(targets=values)).targets, values[..., None])
    at_the_end = Sequences.of(sequences(targets=values[:, 4])).targets
    assert np.array_equal(at_the_end[:, 4, 0], values[:, 4])
    assert np.isnan(at_the_end[:, :4]).all()


def test_beyond_its_length_a_sequence_has_zeros_and_no_targets_whatever_the_file_has_there():
    lengths = np.array([1, 2, 3, 4, 5, 5])
    over = np.arange(5) >= lengths[:, None]
    given = sequences(lengths=lengths, targets=np.ones((6, 5)))
    given["inputs"][over] = np.nan
    data = Sequences.of(given)
    assert not data.inputs[over].any()
    assert np.array_equal(data.inputs[~over], given["inputs"][~over])
    assert np.array_equal(np.isnan(data.targets[..., 0]), over)


def test_one_target_a_sequence_stands_at_the_last_timestep_of_its_length():
    lengths = np.array([1, 2, 3, 4, 5, 5])
    found = Sequences.of(sequences(lengths=lengths, targets=np.arange(6))).targets
    assert [row[row >= 0].tolist() for row in found] == [[n] for n in range(6)]
    assert np.array_equal((found >= 0).argmax(axis=1), lengths - 1)


def test_after_the_end_of_a_shorter_sequence_every_gradient_is_exactly_zero():
    data = sequences(lengths=np.array([3, 5, 5, 5, 5, 5]), targets=np.array([0, 1, 0, 1, 0, 1]))
    record = Trainer(RunConfig(hidden_size=4), data).record()
    assert record.dh_norm[3] > 0
    assert not record.dh_norm[4:].any()
    assert record.target.tolist() == [-1, -1, 0, -1, -1]


def test_tokens_enter_as_one_hot_rows_and_nothing_enters_once_a_sequence_is_over():
    tokens = np.array([[0, 2, 1], [3, 0, -7]])
    data = Sequences.of({"inputs": tokens, "targets": np.array([1, 0]), "lengths": np.array([3, 2])})
    task = make_task("own", 3, 0, data)
    assert task.inputs == ("token 0", "token 1", "token 2", "token 3")
    x = task.batch(1, 0, 9).x.swapaxes(0, 1)
    assert np.array_equal(x[0], np.eye(4)[[0, 2, 1]])
    assert np.array_equal(x[1], [[0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 0]])


def test_tokens_and_their_one_hot_rows_learn_alike():
    rng = np.random.default_rng(1)
    tokens, targets = rng.integers(0, 5, (8, 6)), rng.integers(0, 3, (8, 6))
    tokens[0, 0] = 4
    runs = [Trainer(RunConfig(hidden_size=4), {"inputs": x, "targets": targets}) for x in (tokens, np.eye(5)[tokens])]
    losses = [[run.step().loss for _ in range(3)] for run in runs]
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    ("changes", "remedy"),
    [
        (
            {"inputs": np.zeros((5, 6, 2)), "targets": np.zeros((5, 6), int), "lengths": np.full(6, 3)},
            "inputs.swapaxes",
        ),
        ({"inputs": np.zeros((5, 6, 2)), "targets": np.zeros(6, int)}, "inputs.swapaxes(0, 1)"),
        ({"targets": np.zeros((5, 6), int)}, "targets.swapaxes(0, 1)"),
        ({"inputs": np.zeros((6, 5))}, "inputs[..., None]"),
        ({"inputs": np.zeros((6, 5, 2), int)}, "astype(numpy.float32)"),
        ({"targets": np.zeros((6, 5, 1), int)}, "targets[..., 0]"),
        ({"targets": np.full((6, 5), 5000)}, "numpy.unique"),
        ({"h0": np.zeros((1, 6, 4))}, "h0[0]"),
    ],
)
def test_a_refusal_names_what_helps(changes, remedy):
    with pytest.raises(BadUpload) as refusal:
        Sequences.of(sequences(**changes))
    assert remedy in str(refusal.value)
    assert refusal.value.field == "dataset"


def test_lengths_and_tokens_survive_a_snapshot():
    data = {"inputs": np.array([[0, 2, 1], [1, 0, 0]]), "targets": np.array([1, 0]), "lengths": np.array([3, 2])}
    trainer = Trainer(RunConfig(hidden_size=4), data)
    trainer.advance()
    again = Trainer.resume(trainer.snapshot(dataset=True))
    assert np.array_equal(again.dataset.lengths, [3, 2])
    assert again.dataset.vocabulary == 3
    assert again.step().loss == trainer.step().loss


@settings(max_examples=100)
@given(
    shape=st.lists(st.integers(0, 3), min_size=0, max_size=4),
    targets=st.lists(st.integers(0, 3), min_size=0, max_size=4),
    dtype=st.sampled_from(["f4", "f8", "i4", "i8", "u1", "u8", "?"]),
    kind=st.sampled_from(["f2", "f4", "f8", "i4", "u1", "u8"]),
    more=st.sampled_from([{}, {"lengths": np.ones(2, int)}, {"lengths": np.ones((2, 2))}, {"h0": np.zeros(())}]),
)
def test_arrays_of_any_shape_are_a_dataset_or_refused(shape, targets, dtype, kind, more):
    try:
        data = Sequences.of({"inputs": np.zeros(shape, kind), "targets": np.zeros(targets, dtype)} | more)
        make_task("own", data.length, 0, data).batch(0, 0, 2)
    except UnrollError:
        return
    assert data.inputs.ndim in (2, 3)


def test_a_text_with_too_many_characters_says_which_and_how_much_of_it_would_do():
    text = "a" * 50 + "".join(map(chr, range(0x4E00, 0x4E00 + 1100)))
    with pytest.raises(BadUpload, match=r"has 1101\. The 77 rarest, such as .*first 1073 characters"):
        Text.of(text)
    assert len(Text.of(text[:1073]).vocabulary) == 1024


def test_invisible_characters_are_named():
    notes = Text.of("a\u00a0b\u200bb\u200b").read["notes"]
    assert notes == [
        "It holds NO-BREAK SPACE (U+00A0), which cannot be seen, 1 times.",
        "It holds ZERO WIDTH SPACE (U+200B), which cannot be seen, 2 times.",
    ]


def test_pairs_are_counted_alike_in_one_block_and_in_many():
    codes = np.random.default_rng(0).integers(0, 5, 600_000)
    text = Text.of("".join(np.array(list("abcde"))[codes]))
    p = np.bincount(codes * 5 + np.roll(codes, -1), minlength=25) / len(codes)
    q = np.bincount(codes) / len(codes)
    assert text.pair_entropy() == pytest.approx(-(p * np.log(p)).sum() + (q * np.log(q)).sum(), rel=1e-12)
