"""What every command is: a message, which is a frozen model of its fields, and what it does."""

from collections.abc import Generator, Sequence
from typing import ClassVar

from ...training import Effects, Steps
from ...training.tensorfile import File
from ..leaving import FileAnswer
from ..messages import Message
from ..protocol import Frame
from ..session import Session
from ..viewer import Viewer

Job = Generator[Sequence[Frame | FileAnswer] | None, None, None]
"""A command that may take longer than a slice. Until it is done it yields None, so that others get their turns."""

Answer = Effects | Steps[Effects] | Frame | File | Steps[File] | Job | Session
"""What a command returns: fields it changed (answered by a `state`), steps that lead there, its answer, a file or
steps that lead to one, a job that ends with its answer, or somebody else's session, which is watched from now on.
"""


class Command(Message):
    """A message, and what it does."""

    for_followers: ClassVar[bool] = False  # whether those may say it who follow somebody else's run

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        """Do what `viewer` asked of `session`; what is refused raises an UnrollError and changes nothing."""
        raise NotImplementedError(f"the command {self.type} does nothing")
