"""Logs for machines: one JSON object a line, in which nothing a visitor sent can break the line or grow without end."""

import json
import logging
import time
from typing import Any

LONGEST_VALUE = 2000
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message", "taskName"}


class JsonLines(logging.Formatter):
    """Time, level, logger, message, and whatever was passed as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in vars(record).items() if name not in ORDINARY}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)[-LONGEST_VALUE:]
        return json.dumps({name: cut(value) for name, value in line.items()})


def cut(value: object) -> object:
    """Numbers as they are, everything else as text of bounded length; json.dumps escapes what is not plain."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"


def configure(level: str) -> None:
    """Everything to standard error, our own lines from `level` on, those of libraries only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(__name__.partition(".")[0]).setLevel(level.upper())
