"""Tables as other programs and people write them: each is read as it was meant, or asked about, or refused by name."""

import gzip
import io
import json
import time

import numpy as np
import pytest

from app.errors import BadUpload, Choice
from app.tasks import Options, Series
from app.tasks.reading import reading_table
from tests.support.tables import read_table


def read(csv, **options):
    table = read_table(csv, Options(**options))
    return table.columns, table.values.tolist()


def left_out(csv):
    return [(one["what"], one["why"]) for one in read_table(csv).left_out]


A_AND_B = (("a", "b"), [[1.5, 2], [2.5, 3], [4, 7]])
READ = {
    "percent": ("a,b\n1.5%,2\n2.5%,3\n4%,7\n", A_AND_B),
    "percent after a blank, decimal commas": ("a;b\n1,5 %;2\n2,5 %;3\n4 %;7\n", A_AND_B),
    "percent of one column": ("rate\n12,5%\n13%\n14,25%\n", (("rate",), [[12.5], [13], [14.25]])),
    "dollars": (
        'price,n\n"$1,234.50",1\n"-$1,300.00",2\n$999.00,4\n',
        (("price", "n"), [[1234.5, 1], [-1300, 2], [999, 4]]),
    ),
    "euros behind": (
        "price;n\n1.234,50 €;1\n1.300,00 €;2\n999,00 €;4\n",
        (("price", "n"), [[1234.5, 1], [1300, 2], [999, 4]]),
    ),
    "euros in front": ("a;b\n€ 1,5;2\n€ 2,5;3\n€ 4;7\n", A_AND_B),
    "units": ("a,b\n1.5 °C,2\n2.5 °C,3\n4 °C,7\n", A_AND_B),
    "units of one column without a name": ("12 °C\n13,5 °C\n15 °C\n", (("column 1",), [[12], [13.5], [15]])),
    "units glued to it": ("a,b\n1.5kWh/m²,2\n2.5kWh/m²,3\n4kWh/m²,7\n", A_AND_B),
    "Markdown": ("| a | b |\n|:--|--:|\n| 1.5 | 2 |\n| 2.5 | 3 |\n| 4 | 7 |\n", A_AND_B),
    "psql": ("  a  | b \n-----+---\n 1.5 | 2\n 2.5 | 3\n 4   | 7\n(3 rows)\n", A_AND_B),
    "MySQL": (
        "+-----+---+\n| a   | b |\n+-----+---+\n| 1.5 | 2 |\n| 2.5 | 3 |\n| 4   | 7 |\n+-----+---+\n"
        "3 rows in set (0.00 sec)\n",
        A_AND_B,
    ),
    "bars": ("a|b\n1.5|2\n2.5|3\n4|7\n", A_AND_B),
    "R, write.table": ('"a" "b"\n"1" 1.5 2\n"2" 2.5 3\n"3" 4 7\n', A_AND_B),
    "R, columns in line": ("a b\n1 1.5 2\n2 2.5 3\n3 4.0 7\n", A_AND_B),
    "R, not quoted": ("a b\n1 1.5 2\n2 2.5 3\n3 4 7\n", A_AND_B),
    "R, names of rows": ('"a" "b"\n"Mazda RX4" 1.5 2\n"Datsun" 2.5 3\n"Valiant" 4 7\n', A_AND_B),
    "R, one vector": ('"x"\n"1" 1.5\n"2" 2.5\n"3" 4\n', (("x",), [[1.5], [2.5], [4]])),
    "pandas, printed": ("     a  b\n0  1.5  2\n1  2.5  3\n2  4.0  7\n", A_AND_B),
    "Fortran": ("a b\n1.5D+00 2.0d0\n0.25D+01 3.D0\n4.0D+00 0.7D+01\n", A_AND_B),
    "Excel's dates": ("Date,a,b\n43831,1.5,2\n43832,2.5,3\n43835,4,7\n", A_AND_B),
    "Excel's times": ("Date,a,b\n43831.25,1.5,2\n43831.5,2.5,3\n43831.75,4,7\n", A_AND_B),
    "dates of eight digits": ("20191231,1.5,2\n20200101,2.5,3\n20200102,4,7\n", (("column 2", "column 3"), A_AND_B[1])),
    "times of day": ("time,a,b\n10:00:00,1.5,2\n10:00:10,2.5,3\n10:00:20,4,7\n", A_AND_B),
    "times with a zone": (
        "when,a,b\n2020-01-01T00:00:00+01:00,1.5,2\n2020-01-01 01:00:00 CET,2.5,3\n20200101T020000Z,4,7\n",
        A_AND_B,
    ),
    "points for thousands": (
        "a;b\n1.234.567,8;2\n2.345,5;3\n99;7\n",
        (("a", "b"), [[1234567.8, 2], [2345.5, 3], [99, 7]]),
    ),
    "Swiss": ("a;b\n1'234.5;2\n1’345.5;3\n4;7\n", (("a", "b"), [[1234.5, 2], [1345.5, 3], [4, 7]])),
    "blanks that do not break": (
        "a;b\n1\u00a0234,5;2\n1\u202f345,5;3\n4;7\n",
        (("a", "b"), [[1234.5, 2], [1345.5, 3], [4, 7]]),
    ),
    "Indian": ("a;b\n12,34,567;2\n1,23,456;3\n4;7\n", (("a", "b"), [[1234567, 2], [123456, 3], [4, 7]])),
    "separators at the end": ("a,b\n1.5,2,\n2.5,3,\n4,7,\n", A_AND_B),
    "a total": ("place,a,b\nnorth,1.5,2\nsouth,2.5,3\neast,4,7\nTotal,8,12\n", A_AND_B),
    "notes": (
        "day,a,b\n2020-01,1.5,2\n2020-02,2.5,3\n2020-03,4,7\n\nSource: the office, 2021\n* provisional\n",
        A_AND_B,
    ),
    "a note beside words": (
        "place,a\nnorth,1.5\nsouth,2.5\neast,4\nSource: the office,2021\n",
        (("a",), [[1.5], [2.5], [4]]),
    ),
    "names with years": (
        "t,2019,2020\n1.5,2,3\n4,5,6\n7,8,10\n",
        (("t", "2019", "2020"), [[1.5, 2, 3], [4, 5, 6], [7, 8, 10]]),
    ),
    "JSON, rows": ("[[1.5, 2], [2.5, 3], [4, 7]]", (("column 1", "column 2"), A_AND_B[1])),
    "JSON, one array": ("[1.125, 2.125,\n 4.125]", (("column 1",), [[1.125], [2.125], [4.125]])),
    "JSON, objects": (json.dumps([{"a": 1.5, "b": 2}, {"b": 3, "a": 2.5}, {"a": 4, "b": 7}], indent=1), A_AND_B),
    "JSON, a line an object": ('{"a": 1.5, "b": 2}\n{"a": 2.5, "b": 3}\n{"a": 4, "b": 7}\n', A_AND_B),
    "JSON, columns": ('{"a": [1.5, 2.5, 4], "b": [2, 3, 7]}', A_AND_B),
    "JSON, of pandas": ('{"a": {"0": 1.5, "1": 2.5, "2": 4}, "b": {"0": 2, "1": 3, "2": 7}}', A_AND_B),
    "JSON, of pandas, in another order": (
        '{"a": {"0": 1.5, "1": 2.5, "2": 4}, "b": {"1": 3, "0": 2, "2": 7}}',
        A_AND_B,
    ),
    "JSON, split": ('{"columns": ["a", "b"], "index": [0, 1, 2], "data": [[1.5, 2], [2.5, 3], [4, 7]]}', A_AND_B),
    "comments of LaTeX and MATLAB": ("% a b\n1.5 2\n2.5 3\n4 7\n", A_AND_B),
    "comments of CIF": ("! by hand\na b\n1.5 2\n2.5 3\n4 7\n", A_AND_B),
    "a long minus": ("a;b\n–1.5;2\n−2.5;3\n4;7\n", (("a", "b"), [[-1.5, 2], [-2.5, 3], [4, 7]])),
}


