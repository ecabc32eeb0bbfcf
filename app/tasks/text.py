"""A text as sequences: one-hot characters in, the next character out."""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..errors import BadUpload, Choice, shown
from ..steps import Steps, finish
from .base import MAX_NAMES, one_hot
from .reading import Options, blocks

MOST_SAID = 20  # notes
MOST_REMOVED = 1000  # characters that can be left out of a text
BLOCK = 2**15  # characters that are counted at once: their numbers stay in memory that is there already


@dataclass(frozen=True, eq=False)
class Text:
    """A text in numbers: `vocabulary` in code-point order, `codes` (N,) the place of each character in it (uint16)."""

    vocabulary: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text; what cannot be learned from raises BadUpload."""
        return finish(cls.from_pieces(lambda: _blocks(text)))

    @classmethod
    def reading(cls, content: str | bytes, options: Options | None = None) -> Steps[Self]:
        """Read the file of a text in steps, with all that a task asks for at once; as `decode` reads it."""
        chosen = options or Options()

        def pieces() -> Iterator[str]:
            left = chosen.characters
            for piece in blocks(content, "text", BLOCK, chosen.encoding, chosen.remove):
                yield piece if left is None else piece[:left]
                left = None if left is None else max(0, left - len(piece))
                if left == 0:
                    return

        return cls.from_pieces(pieces, chosen.remove)

    @classmethod
    def from_pieces(cls, pieces: Callable[[], Iterator[str]], removed: str = "") -> Steps[Self]:
        """Read a text piece by piece, a step each, exactly as it is; the pieces are asked for twice."""
        counts, first, length = np.zeros(0, np.int64), np.zeros(0, np.int64), 0
        for piece in pieces():
            points = _code_points(piece)
            some = np.bincount(points, minlength=1)
            counts, first = _at_least(counts, len(some)), _at_least(first, len(some))
            if (some[counts[: len(some)] == 0] > 0).any():
                here, places = np.unique(points, return_index=True)
                new = counts[here] == 0
                first[here[new]] = length + places[new]
            counts[: len(some)] += some
            length += len(points)
            yield
        found = np.flatnonzero(counts)
        if len(found) < 2:
            raise BadUpload(
                f"A text needs at least 2 different characters to be learned from; this one has {len(found)}. "
                "What helps: a few hundred characters or more.",
                "text",
            )
        if len(found) > MAX_NAMES:
            raise _too_many(found, counts, first, removed)
        place = np.zeros(len(counts), np.uint16)
        place[found] = np.arange(len(found))
        codes, at = np.empty(length, np.uint16), 0
        for piece in pieces():
            points = _code_points(piece)
            codes[at : at + len(points)] = place[points]
            at += len(points)
            yield
        text = cls(tuple(map(chr, found)), codes)
        vars(text)["counts"] = counts[found]
        vars(text)["entropies"] = yield from text._measuring()
        return text

    def windows(self, start: np.ndarray, T: int) -> tuple[np.ndarray, np.ndarray]:
        """T characters from each ``start`` (B,) on, one-hot (T, B, V), and the character after each one (T, B).

        The text is read as a ring, so that any text serves any T.
        """
        codes = self.codes[(start + np.arange(T + 1)[:, None]) % len(self.codes)].astype(np.int64)
        return one_hot(codes[:-1], len(self.vocabulary)), codes[1:]

    def entropy(self) -> float:
        """The cross-entropy of an answer that knows how often each character occurs, and nothing else."""
        return self.entropies[0]

    def pair_entropy(self) -> float:
        """The cross-entropy of an answer that knows, for each character, how often each other one follows it.

        - sum over pairs of p(ab) ln p(b|a): exactly 0 where every character has one successor.
        """
        return self.entropies[1]

    @cached_property
    def entropies(self) -> tuple[float, float]:
        """Of single characters and of pairs; computed once, as every change of the length asks for them."""
        return finish(self._measuring())

    def _measuring(self) -> Steps[tuple[float, float]]:
        V = len(self.vocabulary)
        pairs = np.zeros(V * V, np.int64)
        for at in range(0, len(self.codes), BLOCK):
            block = self.codes[at : at + BLOCK + 1].astype(np.int64)
            _count(block[:-1] * V + block[1:], pairs)
            yield
        pairs[int(self.codes[-1]) * V + int(self.codes[0])] += 1  # the text is read as a ring
        table = pairs.reshape(V, V)
        counts = table.sum(axis=1)
        yield
        follows = np.empty((V, V))
        rows = max(1, BLOCK // V)
        for at in range(0, V, rows):
            np.divide(table[at : at + rows], np.maximum(counts[at : at + rows, None], 1), out=follows[at : at + rows])
            yield
        found = pairs > 0
        yield
        among_pairs = float(-(pairs[found] / pairs.sum()).dot(np.log(follows.reshape(-1)[found]))) + 0.0
        return _entropy(counts), among_pairs

    @cached_property
    def counts(self) -> np.ndarray:
        """How often each character occurs."""
        return np.bincount(self.codes, minlength=len(self.vocabulary))

    @cached_property
    def read(self) -> dict[str, Any]:
        """What was read, to be compared with the file: `state.task.read`, so asked for often."""
        notes = [
            f"It holds {unicodedata.name(character, 'a control character')} (U+{ord(character):04X}), which cannot be "
            f"seen, {count} times."
            for character, count in zip(self.vocabulary, self.counts.tolist(), strict=True)
            if _is_invisible(character)
        ]
        return {"characters": len(self.codes), "distinct": len(self.vocabulary), "notes": notes[:MOST_SAID]}


def _code_points(text: str) -> np.ndarray:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _count(found: np.ndarray, counts: np.ndarray) -> None:
    """Count how often each place is among those that were found: where the table is larger than they are, in place."""
    if len(counts) <= len(found):
        counts += np.bincount(found, minlength=len(counts))
    else:
        np.add.at(counts, found, 1)


def _at_least(values: np.ndarray, size: int) -> np.ndarray:
    """The same with zeros behind it: few texts hold characters with large numbers."""
    return values if len(values) >= size else np.concatenate([values, np.zeros(size - len(values), values.dtype)])


def _blocks(text: str) -> Iterator[str]:
    return (text[at : at + BLOCK] for at in range(0, len(text), BLOCK))


def _too_many(found: np.ndarray, counts: np.ndarray, first: np.ndarray, removed: str) -> BadUpload:
    """Which characters are too many, and how much of the text could be learned from."""
    rarest = found[np.argsort(counts[found], kind="stable")]
    extra = len(found) - MAX_NAMES
    often = int(counts[rarest[extra - 1]])
    rest = removed + "".join(map(chr, rarest[:extra]))
    fits = np.sort(first[found])[MAX_NAMES]
    return BadUpload(
        f"A text may have at most {MAX_NAMES} different characters; this one has {len(found)}. The {extra} rarest, "
        f"such as {', '.join(shown(chr(point)) for point in rarest[:5])}, occur at most {often} times each. Replace "
        f"them, or use the first {fits} characters of the text, which have {MAX_NAMES} different ones.",
        "text",
        [
            *([Choice(f"Leave the {extra} rarest out", {"remove": rest})] if len(rest) <= MOST_REMOVED else []),
            Choice(f"Use the first {fits} characters", {"characters": int(fits)}),
        ],
    )


def _is_invisible(character: str) -> bool:
    """Format and control characters, and all blanks but the plain one."""
    return character not in " \n\t" and unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _entropy(counts: np.ndarray) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())
