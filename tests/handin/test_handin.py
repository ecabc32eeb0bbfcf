"""A hand-in is replayed bit for bit; what is none is refused, and what cannot be compared is said to be so."""

import json
import math
import os
import subprocess
import sys
from functools import partial
from typing import Any

import pytest

from app.commandline import verify as verifying
from app.errors import BadUpload
from app.handin import LARGEST_FILE, Outcome, read, verify
from app.training import RunConfig, Trainer
from app.training.numerics import fingerprint

CONFIG = {"sequence_length": 8, "hidden_size": 5, "batch_size": 4}
CHANGES = [
    {"iteration": 3, "configure": {"learning_rate": 0.05, "optimizer": "sgd"}},
    {"iteration": 5, "edit": {"tensor": "W_hh", "index": [0, 1], "value": 0.75}},
    {"iteration": 5, "configure": {"batch_size": 6}},
]


def handed_in(**other: Any) -> dict[str, Any]:
    """As the page would save it: a run of twelve updates with three changes, whose losses were noted now and then."""
    trainer = Trainer(RunConfig(**CONFIG))
    curve = []
    for at in range(13):
        if at == 3:
            trainer.configure(learning_rate=0.05, optimizer="sgd")
        if at == 5:
            curve.append((at, trainer.record().scalars["loss_per_timestep"]))  # noted before the changes there
            trainer.edit("W_hh", (0, 1), 0.75)
            trainer.configure(batch_size=6)
        elif at % 2 == 0:
            curve.append((at, trainer.record().scalars["loss_per_timestep"]))
        trainer.advance()
    fields = {
        "unroll": "hand-in", "version": 1, "name": "Ada", "made": "2026-11-29T15:00:00Z", "program": "0.1.0",
        "numerics": fingerprint(), "scene": None, "link": "http://localhost/", "why": None,
        "config": RunConfig(**CONFIG).model_dump(), "changes": CHANGES, "iteration": 12, "curve": curve,
        "answers": [{"scene": "vanishing", "option": 1, "right": 1}, {"scene": "gates", "option": 0, "right": 2}],
    }  # fmt: skip
    return fields | other


def file(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode()


def outcome(fields: dict[str, Any]) -> tuple[Outcome, str]:
    verdict = verify(read(file(fields)))
    return verdict.outcome, verdict.sentence


def test_a_run_with_changes_is_replayed_bit_for_bit():
    assert outcome(handed_in()) == (Outcome.SAME, "All 8 losses up to iteration 12 came out again, bit for bit.")


def test_the_last_bit_of_one_loss_is_enough_to_be_different():
    fields = handed_in()
    at, loss = fields["curve"][-1]
    fields["curve"][-1] = at, math.nextafter(loss, 1)
    found, sentence = outcome(fields)
    assert found is Outcome.DIFFERENT
    assert sentence == f"At iteration 12 the replay's loss is {loss!r}; the file says {math.nextafter(loss, 1)!r}."


@pytest.mark.parametrize(
    "changes",
    [
        CHANGES[:2],
        [{**CHANGES[0], "iteration": 2}, *CHANGES[1:]],
        [CHANGES[0], {"iteration": 5, "edit": {"tensor": "W_hh", "index": [0, 1], "value": 0.7500000001}}, CHANGES[2]],
    ],
)
def test_a_change_that_was_left_out_moved_or_altered_is_different(changes):
    assert outcome(handed_in(changes=changes))[0] is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"configure": {"hidden_size": 6}}, "No run can do this: a change begins the run again"),
        ({"configure": {"self": 1}}, 'No run can do this: Expected fields of a run; got "self"'),
        ({"edit": {"tensor": "W_xy", "index": [0], "value": 1.0}}, "No run can do this: tensor must be one of"),
        ({"configure": {"learning_rate": -1.0}}, "No run can do this: learning_rate must be"),
    ],
)
def test_what_no_run_can_have_done_is_different_and_says_why(change, why):
    found, sentence = outcome(handed_in(changes=[{"iteration": 4, **change}], curve=[(12, 0.5)]))
    assert found is Outcome.DIFFERENT
    assert sentence.startswith(why)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"numerics": "0" * 16}, "It was computed on arithmetic with other last digits"),
        ({"config": None, "why": "It goes on from a file."}, "It goes on from a file."),
        ({"config": RunConfig(task="own").model_dump()}, "The run learned from own data"),
        ({"curve": []}, "It holds no losses."),
    ],
)
def test_what_cannot_be_compared_is_told_from_what_is_different(other, why):
    found, sentence = outcome(handed_in(**other))
    assert found is Outcome.NOT_COMPARABLE
    assert sentence.startswith(why)


