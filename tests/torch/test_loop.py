"""A watched training loop: not a number is changed, nothing raises, and what is told is about the right pass."""

import copy
import errno
import io
import pickle
import sys
import threading
import urllib.error
import urllib.request
import warnings

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

import app as unroll
from app.errors import BadValue, OutOfRange
from app.watching import screen as screens
from app.watching import watching as module_under_test
from tests.support.clients import facts
from tests.support.servers import wait_until
from tests.support.visitors import Visitor

X = torch.randn(8, 5, 3, generator=torch.Generator().manual_seed(1))


class Model(nn.Module):
    """An embedding of a kind, two layers both ways with dropout, a cell in a loop, attention over all outputs."""

    def __init__(self):
        super().__init__()
        self.enter = nn.Linear(3, 4)
        self.rnn = nn.LSTM(4, 5, 2, bidirectional=True, dropout=0.3)
        self.cell = nn.LSTMCell(10, 6)
        self.head = nn.Linear(6, 1)

    def forward(self, x):
        outputs, _ = self.rnn(self.enter(x))
        h = c = torch.zeros(x.shape[1], 6)
        states = []
        for y in outputs:
            h, c = self.cell(y, (h, c))
            states.append(h)
        states = torch.stack(states)
        weights = torch.softmax(states.sum(2, keepdim=True), 0)
        return self.head((weights * states).sum(0) + h)


def trained(watched, steps=6, **options):
    torch.manual_seed(3)
    model = Model()
    optimizer = torch.optim.Adam(model.parameters())
    watching = unroll.watch(model, page=False, **options) if watched else None
    losses = []
    for _ in range(steps):
        loss = model(X).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    if watching:
        watching.close()
    return losses, dict(model.named_parameters()), watching


def test_training_is_the_same_bit_for_bit_with_and_without_watching():
    losses, weights, _ = trained(False)
    for every in (1, 2):
        watched_losses, watched_weights, watching = trained(True, every=every)
        assert not watching.failures
        assert all(map(torch.equal, losses, watched_losses))
        assert all(torch.equal(weights[name], watched_weights[name]) for name in weights)


def test_the_first_backward_pass_is_captured_and_then_every_nth():
    model = nn.RNN(3, 4)
    seen = []
    with unroll.watch(model, every=3, page=False) as watching:
        for _ in range(8):
            model(X)[0].sum().backward()
            seen.append(watching.last[""].step)
    assert seen == [0, 0, 0, 3, 3, 3, 6, 6]


def test_every_module_has_a_record_under_its_own_name():
    _, _, watching = trained(True, steps=2)
    assert list(watching.last) == ["rnn", "cell"]
    for record in watching.last.values():
        assert record.grad_residual <= 1e-5
        assert record.step == 1


def test_modules_may_be_chosen_by_name():
    model = Model()
    with unroll.watch(model, modules=["cell"], page=False) as watching:
        model(X).sum().backward()
        assert list(watching.last) == ["cell"]
    with pytest.raises(BadValue, match="rnn"):
        unroll.watch(model, modules=["decoder"], page=False)
    with pytest.raises(BadValue, match="rnn"):
        unroll.watch(model, modules=[["rnn"]], page=False)


