"""The templates of all pages, with what each of them may name."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .. import __version__
from .assets import Assets, shipped


def environment(assets: Assets) -> Environment:
    """The templates, which find files by `asset` and say by `program` which version of Unroll they are of."""
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"asset": assets.address, "program": __version__}
    return made
