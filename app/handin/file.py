"""The file: JSON of less than 300 kB with who hands in, what was done at which iteration, and the losses it led to.

It comes from strangers: its size is looked at before it is read, and every field is checked before any is used. Only
the configuration and the changes are checked later, by the run that replays them.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadUpload, UnrollError, shown
from ..strictjson import loads
from ..training.limits import MAX_COUNT, MAX_EDIT
from ..validation import explained

LARGEST_FILE = 300_000  # bytes
VERSION = 1
MOST_CHANGES = 10_000
MOST_POINTS = 1_000
MOST_ANSWERS = 200
MOST_OPTIONS = 20

Iteration = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class Part(BaseModel):
    """A frozen object of which every field is known."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Edit(Part):
    """One entry of a parameter, or of the shown sequence's `x`, that was set by hand."""

    tensor: str = Field(max_length=60)
    index: list[Iteration] = Field(max_length=4)
    value: float = Field(ge=-MAX_EDIT, le=MAX_EDIT)


class Change(Part):
    """What was changed before the update of this iteration: fields of the configuration, or one entry."""

    iteration: Iteration
    configure: dict[str, Any] | None = None
    edit: Edit | None = None


class Answer(Part):
    """What was chosen among a scene's options before they were revealed; both are places from 0."""

    scene: str = Field(max_length=60)
    option: int = Field(ge=0, lt=MOST_OPTIONS)
    right: int = Field(ge=0, lt=MOST_OPTIONS)


class HandIn(Part):
    """What was handed in.

    `config` is the whole configuration with which the run began at iteration 0; null where it did not begin from a
    seed, and `why` says how it began. `curve` holds iterations, in order, each with the mean loss per timestep of the
    training batch.
    """

    unroll: Literal["hand-in"]
    version: Literal[1]
    name: str = Field(min_length=1, max_length=100)
    made: str = Field(max_length=40)
    program: str = Field(max_length=40)
    numerics: str | None = Field(max_length=64)
    scene: str | None = Field(max_length=60)
    link: str = Field(max_length=8_000)
    config: dict[str, Any] | None
    why: str | None = Field(max_length=400)
    changes: list[Change] = Field(max_length=MOST_CHANGES)
    iteration: Iteration
    curve: list[tuple[Iteration, float]] = Field(max_length=MOST_POINTS)
    answers: list[Answer] = Field(max_length=MOST_ANSWERS)

    @property
    def right_answers(self) -> int:
        """How many of the answers are right."""
        return sum(answer.option == answer.right for answer in self.answers)


def read(source: bytes | Path) -> HandIn:
    """A file, or its bytes; BadUpload says what it is not."""
    content = _bytes_of(source) if isinstance(source, Path) else source
    if len(content) > LARGEST_FILE:
        raise BadUpload(f"Expected a hand-in of at most {LARGEST_FILE:,} bytes; got {len(content):,}.")
    try:
        fields = loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise BadUpload(f"Expected a hand-in, which is JSON; got something else: {str(error)[:120]}.") from None
    if not isinstance(fields, dict) or fields.get("unroll") != "hand-in":
        raise BadUpload('Expected a hand-in: an object whose "unroll" is "hand-in". Save one under Share, Save.')
    if isinstance(fields.get("version"), int) and fields["version"] > VERSION:
        raise BadUpload(
            f"Expected a hand-in of version {VERSION}; got version {shown(fields['version'])}. "
            "A newer Unroll wrote it: verify it there, or update this one."
        )
    return _checked(fields)


def _bytes_of(path: Path) -> bytes:
    """No more of a file than tells that it is too large."""
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _checked(fields: dict[str, Any]) -> HandIn:
    try:
        found = HandIn.model_validate(fields | _with_tuples(fields))
    except ValidationError as error:
        raise BadUpload(f"This is not a hand-in that can be read: {explained(error, HandIn, 'a hand-in')}") from None
    except UnrollError as error:
        raise BadUpload(str(error), error.field) from None
    iterations = [change.iteration for change in found.changes]
    points = [iteration for iteration, _ in found.curve]
    if iterations != sorted(iterations) or points != sorted(set(points)):
        raise BadUpload("Expected changes and losses of a hand-in in the order of their iterations.")
    if any(at > found.iteration for at in iterations + points):
        raise BadUpload(f"The hand-in ends at iteration {found.iteration}; got changes or losses beyond it.")
    if any((change.configure is None) == (change.edit is None) for change in found.changes):
        raise BadUpload("Expected changes of a hand-in that are either `configure` or `edit`.")
    return found


def _with_tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has no tuples, and a strict model wants them."""
    curve = fields.get("curve")
    if not isinstance(curve, list):
        return {}
    return {"curve": [tuple(point) if isinstance(point, list) else point for point in curve]}