@pytest.mark.parametrize("name", READ)
def test_a_table_of_this_kind_is_read_as_it_was_meant(name):
    csv, meant = READ[name]
    assert read(csv) == meant
    assert read(csv.replace("\n", "\r\n").encode()) == meant


def test_what_stood_beside_the_numbers_is_said():
    assert 'Column 1 ("a") is in %: 1.5% is read as 1.5.' in read_table(READ["percent"][0]).notes
    assert 'Column 1 ("price") is in $: $1,234.50 is read as 1,234.50.' in read_table(READ["dollars"][0]).notes
    assert "D before an exponent is read as E: 1.5D+01 is 15." in read_table(READ["Fortran"][0]).notes
    assert "The file is JSON." in read_table(READ["JSON, rows"][0]).notes


def test_what_is_left_out_below_a_table_is_said_with_its_line():
    assert left_out(READ["a total"][0])[0] == ('line 5: "Total,8,12"', "a total of the rows above it")
    assert left_out(READ["notes"][0])[:2] == [
        ('line 6: "Source: the office, 2021"', "a note below the table"),
        ('line 7: "* provisional"', "a note below the table"),
    ]
    assert left_out(READ["psql"][0]) == [('line 6: "(3 rows)"', "a note below the table")]
    many = "place,a\r\n" + "north,1\r\nsouth,2\r\n" * 150_000 + "Sum,450000\r\n"
    assert left_out(many)[0][0] == 'line 300002: "Sum,450000"'


