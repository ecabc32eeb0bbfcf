"""Nothing of the package needs PyTorch, and nothing of it brings PyTorch along."""

import subprocess
import sys
from pathlib import Path

import pytest

import app as unroll
from app.errors import BadValue

ROOT = Path(__file__).parent.parent.parent


def test_importing_the_package_and_asking_for_watch_imports_no_torch():
    code = "import sys; import app; app.watch; assert 'torch' not in sys.modules, 'torch came along'"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_no_file_of_the_package_imports_torch():
    for path in (ROOT / "app").rglob("*.py"):
        lines = path.read_text().splitlines()
        wrong = [line for line in lines if line.strip().startswith(("import torch", "from torch"))]
        assert not wrong, f"{path.relative_to(ROOT)} imports PyTorch: {wrong}"


def test_what_is_no_pytorch_model_is_refused_in_words():
    with pytest.raises(BadValue, match="Expected a PyTorch model"):
        unroll.watch(object(), page=False)