def test_several_calls_in_one_pass_are_counted_and_their_gradients_belong_together():
    rnn = nn.GRU(3, 3, dtype=torch.float64)
    with unroll.watch(rnn, page=False) as watching:
        first, _ = rnn(X.double())
        second, _ = rnn(first)
        second.sum().backward()
        assert list(watching.last) == ["", "#2"]
        assert watching.last[""].grad_residual <= 1e-12
        assert watching.last["#2"].grad_residual <= 1e-12


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
@pytest.mark.parametrize("reads", ["all", "last", "some"])
def test_a_loop_over_a_cell_is_one_sequence(kind, reads):
    cell = kind(3, 4, dtype=torch.float64)
    with unroll.watch(cell, sequence=2, page=False) as watching:
        h = torch.randn(5, 4, dtype=torch.float64, requires_grad=True)
        states, cells = [h], [torch.randn(5, 4, dtype=torch.float64, requires_grad=True)]
        for x in X.double():
            if kind is nn.LSTMCell:
                h, c = cell(x, (states[-1], cells[-1]))
                cells.append(c)
            else:
                h = cell(x, states[-1])
            states.append(h)
        for state in states + cells:
            state.retain_grad()
        read = {"all": states[1:], "last": states[-1:], "some": states[2:6:3]}[reads]
        sum(t * state.square().sum() for t, state in enumerate(read, 1)).backward()
        record = watching.last[""]
    expected = torch.stack([torch.zeros_like(state) if state.grad is None else state.grad for state in states])[:, 2]
    np.testing.assert_allclose(record.dh, expected.numpy(), rtol=0, atol=1e-10)
    assert record.grad_residual <= 1e-12
    assert record.restarts == []
    losses = np.isfinite(record.ln_flow[np.arange(8), np.arange(1, 9)])
    assert losses.sum() == len(read), "only timesteps that a loss reads are the start of a gradient"
    if kind is nn.LSTMCell:
        gradients = [torch.zeros_like(state) if state.grad is None else state.grad for state in cells]
        np.testing.assert_allclose(record.dc, torch.stack(gradients)[:, 2].numpy(), rtol=0, atol=1e-10)


