import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from app.errors import UnrollError
from app.training.dataset import read_series
from app.validation import without_more
from app.web import commands, messages, protocol

MESSAGES = sorted((Path(__file__).parent.parent / "messages").glob("client-*.json"))


def parsed(text):
    return commands.parse(protocol.parse_object(text))


def refusal(text):
    with pytest.raises(UnrollError) as caught:
        parsed(text)
    return caught.value


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.stem)
def test_the_examples_both_sides_read_are_commands(path):
    message = json.loads(path.read_text())
    command = parsed(json.dumps(message))
    assert command.type == message["type"]
    given = command.model_dump(by_alias=True, exclude_unset=True)
    assert given == {name: value for name, value in message.items() if name != "type"}


def test_there_is_an_example_of_every_command():
    assert {path.stem.removeprefix("client-") for path in MESSAGES} == set(commands.COMMANDS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "play",
        "{",
        '{"type":"play",}',
        "{'type':'play'}",
        '{"type":"play"}{"type":"play"}',
        '{"type":"play","rate":NaN}',
        '{"type":"play","rate":Infinity}',
        '{"type":"play","rate":-Infinity}',
        '{"type":"play","type":"pause"}',
        '{"type":"start","config":{"seed":1,"seed":2}}',
        '{"type":"own_text","text":"\\ud800"}',
        '{"\\udfff":1}',
        "[" * 8000,
        '{"a":' * 3000,
        "9" * 5000,
        "\x00",
        "\ufeff{}",
    ],
)
def test_what_is_not_json_is_bad_json(text):
    assert refusal(text).code == "bad_json"


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("[]", "bad_message", None),
        ("null", "bad_message", None),
        ('"play"', "bad_message", None),
        ("12", "bad_message", None),
        ("{}", "bad_message", "type"),
        ('{"type":null}', "bad_message", "type"),
        ('{"type":["play"]}', "bad_message", "type"),
        ('{"type":"Play"}', "unknown_type", "type"),
        ('{"type":"hello"}', "unknown_type", "type"),
        ('{"type":"play","speed":3}', "unknown_field", "speed"),
        ('{"type":"ack","iteration":1,"__proto__":{}}', "unknown_field", "__proto__"),
        ('{"type":"check_gradients","break_":"stale_h"}', "unknown_field", "break_"),
        ('{"type":"configure"}', "bad_message", "changes"),
        ('{"type":"edit","tensor":"W_hh","index":[0,0]}', "bad_message", "value"),
        ('{"type":"configure","changes":[]}', "bad_value", "changes"),
        ('{"type":"play","rate":"fast"}', "bad_value", "rate"),
        ('{"type":"play","rate":true}', "bad_value", "rate"),
        ('{"type":"step","iterations":true}', "bad_value", "iterations"),
        ('{"type":"step","iterations":2.5}', "bad_value", "iterations"),
        ('{"type":"step","iterations":"2"}', "bad_value", "iterations"),
        ('{"type":"step","iterations":null}', "bad_value", "iterations"),
        ('{"type":"watch","quantities":"flow"}', "bad_value", "quantities"),
        ('{"type":"watch","quantities":[1]}', "bad_value", "quantities"),
        ('{"type":"check_gradients","break":"everything"}', "bad_value", "break"),
        ('{"type":"upload","kind":"pickle","bytes":10}', "bad_value", "kind"),
        ('{"type":"play","id":[1]}', "bad_value", "id"),
        ('{"type":"play","id":1.5}', "bad_value", "id"),
        ('{"type":"play","rate":0}', "out_of_range", "rate"),
        ('{"type":"play","rate":-1}', "out_of_range", "rate"),
        ('{"type":"play","rate":1e999}', "out_of_range", "rate"),
        ('{"type":"play","rate":%s}' % ("9" * 400), "out_of_range", "rate"),
        ('{"type":"step","iterations":0}', "out_of_range", "iterations"),
        ('{"type":"step","iterations":%s}' % ("9" * 400), "out_of_range", "iterations"),
        ('{"type":"edit","tensor":"W_hh","index":[-1,0],"value":1}', "out_of_range", "index"),
        ('{"type":"edit","tensor":"W_hh","index":[0,0],"value":1e7}', "out_of_range", "value"),
        ('{"type":"upload","kind":"weights","bytes":0}', "out_of_range", "bytes"),
        ('{"type":"upload","kind":"weights","bytes":1000000000}', "out_of_range", "bytes"),
        (json.dumps({"type": "watch", "quantities": ["flow"] * 60}), "out_of_range", "quantities"),
        ('{"type":"ack","iteration":-1}', "out_of_range", "iteration"),
    ],
)
def test_a_bad_command_names_its_code_and_field(text, code, field):
    error = refusal(text)
    assert (error.code, error.field) == (code, field)
    assert len(str(error)) < 600
    assert "got" in str(error)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"changes": [{"iteration": 1}]}, "changes[0] needs what; got none. Its fields are iteration, what."),
        ({"changes": [{"iteration": 1, "what": "", "why": ""}]}, 'changes[0] has no field "why"; its fields are'),
        ({"changes": [{"iteration": -1, "what": ""}]}, "changes[0].iteration must be a whole number from 0 to"),
        ({"changes": [1]}, "changes[0] is wrong: changes must be a list"),
        ({"link": "javascript:alert(1)"}, "link must be an address of one line"),
    ],
)
def test_what_is_wrong_inside_a_list_is_said_of_that_entry(fields, said):
    error = refusal(json.dumps({"type": "export", "format": "report"} | fields))
    assert str(error).startswith(said)
    assert error.field == next(iter(fields))


