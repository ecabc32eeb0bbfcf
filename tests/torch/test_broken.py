"""What a verdict says of scripts that are broken in known ways, and that it keeps quiet about healthy ones."""

import pytest
import torch

import app as unroll
from tests.torch.broken import SCRIPTS, B, I, T


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_a_verdict_names_what_is_wrong_and_why(script):
    finding, cause = SCRIPTS[script]
    model, loss_of, *rate = script()
    optimizer = torch.optim.SGD(model.parameters(), *rate or [1e-3])
    with unroll.watch(model, page=False) as watching:
        for _ in range(3):
            loss = loss_of(torch.randn(T, B, I))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        (verdict,) = watching.verdict().values()
    assert not watching.failures
    assert (verdict["finding"], verdict["cause"]) == (finding, cause), verdict["sentence"]
    assert (verdict["remedy"] is None) == (finding is None)
