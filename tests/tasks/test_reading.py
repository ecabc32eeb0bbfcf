"""Files that people bring: what is read is what was meant, or the file is refused in words that help."""

import codecs

import numpy as np
import pytest
from hypothesis import given, settings

from app.errors import BadUpload, BadValue
from app.steps import finish
from app.tasks import Options, Series
from app.tasks.reading import affixes, blocks
from app.tasks.reading.lines import trimmed_end
from tests.support.tables import KINDS, files, read_table


def first_column(csv, **options):
    return read_table(csv, Options(**options)).values[:, 0].tolist()


@pytest.mark.parametrize(
    "content",
    [
        b"a\nb\n",
        b"a\r\nb\r\n",
        b"a\rb\r",
        codecs.BOM_UTF8 + b"a\r\nb\n",
        codecs.BOM_UTF16_LE + "a\r\nb\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "a\nb\n".encode("utf-16-be"),
        "\ufeffa\rb\n",
    ],
)
def test_line_ends_and_byte_order_marks_make_no_difference(content):
    assert "".join(blocks(content, "text")) == "a\nb\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"ab\0", "Character 3 of the file is NUL"), (b"caf\xe9", "byte 4 is not"), (b"a\0b\0", "Character 2")],
)
def test_what_is_no_text_is_named_with_its_place(content, words):
    with pytest.raises(BadUpload, match=words):
        "".join(blocks(content, "text"))


def test_an_unmarked_number_of_three_digits_makes_the_other_commas_thousands():
    assert first_column("visits\tsales\n900\t1\n985\t2\n1,002\t3\n1,019\t4\n") == [900, 985, 1002, 1019]
    assert first_column("visits;sales\n900;1\n1.002;2\n1.019;4\n") == [900, 1002, 1019]
    assert first_column("visits\n900\n985\n1,002\n") == [900, 985, 1002]


def test_both_signs_in_one_cell_decide_for_the_whole_file():
    table = read_table("a;b\n1.037,25;1,5\n1.074,50;2,125\n990,00;3,5\n")
    assert table.values.tolist() == [[1037.25, 1.5], [1074.5, 2.125], [990, 3.5]]
    assert "The decimal sign is the comma." in table.notes
    assert first_column('price,n\n"900.50",1\n"1,002.50",2\n"1,019.50",3\n') == [900.5, 1002.5, 1019.5]


def test_a_leading_zero_shows_that_a_sign_begins_decimals():
    assert first_column("a;b\n0,125;1\n1,250;2\n2,375;3\n") == [0.125, 1.25, 2.375]


def test_where_two_readings_fit_both_are_shown_and_the_field_decides():
    csv = "a;b\n1,234;5\n2,345;6\n3,456;7\n"
    with pytest.raises(BadUpload, match=r'"1,234", which can be 1234 or 1\.234.*`decimal`') as refusal:
        read_table(csv)
    assert refusal.value.field == "decimal"
    assert first_column(csv, decimal=",") == [1.234, 2.345, 3.456]
    assert first_column(csv, decimal=".") == [1234, 2345, 3456]


def test_one_comma_in_each_line_without_names_is_two_columns_or_one():
    with pytest.raises(BadUpload, match="two columns, 1 and 5, or one number") as refusal:
        read_table("1,5\n2,5\n3,25\n")
    assert refusal.value.field == "decimal"
    assert read_table("1,5\n2,5\n3,25\n", Options(decimal=".")).values.shape == (3, 2)
    assert first_column("1,5\n2,5\n3,25\n", decimal=",") == [1.5, 2.5, 3.25]
    assert first_column("level\n1,5\n2,5\n3,25\n") == [1.5, 2.5, 3.25]


def test_signs_that_contradict_each_other_are_named_with_both_cells():
    with pytest.raises(BadUpload, match=r'Line 2.*"1,5".*line 3.*"2\.5"'):
        read_table("a;b\n1,5;1\n2.5;2\n3,5;3\n")
    with pytest.raises(BadUpload, match="is no number with") as refusal:
        read_table("a;b\n1,5;1\n2,5;2\n3,5;3\n", Options(decimal="."))
    assert refusal.value.field == "decimal"


