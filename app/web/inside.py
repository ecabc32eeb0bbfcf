"""Modules that stand in a page itself, so that nothing they do waits for one to be fetched.

A browser takes some milliseconds for every module that it fetches, however small and however near the server is. So the
page's import map says of the modules it begins with what they are, as `data:` addresses, and of all others where they
lie. Every module stays one of its own, with its name and lines in the browser's tools.
"""

import base64
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from .assets import Assets

FOLDER = "js/"
# What an address cannot say as it is. A fragment begins with #, and line breaks and tabs are left out of addresses.
NOT_IN_ADDRESSES = re.compile(r"[%#\n\r\t]")
# Added by a script that may run, the first module may, and with it what it imports; imported by one that stands in the
# page it might not, as only its digest is known.
START = """document.body.append(
  Object.assign(document.createElement("script"), { type: "module", src: import.meta.resolve("%s") }),
);"""
# What would end the element, or begin a comment in it.
NOT_IN_SCRIPTS = {"</": "<\\/", "<!--": "<\\u0021--"}


@dataclass(frozen=True)
class Inside:
    """What a page writes into its scripts, and what its policy says of them."""

    import_map: Markup
    start: Markup

    def sources(self, *others: str) -> str:
        """For `script-src`: these two scripts, `others` that stand in the page, and whatever they import or add.

        `'self'` is what a browser goes by that does not know `'strict-dynamic'`.
        """
        scripts = " ".join(digest(script) for script in (self.import_map, self.start, *others))
        return f"'self' {scripts} 'strict-dynamic'"


def inside(assets: Assets, entry: str, names: Iterable[str]) -> Inside:
    """A page that begins with the module `entry`; those of `names` stand in it, others are fetched when needed."""
    imports = {FOLDER: f"./{assets.folder}/{FOLDER}"}
    imports |= {name: as_address(name, assets.files[name].content.decode()) for name in names}
    text = json.dumps({"imports": imports}, ensure_ascii=False)
    for found, written in NOT_IN_SCRIPTS.items():
        text = text.replace(found, written)
    return Inside(Markup(text), Markup(START % entry))  # noqa: S704 (ours)


def as_address(name: str, source: str) -> str:
    """A module as an address of its own."""
    text = f"{source.rstrip()}\n//# sourceURL={name}"
    return "data:text/javascript," + NOT_IN_ADDRESSES.sub(lambda found: f"%{ord(found[0]):02X}", text)


def digest(script: str) -> str:
    """A script as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
