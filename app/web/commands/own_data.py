"""What a client may say about how a series is read."""

from typing import Any, Literal

from pydantic import Field

from ...training.limits import MAX_NAMES
from .base import Command


class OwnDataCommand(Command):
    """A command that brings own data: to learn from them or, with `preview`, to see what would be read of them."""

    preview: bool = False


class SeriesOptions(OwnDataCommand):
    """What decides how a series is read, where the file leaves it open."""

    decimal: Literal[".", ","] | None = None
    fill: Literal["interpolate", "previous"] | None = None
    keep: list[str] = Field(default=[], max_length=MAX_NAMES)
    drop: list[str] = Field(default=[], max_length=MAX_NAMES)

    def series_options(self) -> dict[str, Any]:
        """The options by name."""
        return {"decimal": self.decimal, "fill": self.fill, "keep": self.keep, "drop": self.drop}
