"""Every answer, recomputed on the network it is given on: its numbers exist, and what is said of them holds."""

import math
import re

import numpy as np
import pytest

from app.questions import QUESTIONS, Question, questions_as_json
from app.training import RunConfig, Trainer

ARITHMETIC = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b}


def compute(number, record, config):
    """A number of an answer as docs/questions.md defines it."""
    if not isinstance(number, list):
        return float(number)
    form, *parts = number
    match form:
        case "tensor":
            return float(record.tensors[parts[0]][tuple(parts[1:])])
        case "mean":
            values = record.tensors[parts[0]]
            return float(np.nanmean(values[:, parts[1]] if parts[1:] else values))
        case "sum":
            return float(record.tensors[parts[0]].sum())
        case "size":
            return record.tensors[parts[0]].size
        case "norm":
            return float(np.linalg.norm(record.tensors[parts[0]][parts[1]].astype(float)))
        case "scalar":
            value = record.scalars[parts[0]]
            return value[parts[1]] if parts[1:] else value
        case "config":
            return getattr(config, parts[0])
        case "exp" | "log":
            return getattr(math, form)(compute(parts[0], record, config))
    return ARITHMETIC[form](*(compute(part, record, config) for part in parts))


def numbers_of(question: Question) -> dict[str, float]:
    record = Trainer(question.config).record(set(question.watch))
    return {name: compute(number, record, question.config) for name, number in question.numbers.items()}


# What each answer claims of its numbers.
CLAIMS = {
    "why-added": lambda n: max(n["own"], n["carried"]) < n["both"] <= n["own"] + n["carried"],
    "why-summed-over-time": lambda n: n["uses"] == 8 and n["first"] == 0 < n["together"] < n["apart"],
    "early-steps": lambda n: n["last"] > n["near"] > 1e10 * n["far"] > 0,
    "sum-or-product": lambda n: n["factor"] < 1 and n["product"] < 1e-10 < n["sum"],
    "large-dw": lambda n: n["whole"] > 1 and n["far"] < 1e-3,
    "is-it-exact": lambda n: n["residual"] < 1e-10,
    "why-back-through-time": lambda n: n["one"] < n["two"] < 1,
    "ordinary-backpropagation": lambda n: n == {"T": 8, "entries": 36},
    "update-every-token": lambda n: (n["T"], n["B"]) == (8, 32) and n["norm"] > 0,
    "disjoint-or-sliding": lambda n: abs(n["used"] - n["full"]) > 0.01 * n["full"],
    "how-far-back": lambda n: n["horizon"] < n["T"] == 50,
    "how-far-to-truncate": lambda n: n["horizon"] > n["needed"] == 2 and 0.9 < n["cosine"] < 1,
    "detach": lambda n: n["h0"] > 1 and n["dh0"] > 0.1,
    "initial-state": lambda n: n["dh0"] > 0 and n["dh1"] > 0,
    "units-or-timesteps": lambda n: n == {"H": 6, "T": 8, "entries": 36},
    "why-unroll": lambda n: n["T"] == 24 and n["states"] == 24 * 8 and 0 < n["arrives"] < 1,
    "quarter-slope": lambda n: n["forget"] > 0.9 and n["direct"] > 0.9,
    "lstm-explode": lambda n: n["sigma"] > 1 and n["start"] > 5 * n["end"],
    "saturated-cell": lambda n: n["slope"] < 0.6 and n["left"] > 1e4 * n["product"],
    "output-or-state": lambda n: n["dc"] < n["dh"] and n["c"] > n["h"],
    "tanh-or-relu": lambda n: n["sigma"] > 1 and n["start"] > 50 * n["end"] and n["state"] > 100,
    "identity": lambda n: n["near"] == pytest.approx(n["start"]) and 0.5 < n["start"] / n["end"] <= 1,
    "forget-bias": lambda n: n["bias"] == 3 and n["forget"] > 0.9 and 10 < n["half"] < 20,
    "mingru": lambda n: n["bias"] == 3 and n["kept"] > 0.9 and n["start"] > 0.1 * n["end"] > 1e4 * n["half"] * n["end"],
    "second-layer": lambda n: 0 < n["upper_start"] < 0.01 * n["upper_end"] and n["lower_start"] > 0.1 * n["lower_end"],
    "both-directions": lambda n: n["rows"] == 2 * n["H"] == 12 and n["forward"] > 0 and n["reverse"] > 0,
    "clipping-threshold": lambda n: n["norm"] > n["threshold"] and n["scale"] == pytest.approx(1 / n["norm"]),
    "clipping-kinds": lambda n: n["angle"] > 10 and 0 < n["scale"] < 1,
}


