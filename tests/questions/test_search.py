"""What people type leads to what they mean: the page's own search over our questions, lessons and views."""

import json
import subprocess

import pytest

from app.questions import questions_as_json
from app.scenes import SCENES
from tests.support.lesson_pages import NODE
from tests.support.servers import ROOT

# What is typed, and what must be among the first three.
MEANT = {
    "why do gradients vanish": "early-steps",
    "vanishing gradients in rnn": "early-steps",
    "exploding gradients": "lstm-explode",
    "how to fix exploding gradients": "clipping-kinds",
    "what is gradient clipping": "clipping-threshold",
    "clip_grad_norm_": "clipping-threshold",
    "loss is nan": "exploding",
    "my loss goes to nan": "exploding",
    "what is bptt": "why-back-through-time",
    "what is backpropagation through time": "through-time",
    "what is truncated bptt": "disjoint-or-sliding",
    "tbptt": "how-far-to-truncate",
    "retain_graph": "detach",
    "RuntimeError: Trying to backward through the graph a second time": "detach",
    "stateful lstm": "detach",
    "detach hidden state": "detach",
    "return_sequences": "output-or-state",
    "number of units vs timesteps": "units-or-timesteps",
    "difference between units and timesteps": "units-or-timesteps",
    "what is hidden size": "units-or-timesteps",
    "why does lstm solve vanishing gradient": "quarter-slope",
    "lstm vs rnn": "quarter-slope",
    "gru vs lstm": "quarter-slope",
    "sigmoid derivative 0.25": "quarter-slope",
    "what is a forget gate": "forget-bias",
    "what does unrolling mean": "unrolling",
    "why share weights": "shared-weights",
    "why sum gradients over time": "why-summed-over-time",
    "how many timesteps should i use": "how-far-back",
    "long term dependencies": "how-far-back",
    "why tanh instead of relu": "tanh-or-relu",
    "dying relu": "relu",
    "orthogonal initialization": "initialisation",
    "identity init": "identity",
    "eigenvalues": "spectrum",
    "spectral radius": "spectrum",
    "bidirectional": "both-directions",
    "stacked lstm": "second-layer",
    "jacobian product": "sum-or-product",
    "is my gradient correct": "is-it-exact",
    "h0 zero init": "initial-state",
}

FIND = """
import { search } from "./static/js/questions/search.js";
import { VIEW_WORDS } from "./static/js/words/questions.js";
const { entries, typed } = JSON.parse(process.argv[1]);
const views = Object.entries(VIEW_WORDS).map(([id, words]) => ({ id, title: id, words: `${id} ${words}` }));
const found = typed.map((one) => search([...entries, ...views], one).slice(0, 3).map(({ id }) => id));
console.log(JSON.stringify(found));
"""


def plain(spans: list[dict]) -> str:
    return "".join(span.get("text", "") for span in spans)


@pytest.fixture(scope="module")
def found() -> dict[str, list[str]]:
    """For everything that is typed the first three that are found, by their ids."""
    questions = [
        {"id": q["id"], "title": q["question"], "words": q["words"], "text": plain(q["answer"])}
        for q in questions_as_json()
    ]
    lessons = [
        {"id": slug, "title": scene.title, "words": slug, "text": " ".join([scene.claim, *scene.paragraphs])}
        for slug, scene in SCENES.items()
    ]
    asked = json.dumps({"entries": questions + lessons, "typed": list(MEANT)})
    command = [NODE, "--input-type=module", "-e", FIND, "--", asked]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    return dict(zip(MEANT, json.loads(answer), strict=True))


@pytest.mark.parametrize(("typed", "meant"), MEANT.items(), ids=list(MEANT))
def test_what_people_type_leads_to_what_they_mean(found, typed, meant):
    assert meant in found[typed], f"{typed!r} leads to {found[typed]}"