def test_a_column_of_dates_in_digits_can_be_kept():
    assert read(READ["Excel's dates"][0], keep=["Date", "a"])[1][0] == [43831, 1.5]


def test_numbers_that_only_might_be_dates_are_numbers():
    assert read("time,a\n43831,1.5\n43832,2.5\n43835,4\n")[0] == ("time", "a"), "of seconds, as likely"
    assert read("Date,a\n43831,1.5\n43835,2.5\n43832,4\n")[0] == ("Date", "a"), "not in order"
    assert read("sold,a\n202001,1.5\n202002,2.5\n202003,4\n")[0] == ("sold", "a")
    assert read("month,a\n202001,1.5\n202002,2.5\n202003,4\n")[0] == ("a",)
    assert read("month,a\n202012,1.5\n202013,2.5\n202014,4\n")[0] == ("month", "a"), "no months"
    assert read("x,a\n20200229,1.5\n20200230,2.5\n20200301,4\n")[0] == ("x", "a"), "no days"


ASKED = {
    "-999": (
        "a,b\n1.5,2\n-999,3\n4,7\n3,6\n",
        "missing",
        ([[1.5, 2], [2.75, 3], [4, 7], [3, 6]], None, [[1.5, 2], [-999, 3], [4, 7], [3, 6]]),
    ),
    "-9999.0": (
        "a\n15\n-9999.0\n18\n17\n",
        "missing",
        ([[15], [16.5], [18], [17]], [[15], [15], [18], [17]], [[15], [-9999], [18], [17]]),
    ),
    "9999.9": (
        "a\n55.5\n9999.9\n60.5\n61\n",
        "missing",
        ([[55.5], [58], [60.5], [61]], None, [[55.5], [9999.9], [60.5], [61]]),
    ),
    "-99 in percent": ("a\n0\n-99\n100\n61\n", "missing", ([[0], [50], [100], [61]], None, [[0], [-99], [100], [61]])),
    "a last row that sums up": (
        "a,b\n10,1\n20,2\n15,4\n5,5\n7,1\n57,13\n",
        "last_line",
        ([[10, 1], [20, 2], [15, 4], [5, 5], [7, 1]], [[10, 1], [20, 2], [15, 4], [5, 5], [7, 1], [57, 13]]),
    ),
    "years above": (
        "1990,1991,1992\n1.5,2,3\n4,5,6\n7,8,10\n",
        "header",
        ([[1.5, 2, 3], [4, 5, 6], [7, 8, 10]], [[1990, 1991, 1992], [1.5, 2, 3], [4, 5, 6], [7, 8, 10]]),
    ),
    "Indian, alone": (
        "a\n1,23,456\n2,34,567\n12,34,567\n",
        "separator",
        ([[1, 23, 456], [2, 34, 567], [12, 34, 567]], [[123456], [234567], [1234567]]),
    ),
    "numbers or one number": (
        "1 234\n1 345\n2 456\n",
        "separator",
        ([[1, 234], [1, 345], [2, 456]], [[1234], [1345], [2456]]),
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_where_two_readings_fit_each_is_a_choice_that_reads_it_so(name):
    csv, field, readings = ASKED[name]
    with pytest.raises(BadUpload) as refusal:
        read_table(csv)
    assert refusal.value.field == field
    assert len(refusal.value.choices) == len(readings)
    for choice, meant in zip(refusal.value.choices, readings, strict=True):
        if meant is not None:
            assert read(csv, **choice.options)[1] == meant, choice.label


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("a,b\n$1.5,1\n€2.5,2\n$4,4\n", "need one unit"),
        ("a,b\n1.5%,1\n2.5,2\n4%,4\n", "need one unit"),
        ("a,b\n1.5k,1\n2.5M,2\n4k,4\n", "need one unit"),
        ("a,b\n(1.5),1\n2.5,2\n4,4\n", r"\(1\.5\)"),
        ("a,b\n1.5-,1\n2.5,2\n4,4\n", "1.5-"),
        ("a,b\n12d4,1\n13d4,2\n14d5,4\n", "12d4"),
        ("a,b\n9am,1\n10am,2\n11am,4\n", "9am"),
        ("a,b\n1,2\n3,4\n5,7\n\nc,d\n10,20\n30,40\n50,70\n", "Line 6"),
        ("a,b\n1,2\n3,4\n5,7\n\nc,d,e\n10,20,1\n30,40,2\n50,70,3\n", "columns"),
        ('[{"a": 1}, {"a": [2]}, {"a": 3}]', "Element 2 of the JSON holds a list"),
        ("[1, 2, x]", "is not JSON"),
        ('{"a": [1, 2, 3], "b": [1, 2]}', "different lengths"),
        ('{"a": {"0": 1, "1": 2, "2": 3}, "b": {"0": 1, "1": 2, "3": 3}}', '"2" is none of "b"'),
    ],
)
def test_what_cannot_be_known_is_refused_and_never_guessed(csv, words):
    with pytest.raises(BadUpload, match=words) as refusal:
        read_table(csv)
    assert refusal.value.choices or csv[0] in "[{"


