"""The text of a JSON file, decoded a part at a time.

The library's decoder decodes a value in one piece: it is only given so much text that this takes a millisecond or two.
What is longer is decoded item by item, and many short ones together.
"""

import json
import re
from typing import Any

from ...errors import BadUpload
from ...steps import Steps
from ...strictjson import without_repeats
from .lines import Source

LENGTHS = (2**8, 2**14)  # of what is decoded at once, in characters, as most values are short
AT_ONCE = LENGTHS[-1]
LONGEST_SCALAR = 2**17  # of a text, which is longer than the longest line that is read
LONGEST = 2**20  # of an element, or of the one object that a file is
CUT = 20  # characters at the end of what is looked at that may be wrong only because more follows: -Infinity, \ud83d
DEEPEST = 2  # long values in long ones in long ones: rows, in a list, in an object
BETWEEN = re.compile(r"[\s,]*")
BLANKS = re.compile(r"[ \t\n\r]*")
OPEN, CLOSED = "[{", {"[": "]", "{": "}"}
TEXT = r'"(?:[^"\\]++|\\.)*+"'
FLAT = rf'(?:[^"\[\]{{}}]++|{TEXT})*+'
ITEMS = re.compile(rf'(?:(?:[^",\[\]{{}}]++|{TEXT}|\[{FLAT}\]|\{{{FLAT}\}})++,)++', re.DOTALL)
"""Whole items of a list or an object, each with the comma behind it; none holds a list that holds another."""
EXAMPLES = 'such as [[1, 2], [3, 4]] or [{"a": 1, "b": 2}, {"a": 3, "b": 4}]'

# NaN and Infinity are gaps.
DECODER = json.JSONDecoder(parse_constant=lambda _: None, object_pairs_hook=without_repeats)

LONG = object()
"""What stands for a value that is too long to be decoded at once."""


