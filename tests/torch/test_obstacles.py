"""Models and loops in odd shapes: nothing crashes, alters or hangs, and what cannot be shown is said in a sentence."""

import copy
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
import weakref
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import app as unroll
from tests.torch.processor import skip_without_lstm_in_bfloat16

ROOT = Path(__file__).parent.parent.parent
X = torch.randn(6, 4, 3, generator=torch.Generator().manual_seed(2))
PATIENCE = 60.0  # seconds for what takes a moment on a machine that is not busy


class Reader(nn.Module):
    """A layer and what reads its last output."""

    def __init__(self, rnn=None):
        super().__init__()
        self.rnn, self.head = rnn or nn.LSTM(3, 4), nn.Linear(4, 1)

    def forward(self, x):
        return self.head(self.rnn(x)[0][-1])


def trusted(watching, *names, digits=1e-5):
    """All records of ``names`` are there, agree with PyTorch, and nothing of ours failed."""
    last = watching.last
    assert list(last) == list(names)
    assert not watching.failures
    for record in last.values():
        assert record.grad_residual <= digits
    return last


def told(watch):
    """What is warned of while ``watch`` runs."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        watch()
    return [str(one.message) for one in said if "Unroll" in str(one.message)]


def test_two_layers_that_share_their_weights_are_added_up():
    first, second = nn.LSTM(3, 4), nn.LSTM(3, 4)
    for name, parameter in list(first.named_parameters()):
        setattr(second, name, parameter)
    model = nn.ModuleDict({"first": first, "second": second})
    with unroll.watch(model, page=False, every=2) as watching:
        steps = []
        for _ in range(5):
            (first(X)[0].sum() + second(X.flip(0))[0][-1].sum()).backward()
            steps.append([record.step for record in trusted(watching, "first", "second").values()])
    assert steps == [[0, 0], [0, 0], [2, 2], [2, 2], [4, 4]]


def test_one_layer_under_two_names_and_one_deep_inside_are_watched_once():
    layer = nn.GRU(3, 4)
    model = nn.Sequential(nn.ModuleList([nn.ModuleDict({"a": layer, "b": layer})]))
    with unroll.watch(model, page=False) as watching:
        model[0][0]["b"](X)[0].sum().backward()
        trusted(watching, "0.0.a")


@pytest.mark.parametrize("kind", [nn.LSTM, nn.LSTMCell], ids=["layer", "cell"])
def test_every_nth_pass_is_captured_whatever_becomes_of_the_weights_in_between(kind):
    """Frozen and thawed, replaced by others, lent to a functional call."""
    layer = kind(3, 4)

    def run():
        x = X.clone().requires_grad_()
        if kind is nn.LSTM:
            return layer(x)[0].sum()
        state = None
        for x_t in x:
            state = layer(x_t, state)
        return state[0].sum()

    steps = []
    with unroll.watch(layer, page=False, every=3) as watching:
        for number in range(16):
            layer.requires_grad_(number not in (4, 5, 6))
            if number == 10:
                layer.load_state_dict(copy.deepcopy(layer.state_dict()), assign=True)
            if number == 13:
                others = {name: values.detach().clone().requires_grad_() for name, values in layer.named_parameters()}
                torch.func.functional_call(layer, others, (X[0] if kind is nn.LSTMCell else X,))[0].sum().backward()
            else:
                run().backward()
            steps.append(watching.last[""].step)
        assert not watching.failures
    assert steps == [3 * (number // 3) for number in range(16)]


def test_accumulated_gradients_are_told_apart_and_the_accumulation_is_no_fault():
    model = Reader()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with unroll.watch(model, page=False) as watching:
        for number in range(8):
            (model(X).square().mean() / 4).backward()
            if number % 4 == 3:
                optimizer.step()
                optimizer.zero_grad()
            trusted(watching, "rnn")
        assert watching.verdict()["rnn"]["finding"] != "overshooting"


def test_a_kept_graph_goes_back_from_one_timestep_after_the_other():
    layer = nn.LSTM(3, 4, dtype=torch.float64)
    with unroll.watch(layer, page=False) as watching:
        output, _ = layer(X.double())
        for t in (2, 5):
            output[t].sum().backward(retain_graph=True)
            record = trusted(watching, "", digits=1e-12)[""]
            assert np.flatnonzero(np.isfinite(record.ln_flow).any(axis=1)).tolist() == [t]


def test_evaluation_between_updates_is_not_counted():
    model = Reader()
    with unroll.watch(model, page=False, every=2) as watching:
        for _ in range(3):
            for guard in (torch.no_grad, torch.inference_mode):
                with guard():
                    model.eval()(X[:3, :1])
            model.train()(X).sum().backward()
        assert trusted(watching, "rnn")["rnn"].step == 2


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRUCell], ids=["layer", "cell"])
def test_mixed_precision_leaves_its_rounding_in_the_residual_alone(kind):
    if kind is nn.LSTM:
        skip_without_lstm_in_bfloat16()
    model = nn.ModuleDict({"rnn": kind(3, 4), "head": nn.Linear(4, 1)})
    with unroll.watch(model, page=False) as watching:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            if kind is nn.LSTM:
                h = model["rnn"](X)[0][-1]
            else:
                h = None
                for x_t in X:
                    h = model["rnn"](x_t, h)
            loss = model["head"](h).float().square().mean()
        loss.backward()
        assert trusted(watching, "rnn", digits=0.05)["rnn"].grad_residual > 1e-5


def test_data_parallel_and_compiled_models_are_watched():
    model = nn.DataParallel(Reader())
    with unroll.watch(model, page=False) as watching:
        model(X).sum().backward()
        trusted(watching, "module.rnn")
    whole = Reader()
    compiled = torch.compile(whole, backend="eager")

    def watch():
        with unroll.watch(compiled, page=False) as watching:
            compiled(X).sum().backward()
            trusted(watching, "_orig_mod.rnn")

    assert [said for said in told(watch) if "hooks break its graph" in said]


def test_hooks_of_the_users_own_keep_their_order_and_their_answer():
    model, seen = Reader(), []
    model.rnn.register_forward_pre_hook(lambda _, given: (3 * given[0], *given[1:]))
    model.rnn.register_forward_hook(lambda *_: seen.append("mine"))
    model.rnn.weight_hh_l0.register_hook(lambda gradient: seen.append(gradient.clone()))
    with unroll.watch(model, page=False) as watching:
        model(X).sum().backward()
        trusted(watching, "rnn")
    assert seen[0] == "mine"
    assert torch.equal(seen[1], model.rnn.weight_hh_l0.grad)


def test_what_changes_the_output_or_a_gradient_shows_in_the_residual():
    for late in (False, True):
        model = Reader()
        for mine in (False, True):
            if mine == late:
                model.rnn.register_forward_hook(lambda _, __, out: (2 * out[0], out[1]))
            else:
                watching = unroll.watch(model, page=False)
        model(X).sum().backward()
        assert (watching.last["rnn"].grad_residual > 0.1) == (not late), "what comes later belongs to the model around"
        watching.close()


class OutputAlone(nn.GRU):
    def forward(self, x):
        return super().forward(x)[0]


class Dictionary(nn.LSTM):
    def forward(self, x):
        return {"output": super().forward(x)[0]}


@pytest.mark.parametrize("kind", [OutputAlone, Dictionary])
def test_a_layer_with_a_forward_of_its_own_is_said_to_be_unreadable_once_and_never_to_be_cut_off(kind):
    layer = kind(3, 4)
    optimizer = torch.optim.SGD(layer.parameters(), 0.1)

    def watch():
        with unroll.watch(layer, page=False) as watching:
            for _ in range(12):
                output = layer(X)
                optimizer.zero_grad()
                (output["output"] if kind is Dictionary else output).sum().backward()
                optimizer.step()
            assert watching.verdict() == {}
            assert len(watching.failures) == 1

    (said,) = told(watch)
    assert f"a {kind.__name__}; got" in said
    assert "holds PyTorch's layer and calls it as it is" in said


def test_transforms_of_torch_func_are_left_alone():
    layer = nn.GRU(3, 4)
    parameters = {name: values.detach().clone() for name, values in layer.named_parameters()}

    def loss_of(given):
        return torch.func.functional_call(layer, given, (X,))[0].sum()

    expected = torch.func.grad(loss_of)(parameters)
    rows = torch.autograd.functional.jacobian(lambda x: layer(x)[0][-1].sum(0), X)
    with unroll.watch(layer, page=False) as watching:
        found = torch.func.grad(loss_of)(parameters)
        assert all(torch.equal(expected[name], found[name]) for name in expected)
        again = torch.autograd.functional.jacobian(lambda x: layer(x)[0][-1].sum(0), X, vectorize=True)
        torch.testing.assert_close(again, rows)
        assert watching.verdict() == {}, "nothing is said of gradients that stand for many"
        layer(X)[0].sum().backward()
        trusted(watching, "")


def test_an_empty_batch_is_passed_over():
    layer = nn.LSTM(3, 4)
    with unroll.watch(layer, page=False) as watching:
        layer(X[:, :0])[0].sum().backward()
        assert watching.verdict() == {}
        layer(X)[0].sum().backward()
        assert trusted(watching, "")[""].step == 1


def test_what_helps_can_be_done_with_the_layer_at_hand():
    for layer, x, finding, words in (
        (nn.LSTM(3, 4, bias=False), X.repeat(20, 1, 1), "vanishing", "bias=True"),
        (nn.LSTM(3, 4), 1e6 * X, "dead_units", "Scale the inputs"),
        (nn.GRUCell(3, 4), 1e6 * X[0], "dead_units", "Scale the inputs"),
        (nn.RNN(3, 4, nonlinearity="relu", bias=False), -X.abs(), "dead_units", "nonlinearity='tanh'"),
    ):
        if isinstance(layer, nn.RNN):
            nn.init.ones_(layer.weight_ih_l0)
        with unroll.watch(layer, page=False) as watching:
            output = layer(x)
            (output[0][-1] if isinstance(output, tuple) else output).sum().backward()
            verdict = watching.verdict()[""]
        assert verdict["finding"] == finding, verdict["sentence"]
        assert words in verdict["remedy"]
        assert not verdict["code"] or "bias" not in verdict["code"]


def test_a_thousand_timesteps_are_judged_within_seconds():
    layer = nn.RNN(1, 2)
    with unroll.watch(layer, page=False) as watching:
        layer(torch.randn(1000, 1, 1))[0][-1].sum().backward()
        watching.wait()
        began = time.process_time()
        assert watching.verdict()[""]["horizon"] is not None
        assert time.process_time() - began < 10.0


def test_a_model_that_is_deleted_is_gone_and_its_last_record_stays():
    model = Reader()
    gone = weakref.ref(model)
    with unroll.watch(model, page=False) as watching:
        model(X).sum().backward()
        trusted(watching, "rnn")
        del model
        gc.collect()
        assert gone() is None
        trusted(watching, "rnn")


class Fails(torch.autograd.Function):
    @staticmethod
    def forward(_, x):
        return x.clone()

    @staticmethod
    def backward(*_):
        raise ArithmeticError("on the way back")


def test_passes_that_fail_on_their_way_leave_the_next_one_whole():
    layer, enter = nn.LSTM(3, 4), nn.Linear(3, 3)
    with unroll.watch(layer, page=False) as watching:
        for _ in range(12):
            with pytest.raises(ArithmeticError):
                layer(Fails.apply(enter(X)))[0].sum().backward()
        layer(X)[0].sum().backward()
        trusted(watching, "")
    with pytest.raises(KeyError), unroll.watch(layer, page=False):
        raise KeyError("in the loop")
    assert not layer._forward_hooks


def test_several_threads_train_several_models_and_one():
    def train(layer):
        for _ in range(10):
            layer(X)[0].sum().backward()

    layers = [nn.LSTM(3, 4) for _ in range(3)]
    watchings = [unroll.watch(layer, page=False) for layer in layers]
    threads = [threading.Thread(target=train, args=(layer,)) for layer in [*layers, layers[0]]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for watching in watchings:
        trusted(watching, "")
        watching.close()


def test_two_who_watch_one_model_see_the_same():
    layer = nn.LSTM(3, 4)
    with unroll.watch(layer, page=False) as one, unroll.watch(layer, page=False) as other:
        layer(X)[0].sum().backward()
        np.testing.assert_array_equal(trusted(one, "")[""].dh, trusted(other, "")[""].dh)


def test_workers_of_a_dataloader_come_and_go():
    model = Reader()
    data = DataLoader(TensorDataset(torch.randn(16, 6, 3)), batch_size=8, num_workers=2)
    with unroll.watch(model, page=False) as watching:
        for _ in range(2):
            for (x,) in data:
                model(x.transpose(0, 1)).sum().backward()
        assert trusted(watching, "rnn")["rnn"].step == 3


def test_a_forked_child_trains_asks_and_closes_without_waiting_for_a_thread_it_has_not(tmp_path):
    layer = nn.LSTM(3, 4)
    with unroll.watch(layer, page=False, file=tmp_path / "all.unroll") as watching:
        layer(X)[0].sum().backward()
        trusted(watching, "")
        child = os.fork()
        if child == 0:
            layer(X)[0].sum().backward()
            right = not layer._forward_hooks and watching.verdict()[""]["horizon"] is not None
            watching.close()
            os._exit(0 if right else 1)
        ended, status = 0, -1
        until = time.monotonic() + PATIENCE
        while not ended and time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            time.sleep(0.01)
        if not ended:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        assert status == 0
        layer(X)[0].sum().backward()
        assert trusted(watching, "")[""].step == 1
    with unroll.open(tmp_path / "all.unroll") as recording:
        assert [record.step for record in recording] == [0, 1]


LOOP = """
import signal, sys, app as unroll, torch
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background a shell has it ignored
layer = torch.nn.LSTM(3, 4)
watching = unroll.watch(layer{options})
x = torch.randn(6, 4, 3)
print("ready", flush=True)
while True:
    layer(x)[0].sum().backward()
"""


@pytest.mark.parametrize("options", [", page=False", ""], ids=["alone", "with a page"])
def test_an_interrupt_ends_the_script(options):
    script = subprocess.Popen(
        [sys.executable, "-c", LOOP.format(options=options)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    if not options:
        assert script.stdout.readline().startswith("unroll: watching the model; see http://127.0.0.1:")
    assert script.stdout.readline() == "ready\n"
    script.send_signal(signal.SIGINT)
    _, told_at_the_end = script.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in told_at_the_end
    # Python says 1 where another thread was importing something meanwhile.
    assert script.returncode in (1, -signal.SIGINT), told_at_the_end
