"""The page's modules and styles as few files, so that a browser does not wait for each of hundreds by itself.

The modules that the entry needs before it runs are sent as one script; so are those of every module that is imported
later, without what has surely come before it. A module that several scripts bring is made once all the same: `REGISTRY`
keeps what was made. Every file stays at its own address as well.
"""

from collections.abc import Mapping

from .assets import Assets
from .bundle import Converted, converted
from .onepage import ENTRY, REGIONS

REGISTRY = "together/modules.js"
FIRST_SCRIPT = f"together/{ENTRY}"
STYLES = "together/css/page.css"
FIRST_STYLES = "together/css/first.css"

# No module uses a name that begins with $.
_REGISTRY = """const $makers = {};
const $made = {};
export const $add = (makers) => Object.assign($makers, makers);
export const $need = (name) => ($made[name] ??= $makers[name]());
export const $late = async (name) => {
  if (!(name in $makers)) await import(`./${name}`);
  return $need(name);
};
export const $at = (name) => new URL(`../${name}`, import.meta.url).href;
"""


class Modules:
    """Modules as functions, and which of them imports which."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.sources = sources
        self.known: dict[str, Converted] = {}

    def __getitem__(self, name: str) -> Converted:
        """A module, converted when it is first needed."""
        if name not in self.known:
            self.known[name] = converted(name, self.sources[name])
        return self.known[name]

    def closure(self, entry: str) -> set[str]:
        """A module, and all that must have run before it can."""
        found: set[str] = set()
        waiting = [entry]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += self[name].needed
        return found

    def there_before(self, entry: str) -> dict[str, set[str]]:
        """Of `entry` and all that is imported late: what has come before it, on whichever way it is asked for."""
        before: dict[str, set[str]] = {entry: set()}
        waiting = [entry]
        while waiting:
            name = waiting.pop()
            after = before[name] | self.closure(name)
            for late in {late for module in self.closure(name) for late in self[module].late}:
                common = before.get(late, after) & after
                if common != before.get(late):
                    before[late] = common
                    waiting.append(late)
        return before


def together(sources: Mapping[str, str], entry: str) -> dict[str, str]:
    """The scripts of a page by their names: that of the module `js/a.js` is `together/js/a.js`."""
    modules = Modules(sources)
    scripts = {REGISTRY: _REGISTRY}
    for name, before in modules.there_before(entry).items():
        brought = sorted(modules.closure(name) - before - {entry})
        if not brought:
            continue
        makers = ",\n".join(maker(module, modules[module].body) for module in brought)
        last = modules[name].body if name == entry else ""
        up = "../" * (name.count("/"))
        head = f'import {{ $add, $at, $late, $need }} from "{up}modules.js";\n'
        scripts[f"together/{name}"] = f"{head}$add({{\n{makers}\n}});\n{last}"
    return scripts


def maker(name: str, body: str) -> str:
    """A module as a function of an object; what it finds beside itself it finds beside its own address."""
    placed = body.replace("import.meta.url", f'$at("{name}")')
    return f'"{name}"() {{\n{placed}}}'


def page_files(assets: Assets) -> dict[str, str]:
    """What the page is sent in place of its single modules and of the styles that its first picture needs."""

    def styles(*names: str) -> str:
        return "\n".join(assets.files[f"css/{name}.css"].content.decode() for name in names)

    return {**together(assets.texts(".js"), ENTRY), STYLES: styles(*REGIONS), FIRST_STYLES: styles("first", "names")}
