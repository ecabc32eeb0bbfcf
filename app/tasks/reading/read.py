"""A table of numbers from a CSV file: what is kept, what is left out and why, and how its numbers are written."""

from collections import Counter
from dataclasses import replace
from itertools import accumulate

import numpy as np

from ...errors import BadUpload, BadValue, Choice
from ...steps import Steps
from .array_table import table_of_array
from .arrays import is_array
from .ending import without_ending
from .fixed import by_position
from .kept import around, kept, leave_out_index
from .lines import BLANKS, EXAMPLE, SAMPLE, Block, Source, head, split, trimmed_end
from .notes import notes_on
from .numbers import Format, decide
from .options import Options
from .refusals import SOME, refuse_gaps, refuse_words, refuse_years
from .separator import choose
from .structured import looks_structured, unfolded
from .survey import COLUMNS_AT_ONCE, Column, Survey, described, first_lines, forgotten, survey, trimmed
from .suspects import refuse_sentinels, refuse_total
from .table import MAX_NUMBERS, MIN_ROWS, Table, notes_cut
from .transposed import turned
from .values import fill_gaps, numbers_of

LEAST_SAMPLE, SAMPLED_CHARACTERS = 3, 2**16  # lines at the beginning that show what separates the columns
NUMBERS_AT_ONCE = 2**14  # of columns that are looked through
TRIED = 2**20  # bytes: of larger files what would help is not tried first
DOUBTFUL = {"first_line", "last_line", "missing", "transpose", "separator", "drop", "encoding", "remove"}


def reading_table(content: str | bytes, options: Options | None = None) -> Steps[Table]:
    """Read a file of numbers; what is no table of them, or can be read in two ways, raises BadUpload."""
    return (yield from reading_source(Source(content, options or Options())))


def reading_source(source: Source) -> Steps[Table]:
    """Read it as a plain table; where it is none, once more as what other programs and people write.

    What would help is said with the refusal, and was tried: it leads to a table, or to the next question.
    """
    if is_array(source.content):
        return table_of_array(source)
    content = yield from trimmed_end(source.content, source.options)
    plain = replace(source, content=content)
    try:
        return (yield from _reading_either(plain))
    except BadUpload as error:
        refusal = error.with_traceback(None)  # else it and this frame would hold each other
    choices = []
    for choice in refusal.choices:
        if (yield from _leads_on(plain, choice)):
            choices.append(choice)
    raise BadUpload(str(refusal), refusal.field, choices) from None


def _reading_either(source: Source) -> Steps[Table]:
    try:
        return (yield from _reading(source))
    except BadUpload as error:
        refusal = error.with_traceback(None)  # else it and this frame would hold each other
    structured = looks_structured(source)
    if refusal.field != "csv" and not structured:
        raise refusal
    yield
    try:
        if structured:
            return (yield from _reading((yield from unfolded(source))))
        return (yield from _reading(replace(source, loose=True)))
    except BadUpload as error:
        if refusal.field != "csv":
            raise refusal from None
        raise (error if error.field != "csv" or error.choices or structured else refusal) from None


def _leads_on(source: Source, choice: Choice) -> Steps[bool]:
    """Whether the file can be read so, or leads to another question; large files are not read once more for that."""
    if len(source.content) > TRIED or not set(choice.options) & DOUBTFUL:
        return True
    try:
        options = replace(source.options, **choice.options)
        yield from _reading_either(replace(source, options=options))
    except BadUpload as error:
        return any(other.options != choice.options for other in error.choices)
    except BadValue:  # lines that end before they begin
        return False
    return True


