"""The templates of all pages, with what each of them may name."""

from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .. import __version__
from .assets import Assets, shipped


def environment(assets: Assets) -> Environment:
    """The templates, which find files by `asset`, all of them below `files`, and say by `program` which version of
    Unroll they are of.
    """
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": assets.address, "files": f"{assets.folder}/", "program": __version__}
    return made


def without_samples(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without curves and the tensors of records: the first page is to be small, and /api/schema has them."""
    activations = {
        name: {key: value for key, value in about.items() if not isinstance(value, list)}
        for name, about in schema["activations"].items()
    }
    fields = {name: value for name, value in schema.items() if name not in ("record", "quantities")}
    return fields | {"activations": activations}
