"""The files below `static/`, under addresses that contain a hash of all of them, compressed once.

Modules are sent without types and the comments that begin a line, styles without comments and indents: a third of what
the first picture would wait for. Every line keeps its number. Modules import each other by their names below `static/`,
which the page's import map knows (`inside.py`).
"""

import asyncio
import gzip
import hashlib
import importlib.util
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from markupsafe import Markup

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
    ".unroll": "application/octet-stream",
}
SMALL = 900  # bytes, compressed
PLOTLY = "plotly.min.js"
PACKAGE = Path(__file__).parents[1]
# A comment that begins a line, and a type inside one; no text of a module goes over several lines (a test holds it).
COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/[ \t]*\n?|//[^\n]*\n)", re.MULTILINE | re.DOTALL)
TYPE = re.compile(r"/\*\* @type \{(?:(?!\*/).)*\} \*/ ?")
INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
STYLE_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What is there for who reads a file, and is not sent.
WRITTEN = {".js": (COMMENT, TYPE), ".css": (STYLE_COMMENT, INDENT)}
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^;"'(]*?["'](js/[^"']+)["']""", re.MULTILINE)
RELATIVE = re.compile(r"""(\bfrom |\bimport(?: |\(\s*))"(\.[^"]+)\"""")


def shipped(folder: str) -> Path:
    """Where `static` or `templates` is: inside the installed package, beside it in a checkout."""
    installed = PACKAGE / folder
    return installed if installed.is_dir() else PACKAGE.parent / folder


@dataclass(eq=False)
class Asset:
    """One file: as it is, and compressed when somebody first asks."""

    content: bytes
    media_type: str
    _compressed: asyncio.Future[bytes] | None = field(default=None, repr=False)

    async def compressed(self) -> bytes:
        """Compressed in a thread of its own: a large file takes a quarter of a second."""
        if self._compressed is None:
            self._compressed = asyncio.ensure_future(asyncio.to_thread(gzip.compress, self.content, mtime=0))
        return await asyncio.shield(self._compressed)


class Assets:
    """All files, read once; a change of any of them changes every address."""

    def __init__(self, folder: Path) -> None:
        files = {str(PurePosixPath(p.relative_to(folder))): p for p in sorted(folder.rglob("*")) if p.suffix in TYPES}
        files[PLOTLY] = plotly_script()
        self.files = {name: Asset(sent(name, path), TYPES[path.suffix]) for name, path in files.items()}
        digest = hashlib.sha256()
        for name, asset in self.files.items():
            digest.update(name.encode() + asset.content)
        self.version = digest.hexdigest()[:16]
        self.folder = f"static/{self.version}"  # where they are found, seen from the pages, which all lie beside it

    def address(self, name: str) -> str:
        """Where a file is found, seen from the pages."""
        if name not in self.files:
            raise KeyError(f"there is no file {name} below static/")
        return f"{self.folder}/{name}"

    def find(self, version: str, name: str) -> Asset | None:
        """The file at an address; None if it is unknown or of another version."""
        return self.files.get(name) if version == self.version else None

    def is_small(self, name: str) -> bool:
        """Whether a browser would spend longer on fetching a file than its bytes take, on a line of 2 Mbit/s."""
        return len(gzip.compress(self.files[name].content)) < SMALL

    def script(self, name: str) -> Markup:
        """A script as it can stand in a page."""
        return Markup(self.files[name].content.decode())  # noqa: S704 (ours)

    def needed(self, entry: str) -> list[str]:
        """The names of all modules an entry module needs before it can run, itself first."""
        found: list[str] = []
        waiting = [entry]
        while waiting:
            name = waiting.pop(0)
            if name in found or name not in self.files:
                continue
            found.append(name)
            waiting += IMPORT.findall(self.files[name].content.decode())
        return found


def sent(name: str, path: Path) -> bytes:
    """A file as it is sent."""
    content = path.read_bytes()
    if path.name == PLOTLY or path.suffix not in WRITTEN:
        return content
    text = content.decode()
    for left_out in WRITTEN[path.suffix]:
        text = left_out.sub(lambda found: "\n" * found[0].count("\n"), text)
    if path.suffix == ".js":
        text = RELATIVE.sub(lambda found: f'{found[1]}"{resolved(name, found[2])}"', text)
    return text.encode()


def resolved(name: str, target: str) -> str:
    """A relative import seen from the module `name`."""
    parts: list[str] = list(PurePosixPath(name).parent.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def plotly_script() -> Path:
    """Plotly's own script out of the installed package, which need not be imported for that."""
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("plotly is not installed; make run installs everything the page needs")
    return Path(spec.origin).parent / "package_data" / PLOTLY