def _reading(source: Source) -> Steps[Table]:
    options = source.options
    above, beginning = yield from head(source)
    separator = yield from choose(source, _sample(beginning.lines))
    yield
    if options.transpose:
        return (yield from _reading_either((yield from turned(source, separator))))
    if source.loose and separator == BLANKS and (placed := (yield from by_position(source))) is not None:
        return (yield from _reading(placed))
    below: list[dict[str, str]] = []
    if source.row == "Line":
        widths = Counter(len(trimmed(cells)) for cells in split(_last(beginning), separator))
        yield
        source, below = yield from without_ending(source, separator, widths.most_common(1)[0][0])
    found = yield from survey(source, above, beginning, separator)
    yield from refuse_years(found, beginning)
    left_out = around(found) + below
    columns = kept(found, options, left_out)
    yield from leave_out_index(source, found, columns, options, left_out)
    _refuse_size(found, columns)
    format_ = yield from _format_of(found, columns)
    notes = yield from notes_on(found, columns, format_)
    refuse_gaps(columns, options.fill)
    yield
    values = yield from numbers_of(source, found, columns, format_)
    yield from refuse_sentinels(values, columns, options)
    if not below:
        yield from refuse_total(values, found.last_line, options, source.row)
    yield
    notes += yield from _closed(values, columns, options)
    numbers = {column.number for column in columns}
    others = [column.name for column in found.columns if column.number not in numbers]
    yield from forgotten(found)
    return Table(tuple(column.name for column in columns), values, left_out, notes_cut(notes), others)


def _refuse_size(found: Survey, columns: list[Column]) -> None:
    """BadUpload where no column is left, or more numbers than a series may have."""
    if not columns:
        raise BadUpload(f"No column of numbers is left. {EXAMPLE}", "csv")
    if found.rows * len(columns) > MAX_NUMBERS:
        raise BadUpload(
            f"The file holds {found.rows * len(columns)} numbers; a series may have at most {MAX_NUMBERS}. Use a part "
            "of it, fewer columns, or every n-th row.",
            "csv",
            [first_lines(found, MAX_NUMBERS)],
        )


def _format_of(found: Survey, columns: list[Column]) -> Steps[Format]:
    """How the numbers are written; BadUpload where a cell is none, or too few rows hold some."""
    options = found.source.options
    zeros = {mark: place for column in columns for mark, place in column.leading_zeros.items()}
    yield
    format_ = yield from decide((column.numeric for column in columns), options.decimal, zeros)
    yield
    yield from refuse_words(found, columns, format_)
    if found.rows < MIN_ROWS:
        whole = options.first_line == 1 and options.last_line is None and found.unnamed
        wide = len(found.columns) >= MIN_ROWS and found.source.row == "Line" and found.rows == 1 and whole
        raise BadUpload(
            f"A series needs at least {MIN_ROWS} rows of numbers; got {found.rows}. {EXAMPLE}",
            "csv",
            [Choice(f"Take the {len(found.columns)} numbers of a line as rows", {"transpose": True})] * wide,
        )
    yield
    return format_


def _closed(values: np.ndarray, columns: list[Column], options: Options) -> Steps[list[str]]:
    """Close the gaps of all columns, in place; says what was done, and which columns are constant."""
    notes: list[str] = []
    at_once = max(1, min(COLUMNS_AT_ONCE, NUMBERS_AT_ONCE // len(values)))
    for i, column in enumerate(columns):
        notes += yield from fill_gaps(values[:, i], column, options.fill)
        if i % at_once == 0:
            yield
    for i, column in enumerate(columns):
        if (values[:, i] == values[0, i]).all():
            notes.append(f"The {described(column)} is constant.")
        if i % at_once == 0:
            yield
    return notes


def _sample(lines: list[str]) -> list[str]:
    """The first lines, fewer where they are long: all their cells are looked at at once."""
    ends = accumulate(map(len, lines[:SAMPLE]))
    return lines[: max(LEAST_SAMPLE, sum(end <= SAMPLED_CHARACTERS for end in ends))]


def _last(beginning: Block) -> Block:
    """Some of the first lines, far from what stands above the table; fewer where they are long."""
    ends = accumulate(map(len, reversed(beginning.lines[-SOME:])))
    some = max(1, sum(end <= SAMPLED_CHARACTERS for end in ends))
    return Block(beginning.numbers[-some:], beginning.lines[-some:])
