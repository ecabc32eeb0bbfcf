"""Tests against a real PyTorch, run by `make test-torch` in an environment of their own and left out elsewhere."""

from importlib.util import find_spec

import pytest

collect_ignore_glob = [] if find_spec("torch") else ["*.py"]


@pytest.fixture(autouse=True)
def one_thread_and_one_seed():
    """Sums in one order, and the same numbers in every test."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    torch.manual_seed(0)
    before = torch.get_default_dtype()
    yield
    torch.set_default_dtype(before)
