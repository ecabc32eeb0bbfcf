"""Each update rule against its definition, written out for a single number, three updates long."""

import numpy as np
import pytest

from app.engine import OPTIMIZERS

LR, DECAY, GRADS = 0.1, 0.01, [0.5, -2.0, 1.5]


def sgd(p, grads):
    for g in grads:
        p -= LR * (g + DECAY * p)
    return p


def momentum(p, grads):
    buffer = None
    for g in grads:
        g += DECAY * p
        buffer = g if buffer is None else 0.9 * buffer + g
        p -= LR * buffer
    return p


def rmsprop(p, grads):
    square = 0.0
    for g in grads:
        g += DECAY * p
        square = 0.99 * square + 0.01 * g**2
        p -= LR * g / (square**0.5 + 1e-8)
    return p


def adam(p, grads):
    mean = square = 0.0
    for n, g in enumerate(grads, start=1):
        g += DECAY * p
        mean = 0.9 * mean + 0.1 * g
        square = 0.999 * square + 0.001 * g**2
        p -= LR * (mean / (1 - 0.9**n)) / ((square / (1 - 0.999**n)) ** 0.5 + 1e-8)
    return p


def adagrad(p, grads):
    total = 0.0
    for g in grads:
        g += DECAY * p
        total += g**2
        p -= LR * g / (total**0.5 + 1e-10)
    return p


@pytest.mark.parametrize("rule", [sgd, momentum, rmsprop, adam, adagrad])
def test_three_updates_follow_the_definition(rule):
    params = {"w": np.array([[0.7]])}
    optimizer = OPTIMIZERS[rule.__name__](params, LR, DECAY)
    for g in GRADS:
        optimizer.update({"w": np.array([[g]])})
    assert params["w"][0, 0] == pytest.approx(rule(0.7, GRADS), rel=1e-13)
    assert optimizer.step == 3


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_learning_rate_zero_changes_nothing(name):
    params = {"w": np.ones(3)}
    OPTIMIZERS[name](params, 0.0).update({"w": np.array([1.0, -1.0, 0.0])})
    assert params["w"].tolist() == [1.0, 1.0, 1.0]


def test_a_parameter_without_gradient_never_leaves_subnormal_moments_behind():
    params = {"w": np.ones(1)}
    adam = OPTIMIZERS["adam"](params, 1e-3)
    adam.update({"w": np.ones(1)})
    adam.m["w"][:] = 1e-300
    for _ in range(512):
        adam.update({"w": np.zeros(1)})
    assert adam.m["w"][0] == 0.0


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_float32_parameters_and_moments_stay_float32(name):
    params = {"w": np.ones(2, np.float32)}
    optimizer = OPTIMIZERS[name](params, 0.1, 0.1)
    optimizer.update({"w": np.ones(2, np.float32)})
    assert {a.dtype for a in (params["w"], *optimizer.m.values(), *optimizer.v.values())} == {np.dtype(np.float32)}