def test_a_state_that_is_changed_between_the_steps_of_a_cell_starts_a_run_of_its_own():
    cell = nn.GRUCell(3, 4, dtype=torch.float64)
    with unroll.watch(cell, page=False) as watching:
        h = torch.zeros(5, 4, dtype=torch.float64)
        for x in X.double():
            h = cell(x, h * 0.9)
        h.sum().backward()
        record = watching.last[""]
    assert record.grad_residual <= 1e-12
    assert record.restarts == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("kind", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
@pytest.mark.parametrize("cut", [3, 4])
def test_a_cell_whose_state_is_detached_on_the_way_has_a_record_that_can_be_saved(kind, cut, tmp_path):
    cell = kind(3, 4, dtype=torch.float64)
    with unroll.watch(cell, page=False) as watching:
        state, total = None, 0.0
        for t, x in enumerate(X.double()):
            if t == cut:
                state = tuple(part.detach() for part in state) if kind is nn.LSTMCell else state.detach()
            state = cell(x, state)
            total += (state[0] if kind is nn.LSTMCell else state).square().sum()
        total.backward()
        record = watching.last[""]
        watching.save(tmp_path / "run.unroll")
        assert not watching.failures
    assert record.restarts == [cut]
    assert record.grad_residual <= 1e-12
    for name in ("ln_flow", "share", "carried_share"):
        table = record.tensors[name]
        assert table.shape == (8, 9)
        assert np.isnan(table[cut:, : cut + 1]).all(), "nothing is handed on through a state that was cut off"
    np.testing.assert_allclose(np.nansum(record.tensors["carried_share"][cut:, cut + 1 : -1], axis=0), 1.0, atol=1e-5)
    with unroll.open(tmp_path / "run.unroll") as recording:
        np.testing.assert_array_equal(recording[0].tensors["carried_share"], record.tensors["carried_share"])


def test_gradients_of_an_amp_scaler_are_scaled_back():
    found = []
    for scaler in (None, torch.amp.GradScaler("cpu", init_scale=1024.0)):
        torch.manual_seed(0)
        rnn = nn.LSTM(3, 4)
        with unroll.watch(rnn, scaler=scaler, page=False) as watching:
            loss = rnn(X)[0].sum()
            (scaler.scale(loss) if scaler else loss).backward()
            found.append(watching.last[""])
    np.testing.assert_allclose(found[1].dh, found[0].dh, rtol=1e-5)
    assert found[1].grad_residual <= 1e-5


def test_evaluation_and_passes_that_never_come_back_leave_no_trace():
    cell, rnn = nn.GRUCell(3, 4), nn.RNN(3, 4)
    model = nn.ModuleDict({"cell": cell, "rnn": rnn})
    with unroll.watch(model, page=False) as watching:
        with torch.no_grad():
            rnn(X)
        h = None
        for x in X:
            h = cell(x, h)
        del h  # validated without no_grad
        h = None
        for x in X[:4]:
            h = cell(x, h)
        (h.sum() + rnn(X)[0].sum()).backward()
        assert watching.last["cell"].timesteps == 4
        assert list(watching.last) == ["cell", "rnn"]


def test_a_graph_that_is_kept_can_go_backward_again():
    rnn = nn.RNN(3, 4)
    with unroll.watch(rnn, page=False) as watching:
        loss = rnn(X)[0].sum()
        loss.backward(retain_graph=True)
        loss.backward()
        assert watching.last[""].step == 1
        assert watching.last[""].grad_residual <= 1e-5


def test_a_checkpointed_layer_is_watched():
    rnn = nn.GRU(3, 4)
    for reentrant in (False, True):
        with unroll.watch(rnn, page=False) as watching:
            x = X.clone().requires_grad_()
            checkpoint(lambda x: rnn(x)[0], x, use_reentrant=reentrant).sum().backward()
            assert watching.last[""].grad_residual <= 1e-5
            assert not watching.failures


def test_a_watched_model_can_be_copied_and_its_copy_is_not_watched():
    model = Model()
    with unroll.watch(model, page=False) as watching:
        other = copy.deepcopy(model)
        pickle.loads(pickle.dumps(model))
        other(X).sum().backward()
        assert watching.last == {}


def test_after_closing_no_hook_is_left():
    model = Model()
    with unroll.watch(model, page=False):
        model(X).sum().backward()
    for module in model.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
    for parameter in model.parameters():
        assert not parameter._backward_hooks


def test_a_failure_of_ours_is_one_warning_and_training_goes_on(monkeypatch):
    def fails(*_):
        raise ZeroDivisionError("on purpose")

    model = nn.RNN(3, 4)
    monkeypatch.setattr(module_under_test, "measured", fails)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with unroll.watch(model, page=False) as watching:
            for _ in range(3):
                model(X)[0].sum().backward()
                watching.wait()
    assert len(watching.failures) == 3
    assert [str(one.message) for one in told] == [
        "Unroll: watching failed and may show less from here on; training goes on (ZeroDivisionError: on purpose)."
    ]


def test_a_slow_replay_is_not_waited_for_and_the_newest_capture_wins(monkeypatch):
    held, shown = threading.Event(), []

    def slow(torch, capture, sequence):
        held.wait(10)
        shown.append(capture.steps[""])
        return {}

    model = nn.RNN(3, 4)
    monkeypatch.setattr(module_under_test, "measured", slow)
    with unroll.watch(model, page=False) as watching:
        for _ in range(20):
            model(X)[0].sum().backward()
        held.set()
        watching.wait()
    assert shown[-2:] == [18, 19]
    assert len(shown) <= 3


def test_a_finding_is_told_once_to_whoever_asked_and_in_the_terminal(capsys):
    lstm = nn.LSTM(3, 8)
    with torch.no_grad():
        lstm.bias_hh_l0[8:16] = -8.0
    told = []
    with unroll.watch(nn.ModuleDict({"encoder": lstm}), page=False) as watching:
        watching.on("vanishing", lambda name, verdict: told.append((name, verdict["cause"])))
        for _ in range(3):
            lstm(X.repeat(3, 1, 1))[0][-1].sum().backward()
            watching.wait()
        with pytest.raises(BadValue, match="exploding"):
            watching.on("bored", print)
    assert told == [("encoder", "forget_gates")]
    assert capsys.readouterr().err.count("unroll: step 0: vanishing. encoder: ") == 1


def test_without_a_server_beside_the_small_page_shows_what_was_captured(capsys, monkeypatch):
    monkeypatch.setattr(screens, "can_serve", lambda: False)
    model = nn.LSTM(3, 4, 2, bidirectional=True)
    with unroll.watch(model) as watching:
        address = capsys.readouterr().out.split()[-1]
        assert address.startswith("http://127.0.0.1:")
        assert "Nothing has been captured yet" in read(address)
        model(X)[0].sum().backward()
        watching.wait()
        page = read(address)
        assert "Backward pass 0, sequence 0 of 5, 8 timesteps" in page
        assert "layer 2 rev." in page
        assert "layer 2 rev." in watching._repr_html_(), "a notebook shows the same"
        for wrong in (address.rsplit("/", 2)[0] + "/", address + "x"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                read(wrong)
        with pytest.raises(urllib.error.HTTPError, match="404"):
            read(address, {"Host": "unroll.example.org:80"})
    with pytest.raises(urllib.error.URLError):
        read(address)


def test_a_server_beside_the_script_shows_what_was_captured_until_the_end(capsys):
    model = nn.LSTM(3, 4, 2, bidirectional=True)
    with unroll.watch(model) as watching:
        url, run = capsys.readouterr().out.split()[-1].split("/watched#run=")
        model(X)[0].sum().backward()
        watching.wait()
        wait_until(lambda: answers(url), "the server beside the script")
        assert "Unroll: watching" in read(f"{url}/watched")
        with Visitor(url) as page:
            wait_until(lambda: page.ask("follow", run=run)["type"] == "state", "the script to publish")
            page.ask("watch", quantities=[], probe=3)
            while not page.records or facts(page.records[-1])["sequence"] != 3:
                page.hear()
            shown = facts(page.records[-1])
            assert (shown["module"], shown["step"]) == ("", 0)
            assert shown["grad_residual"] <= 1e-5
            assert shown["verdict"]["sentence"]
            watching.close()
            while (said := page.hear())["type"] != "ended":
                pass
            assert said["run"] == run
    with pytest.raises(urllib.error.URLError):
        read(f"{url}/watched")


def answers(url):
    """Whether a server is there."""
    try:
        return bool(read(f"{url}/healthz"))
    except OSError:
        return False


def read(address, headers=None):
    request = urllib.request.Request(address, headers=headers or {})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read().decode()


def test_what_cannot_be_watched_is_refused_in_words():
    with pytest.raises(BadValue, match=r"nn\.LSTM"):
        unroll.watch(nn.Linear(2, 2), page=False)
    with pytest.raises(BadValue, match=r"unroll\.watch\(model\)"):
        unroll.watch({"not": "a model"}, page=False)
    with pytest.raises(OutOfRange, match="every"):
        unroll.watch(nn.RNN(2, 2), every=0, page=False)
    for wrong in ({"modules": 5}, {"scaler": 5}, {"server": 5, "token": "x"}):
        with pytest.raises(BadValue, match="got 5"):
            unroll.watch(nn.LSTM(2, 3), page=False, **wrong)
    with pytest.raises(BadValue, match="sequence"):
        unroll.watch(nn.RNN(2, 2), sequence="first", page=False)

    class FSDPModule(nn.Sequential):
        pass

    with pytest.raises(BadValue, match="FSDP"):
        unroll.watch(FSDPModule(nn.RNN(2, 2)), page=False)


def test_where_warnings_are_errors_a_failure_of_ours_still_does_not_end_the_loop(monkeypatch, capsys):
    def fails(*_):
        raise ZeroDivisionError("on purpose")

    model = nn.RNN(3, 4)
    monkeypatch.setattr(module_under_test.Capturer, "_fused_call", fails)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with unroll.watch(model, page=False) as watching:
            model(X)[0].sum().backward()
    assert list(watching.failures) == ["ZeroDivisionError: on purpose"]
    assert "ZeroDivisionError: on purpose" in capsys.readouterr().err
    assert model.weight_hh_l0.grad is not None


def test_a_terminal_that_is_gone_ends_no_loop(monkeypatch):
    class Gone(io.StringIO):
        def write(self, text):
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    module = nn.RNN(2, 3)
    monkeypatch.setattr(sys, "stderr", Gone())
    with unroll.watch(module, page=False) as watching:
        module(1e30 * torch.ones(4, 1, 2))[0].sum().backward()
        module.weight_hh_l0.data.fill_(torch.nan)
        module(torch.ones(4, 1, 2))[0].sum().backward()
        assert watching.verdict()[""]["finding"] == "nonfinite"
        assert not watching.failures