def test_two_tables_in_one_file_are_read_one_by_one():
    with pytest.raises(BadUpload) as refusal:
        read_table("a,b\n1,2\n3,4\n5,7\n\nc,d\n10,20\n30,40\n50,70\n")
    first, second = (choice.options for choice in refusal.value.choices[:2])
    csv = "a,b\n1,2\n3,4\n5,7\n\nc,d\n10,20\n30,40\n50,70\n"
    assert read(csv, **first) == (("a", "b"), [[1, 2], [3, 4], [5, 7]])
    assert read(csv, **second) == (("c", "d"), [[10, 20], [30, 40], [50, 70]])


def test_a_gap_of_a_fixed_width_table_is_in_the_column_where_nothing_stands():
    csv = "   t      y    z\n 1.50   2.0    1\n12.50          3\n 3.50   4.0    4\n"
    with pytest.raises(BadUpload, match=r'Line 3, column 2 \("y"\) is empty'):
        read_table(csv)
    assert read(csv, fill="interpolate") == (("t", "y", "z"), [[1.5, 2, 1], [12.5, 3, 3], [3.5, 4, 4]])


@pytest.mark.parametrize(
    "gap", ["NA", "N/A", "null", "–", "—", ".", "?", "…", ":", "NaT", "n.a.", "\\N", "#VALUE!", "#DIV/0!"]
)
def test_all_that_is_written_where_nothing_was_measured_is_a_gap(gap):
    with pytest.raises(BadUpload, match="1 gap in all") as refusal:
        read_table(f"a,b\n1,2\n3,{gap}\n5,7\n6,9\n")
    assert refusal.value.field == "fill"


