"""The arrows of the architecture: who may import whom. Read from the imports themselves."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A package may import from the packages named beside it (and from itself); anything else is an arrow the wrong way.
PYTHON = {
    "app": {"app.report", "app.training", "app.watching"},
    "app.errors": set(),
    "app.link_keys": set(),
    "app.onethread": set(),
    "app.settings": set(),
    "app.steps": set(),
    "app.strictjson": set(),
    "app.tensorheader": {"app.errors", "app.strictjson"},
    "app.validation": {"app.errors"},
    "app.engine": {"app.steps"},
    "app.tasks": {"app.errors", "app.steps", "app.strictjson", "app.tensorheader"},
    "app.training": {
        "app.errors",
        "app.steps",
        "app.strictjson",
        "app.tensorheader",
        "app.validation",
        "app.engine",
        "app.tasks",
    },
    "app.recording": {"app.errors", "app.tensorheader", "app.training"},
    "app.watching": {"app.errors", "app.engine", "app.link_keys", "app.recording", "app.training"},
    "app.scenes": {"app.training"},
    "app.questions": {"app.training", "app.scenes"},
    "app.report": {"app.__version__", "app.errors", "app.training"},
    "app.handin": {"app.errors", "app.strictjson", "app.training", "app.validation"},
    "app.web": {
        "app.__version__",
        "app.errors",
        "app.link_keys",
        "app.onethread",
        "app.settings",
        "app.strictjson",
        "app.tensorheader",
        "app.validation",
        "app.training",
        "app.scenes",
        "app.questions",
        "app.report",
    },
    "app.main": {"app.errors", "app.settings", "app.web"},
    "app.serving": {"app.main", "app.settings", "app.web"},
    "app.commandline": {"app.__version__", "app.errors", "app.settings", "app.validation", "app.handin", "app.web"},
    "app.__main__": {"app.commandline", "app.onethread", "app.serving"},
}
WEB_LIBRARIES = {"fastapi", "starlette", "uvicorn", "websockets", "jinja2", "prometheus_client"}
KNOWS_THE_WEB = {"app.web", "app.main", "app.serving", "app.__main__"}
SPEAKS_TO_A_SERVER = "app.watching.publishing"
CLOCKS_AND_IO = {"time", "datetime", "random", "os", "socket", "threading", "asyncio", "logging"}


DRAWN = (ROOT / "docs" / "architecture.md").read_text()


def part(module: str) -> str:
    """The part of the architecture a module belongs to: `app.engine.cells.rnn` → `app.engine`."""
    return ".".join(module.split(".")[:2])


def modules() -> list[tuple[str, Path]]:
    found = []
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found.append((name.removesuffix(".__init__"), path))
    return found


def imports(name: str, path: Path, tree: ast.Module | None = None) -> set[str]:
    """What a module imports anywhere, or in this part of it."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in ast.walk(tree or ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")
                base = ".".join(parents[: len(parents) - node.level + 1] + ([base] if base else []))
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def absolute_imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module)
    return found


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda v: str(v))
def test_imports_point_one_way(name, path):
    assert part(name) in PYTHON, f"{name} belongs to no part of the architecture: give it one here"
    allowed = PYTHON[part(name)] | {part(name)}
    wrong = {i for i in imports(name, path) if i.startswith("app.") and part(i) not in allowed}
    assert not wrong, f"{name} may not know {sorted(wrong)}"


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda v: str(v))
def test_inside_the_package_imports_are_relative(name, path):
    """So that the same folder runs as `app` in a checkout and as `unroll` once it is installed."""
    wrong = {i for i in absolute_imports(path) if i.split(".")[0] == "app"}
    assert not wrong, f"{name} imports {sorted(wrong)} by the folder's name: write `from .` or `from ..` instead"


def test_no_module_needs_itself():
    """Not even by a detour: whoever reads a module can read what it imports first."""
    paths = dict(modules())

    def module(name: str) -> str:
        while name not in paths:
            name = name.rpartition(".")[0]
        return name

    needs = {
        name: {found for i in imports(name, path) if i.startswith("app.") and (found := module(i)) != name}
        for name, path in paths.items()
    }
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        pytest.fail(f"these import each other in a circle: {' → '.join(reversed(error.args[1]))}")


