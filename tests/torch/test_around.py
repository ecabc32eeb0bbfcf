"""What a verdict says of scripts that are broken around a recurrent layer, and that it changes none of them."""

import pytest
import torch

import app as unroll
from tests.torch.around import AROUND, rate_too_high
from tests.torch.broken import B, H, I, Reader, T, keeping


def train(model, loss_of, optimizer, updates):
    optimizer = optimizer(model.parameters())
    generator = torch.Generator().manual_seed(1)
    for _ in range(updates):
        loss = loss_of(torch.randn(T, B, I, generator=generator))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@pytest.mark.parametrize("script", AROUND, ids=lambda script: script.__name__)
def test_a_verdict_names_what_is_wrong_around_a_layer(script):
    finding, cause = AROUND[script]
    model, loss_of, optimizer = script()
    with unroll.watch(model, page=False) as watching:
        train(model, loss_of, optimizer, 10 if cause in ("no_grad", "detached", "frozen") else 3)
        verdict = next(iter(watching.verdict().values()))
    assert not watching.failures
    assert (verdict["finding"], verdict["cause"]) == (finding, cause), verdict["sentence"]
    assert (verdict["remedy"] is None) == (finding is None)


@pytest.mark.parametrize("script", AROUND, ids=lambda script: script.__name__)
def test_what_looks_at_the_optimizer_changes_no_bit(script):
    found = []
    for watched in (False, True):
        torch.manual_seed(0)
        model, loss_of, optimizer = script()
        watching = unroll.watch(model, page=False) if watched else None
        train(model, loss_of, optimizer, 3)
        if watching:
            watching.close()
        found.append(list(model.parameters()))
    assert all(torch.equal(plain, watched) for plain, watched in zip(*found, strict=True))


def test_a_rate_that_was_too_high_is_remembered_when_units_are_saturated():
    model, loss_of, optimizer = rate_too_high()
    with unroll.watch(model, page=False) as watching:
        train(model, loss_of, optimizer, 40)
        verdict = watching.verdict()["rnn"]
    assert (verdict["finding"], verdict["cause"]) == ("saturated", "learning_rate")
    assert "Adam with a learning rate of 3" in verdict["sentence"]


def test_a_gradient_that_explodes_is_named_before_the_long_update_that_it_makes():
    model = Reader(keeping(torch.nn.RNN(I, H, nonlinearity="relu"), 1.6))
    weights = list(model.rnn.parameters())
    x = torch.randn(T, B, I, generator=torch.Generator().manual_seed(1))

    def length(tensors):
        return torch.cat([tensor.flatten() for tensor in tensors]).norm().item()

    gradients = torch.autograd.grad(model(x).square().mean(), weights)
    optimizer = torch.optim.SGD(weights, 0.6 * length(weights) / length(gradients))
    with unroll.watch(model, page=False) as watching:
        for _ in range(2):
            optimizer.zero_grad()
            model(x).square().mean().backward()
            optimizer.step()
        verdict = watching.verdict()["rnn"]
        update = watching.last["rnn"].scalars["updates"][-1]
    assert update["update_norm"] > 0.5 * update["weight_norm"]
    assert update["learning_rate"] < 0.1
    assert (verdict["finding"], verdict["cause"]) == ("exploding", "weights"), verdict["sentence"]


def test_after_closing_no_optimizer_has_a_hook_of_ours():
    import torch.optim.optimizer as optimizers  # torch.optim takes the name away

    before = len(optimizers._global_optimizer_pre_hooks), len(optimizers._global_optimizer_post_hooks)
    unroll.watch(torch.nn.GRU(2, 2), page=False).close()
    after = len(optimizers._global_optimizer_pre_hooks), len(optimizers._global_optimizer_post_hooks)
    assert after == before