def test_cells_that_stand_for_a_gap_can_be_named():
    csv = "a,b\n1,2\n3,closed\n5,7\n6,9\n"
    assert read(csv, missing=["closed"], fill="previous")[1] == [[1, 2], [3, 2], [5, 7], [6, 9]]
    assert read("a\n1.0\n-999.00\n3\n2\n", missing=["-999"], fill="interpolate")[1] == [[1], [2], [3], [2]]
    with pytest.raises(BadUpload, match="1 gap in column 1"):
        read_table("a\n1.0\n-999.00\n3\n2\n", Options(missing=["-999"]))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<i4", "|u1", "<f2"])
def test_an_array_of_numpy_is_read_in_any_order(order, dtype):
    meant = np.arange(12).reshape(6, 2) * 2 % 7
    file = io.BytesIO()
    np.save(file, np.asarray(meant, dtype, order=order))
    assert read(file.getvalue()) == (("column 1", "column 2"), meant.tolist())


def test_whether_rows_or_columns_of_an_array_are_timesteps_is_asked_where_it_is_wide():
    file = io.BytesIO()
    np.save(file, np.arange(12.0).reshape(3, 4) % 5)
    with pytest.raises(BadUpload, match="`transpose` decides") as refusal:
        read_table(file.getvalue())
    turned, plain = (read(file.getvalue(), **choice.options)[1] for choice in refusal.value.choices)
    assert turned == (np.arange(12.0).reshape(3, 4) % 5).T.tolist()
    assert plain == (np.arange(12.0).reshape(3, 4) % 5).tolist()


def test_gaps_and_sentinels_of_an_array_are_found_too():
    file = io.BytesIO()
    np.save(file, np.array([1.0, np.nan, 3.0, 4.0]))
    with pytest.raises(BadUpload, match="1 gap in column 1"):
        read_table(file.getvalue())
    assert read(file.getvalue(), fill="interpolate")[1] == [[1], [2], [3], [4]]
    file = io.BytesIO()
    np.save(file, np.array([1.0, -9999.0, 3.0, 4.0]))
    with pytest.raises(BadUpload, match="-9999 once"):
        read_table(file.getvalue())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "a gzip archive"),
        (b"PK\x03\x04\x14\x00\x06\x00\x08\x00[Content_Types].xml", "spreadsheet"),
        (b"PAR1\x15\x04\x15\x00", "Parquet"),
        (b"\x89HDF\r\n\x1a\n\x00", "HDF5"),
        (b"\x80\x05\x95\x00", "never opened"),
        (b"\x80\x02}q\x00.", "never opened"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "a picture"),
        (bytes(range(256)) * 9, "none of the files that open here"),
    ],
)
def test_a_file_of_another_program_is_named(content, words):
    with pytest.raises(BadUpload, match=words):
        Series.of(content)


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        (b"[]", "JSON without any row"),
        (b'{"a": []}', "JSON without any row"),
        (b'{"columns": ["a"], "data": []}', "JSON without any row"),
        (b'{"columns": ["a"], "data": [[1, 2], [3, 4], [5, 6]]}', "has 2 numbers for 1 column"),
        (b"[1e999, 2, 3, 4]", "Element 1 of the JSON holds a number beyond 1e308"),
        (b'{"a": [1, 2, 3], "a": [4, 5, 6]}', "a name comes twice"),
        (b"[1, null, 3, 4]", 'Element 2, column 1 ("column 1") holds "null", which is a gap'),
        (b'[{"a": 1}, {"a": NaN}, {"a": 3}, {"a": 4}]', "Element 2"),
    ],
)
def test_json_that_is_no_table_or_has_gaps_is_refused_and_loses_no_row(csv, words):
    with pytest.raises(BadUpload) as refused:
        read_table(csv)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("[" + ",".join(f'{{"a{i}": 1}}' for i in range(3000)) + "]", "1025 names in its first 1025 objects"),
        (json.dumps([dict.fromkeys(map(str, range(1000)), 1)] + 5000 * [{"0": 1}]), "names in its first 4001 objects"),
        ("[[" + "1," * 60_000 + "1]]", "holds more than 50000 values"),
        ("[[" + "1," * 2**20 + "1]]", "holds more than 50000 values"),
        ('{"a": [' + "1," * 2**20 + "1]}", "longer than 1048576 characters"),
        ('{"a": {"b": [[' + "[1]," * 2**13 + "1]]}}", "longer than 16384 characters"),
        ('[["' + "a" * 2**18 + '"], [1]]', "longer than 131072 characters"),
        (f"[{','.join(['[1e15]'] * 1_800_000)}]", "numbers of more than 33554432 characters"),
    ],
    ids=[
        "names",
        "cells",
        "a wide row",
        "a long row",
        "a long column",
        "lists in lists",
        "a long text",
        "numbers that get longer",
    ],
)
def test_json_that_would_take_a_core_or_the_memory_is_refused_before_it_does(csv, words):
    with pytest.raises(BadUpload, match=words):
        read_table(csv)


