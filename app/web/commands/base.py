"""What every command is: a frozen model of its fields, and what it does."""

from collections.abc import Generator
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ...training import Effects, Steps
from ..protocol import LARGEST_INTEGER, Frame
from ..session import Session
from ..viewer import Viewer

Count = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]
"""A whole number from 0."""

Job = Generator[list[Frame] | None, None, None]
"""A command that may take longer than a slice. Until it is done it yields None, so that others get their turns."""

Answer = Effects | Steps[Effects] | Frame | Steps[bytes] | Job | Session
"""What a command returns: fields it changed (answered by a `state`), steps that lead there, its answer, steps that
lead to a file, a job that ends with its answer, or somebody else's session, which is watched from now on.
"""


class Command(BaseModel):
    """What a client may say; `id` comes back in the answer."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)
    type: ClassVar[str]
    for_followers: ClassVar[bool] = False  # whether those may say it who follow somebody else's run
    id: (
        Annotated[str, Field(max_length=100)] | Annotated[int, Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)] | None
    ) = None

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        """Do what `viewer` asked of `session`; what is refused raises an UnrollError and changes nothing."""
        raise NotImplementedError(f"the command {self.type} does nothing")