@pytest.mark.parametrize(
    "dates",
    [
        ["1949-01", "1949-02", "1949-03"],
        ["2020-01-01 00:00:00", "2020-01-01 00:10:00", "2020-01-01 00:20:00"],
        ["10/03/2004", "11/03/2004", "12/03/2004"],
        ["01.02.2020", "02.02.2020", "03.02.2020"],
        ["00.00.00", "01.00.00", "02.00.00"],
        ["Jan 2020", "Feb 2020", "Mar 2020"],
        ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z", "2020-01-01T02:00:00Z"],
        ["2020Q1", "2020Q2", "2020Q3"],
    ],
)
def test_dates_are_left_out_and_said_so(dates):
    rows = zip(dates, (1.5, 2.5, 4), strict=True)
    table = read_table("when,value\n" + "\n".join(f"{date},{value}" for date, value in rows))
    assert table.columns == ("value",)
    assert table.left_out == [{"what": 'column 1 ("when")', "why": "dates or times"}]


def test_an_index_is_left_out_where_name_and_numbers_say_that_it_is_one():
    assert read_table(",y\n0,4\n1,9\n2,3\n").left_out[0]["why"] == "it only numbers the rows"
    for name in ("t", "time", "step"):
        assert read_table(f"{name},y\n0,4\n1,9\n2,3\n").columns == ("y",)
        assert read_table(f"{name},y\n0,4\n1,9\n3,3\n").columns == (name, "y"), "a gap in it may matter"
    assert read_table("year,y\n1990,4\n1991,9\n1992,3\n").columns == ("y",)
    assert read_table("timestamp,y\n1600000000,4\n1600000600,9\n1600001200,3\n").columns == ("y",)
    assert read_table("time,y\n1600000000000,4\n1600000600000,9\n1600001200000,3\n").columns == ("y",)
    assert read_table("time,y\n16000,4\n16600,9\n17200,3\n").columns == ("time", "y")
    assert read_table("sold,y\n1,4\n2,9\n3,3\n").columns == ("sold", "y")
    assert read_table("year,y\n1990,4\n1991,9\n1992,3\n", Options(keep=["year", "y"])).columns == ("year", "y")


def test_what_stands_around_the_numbers_is_left_out_and_said_so():
    csv = "sep=;\nMy station\n# taken by hand\nt;p;\n(°C);(hPa);\n1,5;1000,5;\n2,5;999,5;\n;;\n\n3,5;1001,5;\n"
    table = read_table(csv)
    assert table.columns == ("t", "p")
    assert table.values.tolist() == [[1.5, 1000.5], [2.5, 999.5], [3.5, 1001.5]]
    whys = [left["why"] for left in table.left_out]
    assert whys == ["a title above the table", "units or more names under the names", "empty", "a comment"]


def test_empty_columns_and_columns_of_words_are_left_out():
    table = read_table("place,t,nothing\nhere,1,\nthere,2,\nhere,4,\n")
    assert table.columns == ("t",)
    assert [left["why"] for left in table.left_out] == ["words, not numbers", "empty"]


@pytest.mark.parametrize(
    "csv", ["# a b\n1.5 -2\n2.5 3\n3.5 4\n", "#a b\n1.5   -2\n2.5\t3\n3.5  4\n", "a b\n1,5 -2\n2,5 3\n3,5 4"]
)
def test_blanks_separate_columns_as_numpy_writes_them(csv):
    table = read_table(csv.replace("\t", " "))
    assert table.columns == ("a", "b")
    assert table.values.tolist() == [[1.5, -2], [2.5, 3], [3.5, 4]]


@pytest.mark.parametrize("gap", ["", "?", "NA", "nan", "null", "-", "#N/A"])
def test_a_gap_is_named_with_a_way_out_that_keeps_the_timing(gap):
    csv = f"a,b\n0,0\n1,{gap}\n2,8\n3,6\n\n\n"
    with pytest.raises(BadUpload, match=r'Line 3, column 2 \("b"\).*1 gap in all.*`fill`') as refusal:
        read_table(csv)
    assert refusal.value.field == "fill"
    filled = read_table(csv, Options(fill="interpolate"))
    assert filled.values[:, 1].tolist() == [0, 4, 8, 6]
    assert any("1 gap" in note for note in filled.notes)
    assert read_table(csv, Options(fill="previous")).values[:, 1].tolist() == [0, 0, 8, 6]


