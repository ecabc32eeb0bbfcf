"""The story as a whole: its order, its words, its vocabulary, and that each step can be done."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.scenes import SCENES, Question, Scene, Step, scenes_as_json
from app.scenes.base import Lane, View, spans
from app.scenes.vocabulary import check, reference
from app.settings import Settings
from app.training import RunConfig, Trainer
from tests.scenes.reading import Reader, body, plain

HERE = Path(__file__).parent
WORDS_OF_THE_BASICS = 1600  # scenes 1 to 8
MOST_WORDS = 155  # paragraphs and steps: what the panel beside the picture holds without scrolling
MOST_WORDS_ABOVE_A_CHART = 110
MOST_WORDS_TO_PREDICT = 60
each_scene = pytest.mark.parametrize(("slug", "scene"), SCENES.items(), ids=SCENES)


def test_the_story_has_its_scenes_in_order():
    assert list(SCENES) == [
        "forward-and-back",
        "memory",
        "unrolling",
        "shared-weights",
        "sum-of-losses",
        "the-easy-gradient",
        "the-hard-gradient",
        "through-time",
        "vanishing",
        "exploding",
        "clipping",
        "relu",
        "initialisation",
        "gates",
        "truncation",
        "your-own",
        "two-layers",
        "both-directions",
        "across-batches",
        "input-gates",
        "watched",
    ]


def test_every_scene_has_a_test_of_its_claim():
    files = {path.stem for path in Path("app/scenes").glob("s[0-9]*.py")}
    assert files == {path.stem.removeprefix("test_") for path in HERE.glob("test_s[0-9]*.py")}


def words(*texts):
    return sum(len(plain(text).split()) for text in texts)


@each_scene
def test_a_scene_is_short(slug, scene):
    assert 2 <= len(scene.paragraphs) <= 5
    assert 1 <= len(scene.steps) <= 3
    assert 2 <= len(scene.question.options) <= 4
    assert len(scene.lanes) in (0, 2, 3, 4)
    assert words(*scene.paragraphs, *(step.text for step in scene.steps)) <= (
        MOST_WORDS_ABOVE_A_CHART if scene.view.under else MOST_WORDS
    )
    question = scene.question
    assert words(question.text, *question.options, question.because) <= MOST_WORDS_TO_PREDICT


def test_the_basics_are_told_in_few_words():
    basics = list(SCENES.values())[:8]
    assert sum(words(*scene.texts()) for scene in basics) <= WORDS_OF_THE_BASICS


@each_scene
def test_a_reader_can_do_every_step_and_none_is_done_before(slug, scene):
    reader = Reader(scene)
    for step in scene.steps:
        assert not reader.holds(step.done), f"done before it is read: {plain(step.text)}"
        reader.do(step.done)
        assert reader.holds(step.done), f"cannot be done: {plain(step.text)}"


def test_a_timestep_that_is_pinned_as_a_scene_opens_is_one_of_the_largest_or_not():
    scene = SCENES["sum-of-losses"]
    step = scene.steps[0].done
    largest = [t for t in range(1, 17) if Reader(replace(scene, view=View(pin=t))).holds(step)]
    losses = Trainer(scene.config).record().loss_t
    assert 1 + int(losses.argmax()) in largest
    assert 1 + int(losses.argmin()) not in largest


@each_scene
def test_a_scene_stays_within_the_limits_of_a_server(slug, scene):
    settings = Settings()
    for config in scene.configs():
        trainer = Trainer(config, max_cost=settings.max_cost, max_bytes=settings.max_bytes)
        assert trainer.record(scene.watch).iteration == 0
        assert not trainer.diverged


@each_scene
def test_columns_that_are_named_exist(slug, scene):
    longest = max([scene.config.sequence_length, *(T for step in scene.steps for T in lengths(step.done))])
    for text in scene.texts():
        for span in spans(text):
            kind, of = span.get("ref", {"kind": None, "of": None}).values()
            assert kind not in ("timestep", "loss") or of <= longest
            assert kind != "lane" or of <= len(scene.lanes)


def lengths(condition):
    parts = condition.get("all", [condition])
    return [part["atLeast"] for part in parts if part.get("field") == "sequence_length" and "atLeast" in part]


def test_scenes_as_json_says_all_a_page_needs():
    scenes = json.loads(json.dumps(scenes_as_json(), allow_nan=False))
    assert [scene["number"] for scene in scenes] == list(range(1, len(SCENES) + 1))
    assert [scene["slug"] for scene in scenes] == list(SCENES)
    for scene in scenes:
        assert RunConfig(**scene["config"]).model_dump() == scene["config"]
        assert all(set(lane) == {"name", "config"} for lane in scene["lanes"])
        assert set(scene["controls"]) <= set(scene["config"])
    vanishing = scenes[8]
    assert vanishing["paragraphs"][0][1] == {"text": "E_24", "ref": {"kind": "loss", "of": 24}}
    assert vanishing["steps"][0]["done"] == {"iterations": 100}
    assert vanishing["controls"] == ["sequence_length"]


def test_the_documentation_names_every_key():
    text = Path("docs/scenes.md").read_text()
    scene = scenes_as_json()[0]
    for key in [*scene, *scene["view"], *scene["question"], *scene["steps"][0]]:
        assert f"`{key}`" in text, key
    kinds = {span["ref"]["kind"] for s in SCENES.values() for t in s.texts() for span in spans(t) if "ref" in span}
    assert all(f"`{kind}`" in text for kind in kinds)


# Notation: one way to write each thing.

SYMBOL = re.compile(r"[A-Za-z]+_\{?[A-Za-z0-9−+-]+\}?")
SYMBOLS = re.compile(r"(W_(xh|hh|hy)|b_(h|y)|[xhycEfoz]_(\d+|t|T|k|\{[tk]-1\}|\{k\+1\}|\{t-2\}))")


@each_scene
def test_symbols_are_written_in_one_notation(slug, scene):
    for symbol in SYMBOL.findall(body(scene) + scene.claim):
        assert SYMBOLS.fullmatch(symbol), f"{symbol} is not a symbol of ours"


@each_scene
@pytest.mark.parametrize(
    ("wrong", "instead"),
    [
        (r"\bd[hEWc]_|\bdE\b|\bdL\b|∂L", "∂E/∂…"),
        (r"(?<![\w{])-\d|\d-\d", "a true minus"),
        (r"\^|\*|\be-?\d", "powers as 10⁻⁹ and products with ×"),
        (r"\d%", "a space before %"),
        (r"\.\.\.", "…"),
        (r"['\"]", "no quotation marks"),
        (r"  |\s[.,;:?]| $", "single spaces, none before a stop"),
        (r"(?<![.\d])\d{4,}\b", "thousands with a comma"),
        (r"\btime ?steps? back\b|\btime-step|\btime step\b", "timestep; steps back"),
        (r"\bepochs?\b|\btraining steps?\b|\bgradient steps?\b", "update"),
        (r"\bweights? matri|\bneurons?\b|\bnodes?\b|\bhidden layer", "units, W_hh"),
        (r"initializ|behavior|colou?r[^s]|\boptimiz", "the spelling of the rest of the page"),
        (r"\b(RNN|LSTM|GRU|Sigmoid|Tanh|Relu)\b", "names as the controls write them"),
    ],
)
def test_there_is_one_way_to_write_it(slug, scene, wrong, instead):
    text = body(scene) + "\n" + scene.claim
    found = re.search(wrong, text)
    assert not found, f"{found and text[max(0, found.start() - 20) : found.end() + 20]!r}: {instead}"


@each_scene
def test_sentences_end_and_begin_as_sentences_do(slug, scene):
    sentences = [*scene.paragraphs, *(step.text for step in scene.steps), scene.question.because, scene.claim]
    for text in map(plain, sentences):
        assert text[-1] in ".?", text
        for sentence in re.split(r"(?<=[.?]) ", text):
            assert not sentence[0].islower() or SYMBOLS.match(sentence), sentence
    assert plain(scene.question.text).endswith("?")
    assert not scene.title.endswith(".")
    assert all(not option.endswith(".") for option in scene.question.options)


# What cannot be shown is refused where it is written.


@pytest.mark.parametrize(
    "target", ["brook", "river:1", "timestep", "timestep:0", "control:size", "tab:rivers", "loss:x"]
)
def test_a_reference_to_nothing_is_refused(target):
    with pytest.raises(ValueError, match="cannot point at"):
        reference(target)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"field": "size", "is": 3},
        {"field": "lag", "over": 3},
        {"field": "lag", "is": 3, "atLeast": 2},
        {"scalar": "loss", "below": 1},
        {"scalar": "accuracy", "is": 1},
        {"iterations": 0},
        {"phase": "running"},
        {"event": "sneeze"},
        {"event": "edit", "tensor": "b_y"},
        {"event": "step", "tensor": "W_hh"},
        {"tab": "rivers"},
        {"lane": 0},
        {"pin": {"largest": "h"}},
        {"pin": {"largest": "loss_t", "smallest": "loss_t"}},
        {"all": [{"iterations": 1}]},
        {"all": [{"iterations": 1}, {"event": "sneeze"}]},
    ],
)
def test_a_condition_no_page_could_tell_is_refused(condition):
    with pytest.raises(ValueError, match="no page could tell"):
        check(condition)


def test_a_scene_that_cannot_be_shown_is_refused():
    question = Question("Why?", ("Because", "Why not"), 0, "So.")
    step = Step("Press [play](button:play).", {"event": "play"})

    def scene(**changes):
        parts = {"title": "One", "config": RunConfig(), "paragraphs": ("Two.",), "steps": (step,), "claim": "Three."}
        return Scene(**{**parts, "question": question, **changes})

    assert scene().as_json()["steps"][0]["text"][1] == {"text": "play", "ref": {"kind": "button", "of": "play"}}
    for wrong in (
        {"watch": ("rivers",)},
        {"paragraphs": ("[the brook](brook)",)},
        {"steps": (Step("Sneeze.", {"event": "sneeze"}),)},
        {"question": Question("Why?", ("Because",), 1, "So.")},
    ):
        with pytest.raises(ValueError, match=r".+"):
            scene(**wrong)


def test_a_step_in_a_lane_that_the_scene_does_not_have_is_refused():
    def scene(done, lanes):
        return Scene(
            title="One",
            config=RunConfig(),
            paragraphs=("Two.",),
            steps=(Step("Look.", done),),
            question=Question("Why?", ("Because", "Why not"), 0, "So."),
            claim="Three.",
            lanes=tuple(Lane(name) for name in lanes),
        )

    def within(n):
        return {"all": [{"tab": "lags"}, {"lane": n}]}

    assert scene({"lane": 1}, "").steps
    assert scene({"lane": 2}, "ab").steps
    assert scene(within(2), "ab").steps
    for done, lanes in (({"lane": 2}, ""), ({"lane": 3}, "ab"), (within(3), "ab")):
        with pytest.raises(ValueError, match=r"One: there is no lane [23]"):
            scene(done, lanes)
