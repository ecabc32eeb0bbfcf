"""Whatever a large JSON file holds, little of it is decoded, held or written before others get a turn."""

import json

import pytest

from app.errors import BadUpload
from app.steps import finish
from app.tasks.reading import jsontext, structured
from app.tasks.reading.lines import Source
from app.tasks.reading.options import Options
from app.tasks.reading.structured import unfolded
from tests.support.tables import read_table


def row(length, item="1"):
    return f"[{','.join([item] * length)}]"


NAMES = [f"sensor {i}" for i in range(400)]
LARGE = {
    "rows of ints": row(20, row(8_200)),
    "the widest rows": row(4, row(50_000)),
    "rows that are too wide": row(2, row(500_000)),
    "rows of lists": row(4, row(100_000, "[]")),
    "rows of objects": row(4, row(100_000, "{}")),
    "objects that hold lists": "\n".join([f'{{"a":{row(8_000, "[]")}}}'] * 9),
    "many names": row(100, json.dumps(dict.fromkeys(NAMES, 1))),
    "few names after many": row(9_000, "{}").replace("{}", json.dumps(dict.fromkeys(NAMES, 1)), 1),
    "columns": f'{{"a":{row(200_000)},"b":{row(200_000)}}}',
    "columns of texts": f'{{"a":{row(30_000, chr(34) + "2020-01-01, [x]" + chr(34))},"b":{row(30_000)}}}',
    "a column of lists": f'{{"a":{row(200_000, "[]")}}}',
    "commas": f"[{',' * 400_000}1]",
    "blanks": f"[{' ' * 400_000}1, [{' ' * 100_000}2]]",
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_little_is_decoded_and_written_at_once(text, monkeypatch):
    at_once = {"decoded": 0, "looked at": 0, "cells": 0}
    most = dict.fromkeys(at_once, 0)

    def counted(what, length):
        at_once[what] += length
        most[what] = max(most[what], at_once[what])

    class Decoder(json.JSONDecoder):
        def raw_decode(self, text, idx=0):
            value, end = super().raw_decode(text, idx)
            counted("decoded", end)
            return value, end

    def cell(value, number, write=structured._cell):
        counted("cells", 1)
        return write(value, number)

    fill = jsontext.JsonText._fill

    def filled(self, length):
        fill(self, length)
        counted("looked at", len(self._part))

    kept = jsontext.DECODER
    decoder = Decoder(parse_constant=kept.parse_constant, object_pairs_hook=kept.object_pairs_hook)
    monkeypatch.setattr(jsontext, "DECODER", decoder)
    monkeypatch.setattr(jsontext.JsonText, "_fill", filled)
    monkeypatch.setattr(structured, "_cell", cell)
    steps = unfolded(Source(text, Options()))
    try:
        for _ in steps:
            at_once = dict.fromkeys(at_once, 0)
    except BadUpload:
        pass
    assert 0 < most["decoded"] <= 2 * jsontext.AT_ONCE + structured.CHARACTERS_AT_ONCE
    assert 0 < most["looked at"] <= 6 * jsontext.AT_ONCE
    assert most["cells"] <= 2 * structured.AT_ONCE


WHOLE = {
    "a long row": [[i + 0.5 for i in range(4_000)], list(range(4_000))],
    "texts with brackets and quotation marks": [[f'a ", [{i}] \\ {{' for i in range(3_000)]] * 3,
    "an object of a thousand names": [{f"the name of sensor {i}": i / 7 for i in range(1_000)}] * 3,
    "lists that hold lists": [[[i, [i]] for i in range(2_000)]],
    "a long text": ["a" * 40_000, [1]],
    "a long number": [[int("7" * 4_000)] * 9],
    "columns": {"a": [i / 3 for i in range(9_000)], "b": [None] * 9_000, "c": "d"},
    "columns by row": {name: {str(i): i / 3 for i in range(3_000)} for name in "abc"},
    "rows below names": {"columns": ["a", "b"], "data": [[i, str(i)] for i in range(5_000)]},
    "little": {"a": [], "b": {}},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("value", WHOLE.values(), ids=WHOLE)
def test_what_is_decoded_in_parts_is_what_is_decoded_at_once(value, indent):
    text = jsontext.JsonText(Source(json.dumps(value, indent=indent) + " ", Options()))
    found = text.value()
    assert (found is jsontext.LONG) == (len(json.dumps(value, indent=indent)) >= jsontext.AT_ONCE)
    assert value == (finish(text.long_value(10_000)) if found is jsontext.LONG else found)
    assert not finish(text.rest())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"[{row(9_000)[:-1]} 2]]", r"Expecting ',' delimiter: line 1 column 18003 \(char 18002\)"),
        (f"[{row(9_000)[:-1]},\n]]", "Expecting value: line 2 column 1 "),
        (f"[{row(9_000)[:-1]},,1]]", r"Expecting value: line 1 column 18003 \(char 18002\)"),
        (f"[[[1],\n, {row(9_000)[1:]}]", "Expecting value: line 2 column 1 "),
        (f'{{"a": {row(9_000)}, "a": [1]}}', "a name comes twice in an object"),
        (f'{{"a": {row(9_000)}, 2: [1]}}', "Expecting property name enclosed in double quotes"),
        (f'{{"a" {row(9_000)}}}', "Expecting ':' delimiter: line 1 column 6 "),
        (f'{{"a": {row(9_000)}', "Expecting ',' delimiter: line 1 column 18008 "),
    ],
)
def test_what_is_wrong_in_a_long_value_is_said_with_its_place(text, why):
    with pytest.raises(BadUpload, match=why):
        read_table(text)


def test_a_name_that_comes_late_is_a_column_that_the_rows_before_lack():
    rows = [{}, {"a": 1}, {"b": 2, "a": 3}, {}, {"a": 4, "c": 5}]
    source = finish(unfolded(Source(json.dumps(rows), Options())))
    assert source.content == b"a\tb\tc\nnull\t\t\n1\t\t\n3\t2\t\nnull\t\t\n4\t\t5"