def test_columns_are_kept_or_dropped_by_name():
    csv = "a,b,c\n1,2,3\n2,3,4\n4,5,7\n"
    assert read_table(csv, Options(keep=["c", "a"])).columns == ("a", "c")
    assert read_table(csv, Options(drop=["a"])).columns == ("b", "c")
    with pytest.raises(BadValue, match=r'`drop` names "d"; the columns are "a", "b", "c"'):
        read_table(csv, Options(drop=["d"]))


def test_a_constant_column_is_kept_and_said_to_be_constant():
    series = Series.of("t,rain\n1,0.0\n2,0.0\n4,0.0\n")
    assert series.columns == ("t", "rain")
    assert 'The column 2 ("rain") is constant.' in series.read["notes"]


def test_what_was_read_can_be_compared_with_the_file():
    read = Series.of("when;t\n2020-01-01;1.000,5\n2020-01-02;2,5\n2020-01-03;3,5\n2020-01-04;4,5\n").read
    assert (read["rows"], read["columns"]) == (4, ["t"])
    assert (read["first"], read["last"]) == ([[1000.5], [2.5], [3.5]], [[2.5], [3.5], [4.5]])
    assert read["scale"][0]["mean"] == pytest.approx(252.75)


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        ("a\n" + "1\n" * 2_000_001, "at most 2000000"),
        (",".join("a" * 60_000), "at most 100000 are read"),
        ('a,b\n1,"2\n3,4\n5,6\n', "quotation mark"),
        ("a,b\n900,1\n1,002,2\n1,019,3\n", "must stand in quotation marks"),
        ("a\nx\ny\nz\n", "no rows of numbers"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(csv, words):
    with pytest.raises(BadUpload, match=words):
        read_table(csv)


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n", "\n" * 16, "\n" * 17, " \n", "\t\n \n"])
@pytest.mark.parametrize("encoded", [str, str.encode])
def test_what_is_blank_at_the_end_of_a_file_is_no_line_too_many(end, encoded):
    content = encoded("1\n" * 1_999_999 + "1" + end)
    trimmed = finish(trimmed_end(content, Options()))
    assert trimmed.rstrip() == content.rstrip()
    with pytest.raises(BadUpload, match="has 2000001 lines"):
        finish(trimmed_end(encoded("1\n") + content, Options()))


def test_a_comma_between_words_and_numbers_separates_or_begins_decimals_as_the_names_say():
    rows = "north 1,5\nsouth 2,5\nnorth 3,25\n"
    with pytest.raises(BadUpload, match="2 columns with blanks between them, or 2 with commas"):
        read_table(rows)
    assert first_column("place level\n" + rows) == [1.5, 2.5, 3.25]
    assert first_column("place,level\n" + rows) == [5, 5, 25]
    assert first_column("sep= \n" + rows) == [1.5, 2.5, 3.25]
    assert first_column("New York,1\nSan Jose,2\nLos Angeles,4\n") == [1, 2, 4]


def as_meant_or_refused(file):
    csv, meant = file
    try:
        read = read_table(csv).values
    except BadUpload:
        return
    assert not np.isnan(meant).any(), f"a gap was not noticed in {csv}"
    assert read.shape == meant.shape, csv
    assert np.array_equal(read, meant), csv


EXAMPLES = {"plain table": (files(), 300)} | {kind: (written, 20) for kind, written in KINDS.items()}


@pytest.mark.parametrize("kind", EXAMPLES)
def test_what_is_read_is_what_was_meant_or_it_is_refused(kind):
    written, count = EXAMPLES[kind]
    settings(max_examples=count, deadline=None)(given(written)(as_meant_or_refused))()


def test_no_line_that_is_longer_than_a_number_is_remembered():
    affixes._affixes.cache_clear()
    for letter in map(chr, range(0x4E00, 0x4E32)):
        with pytest.raises(BadUpload):
            read_table("\n".join(f"{letter * 9_000} {end}" for end in "abc"))
    assert affixes._affixes.cache_info().currsize <= len("abc"), "the short words of these lines"
    read_table("a\n1.5kW\n2.5kW\n4kW\n")
    assert affixes._affixes.cache_info().currsize > len("abc")
