"""The style sheets that stand in a page itself, so that its first picture waits for none to be fetched."""

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from .assets import Assets

REGIONS = ("base", "kit", "layout", "header", "controls", "stage", "side", "footer", "menus")
COMPACT = "compact"
MEDIA = {COMPACT: "(width < 62.5em)", "touch": "(pointer: coarse)", "print": "print"}
# What a browser that was never here sees, beside the others.
FIRST_VIEW = ("first", "names")


@dataclass(frozen=True)
class Style:
    """One sheet: its file below `css/`, when it holds, its rules; `usually`: when it holds but for the first view."""

    file: str
    media: str
    content: Markup
    usually: str = ""


def styles(assets: Assets, *, late: Iterable[str] = (), first: bool = False) -> list[Style]:
    """The sheets of the page in their order. `late`: those that hold once a module asks for them."""

    def style(name: str, media: str = "all") -> Style:
        content = Markup(assets.files[f"css/{name}.css"].content.decode())  # noqa: S704 (ours)
        return Style(f"{name}.css", media, content, MEDIA[COMPACT] if name == COMPACT else "")

    return [
        *(style(name) for name in REGIONS),
        # The first view has the few controls of a narrow window, however wide it is.
        *(style(name, "all" if first and name == COMPACT else media) for name, media in MEDIA.items()),
        *(style(name) for name in FIRST_VIEW if first),
        *(style(name, "not all") for name in late),
    ]
