"""Troubles that are known are found with their cause, healthy networks are left alone, and what is advised helps."""

import pytest

from app.report import report
from app.training import Trainer
from app.training.findings import CODES
from tests.findings.configurations import HEALTHY, TROUBLED, Known, own_text

CALM = ("learning", "solved")
AFTER = 300  # updates


@pytest.fixture(scope="module")
def troubled():
    """Every troubled configuration with its run and what is found."""
    runs = [(known, known.trainer()) for known in TROUBLED]
    return [(known, trainer, known.finding(trainer)) for known, trainer in runs]


def is_right(known: Known, found: dict) -> bool:
    return found["code"] == known.code and known.cause in (None, found["cause"])


def test_there_are_forty_troubled_and_twenty_healthy_ones():
    assert (len(TROUBLED), len(HEALTHY)) == (40, 20)
    assert {known.code for known in TROUBLED} == set(CODES) - set(CALM), "every trouble has its configurations"


def test_code_and_cause_are_right_in_all_but_two_of_forty(troubled):
    wrong = [
        f"{known.name}: {found['code']}, {found['cause']}" for known, _, found in troubled if not is_right(known, found)
    ]
    assert len(wrong) <= 2, wrong


def test_at_most_one_healthy_network_is_alarmed():
    alarmed = []
    for known in HEALTHY:
        found = known.finding(known.trainer())
        if found["code"] not in CALM:
            alarmed.append(f"{known.name}: {found['code']}, {found['values']}")
    assert len(alarmed) <= 1, alarmed


def test_the_first_remedy_helps_in_four_of_five(troubled):
    """After 300 updates the finding is gone, or a milder one has taken its place."""
    failed = []
    for known, trainer, found in troubled:
        trainer.configure(**found["remedies"][0]["changes"])
        for _ in range(AFTER):
            trainer.advance()
        after = known.finding(trainer)
        if CODES.index(after["code"]) <= CODES.index(found["code"]) and after["code"] not in CALM:
            failed.append(f"{known.name}: {found['remedies'][0]['label']} left it {after['code']}")
    assert len(failed) <= len(troubled) // 5, failed


def test_every_trouble_has_a_remedy_that_changes_something(troubled):
    for known, _, found in troubled:
        assert found["remedies"], known.name
        assert all(remedy["label"] and remedy["changes"] for remedy in found["remedies"])
        assert len(found["remedies"]) <= 3


def test_every_remedy_can_be_pressed():
    for known in TROUBLED:
        found = known.finding(known.trainer())
        for remedy in found["remedies"]:
            known.trainer().configure(**remedy["changes"])


def test_a_finding_is_part_of_every_record_and_comes_back_from_a_snapshot():
    known = next(known for known in TROUBLED if known.name == "tanh, sgd 1")
    trainer = known.trainer()
    again = Trainer.resume(trainer.snapshot())
    assert again.finding() == trainer.finding() == known.finding(trainer)


def test_the_report_says_the_finding_its_cause_and_what_would_help():
    known = next(known for known in TROUBLED if known.name == "sigmoid, lag 15")
    page = "".join(report(known.trainer()))
    assert "<h2>Finding</h2><p>Vanishing, most of it by slope.</p>" in page
    assert "What would help: Use tanh (weights kept)" in page
    assert "<th>needed lag</th><td>15</td>" in page


def test_an_adam_run_is_never_said_to_be_clipped_hard():
    """A threshold of 1e-4 leaves a thousandth of the gradient, and adam's update is as long as ever."""
    known = Known("adam, clipped", {"clip_threshold": 1e-4, "lag": 2}, "learning")
    trainer = known.trainer()
    assert trainer.record(()).scalars["clip_scale"] < 0.01
    assert known.finding(trainer)["code"] == "learning"


def test_an_unsaturated_sigmoid_is_not_said_to_be_saturated():
    known = next(known for known in TROUBLED if known.name == "sigmoid, lag 15")
    found = known.finding(known.trainer())
    assert found["cause"] == "slope"
    assert abs(found["values"]["parts"]["saturation"]) < 0.2 * abs(found["values"]["parts"]["slope"])


def test_of_own_text_no_needed_lag_is_named():
    trainer = Known("text", {}, "learning", prepare=own_text).trainer()
    assert trainer.finding()["values"]["needed_lag"] is None
    assert trainer.task_info()["needed_lag"] is None
