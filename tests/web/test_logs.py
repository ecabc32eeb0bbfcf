import json
import logging

from app.web.logs import LONGEST_VALUE, JsonLines


def line(message, **extra):
    record = logging.makeLogRecord({"name": "app", "levelname": "INFO", "msg": message, **extra})
    return JsonLines().format(record)


def test_a_line_is_one_json_object():
    said = json.loads(line("a run failed", run=7))
    assert (said["message"], said["level"], said["run"]) == ("a run failed", "info", 7)


def test_nothing_can_break_the_line_or_the_terminal():
    text = line('"}\n{"forged": true}\r\x1b[31m\u202e')
    assert "\n" not in text
    assert text.isascii()
    assert text.isprintable()
    assert "forged" not in json.loads(text)


def test_values_are_cut():
    assert len(line("x" * 100_000)) < LONGEST_VALUE + 200


def test_exceptions_say_where():
    try:
        raise ValueError("broken")
    except ValueError as error:
        said = json.loads(line("failed", exc_info=(type(error), error, error.__traceback__)))
    assert "ValueError: broken" in said["exception"]
