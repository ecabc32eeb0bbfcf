"""The commands of `/ws`: one class each, what it says and what it does. A new command is a class and an entry here."""

from collections.abc import Mapping
from typing import Any

from .. import messages
from . import check, files, network, polling, sharing, training, viewing
from .base import Answer, Command, Job
from .files import load_file

__all__ = ["COMMANDS", "Answer", "Command", "Job", "load_file", "parse"]

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
    return messages.parse(fields, COMMANDS)
