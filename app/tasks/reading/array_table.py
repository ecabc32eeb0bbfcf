"""The table that a NumPy array is."""

import numpy as np

from ...errors import BadUpload, Choice
from ...steps import finish
from ..base import MAX_NAMES
from .arrays import read_array
from .kept import kept
from .lines import Source
from .numbers import Format
from .options import Options
from .survey import Column, Survey, described
from .suspects import refuse_sentinels
from .table import MAX_NUMBERS, MIN_ROWS, Table, notes_cut
from .values import fill_gaps, numbers_for_gaps


def table_of_array(source: Source) -> Table:
    """The rows of an array (N,) or (N, C)."""
    content, options = source.content, source.options
    array = read_array(content if isinstance(content, bytes) else b"", "csv")
    if array.ndim not in (1, 2):
        raise BadUpload(
            f"A series needs an array (N,) or (N, C), its rows timesteps; got {array.shape}. Sequences with targets "
            "are a dataset: safetensors.numpy.save_file({'inputs': x, 'targets': y}, path) writes one.",
            "csv",
        )
    values = _rows(array[:, None] if array.ndim == 1 else array, options)
    columns = [Column(i + 1, f"column {i + 1}", source) for i in range(values.shape[1])]
    left_out: list[dict[str, str]] = []
    columns_kept = kept(Survey(source, columns, "\t"), options, left_out)
    if not columns_kept:
        raise BadUpload("No column of numbers is left. Keep one of them.", "csv")
    values = values[:, [column.number - 1 for column in columns_kept]]
    finish(refuse_sentinels(values, columns_kept, options))
    if options.missing:
        values[np.isin(values, numbers_for_gaps(options, Format(".")))] = np.nan
    notes = [f"The file is a NumPy array of {array.shape}, {array.dtype}."]
    for i, column in enumerate(columns_kept):
        notes += finish(fill_gaps(values[:, i], column, options.fill))
        if (values[:, i] == values[0, i]).all():
            notes.append(f"The {described(column)} is constant.")
    others = [column.name for column in columns if column.number not in {one.number for one in columns_kept}]
    return Table(tuple(column.name for column in columns_kept), values, left_out, notes_cut(notes), others)


def _rows(rows: np.ndarray, options: Options) -> np.ndarray:
    """The numbers of an array (N, C) as a series has them, turned where `transpose` says so; BadUpload where not."""
    if rows.shape[0] < rows.shape[1] and options.transpose is None and rows.shape[0] > 0:
        raise BadUpload(
            f"The array {rows.shape} has more columns than rows: rows are timesteps. `transpose` decides: true takes "
            f"its {rows.shape[1]} columns as timesteps, false its {rows.shape[0]} rows.",
            "transpose",
            [
                Choice(f"{rows.shape[1]} timesteps of {rows.shape[0]} columns", {"transpose": True}),
                *(
                    [Choice(f"{rows.shape[0]} timesteps of {rows.shape[1]} columns", {"transpose": False})]
                    if rows.shape[0] >= MIN_ROWS and rows.shape[1] <= MAX_NAMES
                    else []
                ),
            ],
        )
    values = np.array(rows.T if options.transpose else rows, np.float64, order="C")
    if len(values) < MIN_ROWS or values.size > MAX_NUMBERS or values.shape[1] > MAX_NAMES:
        raise BadUpload(
            f"A series needs {MIN_ROWS} rows or more, at most {MAX_NAMES} columns and {MAX_NUMBERS} numbers; the array "
            f"is {values.shape}. array[:n] takes its first rows.",
            "csv",
        )
    if np.isinf(values).any():
        raise BadUpload("The array holds infinities; every number needs to be finite. numpy.nan_to_num helps.", "csv")
    return values