def test_the_drawing_of_the_folders_has_every_part_below_those_it_imports_from():
    tree = re.search(r"```text\napp/\n(.*?)```", DRAWN, re.DOTALL)
    assert tree, "docs/architecture.md draws the folders"
    drawn = [line.split()[0] for line in tree[1].splitlines()]
    above: set[str] = {"app.__version__"}
    for name in drawn:
        assert (ROOT / "app" / name).exists(), f"the drawing shows {name}, which is not there"
        module = "app" if name == "__init__.py" else "app." + name.removesuffix(".py").removesuffix("/")
        assert PYTHON[module] <= above, f"{name} is drawn above {sorted(PYTHON[module] - above)}, which it imports"
        above.add(module)
    assert above == {*PYTHON, "app.__version__"}, f"not drawn: {sorted({*PYTHON} - above)}"


def test_the_files_it_names_are_there():
    assert not [name for name in re.findall(r"`((?:app|static|tests)/[\w/.]+)`", DRAWN) if not (ROOT / name).exists()]


def test_the_picture_of_the_processes_names_what_is_there():
    picture = DRAWN.split("```")[1]
    assert not [name for name in re.findall(r"app/[\w/]+", picture) if not list(ROOT.glob(f"{name}*"))]
    rooms = re.search(r"static/js +(.*)", picture)
    assert rooms
    assert [name for name in re.findall(r"\w+", rooms[1]) if name in ROOMS] == re.findall(r"\w+", rooms[1])
    assert [ROOMS.index(name) for name in re.findall(r"\w+", rooms[1])] == sorted(
        ROOMS.index(name) for name in re.findall(r"\w+", rooms[1])
    )
    for name in ("Trainer", "Iterations", "BatchRunner", "Recorder", "Network", "Layer"):
        assert any(re.search(rf"^class {name}\b", path.read_text(), re.MULTILINE) for _, path in modules()), name


