"""Sentences in the states that their own steps lead to: of a moment and said so, or still true afterwards."""

import re

import numpy as np
import pytest

from app.scenes import SCENES
from tests.scenes.reading import Reader, body, plain

A_MOMENT = re.compile(r"at the start|until training|at step \d|the first update", re.IGNORECASE)
MEASURED = re.compile(r"\d\.\d|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]|\d % of")
A_PLACE = re.compile(r"\b[Ehxy]_\d|\b[Tt]imesteps? \d|\d+ (?:time)?steps|\bk\s=\s\d")

# Numbers that no run measured.
OF_NO_RUN = {
    "exploding": (
        "A computer’s numbers end at 1.8\u00a0×\u00a010³⁰⁸.",
        "If each step back multiplies by 1.2, by how much do 23 steps?",
        "1.2 to the power of 23 is 66.",
    ),
    "your-own": ("Then open Lags and read the horizon: the lag up to which 99 % of ∂E/∂W_hh comes.",),
}
# Where steps change the length: what asks or says something of a network of that length, whichever is shown.
OF_A_LENGTH = {
    "unrolling": ("Unrolled over 8 timesteps, how many weights does the network have?",),
    "relu": ("A factor of at most ¼ is gone from each of 23 steps.",),
}


def sentences(scene):
    for text in (*scene.paragraphs, scene.question.text, scene.question.because):
        yield from re.split(r"(?<=[.?]) ", plain(text))


def states(scene):
    """A reader before the first step and after each, who goes on from there."""
    reader = Reader(scene)
    yield reader
    for step in scene.steps:
        reader.do(step.done)
        yield reader


def fields(condition):
    return {part["field"] for part in condition.get("all", [condition]) if "field" in part}


CHANGED_LENGTH = [
    slug for slug, scene in SCENES.items() if any("sequence_length" in fields(step.done) for step in scene.steps)
]


@pytest.mark.parametrize(("slug", "scene"), SCENES.items(), ids=SCENES)
def test_a_sentence_with_a_measured_number_says_of_which_moment_it_is(slug, scene):
    """Every scene trains or may be trained: what was measured holds for a moment, and a sentence is read alone."""
    wrong = [one for one in sentences(scene) if MEASURED.search(one) and not A_MOMENT.search(one)]
    assert set(wrong) == set(OF_NO_RUN.get(slug, ()))


def test_what_is_excepted_is_excepted_of_a_scene_that_exists():
    assert set(OF_NO_RUN) <= set(SCENES)
    assert set(OF_A_LENGTH) <= set(CHANGED_LENGTH)


def test_the_scenes_whose_steps_change_the_length_are_known():
    assert CHANGED_LENGTH == ["unrolling", "shared-weights", "the-hard-gradient", "vanishing", "relu"]


@pytest.mark.parametrize("slug", CHANGED_LENGTH)
def test_where_steps_change_the_length_a_sentence_that_names_a_place_is_of_a_moment_or_true_at_every_length(slug):
    lasting = [said for of, said, _ in AFTERWARDS if of == slug]
    placed = {one for one in sentences(SCENES[slug]) if A_PLACE.search(one) and not A_MOMENT.search(one)}
    unproven = {one for one in placed if not any(said in one for said in lasting)}
    assert unproven == set(OF_A_LENGTH.get(slug, ()))


# What is said without a moment, and what it comes to in any state.


def opens(reader, watch=(), lane=1):
    return reader.trainers[lane - 1].record(watch)


def changed_columns(reader):
    trainer = reader.trainers[0]
    before, weight = trainer.record().h, float(trainer.params["W_hh"][0, 0])
    trainer.edit("W_hh", [0, 0], weight + 0.5)
    changed = np.flatnonzero((trainer.record().h != before).any(axis=1)).tolist()
    trainer.edit("W_hh", [0, 0], weight)
    return changed


def has_its_product(reader):
    record = opens(reader)
    product = np.linalg.norm(record.h[5]) * 2 * abs(float(record.y[4, 0] - record.target[4, 0]))
    return record.dW_hy_norm[4] == pytest.approx(product, rel=1e-4)


def runs_through(reader):
    trainer = reader.trainers[0]
    if trainer.config.activation != "relu":
        return True
    return trainer.record().ln_dh_norm[1] - trainer.record().ln_dh_norm[-1] > np.log(0.1)


def one_reverse_state(reader):
    """Row 11 of the reverse direction is the state at t = 12, the last row the initial one."""
    tensors = opens(reader).tensors
    return np.flatnonzero(tensors["dh_norm_reverse"][:12]).tolist() == [11] and (tensors["dh_norm"][1:] > 0).all()


