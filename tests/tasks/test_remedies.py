"""Every refusal of what people bring has a remedy that can be clicked, and it works; or another file is needed."""

import ast
import io
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

import app.tasks
from app.errors import BadUpload, Choice, OutOfRange
from app.steps import finish
from app.tasks import Options, Series, Text
from app.training import RunConfig, Trainer
from app.training.dataset import read_series, read_text, reading
from tests.support.clients import Client

ROOM = Path(app.tasks.__file__).parent
MOST_CLICKS = 4


def array(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


ROWS = "".join(f"{i % 7},{i % 5}\n" for i in range(9))
LONG = "1\n" * 9
REFUSED = {
    "no UTF-8": "t;°C\n1;2,5\n2;3,5\n4;5,5\n".encode("latin-1"),
    "NUL in it": "a\n1\n2\0\n3\n4\n",
    "UTF-16 without a mark": "a\n1\n2\n3\n".encode("utf-16-le"),
    "two readings of a sign": "a;b\n1,234;5\n2,345;6\n3,456;7\n",
    "another sign than was chosen": ("a;b\n1,5;1\n2,5;2\n3,5;3\n", {"decimal": "."}),
    "signs that clash in a column": "a\n1,5\n2,5\n2.51\n3,5\n",
    "signs that clash": "a;b\n1,5;1\n2,5;2.5\n3,5;3\n",
    "commas": "1,5\n2,5\n3,25\n",
    "commas beside words": "north 1,5\nsouth 2,5\nnorth 3,25\n",
    "blanks": "1 234\n1 345\n2 456\n",
    "India": "a\n1,23,456\n2,34,567\n12,34,567\n",
    "another separator": "sep=/\na\n1\n2\n3\n",
    "a gap": "a,b\n1,2\n3,\n4,5\n",
    "a gap that was named": ("a\n1\n-999\n3\n4\n", {"missing": ["-999"]}),
    "a column that fill cannot help": ("a,b\n1,-9.0\n2,-9.0\n3,-9.0\n", {"fill": "previous", "missing": ["-9"]}),
    "-9999": "a\n15\n-9999\n18\n17\n",
    "numbers written in many ways": "\n".join("1" + f"{i:014b}".replace("0", "'") + "1.5" for i in range(10_500)),
    "a total": "a,b\n10,1\n20,2\n15,4\n5,5\n7,1\n57,13\n",
    "years": "1990,1991,1992\n1.5,2,3\n4,5,6\n7,8,10\n",
    "a word": "a\n1\nx\n3\n4\n",
    "a mark": "a\n1\n2*\n3\n4\n",
    "units": "a,b\n$1.5,1\n€2.5,2\n$4,4\n",
    "infinity": "a\n1\n1e999\n3\n4\n",
    "short lines": f"a,b\n{ROWS}7\n{ROWS}",
    "short names": f"a,b\n1,2,3\n4,5,6\n7,8,10\n{LONG}".replace("1\n", "1,2,4\n"),
    "a quotation mark": 'a,b\n1,"2\n3,4\n5,6\n7,9\n',
    "a long line": LONG + "1" * 100_001,
    "many lines": "a\n" + "1\n2\n" * 1_000_001,
    "many numbers": ",".join("1" * 100) + "\n" + (",".join("12" * 50) + "\n") * 20_001,
    "many cells": ("1" + "," * 99 + "x\n" + "2" + "," * 99 + "x\n") * 20_100,
    "many columns": "\n".join([",".join(str(i * k % 7) for i in range(1100)) for k in range(4)]),
    "one line": "1.5, 2.5, 3.5, 4.5\n",
    "a wide array": array(np.arange(12.0).reshape(3, 4) % 5),
    "no numbers": "a\nx\ny\nz\n",
    "only dates": "2020-01-01\n2020-01-02\n2020-01-03\n",
    "no rows in front": "#\n" * 300_000,
    "JSON of other things": '[{"a": 1}, {"a": [2]}, {"a": 3}]',
    "JSON of objects and numbers": '[{"a": 1}, 2, 3]',
    "JSON of uneven rows": "[[1, 2], [3], [4, 5]]",
    "JSON of uneven columns": '{"a": [1, 2, 3], "b": [1, 2]}',
    "JSON of columns that name other rows": '{"a": {"0": 1, "1": 2, "2": 3}, "b": {"0": 1, "1": 2, "3": 3}}',
    "JSON of more numbers than names": '{"columns": ["a"], "data": [[1, 2], [3, 4], [5, 6]]}',
    "JSON without rows": '{"columns": ["a"], "data": []}',
    "JSON of an endless number": "[1, 1e999, 3, 4]",
    "JSON of one name for two columns": '{"a": [1, 2, 3], "a": [4, 5, 6]}',
    "JSON with a gap": "[1, null, 3, 4]",
    "JSON of many names": "[" + ", ".join(f'{{"a{i}": 1}}' for i in range(1100)) + "]",
    "JSON of a wide row": f"[[{'1, ' * 50_001}2]]",
    "JSON of a long column": f'{{"a": [{"1, " * 2**19}2]}}',
    "JSON of names in names": '{"columns": [["a", ["b"]]], "data": [[1], [2], [3]]}',
    "broken JSON": "[1, 2, x]",
}
NOTHING_TO_CLICK = {  # another file is needed, and how it is made is said
    "a gzip archive": b"\x1f\x8b\x08\x00",
    "nothing": "",
    "two rows": ("a\n1\n1\n", "1 1"),
    "a short array": array(np.arange(2.0)),
    "an array of sequences": array(np.zeros((2, 3, 4))),
    "an array of infinities": array(np.array([1.0, np.inf, 2.0])),
    "an array of texts": array(np.array(["a", "b"])),
    "half an array": array(np.arange(9.0))[:-8],
    "an array that is left out": (array(np.arange(9.0)), {"drop": ["column 1"]}),
    "many lines as columns": ("1;2\n3;4\n" * 600, {"transpose": True}),
}
TEXTS = {
    "many characters": "".join(map(chr, range(0x4E00, 0x4E00 + 1100))) * 2,
    "very many characters": "".join(map(chr, range(0x4E00, 0x4E00 + 4000))),
    "no UTF-8": "naïve café ".encode("latin-1"),
    "NUL in it": "how now\0 brown cow",
}


def asked(content, options):
    """The refusal, where there is one."""
    try:
        finish(reading("series", content, **options))
    except BadUpload as error:
        return error
    return None


def clicked(options, choice):
    """As the page puts together what was chosen one after the other."""
    lists = {name: [*options.get(name, []), *choice.get(name, [])] for name in ("drop", "missing") if name in choice}
    return {**options, **choice, **lists}


def leads_to_a_table(content, options, choice, clicks=MOST_CLICKS):
    if choice.options.get("kind") == "text":
        return len(finish(reading("text", content)).codes) > 0
    chosen = clicked(options, choice.options)
    refusal = asked(content, chosen)
    if refusal is None:
        return True
    return clicks > 0 and any(leads_to_a_table(content, chosen, other, clicks - 1) for other in refusal.choices)


def parts(case):
    content, options = case if isinstance(case, tuple) and isinstance(case[1], dict) else (case, {})
    return content, options


@pytest.mark.parametrize("name", REFUSED)
def test_every_choice_that_is_offered_leads_to_data_that_are_read(name):
    content, options = parts(REFUSED[name])
    refusal = asked(content, options)
    assert refusal is not None, "it was read"
    assert refusal.choices, str(refusal)
    for choice in refusal.choices:
        assert leads_to_a_table(content, options, choice), f"{refusal}: {choice}"


@pytest.mark.parametrize("name", NOTHING_TO_CLICK)
def test_where_another_file_is_needed_the_refusal_says_so_and_offers_nothing_that_would_fail(name):
    case = NOTHING_TO_CLICK[name]
    contents = (
        [(case, {})]
        if not isinstance(case, tuple)
        else [case]
        if isinstance(case[1], dict)
        else [(c, {}) for c in case]
    )
    for content, options in contents:
        refusal = asked(content, options)
        assert refusal is not None
        assert all(choice.options == {"kind": "text"} for choice in refusal.choices)
        assert str(refusal).count(". ") + str(refusal).count("; ") >= 1, "it says what helps"


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_that_is_refused_can_be_read_after_any_of_the_choices(name):
    with pytest.raises(BadUpload) as refusal:
        finish(Text.reading(TEXTS[name]))
    assert refusal.value.choices
    for choice in refusal.value.choices:
        assert len(finish(Text.reading(TEXTS[name], Options(**choice.options))).codes) > 1


def test_no_refusal_of_reading_is_left_out_here():
    """Every place in `reading/` that refuses a file is reached by one of these files."""
    reached = set()
    for case in (*REFUSED.values(), *NOTHING_TO_CLICK.values()):
        cases = case if isinstance(case, tuple) and not isinstance(case[1], dict) else [case]
        for one in cases:
            content, options = parts(one)
            reached |= _places(content, options)
    known = set()
    for path in sorted((ROOM / "reading").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                known |= {
                    (path.name, node.name)
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "BadUpload"
                }
    assert known - reached == set()


def _places(content, options):
    """The functions in which the refusals of one file were made, those inside of others too."""
    found = set()
    made = BadUpload.__init__

    def spy(self, *args, **more):
        frame = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(str(ROOM / "reading")):
            frame = frame.f_back
        while frame is not None and frame.f_code.co_filename.startswith(str(ROOM / "reading")):
            found.add((Path(frame.f_code.co_filename).name, frame.f_code.co_name))
            frame = frame.f_back
        made(self, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BadUpload, "__init__", spy)
        asked(content, options)
    return found


# A configuration that the data do not fit.


@pytest.mark.parametrize(
    ("config", "becomes"),
    [
        ({"sequence_length": 30}, {"sequence_length": 9}),
        ({"sequence_length": 30, "bidirectional": True}, {"sequence_length": 9, "bidirectional": False}),
        ({"task": "characters", "embedding_size": 8, "sequence_length": 5}, {"embedding_size": 0}),
    ],
)
def test_where_a_series_does_not_fit_the_run_one_choice_says_what_would(config, becomes):
    series = Series.of("a\n" + "".join(f"{i * i % 7}\n" for i in range(10)))
    trainer = Trainer(RunConfig(**config))
    with pytest.raises(OutOfRange) as refusal:
        trainer.learn_from(series)
    (choice,) = refusal.value.choices
    assert choice.options == {"changes": becomes}
    trainer.learn_from(series, choice.options["changes"])
    assert trainer.config.task == "own"
    assert {name: getattr(trainer.config, name) for name in becomes} == becomes
    trainer.step()


def test_a_choice_is_words_and_options():
    (choice,) = read_refusal("a\n" + "".join(f"{i}\n" for i in range(5)))
    assert choice == Choice("Train with sequence length 4", {"changes": {"sequence_length": 4}})


def read_refusal(csv):
    with pytest.raises(OutOfRange) as refusal:
        Trainer(RunConfig(sequence_length=30)).learn_from(read_series(csv))
    return refusal.value.choices


def test_a_text_beside_two_directions_can_be_learned_with_one():
    trainer = Trainer(RunConfig(bidirectional=True))
    with pytest.raises(OutOfRange) as refusal:
        trainer.learn_from(read_text("how now brown cow " * 9))
    (choice,) = refusal.value.choices
    assert choice.options == {"changes": {"bidirectional": False}}
    trainer.learn_from(read_text("how now brown cow " * 9), **choice.options)


def by_upload(client, content, **options):
    client.say("upload", kind="dataset", bytes=len(content), **options)
    return client.send(content)


@pytest.mark.parametrize(
    ("targets", "more"),
    [
        (np.zeros(4, np.int64), {}),
        (np.zeros(4, np.int64), {"lengths": np.full(4, 3)}),
        (np.zeros((7, 4)), {"lengths": np.full(4, 3)}),
    ],
)
@pytest.mark.parametrize("form", ["safetensors", "npz"])
def test_data_with_the_time_first_are_noticed_and_one_choice_turns_them_round(targets, more, form):
    arrays = {"inputs": np.zeros((7, 4, 2), np.float32), "targets": targets, **more}
    file = io.BytesIO()
    np.savez(file, **arrays)
    content = file.getvalue() if form == "npz" else save(arrays)
    client = Client().started()
    (refusal,) = [one for one in by_upload(client, content) if isinstance(one, dict)]
    assert refusal["code"] == "bad_upload"
    (choice,) = refusal["choices"]
    by_upload(client, content, **choice["options"])
    read = client.session.trainer.task_info()["read"]
    assert (read["sequences"], read["timesteps"]) == (4, 7)


@pytest.mark.parametrize("form", ["safetensors", "npz", "dict"])
@pytest.mark.parametrize(
    "arrays",
    [
        {"inputs": np.zeros((5, 6, 2), np.float32), "targets": np.arange(5) % 3},
        {"inputs": np.zeros((5, 6, 2)), "targets": np.where(np.eye(5, 6) > 0, 1, -100)},
        {"inputs": np.arange(30).reshape(5, 6) % 4, "targets": np.arange(30).reshape(5, 6) % 4},
        {
            "inputs": np.arange(30, dtype=np.int32).reshape(5, 6),
            "targets": np.zeros(5, np.int64),
            "lengths": np.arange(2, 7),
        },
        {"inputs": np.zeros((5, 6, 1)), "targets": np.zeros((5, 6), np.float32)},
    ],
    ids=["labels", "-100", "tokens", "lengths", "values"],
)
def test_datasets_as_classifiers_and_language_models_have_them_open_in_python_and_by_upload(arrays, form):
    if form == "dict":
        trainer = Trainer(RunConfig(), arrays)
    else:
        file = io.BytesIO()
        np.savez(file, **arrays)
        client = Client().started()
        by_upload(client, file.getvalue() if form == "npz" else save(arrays))
        trainer = client.session.trainer
    assert trainer.config.task == "own"
    read = trainer.task_info()["read"]
    assert (read["sequences"], read["timesteps"]) == (5, 6)
    trainer.step()