@pytest.mark.parametrize(
    "path",
    [
        *sorted((ROOT / "benchmarks").rglob("*.py")),
        *sorted((ROOT / "scripts").glob("*.py")),
        *sorted((ROOT / "tests" / "support").glob("*.py")),
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_what_is_shared_with_tests_lies_in_their_support(path):
    used = {name for name in absolute_imports(path) if name.split(".")[0] == "tests"}
    wrong = {name for name in used if name.split(".")[1:2] != ["support"]}
    assert not wrong, f"{path.name} imports {sorted(wrong)}: move what it needs to tests/support"


@pytest.mark.parametrize(("name", "path"), modules(), ids=lambda v: str(v))
def test_nothing_below_the_web_knows_the_web(name, path):
    if part(name) in KNOWS_THE_WEB:
        return
    known = {"websockets"} if name == SPEAKS_TO_A_SERVER else set()
    wrong = {i for i in imports(name, path) if i.split(".")[0] in WEB_LIBRARIES - known}
    assert not wrong, f"{name} may not import {sorted(wrong)}"


def loaded_with(*names: str) -> set[str]:
    """All modules that importing these imports, ours and others: what stands in functions comes later."""
    paths, found, waiting = dict(modules()), set(), list(names)
    while waiting:
        name = waiting.pop()
        if name and name not in found:
            found.add(name)
            waiting.append(name.rpartition(".")[0])
            waiting += at_once(name, paths[name]) if name in paths else ()
    return found


def at_once(name: str, path: Path) -> set[str]:
    statements = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    first = ast.Module(body=statements, type_ignores=[])
    return imports(name, path, first)


def test_compute_processes_start_before_anything_large_is_imported():
    """They import while the web process does; what `unroll` imports before is waited for twice."""
    large = WEB_LIBRARIES | {"numpy", "safetensors", "app.training", "app.web"}
    assert not loaded_with("app.__main__") & large
    assert not loaded_with("app.web.compute") & (large - {"app.web"})


def test_the_web_process_needs_no_mathematics():
    """It carries frames. What computes is imported in the compute processes, which takes as long as all of the web."""
    served = loaded_with("app.main", "app.web.guarded", "app.web.bounded_http")
    assert not served & {"numpy", "safetensors", "app.engine", "app.tasks", "app.training", "app.scenes"}


@pytest.mark.parametrize(
    ("name", "path"), [m for m in modules() if m[0].startswith("app.engine")], ids=lambda v: str(v)
)
def test_the_engine_knows_no_clock_and_no_outside(name, path):
    wrong = {i for i in imports(name, path) if i.split(".")[0] in CLOCKS_AND_IO}
    assert not wrong, f"{name} may not import {sorted(wrong)}"
    assert "np.random.seed" not in path.read_text(), "randomness comes only from the generator handed in"


# The front end's rooms, from the ground up: a script imports from its own room or from rooms before it. main.js and
# page.js, which wire, import from everywhere, and nobody imports them.
ROOMS = (
    "lib",
    "wire",
    "record",
    "words",
    "kit",
    "run",
    "stage",
    "views",
    "panels",
    "lanes",
    "share",
    "lessons",
    "questions",
    "first",
    "watched",
)
FLAT = {"main.js", "page.js"}
LEAVES = {"lib/scales.js", "lib/store.js", "lib/format.js", "wire/protocol.js", "kit/plot.js"}
SCRIPTS = ROOT / "static" / "js"
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
IMPORT = re.compile(r"""^\s*(?:import|export)\b(?:[^;"'(]*?\bfrom)?\s*["']([^"']+)["']""", re.MULTILINE)
DYNAMIC_IMPORT = re.compile(r"""\bimport\(\s*["']([^"']+)["']\s*\)""")


def scripts() -> list[Path]:
    return sorted(SCRIPTS.rglob("*.js"))


def room(path: Path) -> str:
    """The room a script is in: the first folder of its path."""
    return path.relative_to(SCRIPTS).parts[0]


def fetched_at_once(path: Path) -> list[Path]:
    """The scripts that a script imports before it can run."""
    return [(path.parent / target).resolve() for target in IMPORT.findall(path.read_text())]


@pytest.mark.parametrize("path", scripts(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_script_imports_only_from_its_own_room_or_from_rooms_before_it(path):
    source = COMMENT.sub("", path.read_text())
    for target in IMPORT.findall(source) + DYNAMIC_IMPORT.findall(source):
        assert target.startswith("."), f"{path.name} imports {target}: only our own modules, by relative path"
        resolved = (path.parent / target).resolve()
        assert resolved.is_file(), f"{path.name} imports {target}, which does not exist"
        if path.name in FLAT and path.parent == SCRIPTS:
            continue
        here, there = room(path), room(resolved)
        assert there not in FLAT, f"{path.name} imports {target}, which only wires"
        assert ROOMS.index(there) <= ROOMS.index(here), f"{here} may not import {target}: {there} comes after it"
    if str(path.relative_to(SCRIPTS)) in LEAVES:
        others = set(IMPORT.findall(source)) - {"../lib/fault.js"}
        assert not others, f"{path.name} is a leaf: it imports nothing of ours but what an error is"


def test_every_script_but_the_two_that_wire_is_in_a_room():
    assert {room(path) for path in scripts()} == FLAT | set(ROOMS)


def test_no_script_imports_itself_on_a_detour():
    """Walks all static imports; a script met again before its own imports are done is part of a circle."""
    done: set[Path] = set()

    def walk(path: Path, way: list[Path]) -> None:
        assert path not in way, "a circle: " + " → ".join(str(p.relative_to(SCRIPTS)) for p in [*way, path])
        if path in done:
            return
        for other in fetched_at_once(path):
            walk(other, [*way, path])
        done.add(path)

    for path in scripts():
        walk(path, [])


def test_only_one_script_names_plotly():
    naming = [p.name for p in scripts() if re.search(r"\bPlotly\b", p.read_text())]
    assert naming in ([], ["plot.js"]), f"Plotly is named outside kit/plot.js: {naming}"


# What makes the browser lay the page out at once, if anything was written before.
LAYOUT = re.compile(
    r"\b(getBoundingClientRect|getClientRects|getComputedStyle|(?:client|offset|scroll)(?:Width|Height)"
    r"|offset(?:Left|Top)|scroll(?:Left|Top))\b"
)
# Who measures, and when: never in the midst of a frame that draws.
MEASURES = {
    "when the browser says that a size changed": {
        "lib/sizes.js",
        "lib/canvas/resolution.js",
        "stage/unit.js",
        "stage/view.js",
        "views/views.js",
        "views/flow.js",
        "kit/tab_strip.js",
        "questions/bar.js",
        "watched/stage.js",
    },
    "when a pointer or a key asks": {
        "lib/canvas/canvas.js",
        "stage/gestures.js",
        "stage/listening.js",
        "stage/pointing.js",
        "lanes/view.js",
        "panels/footer/footer.js",
        "panels/uses/uses.js",
        "kit/titles.js",
        "kit/tooltip.js",
        "share/presenter.js",
        "share/pictures.js",
        "share/paper.js",
        "lessons/panel.js",
        "lessons/rings.js",
    },
}


@pytest.mark.parametrize("path", scripts(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_script_that_draws_in_every_frame_does_not_measure_the_page(path):
    name = str(path.relative_to(SCRIPTS))
    measures = set(LAYOUT.findall(COMMENT.sub("", path.read_text())))
    known = any(name in files for files in MEASURES.values())
    hint = "ask lib/sizes.js for a box's size, or add the script to MEASURES with the moment at which it measures"
    assert not measures or known, f"{name} reads {sorted(measures)}: {hint}"
