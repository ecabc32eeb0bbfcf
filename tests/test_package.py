"""Installed from its wheel, the folder app/ is the package `unroll`, with the page inside and a command of its own."""

import re
import subprocess
import sys
import sysconfig
import urllib.request
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from app import __version__
from tests.support import served_page
from tests.support.servers import PATIENCE, ROOT, Server

PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built without a network, by the build backend of the lock file."""
    folder = tmp_path_factory.mktemp("wheel")
    command = (*PIP, "wheel", "--no-build-isolation", "--no-deps", "--no-index", "--wheel-dir", folder, ROOT)
    subprocess.run(command, check=True, timeout=PATIENCE)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The `bin` of an empty environment with the wheel in it; other packages are found where the tests found them."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    install = ("--python", programs / "python", "install", "--no-deps", "--no-index", wheel)
    subprocess.run((*PIP, *install), check=True, timeout=PATIENCE)
    (packages,) = folder.rglob("site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return programs


def run(installed: Path, program: str, folder: Path) -> str:
    """What a program prints in that environment, started in a folder that is not the repository."""
    command = [installed / "python", "-c", program]
    return subprocess.run(command, cwd=folder, check=True, timeout=PATIENCE, capture_output=True, text=True).stdout


def test_the_wheel_holds_every_file_of_the_package_and_of_the_page(wheel):
    held = set(ZipFile(wheel).namelist())
    for folder, place in (("app", "unroll"), ("static", "unroll/static"), ("templates", "unroll/templates")):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{place}/{path.relative_to(ROOT / folder).as_posix()}" in held
    assert "unroll/py.typed" in held
    assert wheel.name.startswith(f"unroll-{__version__}-")


def test_an_installed_package_trains_in_any_folder(installed, tmp_path):
    program = """if True:
        import unroll
        trainer = unroll.Trainer(unroll.RunConfig(task="echo", sequence_length=12))
        print(unroll.__file__, trainer.step({"flow"}).ln_flow.shape, trainer.iteration, sep="\\n")
    """
    place, shape, iteration = run(installed, program, tmp_path).splitlines()
    assert Path(place).is_relative_to(installed.parent)
    assert (shape, iteration) == ("(12, 13)", "1")


def test_importing_it_loads_neither_the_web_nor_numpy(installed, tmp_path):
    program = "import sys, unroll; print({'numpy', 'fastapi', 'uvicorn', 'pydantic', 'plotly'} & set(sys.modules))"
    assert run(installed, program, tmp_path) == "set()\n"
    program = "import sys, unroll; unroll.Trainer; print({'fastapi', 'starlette', 'uvicorn'} & set(sys.modules))"
    assert run(installed, program, tmp_path) == "set()\n"


def test_the_command_serves_the_page_from_any_folder(installed, tmp_path):
    with Server(command=(str(installed / "unroll"),), folder=tmp_path, WORKERS="1") as server:
        with urllib.request.urlopen(server.url, timeout=PATIENCE) as answer:
            page = answer.read().decode()
        assert page.rstrip().endswith("</html>")
        for name in ("base", "layout"):
            assert re.search(rf'<style data-file="{name}.css"[^>]*>[^<]{{100}}', page), name
        assert "performance.mark" in served_page.inside(page)["js/main.js"]
        plotly = re.search(r'"(static/[0-9a-f]+/plotly.min.js)"', page)[1]
        for address in (served_page.addresses(page)[0], plotly):
            with urllib.request.urlopen(f"{server.url}/{address}", timeout=PATIENCE) as answer:
                assert len(answer.read()) > 100
