"""What a notebook shows: a picture that needs no script, and above it the page, where the browser can reach it."""

import re

import pytest

import app as unroll
from app.watching.notebook import cell

CONFIG = {"cell": "rnn", "hidden_size": 8, "sequence_length": 20, "seed": 1}


def test_a_trainer_shows_its_finding_and_its_gradient_and_nothing_of_it_changes():
    config = unroll.RunConfig(**CONFIG, num_layers=2, bidirectional=True)
    shown, plain = unroll.Trainer(config), unroll.Trainer(config)
    for _ in range(2):
        html = shown._repr_html_()
        assert f"Iteration {shown.iteration}." in html
        assert shown.record(watch=()).scalars["finding"]["code"].replace("_", " ") in html
        assert html.count("<polyline") == 4, "one line a layer and direction"
        assert "<script" not in html
        assert shown.step().loss == plain.step().loss


def test_a_trainer_that_diverged_shows_that_too():
    flood = {"activation": "relu", "init": "normal", "gain": 1e15, "task": "adding", "lag": 3}
    trainer = unroll.Trainer(unroll.RunConfig(**flood))
    assert "is no longer a finite number" in trainer._repr_html_()
    assert trainer.diverged


def test_what_is_watched_shows_a_picture_alone_where_there_is_no_page_on_this_machine():
    trainer = unroll.Trainer(unroll.RunConfig(**CONFIG))
    with unroll.watch(trainer, page=False) as watching:
        assert "Nothing has been captured yet." in watching._repr_html_()
        trainer.advance()
        html = watching._repr_html_()
    assert "<svg" in html
    assert "trainer:" in html
    assert "<script" not in html
    assert "<script" not in cell("a picture", "https://unroll.example.org/watched#run=1", "one")


@pytest.mark.parametrize("address", ["http://127.0.0.1:4321/watched#run=a-secret", "http://127.0.0.1:4321/token/"])
def test_a_page_on_this_machine_is_framed_by_a_script_and_the_picture_stays_without_one(address):
    html = cell("<p>a picture</p>", address, "one")
    assert f'"{address}"' in html
    assert "<iframe" not in html, "a frame that reaches nothing would hide the picture"
    assert "a picture" in re.sub(r"<script>.*</script>", "", html, flags=re.DOTALL)