class JsonText:
    """The values of a file, one after the other; only a part of its text is held."""

    def __init__(self, source: Source) -> None:
        self._blocks = source.blocks()
        self._part, self._at, self._is_all = "", 0, False
        self._before = self._lines = self._column = 0  # characters before this part, lines, characters of the last one

    @property
    def at(self) -> int:
        """How many characters were read."""
        return self._before + self._at

    def following(self, length: int = 1) -> str:
        """The next characters, fewer only where the file ends; they are not read yet."""
        if len(self._part) - self._at < length and not self._is_all:
            self._fill(length)
        return self._part[self._at : self._at + length]

    def _fill(self, length: int) -> None:
        read = self._part[: self._at]
        self._before += len(read)
        self._lines += read.count("\n")
        self._column = len(read) - read.rfind("\n") - 1 if "\n" in read else self._column + len(read)
        parts = [self._part[self._at :]]
        missing = length - len(parts[0])
        while missing > 0 and not self._is_all:
            block = next(self._blocks, None)
            self._is_all = block is None
            parts.append(block or "")
            missing -= len(parts[-1])
        self._part, self._at = "".join(parts), 0

    def skip(self, length: int) -> None:
        """Take some of `following` as read."""
        self._at += length

    def to_next(self) -> Steps[str]:
        """To the next value, past blanks and commas; the character with which it begins, none where the file ends."""
        while self.following():
            found = BETWEEN.match(self._part, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._part):
                return self._part[self._at]
            yield
        return ""

    def rest(self) -> Steps[bool]:
        """Whether more follows than blanks."""
        while self.following():
            if self._part[self._at :].strip():
                return True
            self._at = len(self._part)
            yield
        return False

    def value(self) -> Any:
        """What begins here, or LONG where it does not end soon."""
        return self._value(LENGTHS)

    def _value(self, lengths: tuple[int, ...]) -> Any:
        for length in lengths:
            text = self.following(length)
            is_all = self._is_all and self._at + length >= len(self._part)
            try:
                value, end = DECODER.raw_decode(text)
                if is_all or end < length - len("e+"):  # a number may go on there
                    self._at += end
                    return value
            except json.JSONDecodeError as error:
                if is_all or (error.pos < length - CUT and not error.msg.startswith("Unterminated")):
                    raise self.wrong_at(error.msg, error.pos) from None
            except (ValueError, RecursionError) as error:
                raise self.wrong(error) from None
        return LONG

    def long_value(self, most: int, depth: int = DEEPEST) -> Steps[Any]:
        """What begins here and is longer than what is decoded at once, of at most so many items."""
        begin, first_line = self.at, self.line
        sign = self.following()
        if sign not in OPEN:
            yield
            if (value := self._value((LONGEST_SCALAR,))) is LONG:
                raise _too_long(first_line, LONGEST_SCALAR)
            return value
        self.skip(1)
        found: Any = [] if sign == "[" else {}
        while True:
            yield
            yield from self._past_blanks()
            if not found and self.following() == CLOSED[sign]:
                self.skip(1)
                return found
            if items := ITEMS.match(self.following(AT_ONCE)):
                self._add(found, self._items(sign, items.group()[:-1]))
                self.skip(items.end())
            else:
                name = (yield from self._name()) if sign == "{" else None
                value = self.value()
                if value is LONG:
                    if depth == 0 and self.following() in OPEN:
                        raise _too_long(self.line, AT_ONCE)
                    value = yield from self.long_value(most, depth - 1)
                self._add(found, [value] if name is None else {name: value})
                yield from self._past_blanks()
                if self.following() == CLOSED[sign]:
                    self.skip(1)
                    return found
                if self.following() != ",":
                    raise self.wrong_at("Expecting ',' delimiter")
                self.skip(1)
            if len(found) > most:
                raise BadUpload(
                    f"In line {first_line} a part of the JSON begins that holds more than {most} values. A table is "
                    f"JSON {EXAMPLES}.",
                    "csv",
                )
            if self.at - begin > LONGEST:
                raise _too_long(first_line, LONGEST)

    def _add(self, found: Any, more: Any) -> None:
        if isinstance(found, list):
            found += more
            return
        length = len(found) + len(more)
        found |= more
        if len(found) < length:
            raise self.wrong(ValueError("a name comes twice in an object"))

    def _items(self, sign: str, text: str) -> Any:
        """Some items of a list or an object, with commas between them."""
        if not text.strip():
            raise self.wrong_at("Expecting value")
        try:
            return DECODER.decode(sign + text + CLOSED[sign])
        except json.JSONDecodeError as error:
            raise self.wrong_at(error.msg, error.pos - 1) from None
        except (ValueError, RecursionError) as error:
            raise self.wrong(error) from None

    def _name(self) -> Steps[str]:
        """A name of an object, and the colon behind it."""
        if self.following() != '"':
            raise self.wrong_at("Expecting property name enclosed in double quotes")
        name = self.value()
        if name is LONG:
            raise _too_long(self.line, AT_ONCE)
        yield from self._past_blanks()
        if self.following() != ":":
            raise self.wrong_at("Expecting ':' delimiter")
        self.skip(1)
        yield from self._past_blanks()
        return str(name)

    def _past_blanks(self) -> Steps[None]:
        while self.following():
            blanks = BLANKS.match(self._part, self._at)
            self._at = blanks.end() if blanks else self._at
            if self._at < len(self._part):
                return
            yield

    @property
    def line(self) -> int:
        """In which line the next character is."""
        return self._lines + self._part.count("\n", 0, self._at) + 1

    def wrong_at(self, why: str, ahead: int = 0) -> BadUpload:
        """What is no JSON so many characters from here."""
        here = self._part[: self._at + ahead]
        column = len(here) - here.rfind("\n") - 1 if "\n" in here else self._column + len(here)
        line = self._lines + here.count("\n") + 1
        return self.wrong(f"{why}: line {line} column {column + 1} (char {self._before + len(here)})")

    def wrong(self, error: object) -> BadUpload:
        """What is no JSON in the value that begins here."""
        return BadUpload(
            f"The file begins as JSON does, but line {self.line} is not JSON ({error}). A table is JSON {EXAMPLES}; "
            "of an array, numpy.savetxt(path, array) writes rows that open here.",
            "csv",
        )


def _too_long(line: int, length: int) -> BadUpload:
    return BadUpload(
        f"In line {line} a part of the JSON begins that is longer than {length} characters, or is none. A table is "
        f"JSON {EXAMPLES}; pandas writes long ones by to_json(path, orient='records', lines=True).",
        "csv",
    )
