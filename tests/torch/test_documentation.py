"""What docs/watch.md says its example prints, it prints; and mended it learns."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
RUN = "import runpy, sys, app; sys.modules['unroll'] = app; runpy.run_path(sys.argv[0], run_name='__main__')"


@pytest.mark.parametrize("mended", ["", "scale", "scale state", "scale state gates"])
def test_the_example_prints_what_the_documentation_says(mended):
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv = {['docs/watch_example.py', *mended.split()]}; {RUN}"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # small products only wait for each other
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    text = (ROOT / "docs" / "watch.md").read_text()
    _, found, explained = text.partition(f"python docs/watch_example.py {mended}".strip() + "`")
    assert found, "the documentation says how to run it"
    if mended == "scale state gates":
        loss = float(re.search(r"loss (\S+);", told.stdout)[1])
        assert "None" in told.stdout
        assert loss < 0.5, "mended, the network does better than one that reads nothing (1)"
    else:
        quoted = re.search(r"^> unroll: step \d+: (\w+)\. cell: ", explained, re.MULTILINE)
        found = re.search(r"^unroll: step \d+: (\w+)\. cell: ", told.stderr, re.MULTILINE)
        assert found[1] == quoted[1], "the first finding is the one the documentation quotes"
