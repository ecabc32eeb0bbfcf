"""What the README says is true."""

import re
from pathlib import Path

import pytest

from scripts.tables import TABLES, written

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_every_python_example_runs():
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert examples
    for example in examples:
        exec(compile(example, "README.md", "exec"), {})


def test_every_file_it_points_to_exists():
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_make_target_it_names_exists():
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for target in re.findall(r"\bmake ([a-z-]+)", README):
        assert target in targets, target


@pytest.mark.parametrize("file", TABLES)
def test_tables_of_what_the_code_says_are_as_it_says_now(file):
    text = (ROOT / file).read_text()
    assert text == written(text, TABLES[file]), "`make docs` writes the tables anew"
