"""What a served page says of its modules: those that stand in it, and where the others are fetched."""

import json
import re
from urllib.parse import unquote

FOLDER = "js/"


def import_map(page: str) -> dict[str, str]:
    """Where the browser finds a module of a name."""
    found = re.search(r'<script type="importmap">(.*?)</script>', page)
    assert found, "the page has an import map"
    imports: dict[str, str] = json.loads(found[1])["imports"]
    return imports


def inside(page: str) -> dict[str, str]:
    """The modules that stand in the page, as the browser reads them."""
    found = {name: address for name, address in import_map(page).items() if name != FOLDER}
    assert all(address.startswith("data:text/javascript,") for address in found.values())
    return {name: unquote(address.partition(",")[2]) for name, address in found.items()}


def later(page: str) -> list[str]:
    """The names of the modules that the page asks for right after its first picture."""
    found = re.search(r'id="later">(.*?)</script>', page)
    assert found, "the page says which"
    names: list[str] = json.loads(found[1])
    return names


def addresses(page: str) -> list[str]:
    """Where they are, seen from the page."""
    folder = import_map(page)[FOLDER].removeprefix("./")
    return [f"{folder}{name.removeprefix(FOLDER)}" for name in later(page)]
