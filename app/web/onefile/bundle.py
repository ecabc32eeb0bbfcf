"""The page's modules as one script, for a page that is one file.

Every module becomes a function that runs when it is first needed, as an import would have run it, and returns what the
module exports. That is exact for modules as this page has them, and everything else is refused: imports of names or of
a whole module at the start of a line, exports of functions, classes and constants, no module that needs itself. No text
of a module goes over several lines (a test holds it), so what only begins a line can go.
"""

import re
from collections.abc import Collection, Mapping

from ..assets import COMMENT

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
EMPTY = re.compile(r"\n{2,}")
IMPORT = re.compile(
    r"""^import\s+(?:(?P<names>\{[^}]*\})|\*\s+as\s+(?P<whole>\w+))\s+from\s+"(?P<target>js/[^"]+)";$""", re.M
)
EXPORT = re.compile(r"^export\s+(?P<kind>async\s+function|function\*?|class|const)\s+(?P<name>\w+)", re.MULTILINE)
LATE = re.compile(r"""\bimport\(\s*"(?P<target>js/[^"]+)"\s*\)""")
OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)

# No module uses a name that begins with $.
START = """const $made = {};
const $need = (name) => ($made[name] ??= $makers[name]());
const $late = async (name) => {
  if (!(name in $makers)) throw new Error(`${name} needs a server`);
  return $need(name);
};
"""


class UnbundledError(ValueError):
    """A module is written in a way that this cannot put into one script."""


def bundle(sources: Mapping[str, str], entry: str, left_out: Collection[str] = ()) -> str:
    """One script that runs the module `entry` of `sources`, with all it imports now or later but what is `left_out`."""
    found, waiting = {}, [entry]
    while waiting:
        name = waiting.pop()
        if name in found or name in left_out:
            continue
        found[name], needed = converted(name, sources[name])
        waiting += needed
    last = found.pop(entry)
    makers = ",\n".join(f'"{name}"() {{\n{body}}}' for name, body in sorted(found.items()))
    return f"{START}const $makers = {{\n{makers}\n}};\n{last}"


def converted(name: str, source: str) -> tuple[str, list[str]]:
    """A module as the body of a function, and the modules it imports, now or later."""
    needed: list[str] = []

    def target(found: re.Match[str]) -> str:
        needed.append(found["target"])
        return f'"{needed[-1]}"'

    def imported(found: re.Match[str]) -> str:
        to = found["whole"] or re.sub(r"\s+as\s+", ": ", found["names"])
        return f"const {to} = $need({target(found)});"

    body = COMMENT.sub("", source)
    body = IMPORT.sub(imported, body)
    body = LATE.sub(lambda found: f"$late({target(found)})", body)
    names = [found["name"] for found in EXPORT.finditer(body)]
    body = EXPORT.sub(lambda found: found[0].removeprefix("export").lstrip(), body)
    if other := OTHER.search(body):
        raise UnbundledError(f"{name}: expected imports and exports as in the other modules; got {other[0]!r}")
    body = EMPTY.sub("\n", INDENT.sub("", body))
    return (f"{body.rstrip()}\nreturn {{ {', '.join(names)} }};\n" if names else body), needed
