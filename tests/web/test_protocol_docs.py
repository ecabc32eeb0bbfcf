"""What docs/protocol.md says is true."""

import json
import re
from pathlib import Path

import pytest

from app import errors
from app.training import WATCHABLE
from app.training.quantities import PROBE, QUANTITIES
from app.web import commands
from tests.support.clients import Client, facts, tensors
from tests.support.messages import server_messages

DOCS = (Path(__file__).parent.parent.parent / "docs" / "protocol.md").read_text()
EXAMPLES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", DOCS, re.DOTALL)]
SENT = dict(server_messages())


@pytest.mark.parametrize("message", [m for m in EXAMPLES if m["type"] in commands.COMMANDS], ids=lambda m: m["type"])
def test_example_commands_are_commands(message):
    commands.parse(message)


@pytest.mark.parametrize(
    "message", [m for m in EXAMPLES if m["type"] not in commands.COMMANDS], ids=lambda m: m["type"]
)
def test_example_messages_look_like_what_is_sent(message):
    assert set(message) - {"id"} == set(SENT[message["type"]]) - {"id"}


def test_the_limits_are_those_that_hold():
    (hello,) = (m for m in EXAMPLES if m["type"] == "hello")
    assert hello == SENT["hello"]


def test_every_command_message_field_and_code_is_described():
    names = {*commands.COMMANDS, *SENT}
    names |= {info.alias or name for model in commands.COMMANDS.values() for name, info in model.model_fields.items()}
    names |= {
        error.code
        for error in vars(errors).values()
        if isinstance(error, type) and issubclass(error, errors.UnrollError)
    }
    names |= set(SENT["state"]) | set(SENT["state"]["task"])
    missing = sorted(name for name in names - {"type"} if f"`{name}`" not in DOCS and f'"{name}"' not in DOCS)
    assert not missing


@pytest.mark.parametrize("name", commands.COMMANDS)
def test_the_row_of_a_command_names_its_own_fields(name):
    table = DOCS.partition("## Commands")[2].partition("## Messages")[0].splitlines()
    (row,) = (line for line in table if line.startswith(f"| `{name}` |"))
    model = commands.COMMANDS[name]
    inherited = model.__mro__[1].model_fields
    own = [info.alias or field for field, info in model.model_fields.items() if field not in inherited]
    assert not [field for field in own if f"`{field}`" not in row]


def test_every_quantity_and_tensor_of_the_table_is_described():
    names = {*QUANTITIES, *(tensor.name for quantity in (PROBE, *QUANTITIES.values()) for tensor in quantity.tensors)}
    assert not sorted(name for name in names - {"NAME"} if f"`{name}`" not in DOCS)


@pytest.mark.parametrize("quantity", WATCHABLE)
def test_the_row_of_a_watched_tensor_says_what_to_watch(quantity):
    rows = [row for row in DOCS.splitlines() if row.startswith("|")]
    for tensor in QUANTITIES[quantity].tensors:
        name = "every parameter by its name" if tensor.name == "NAME" else f"`{tensor.name}`"
        assert any(name in row and f"`{quantity}`" in row for row in rows), f"{name} has no row that names {quantity}"


def test_everything_in_a_record_is_described():
    for cell in ("rnn", "lstm", "gru"):
        client = Client().started(cell=cell, task="characters")
        record = client.say("watch", quantities=list(WATCHABLE))[1]
        names = set(facts(record)) | {name for name in tensors(record) if not re.match(r"(grad\.|W_|b_)", name)}
        missing = sorted(name for name in names if f"`{name}`" not in DOCS)
        assert not missing


def test_the_example_client_runs(server, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)
    code = code.replace("127.0.0.1:8000", server.url.removeprefix("http://"))
    exec(compile(code, "docs/protocol.md", "exec"), {})
    printed = capsys.readouterr().out
    assert "state" in printed
    assert int(printed.split()[-3]) >= 200
