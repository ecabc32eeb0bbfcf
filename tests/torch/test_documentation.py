"""What docs/watch.md says its example prints, it prints, and mended it learns; its lines for loops of one's own run."""

import logging
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import app as unroll
from tests.torch.processor import skip_without_lstm_in_bfloat16

ROOT = Path(__file__).parent.parent.parent
RUN = "import runpy, sys, app; sys.modules['unroll'] = app; runpy.run_path(sys.argv[0], run_name='__main__')"


@pytest.mark.parametrize("mended", ["", "scale", "scale state", "scale state gates"])
def test_the_example_prints_what_the_documentation_says(mended):
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.argv = {['docs/watch_example.py', *mended.split()]}; {RUN}"],
        cwd=ROOT,
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


ELSEWHERE = ("pytorch_lightning", "transformers", "accelerator", "ignite", "keras")  # what other blocks need
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "watch.md").read_text(), re.MULTILINE | re.DOTALL)
PLAIN = [block for block in BLOCKS if not any(name in block for name in ELSEWHERE)]


class Net(torch.nn.Module):
    """What the documentation calls ``model``."""

    def __init__(self):
        super().__init__()
        self.rnn, self.head = torch.nn.LSTM(3, 4), torch.nn.Linear(4, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][-1])


@pytest.fixture
def process_group(tmp_path):
    """One process that calls itself a group."""
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1)
    yield
    torch.distributed.destroy_process_group()


@pytest.mark.usefixtures("process_group")
@pytest.mark.parametrize("block", PLAIN, ids=lambda block: block.splitlines()[0][:40])
def test_lines_that_need_nothing_but_pytorch_run_and_a_record_comes_of_them(block, monkeypatch):
    if "autocast" in block:
        skip_without_lstm_in_bfloat16()
    monkeypatch.setitem(sys.modules, "unroll", unroll)
    model = Net()
    given = {
        "torch": torch,
        "unroll": unroll,
        "logging": logging,
        "device": "cpu",
        "model": model,
        "optimizer": torch.optim.Adam(model.parameters()),
        "criterion": torch.nn.MSELoss(),
        "data": [(torch.randn(5, 2, 3), torch.randn(2, 1)) for _ in range(3)],
    }
    exec(block, given)
    with given["watching"] as watching:
        if "loss" not in given:
            given["model"](given["data"][0][0]).sum().backward()
        watching.wait()
        (record,) = watching.last.values()
        assert record.grad_residual <= (0.05 if "autocast" in block else 1e-5)


def test_the_documentation_has_lines_for_loops_of_ones_own():
    assert len(PLAIN) == 4