AFTERWARDS = [
    ("forward-and-back", "Its derivative is exactly 0", lambda r: not gradients_of(r)["W_hh"].any()),
    ("unrolling", "h_1, h_2, h_3 stand side by side", lambda r: len(opens(r).h) > 3),
    ("shared-weights", "every column from h_2 on changes", lambda r: changed_columns(r) == [*range(2, T_of(r) + 1)]),
    ("shared-weights", "h_1 does not, because there W_hh meets h_0 = 0", lambda r: not opens(r).h[0].any()),
    ("sum-of-losses", "every timestep has a target", lambda r: np.isfinite(opens(r).target).all()),
    ("the-easy-gradient", "∂E_5/∂W_hy is h_5 times the error", has_its_product),
    ("the-hard-gradient", "At k\u00a0=\u00a01 W_xh counts", lambda r: opens(r).dW_xh_norm[0] > 0.01),
    ("the-hard-gradient", "At k\u00a0=\u00a01 W_hh meets h_0\u00a0=\u00a00", lambda r: not opens(r).dW_hh_norm[0]),
    ("the-hard-gradient", "No, it points elsewhere", lambda r: opens(r, {"truncation"}).truncation_cosine[0] < 0.95),
    ("through-time", "At timestep 6 nothing is carried", lambda r: opens(r).tensors["dh_carried_norm"][6] == 0),
    ("clipping", "keeps the river to at most 1", lambda r: opens(r, lane=4).dh_norm_used.max() <= 1 + 1e-9),
    ("relu", "the river runs through to h_1", runs_through),
    ("truncation", "the cosine dips below 0", lambda r: opens(r, {"truncation"}).truncation_cosine.min() < 0),
    ("two-layers", "at timestep 8 nothing is carried in either layer", lambda r: nothing_carried(r, 8, "", "_l2")),
    ("both-directions", "it reaches the state at timestep 12 alone", one_reverse_state),
    ("across-batches", "In lane 1 each starts from h_0 = 0", lambda r: not opens(r, lane=1).h[0].any()),
    ("across-batches", "it starts from the last state of the window before", lambda r: opens(r, lane=2).h[0].any()),
]


def T_of(reader):
    return reader.trainers[0].config.sequence_length


def gradients_of(reader):
    tensors = opens(reader, {"gradients"}).tensors
    return {name[5:]: values for name, values in tensors.items() if name.startswith("grad.")}


def nothing_carried(reader, t, *layers):
    return all(opens(reader).tensors[f"dh_carried_norm{layer}"][t] == 0 for layer in layers)


# What is true as a scene opens and no more after its steps.


def equal_inputs_have_equal_columns(reader):
    record = opens(reader)
    same = record.x[:, 0] == record.x[0, 0]
    return np.ptp(record.h[1:][same], axis=0).max() == 0


def only_loss_at(t):
    return lambda reader: np.flatnonzero(opens(reader).loss_t).tolist() == [t - 1]


def is_half_open(reader):
    return 0.4 < opens(reader, {"gates"}).tensors["gates"][:, 1].mean() < 0.6


AT_THE_START = [
    ("memory", "wherever x_t is the same, h_t is the same", equal_inputs_have_equal_columns),
    ("memory", "and nothing is carried back", lambda r: not opens(r).dh_carried_norm.any()),
    ("memory", "is fed by the loss above it alone", lambda r: not opens(r).dh_carried_norm.any()),
    ("the-hard-gradient", "E_4 is the only loss", only_loss_at(4)),
    ("the-hard-gradient", "the explicit term, k\u00a0=\u00a04", only_loss_at(4)),
    ("vanishing", "E_24, the only loss", only_loss_at(24)),
    ("vanishing", "has to reach back 21 steps", lambda r: opens(r).needed_lag == 21),
    ("vanishing", "comes from lags of at most 2", lambda r: opens(r, {"truncation"}).horizon == 2 and T_of(r) == 24),
    ("watched", "meets forget gates that stand half open", is_half_open),
]


@pytest.mark.parametrize(("slug", "said", "holds"), AT_THE_START, ids=[f"{of}: {said}" for of, said, _ in AT_THE_START])
def test_what_the_steps_make_false_is_said_of_the_start(slug, said, holds):
    held = [holds(reader) for reader in states(SCENES[slug])]
    assert held[0]
    assert not held[-1]
    (sentence,) = (one for one in sentences(SCENES[slug]) if said in one)
    assert A_MOMENT.search(sentence), sentence


@pytest.mark.parametrize(("slug", "said", "holds"), AFTERWARDS, ids=[f"{slug}: {said}" for slug, said, _ in AFTERWARDS])
def test_what_is_said_of_no_moment_is_true_as_it_opens_and_after_every_step(slug, said, holds):
    assert said in body(SCENES[slug])
    for place, reader in enumerate(states(SCENES[slug])):
        assert holds(reader), f"after {place} steps"
