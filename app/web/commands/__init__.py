"""The commands of `/ws`: one class each, with its fields and what it does. A new command is a class and an entry here.

Whatever a frame holds instead, `parse` raises one of our own errors, with a sentence that says what was expected, what
came and what helps. What came is printed in ASCII and cut, because it may be anything.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...errors import BadMessage, UnknownType, UnrollError, shown
from ...validation import explained
from ..protocol import parse_object
from . import check, files, network, polling, sharing, training, viewing
from .base import Answer, Command, Job
from .files import load_file

__all__ = ["COMMANDS", "Answer", "Command", "Job", "ack_in", "followed_in", "load_file", "parse"]

COMMANDS: dict[str, type[Command]] = {
    command.type: command
    for command in (
        network.Start,
        network.Configure,
        training.Play,
        training.Pause,
        training.Step,
        network.Reset,
        viewing.Ack,
        viewing.Watch,
        network.Edit,
        check.CheckGradients,
        files.Snapshot,
        files.Copy,
        files.Export,
        network.OwnText,
        network.OwnSeries,
        files.Upload,
        sharing.Share,
        sharing.Unshare,
        sharing.Follow,
        polling.Ask,
        polling.Reveal,
        polling.Choose,
    )
}


def parse(fields: Mapping[str, Any]) -> Command:
    """The command these fields are, or the error that says why they are not one."""
    name = fields.get("type")
    known = ", ".join(COMMANDS)
    if not isinstance(name, str):
        came = f"`type` {shown(name)}" if "type" in fields else f"no `type` in {shown(dict(fields))}"
        raise BadMessage(f"Expected `type` to name a command, got {came}. Commands are {known}.", "type")
    if name not in COMMANDS:
        raise UnknownType(f"Expected a known command, got {shown(name)}. Commands are {known}.", "type")
    try:
        return COMMANDS[name].model_validate({key: value for key, value in fields.items() if key != "type"})
    except ValidationError as error:
        raise explained(error, COMMANDS[name], f"`{name}`") from None


def followed_in(text: str) -> str | None:
    """The token of the run that a frame asks to follow, wherever that run is; None if it asks for anything else."""
    if '"follow"' not in text and "\\" not in text:
        return None
    try:
        command = parse(parse_object(text))
    except UnrollError:
        return None
    return command.run if isinstance(command, sharing.Follow) else None


def ack_in(text: str) -> int | None:
    """The iteration a plain `ack` names: the one message that comes with every record, so a pattern reads most."""
    if plain := viewing.PLAIN_ACK.fullmatch(text):
        return int(plain[1])
    if len(text) > viewing.LONGEST_ACK or '"ack"' not in text:
        return None
    try:
        command = parse(parse_object(text))
    except UnrollError:
        return None
    return command.iteration if isinstance(command, viewing.Ack) else None
