"""The lessons: a story in scenes. A scene is one file of this package, found by its name.

`s07_the_hard_gradient.py` holds `SCENE`, the scene that is found at the address "the-hard-gradient". Scenes follow each
other in the order of their file names, and are numbered as they follow. Adding one needs no other change.
"""

import re
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from .base import Lane, Question, Scene, Step, View

__all__ = ["SCENES", "Lane", "Question", "Scene", "Step", "View", "scenes_as_json"]


def _find() -> dict[str, Scene]:
    """Every scene by its address, in the order of the story."""
    names = sorted(found.name for found in iter_modules(__path__) if re.match(r"s\d+_", found.name))
    return {name.partition("_")[2].replace("_", "-"): import_module(f"{__name__}.{name}").SCENE for name in names}


SCENES: dict[str, Scene] = _find()


def scenes_as_json() -> list[dict[str, Any]]:
    """All scenes in the order they are meant to be read, as the page reads them."""
    return [
        {"slug": slug, "number": number, **scene.as_json()} for number, (slug, scene) in enumerate(SCENES.items(), 1)
    ]