@pytest.mark.parametrize("length", [*range(247, 253), *range(16_375, 16_381)])
def test_where_a_value_of_json_ends_does_not_depend_on_how_far_was_looked(length):
    numbers = [f"[1.5,{' ' * length}2]", "[2.5, 3]", "[4, 7]"]
    assert read(f"[{', '.join(numbers)}{' ' * 20_000}]")[1] == A_AND_B[1]


@pytest.mark.parametrize("end", [".5e2", "e2", "e+2", "e-2"])
@pytest.mark.parametrize("length", [*range(250, 257), *range(16_378, 16_385)])
def test_a_long_number_of_json_is_never_cut_in_two(end, length):
    number = f"1.{'0' * (length - 2)}{end if end[0] == 'e' else '5e2'}"
    assert read(f"[{number}, 2, 3, 7]{' ' * 20_000}")[1] == [[float(number)], [2], [3], [7]]


@pytest.mark.parametrize(
    ("begin", "why"),
    [
        ("[1, 2, x,", r"line 1 is not JSON \(Expecting value: line 1 column 8 "),
        ("[[1, 2],\n[2, x],", r"line 2 is not JSON \(Expecting value: line 2 column 5 "),
        ('[{"a": 1, "a": 2},', "line 1 is not JSON .a name comes twice"),
        ('{"a": [1 2],', r"line 1 is not JSON \(Expecting ',' delimiter: line 1 column 10 "),
        ("[" * 200_000, "line 1 is not JSON .*recursion"),
    ],
    ids=["a word", "a word in a row", "a name twice", "no comma", "too deep"],
)
def test_why_a_file_is_not_json_is_said_however_much_follows(begin, why):
    with pytest.raises(BadUpload, match=why):
        read_table(begin + "1," * 600_000 + "1]")


def test_json_of_which_nothing_is_left_is_refused():
    with pytest.raises(BadUpload, match="JSON without any row"):
        read_table(b"[1, 2, 3]", Options(remove="[]123, "))


def test_columns_of_json_without_a_name_or_with_the_same_lose_no_number():
    assert read(b'{"": [1.5, 2.5, 4]}') == (("column 1",), [[1.5], [2.5], [4]])
    same = b'{"columns": ["a", "a"], "data": [[1.5, 2], [2.5, 3], [4, 7]]}'
    assert read(same) == (("a 1", "a 2"), A_AND_B[1])


def test_no_column_gets_a_name_that_another_has():
    meant = (("a 2", "a 3", "a 1"), [[1.5, 2, 3], [2.5, 3, 5], [4, 7, 6]])
    assert read("a,a,a 1\n1.5,2,3\n2.5,3,5\n4,7,6\n") == meant
    assert read('{"columns": ["a", "a", "a 1"], "data": [[1.5, 2, 3], [2.5, 3, 5], [4, 7, 6]]}') == meant
    assert read(",b,column 1\n1.5,2,3\n2.5,3,5\n4,7,6\n")[0] == ("column 2", "b", "column 1")


