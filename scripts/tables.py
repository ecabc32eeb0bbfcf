"""The tables of the docs that are written from the code: `make docs` writes them anew, and a test says when to.

Each stands between `<!-- NAME -->` and `<!-- /NAME -->` in its file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from app.settings import Settings, environment_name
from app.training.quantities import PROBE, QUANTITIES, Quantity, Tensor

ROOT = Path(__file__).parent.parent


def settings_table() -> str:
    """Every setting with its default and its help."""
    rows = ["| variable | default | what it does |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = "one per core" if field.default_factory else _printed(field.default)
        rows.append(f"| `{environment_name(name)}` | {default} | {field.description} |")
    return "\n".join(rows)


def _printed(value: object) -> str:
    if value in ((), ""):
        return "none"
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def tensors_table() -> str:
    """What a record can hold, one row a tensor, in the order of the quantities."""
    rows = ["| tensor | shape | meaning | when |", "| --- | --- | --- | --- |"]
    rows += [row for quantity in (PROBE, *QUANTITIES.values()) for row in _rows(quantity)]
    return "\n".join(rows)


def _rows(quantity: Quantity) -> Iterator[str]:
    watched = "" if quantity is PROBE else f"`{quantity.name}`"
    for tensor in quantity.tensors:
        when = "; ".join(filter(None, (watched, tensor.when.words, _where(tensor))))
        yield f"| {_name(tensor)} | {_shape(tensor)} | {tensor.about} | {when or 'always'} |"


def _name(tensor: Tensor) -> str:
    return "every parameter by its name" if tensor.name == "NAME" else f"`{tensor.name}`"


def _shape(tensor: Tensor) -> str:
    """As NumPy writes it; f32 is not said."""
    if tensor.axes is None:
        shape = "the parameter's"
    else:
        shape = f"({', '.join(map(str, tensor.axes))}{',' * (len(tensor.axes) == 1)})"
    short = {"float32": "", "float64": " f64", "int64": " i64"}[tensor.dtype]
    return shape + short


def _where(tensor: Tensor) -> str:
    return {"top layer": "top layer", "below the top": "layers below the top"}.get(tensor.of, "")


TABLES: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"settings": settings_table},
    "docs/protocol.md": {"tensors": tensors_table},
}


def written(text: str, tables: dict[str, Callable[[], str]]) -> str:
    """The text of a file with its tables as the code has them now."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"expected one table between {begin.strip()} and {end.strip()}")
        before, rest = text.split(begin)
        text = before + begin + table() + end + rest.split(end)[1]
    return text


if __name__ == "__main__":
    for file, tables in TABLES.items():
        path = ROOT / file
        path.write_text(written(path.read_text(), tables))