# The questions of the design, which people ask in public threads.
ASKED = (
    "why-added",
    "why-summed-over-time",
    "early-steps",
    "sum-or-product",
    "update-every-token",
    "why-back-through-time",
    "disjoint-or-sliding",
    "how-far-back",
    "detach",
    "initial-state",
    "quarter-slope",
    "lstm-explode",
    "saturated-cell",
    "output-or-state",
    "units-or-timesteps",
    "tanh-or-relu",
    "clipping-threshold",
    "clipping-kinds",
    "why-unroll",
    "large-dw",
    "mingru",
    "identity",
    "forget-bias",
    "second-layer",
    "both-directions",
)


def test_every_question_people_ask_has_its_answer():
    assert set(ASKED) <= set(QUESTIONS)
    assert set(CLAIMS) == set(QUESTIONS)


def test_the_state_that_crosses_is_the_last_one_of_the_window_before_and_its_gradient_goes_no_further():
    config = QUESTIONS["detach"].config
    carried, cut = Trainer(config), Trainer(config.changed({"carry_state": False}))
    assert carried.record().h[0].any()
    assert not cut.record().h[0].any()
    assert max(check.max_rel_error for _, check in carried.check_gradients(samples=8)) < 1e-5


def test_a_learned_initial_state_is_moved_by_the_gradient_that_the_answer_names():
    trainer = Trainer(QUESTIONS["initial-state"].config)
    assert not trainer.params["h0"].any()
    trainer.advance()
    assert trainer.params["h0"].all()


def test_a_loss_reaches_the_states_that_the_answers_about_layers_and_directions_name_and_no_others():
    deep = Trainer(QUESTIONS["second-layer"].config).record({"flow"}).tensors
    assert all(np.isfinite(deep[f"ln_flow{ending}"][23, 1:]).all() for ending in ("", "_l2"))
    both = Trainer(QUESTIONS["both-directions"].config).record({"flow"}).tensors
    forward, reverse = both["ln_flow"][3, 1:], both["ln_flow_reverse"][3, :8]
    assert np.isfinite(forward).tolist() == [True] * 4 + [False] * 4
    assert np.isfinite(reverse).tolist() == [False] * 3 + [True] * 5


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_what_an_answer_says_of_its_numbers_is_true_on_its_network(question):
    numbers = numbers_of(question)
    assert all(math.isfinite(value) for value in numbers.values()), numbers
    assert CLAIMS[question.id](numbers), f"{question.id} claims more than its network shows: {numbers}"


def test_the_timesteps_an_answer_names_exist_on_its_network():
    """E_24, h_24 and "23 such slopes" name timesteps: the sequence must have as many."""
    for question in QUESTIONS.values():
        T = question.config.sequence_length
        named = [int(t) for t in re.findall(r"\b[Ehc]_(\d+)\b", question.answer)]
        assert all(t <= T for t in named), f"{question.id} names a timestep after {T}"
        if re.search(r"\bE_\d+'s", question.answer):
            assert T in named, f"{question.id} speaks of a last loss that is not E_{T}"


def test_there_are_twenty_questions_or_more_each_with_two_sentences_and_a_source():
    assert len(QUESTIONS) >= 20
    for question in QUESTIONS.values():
        assert question.question.endswith("?"), question.id
        assert len(re.findall(r"[.](?= |$)", question.answer)) == 2, question.answer
        assert question.source, question.id


def test_the_list_is_complete_for_a_page():
    for question in questions_as_json():
        assert {"id", "question", "link", "source"} <= set(question)
        assert question["link"] == f"#question={question['id']}"
        assert RunConfig(**question["config"])
        assert all({"text"} <= set(piece) or {"number", "as"} == set(piece) for piece in question["answer"])
        assert any("number" in piece for piece in question["answer"])


def test_a_number_that_nobody_computes_is_refused():
    one = next(iter(QUESTIONS.values()))
    with pytest.raises(ValueError, match="the answer names"):
        Question(**{**vars(one), "numbers": {}})