@pytest.mark.parametrize(
    "header",
    [
        "'<b4', 'fortran_order': False, 'shape': (4,)",
        "'|f1', 'fortran_order': False, 'shape': (4,)",
        f"'<f8', 'fortran_order': False, 'shape': ({2**62}, 0)",
        f"'<f8', 'fortran_order': True, 'shape': (0, {2**70})",
        "'<f4', 'fortran_order': False, 'shape': (1 2,)",
        "'<f4', 'fortran_order': False, 'shape': (,)",
    ],
)
def test_a_header_that_no_array_has_is_refused(header):
    text = f"{{'descr': {header}, }}".encode()
    with pytest.raises(BadUpload, match="The file is a NumPy array"):
        read_table(b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(4))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_that_does_not_say_so_can_be_read_as_it(encoding):
    content = "1,5;2\n2,5;3\n4;7\n".encode(encoding)
    with pytest.raises(BadUpload) as refused:
        read_table(content)
    assert Choice("Read it as UTF-16", {"encoding": encoding}) in refused.value.choices
    assert read(content, encoding=encoding)[1] == A_AND_B[1]


@pytest.mark.parametrize(
    "csv",
    [
        " 1 2" * 5_000 + "\n" + " 3\n 4 5\n" * 2_000,
        "a," * 40_000 + "b\n" + ("1," * 40_000 + "2\n") * 3,
        ("ab," * 30_000 + "c\n") * 60,
        ("1" + "," * 90_000 + "\n") * 11,
        "a," * 7_000 + ",".join(f"a {i}" for i in range(8_000)) + "\n" + ("1," * 14_999 + "1\n") * 3,
        "\n".join("1" + f"{i:014b}".replace("0", "'") + "1.5" for i in range(9_900)),
    ],
    ids=[
        "one long line",
        "many names",
        "many words",
        "many empty cells",
        "names of others",
        "many ways to write numbers",
    ],
)
def test_no_table_holds_a_core_for_seconds_in_one_step(csv):
    assert slowest(reading_table(csv)) < 2.0


def slowest(steps):
    """Seconds of the longest step, up to the end."""
    longest = 0.0
    while True:
        begun = time.thread_time()
        try:
            next(steps)
        except (BadUpload, StopIteration):
            return max(longest, time.thread_time() - begun)
        longest = max(longest, time.thread_time() - begun)


def test_one_long_line_among_many_short_ones_is_no_table_that_can_be_turned():
    with pytest.raises(BadUpload, match=r"2000000 cells .* the longest of 40001 cells"):
        read_table("1," * 40_000 + "1\n" + "1\n" * 1000, Options(transpose=True))


def test_a_line_of_numbers_can_be_taken_as_a_column():
    with pytest.raises(BadUpload, match="got 1") as refusal:
        read_table("1.5, 2.5, 3.5, 4.5, 6\n")
    (choice,) = refusal.value.choices
    assert read("1.5, 2.5, 3.5, 4.5, 6\n", **choice.options)[1] == [[1.5], [2.5], [3.5], [4.5], [6]]


def test_a_text_in_an_encoding_that_is_not_known_here_is_to_be_saved_as_utf_8():
    for content in ("Monat;Wert für\n1;2,5\n".encode("cp850"), "日付、値\n1,2\n".encode("shift_jis")):
        with pytest.raises(BadUpload, match="Save it as UTF-8"):
            read_table(content)


def test_a_gap_beside_words_leaves_open_whether_commas_separate():
    with pytest.raises(BadUpload, match="3 columns with blanks between them"):
        read_table("# taken by hand\nnorth 0 NA\n" + "north 0 0,5\n" * 5)


def test_western_european_bytes_can_be_read():
    content = "t;°C\n1;2,5\n2;3,5\n4;5,5\n".encode("latin-1")
    with pytest.raises(BadUpload, match="UTF-8") as refusal:
        read_table(content)
    (choice,) = refusal.value.choices
    assert read(content, **choice.options) == (("t", "°C"), [[1, 2.5], [2, 3.5], [4, 5.5]])
