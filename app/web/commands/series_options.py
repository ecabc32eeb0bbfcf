"""What a client may say about how a series is read."""

from typing import Any, Literal

from pydantic import Field

from .base import Command

MOST_COLUMNS = 1024


class SeriesOptions(Command):
    """What decides how a series is read, where the file leaves it open."""

    decimal: Literal[".", ","] | None = None
    fill: Literal["interpolate", "previous"] | None = None
    keep: list[str] = Field(default=[], max_length=MOST_COLUMNS)
    drop: list[str] = Field(default=[], max_length=MOST_COLUMNS)

    def series_options(self) -> dict[str, Any]:
        """The options by name."""
        return {"decimal": self.decimal, "fill": self.fill, "keep": self.keep, "drop": self.drop}