def test_a_replay_ends_when_there_is_no_more_time():
    asked = iter([True] * 5 + [False])
    verdict = verify(read(file(handed_in())), lambda: next(asked))
    assert (verdict.outcome, verdict.sentence) == (
        Outcome.UNFINISHED,
        "Equal up to iteration 5; there was no time for the rest.",
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "Expected a hand-in, which is JSON"),
        (b"\xff\xfe\x00", "Expected a hand-in, which is JSON"),
        (b"[" * 100_000, "Expected a hand-in, which is JSON"),
        (b'{"unroll": NaN}', "JSON has no NaN"),
        (b'{"unroll": 1, "unroll": 2}', "a name comes twice"),
        (b"[]", "Expected a hand-in: an object"),
        (b'{"unroll": "snapshot"}', "Expected a hand-in: an object"),
        (b" " * (LARGEST_FILE + 1), "at most 300,000 bytes"),
        (file(handed_in(version=2)), "A newer Unroll wrote it"),
        (file(handed_in(more=1)), 'got "more"'),
        (file(handed_in(name="")), "name must be text"),
        (file(handed_in(name="x" * 101)), "name must be text of at most 100 characters"),
        (file(handed_in(iteration=2**60)), "iteration must be a whole number"),
        (file(handed_in(iteration=11)), "The hand-in ends at iteration 11"),
        (file(handed_in(curve=[(3, 0.1), (3, 0.1)])), "in the order of their iterations"),
        (file(handed_in(curve=[(n, 0.1) for n in range(1001)])), "curve"),
        (file(handed_in(changes=[{"iteration": 1}])), "either `configure` or `edit`"),
        (file(handed_in(changes=[{"iteration": 1, "reset": {}}])), "changes"),
        (file(handed_in(changes="no")), "changes must be a list"),
        (file(handed_in(changes=[{"iteration": 0, "edit": {"tensor": "b_h"}}])), r"changes\[0\].edit needs index"),
        (file(handed_in(curve=[[0]])), r"curve\[0\] is wrong: curve must be a list"),
        (file(handed_in(answers=[{"scene": "x", "option": 99, "right": 0}])), "answers"),
    ],
)
def test_what_is_no_hand_in_is_refused_with_a_sentence(content, why):
    with pytest.raises(BadUpload, match=why.replace("(", r"\(")):
        read(content)


def test_no_file_writes_another_line_or_moves_the_cursor(tmp_path, capsys):
    path = tmp_path / "a\nb.json: 'Bob', 9 updates: same.\udcff.json"
    path.write_bytes(file(handed_in(config=None, why="\x1b[2J\nc.json: same")))
    verifying.main([str(path)])
    said = capsys.readouterr().out
    assert said.isascii()
    assert "/a\\nb.json" in said
    assert said.endswith(": not comparable. \\x1b[2J\\nc.json: same\n")
    assert said.count("\n") == 1


def test_the_command_ends_without_a_traceback_where_nobody_takes_what_it_says(verifying_zoe):
    reading, writing = os.pipe()
    os.close(reading)
    for output in (writing, os.open("/dev/full", os.O_WRONLY)):
        ended = verifying_zoe(stdout=output, stderr=subprocess.PIPE)
        os.close(output)
        assert ended.returncode == 1
        assert b"Traceback" not in ended.stderr


def test_a_terminal_that_lacks_a_sign_of_a_name_is_told_all_of_it(verifying_zoe):
    ended = verifying_zoe(env={**os.environ, "PYTHONIOENCODING": "ascii"}, stdout=subprocess.PIPE)
    assert ended.returncode == 0
    assert b"'Zo\\xeb', 12 updates" in ended.stdout


def test_the_command_computes_as_a_server_does_whatever_number_of_threads_it_finds(verifying_zoe):
    assert verifying_zoe(env={**os.environ, "OPENBLAS_NUM_THREADS": "2"}, stdout=subprocess.DEVNULL).returncode == 0


@pytest.fixture
def verifying_zoe(tmp_path):
    """Runs the command, in a process of its own, on a hand-in whose name is not ASCII."""
    path = tmp_path / "good.json"
    path.write_bytes(file(handed_in(name="Zoë")))
    return partial(subprocess.run, [sys.executable, "-m", "app", "verify", str(path)], check=False)


def test_the_command_says_it_of_each_file_and_ends_with_1_where_any_is_not_the_same(tmp_path, capsys):
    good, forged, none = tmp_path / "good.json", tmp_path / "forged.json", tmp_path / "none.json"
    good.write_bytes(file(handed_in(scene="vanishing")))
    forged.write_bytes(file(handed_in(name="E\x1b[2J", changes=CHANGES[:1])))
    none.write_bytes(b"{}")
    assert verifying.main([str(good)]) == 0
    assert capsys.readouterr().out == (
        f"{good}: 'Ada', 12 updates, 3 changes, 1 of 2 answers right, lesson 'vanishing': same. "
        "All 8 losses up to iteration 12 came out again, bit for bit.\n"
    )
    assert verifying.main([str(good), str(forged), str(none), str(tmp_path / "absent.json")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [
        str(good),
        str(forged),
        str(none),
        str(tmp_path / "absent.json"),
    ]
    assert "'E\\x1b[2J', 12 updates" in lines[1]
    assert "different" in lines[1]
    assert "cannot be read" in lines[2]
    assert "cannot be read" in lines[3]