@pytest.mark.parametrize("beyond", ["1e400", "-1e400", "9" * 400])
def test_a_number_beyond_all_doubles_is_out_of_range_inside_a_list_too(beyond):
    error = refusal('{"type":"export","format":"report","changes":[{"iteration":' + beyond + ',"what":""}]}')
    assert (error.code, error.field) == ("out_of_range", "changes")


@pytest.mark.parametrize("text", ['{"type":"\\u0000\\n\\u001b[31m"}', '{"type":"<script>"}', '{"type":"\U0001f600"}'])
def test_what_came_is_printed_on_one_line_in_ascii(text):
    message = protocol.error_message(refusal(text))
    assert message.isascii()
    assert message.isprintable()
    assert json.loads(message)["message"].replace("\N{HORIZONTAL ELLIPSIS}", "").isprintable()


def test_what_came_is_cut():
    error = refusal(json.dumps({"type": "x" * 10_000}))
    assert len(str(error)) < 400


@pytest.mark.parametrize("id_", ["a", "", 0, -5, 2**53 - 1, "a" * 100])
def test_an_id_is_repeated(id_):
    fields = {"type": "pause", "id": id_}
    assert json.loads(protocol.encode("state", commands.parse(fields).id))["id"] == id_
    assert protocol.id_of(fields) == id_


@pytest.mark.parametrize("id_", [None, True, 1.0, [], {}, "a" * 101, 2**53, "\n"])
def test_what_cannot_be_repeated_is_not(id_):
    assert protocol.id_of({"id": id_}) is None


@pytest.mark.parametrize("iteration", [0, 7, 10**14])
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_acks_are_recognised_however_they_are_written(iteration, separators):
    assert messages.ack_in(json.dumps({"type": "ack", "iteration": iteration}, separators=separators)) == iteration
    assert messages.ack_in(json.dumps({"iteration": iteration, "type": "ack"}, indent=1)) == iteration


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"ack"}',
        '{"type":"ack","iteration":-1}',
        '{"type":"ack","iteration":1.5}',
        '{"type":"ack","iteration":01}',
        '{"type":"play","id":"\\"ack\\""}',
        '{"type":"ack","iteration":1,"type":"ack"}',
        '["ack"]',
        '"ack"',
    ],
)
def test_what_only_looks_like_an_ack_is_counted_as_a_frame(text):
    assert messages.ack_in(text) is None


@pytest.mark.parametrize("text", ['{"type": "follow", "run": "abc"}', '{"type":"\\u0066ollow","run":"\\u0061bc"}'])
def test_who_asks_to_follow_is_understood_however_it_is_spelt(text):
    assert messages.followed_in(text) == "abc"


@pytest.mark.parametrize(
    "text",
    ['{"type": "pl\\u0061y"}', '{"type": "follow", "run": 1}', '{"type": "follow", "run": "abc"' + " " * 2000 + "}"],
    ids=["another", "wrong", "long"],
)
def test_what_does_not_ask_to_follow_is_left_to_the_process_that_computes(text):
    assert messages.followed_in(text) is None


def test_of_a_thousand_unknown_fields_the_first_is_told_and_no_other_looked_at():
    fields = {"quantities": ["flow"], **{f"x{i}": i for i in range(1000)}, "probe": 1}
    assert without_more(fields, messages.Watch) == {"quantities": ["flow"], "x0": 0, "probe": 1}
    assert refusal(json.dumps({"type": "watch", **fields})).field == "x0"


def test_a_file_repeats_the_id_in_its_metadata_and_nothing_else_changes():
    file = save({"h": np.arange(6.0).reshape(2, 3)}, metadata={"unroll": '{"kind":"snapshot"}'})
    answer = protocol.with_id(file, "mine")
    length = int.from_bytes(answer[:8], "little")
    assert json.loads(json.loads(answer[8 : 8 + length])["__metadata__"]["unroll"]) == {
        "kind": "snapshot",
        "id": "mine",
    }
    np.testing.assert_array_equal(load(answer)["h"], load(file)["h"])
    assert protocol.with_id(file, None) == file


@pytest.mark.parametrize("cell", ["x" * 30_000, "1" * 40_000, "3" + "*" * 30_000], ids=["a word", "a number", "marks"])
def test_a_file_with_a_cell_without_end_is_refused_by_a_message_whose_choices_fit_into_one(cell):
    with pytest.raises(UnrollError) as caught:
        read_series(f"1\n2\n{cell}\n4\n5\n")
    said = protocol.error_message(caught.value)
    assert len(said) < protocol.MESSAGE_BYTES / 8
    assert all(len(json.dumps(choice["options"])) < 1000 for choice in json.loads(said).get("choices", []))
