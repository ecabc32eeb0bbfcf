"""A text as sequences: one-hot characters in, the next character out."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..errors import BadUpload, shown
from .base import MAX_NAMES, one_hot

MOST_SAID = 20  # notes
BLOCK = 2**18  # characters that are counted at once
LARGEST_CODE = 0x110000


@dataclass(frozen=True, eq=False)
class Text:
    """A text in numbers: `vocabulary` in code-point order, `codes` (N,) the place of each character in it (uint16)."""

    vocabulary: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text; what cannot be learned from raises BadUpload."""
        points = _code_points(text)
        counts = np.zeros(LARGEST_CODE, np.int64)
        for block in _blocks(points):
            some = np.bincount(block)
            counts[: len(some)] += some
        found = np.flatnonzero(counts)
        if len(found) < 2:
            raise BadUpload(
                f"A text needs at least 2 different characters to be learned from; this one has {len(found)}. "
                "What helps: a few hundred characters or more.",
                "text",
            )
        if len(found) > MAX_NAMES:
            raise _too_many(points, found, counts)
        place = np.zeros(LARGEST_CODE, np.uint16)
        place[found] = np.arange(len(found))
        return cls(tuple(map(chr, found)), place[points])

    def windows(self, start: np.ndarray, T: int) -> tuple[np.ndarray, np.ndarray]:
        """T characters from each ``start`` (B,) on, one-hot (T, B, V), and the character after each one (T, B).

        The text is read as a ring, so that any text serves any T.
        """
        codes = self.codes[(start + np.arange(T + 1)[:, None]) % len(self.codes)].astype(np.int64)
        return one_hot(codes[:-1], len(self.vocabulary)), codes[1:]

    def entropy(self) -> float:
        """The cross-entropy of who knows how often each character occurs, and nothing else."""
        return _entropy(self._counts())

    def pair_entropy(self) -> float:
        """The cross-entropy of who knows, for each character, how often each other one follows it.

        - sum over pairs of p(ab) ln p(b|a): exactly 0 where every character has one successor.
        """
        V = len(self.vocabulary)
        pairs = np.zeros(V * V, np.int64)
        for block in _blocks(self.codes, overlap=1):
            block = block.astype(np.int64)
            pairs += np.bincount(block[:-1] * V + block[1:], minlength=V * V)
        pairs[int(self.codes[-1]) * V + int(self.codes[0])] += 1  # the text is read as a ring
        table = pairs.reshape(V, V)
        follows = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
        found = pairs > 0
        return float(-(pairs[found] / pairs.sum()).dot(np.log(follows.reshape(-1)[found]))) + 0.0

    @cached_property
    def read(self) -> dict[str, Any]:
        """What was read, to be compared with the file: `state.task.read`, so asked for often."""
        counts = self._counts()
        notes = [
            f"It holds {unicodedata.name(character, 'a control character')} (U+{ord(character):04X}), which cannot be "
            f"seen, {count} times."
            for character, count in zip(self.vocabulary, counts.tolist(), strict=True)
            if _is_invisible(character)
        ]
        return {"characters": len(self.codes), "distinct": len(self.vocabulary), "notes": notes[:MOST_SAID]}

    def _counts(self) -> np.ndarray:
        counts = np.zeros(len(self.vocabulary), np.int64)
        for block in _blocks(self.codes):
            counts += np.bincount(block, minlength=len(self.vocabulary))
        return counts


def _code_points(text: str) -> np.ndarray:
    if text.isascii():
        return np.frombuffer(text.encode("ascii"), np.uint8)
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _blocks(values: np.ndarray, overlap: int = 0) -> Iterator[np.ndarray]:
    """Pieces small enough for temporary arrays not to matter."""
    return (values[at : at + BLOCK + overlap] for at in range(0, len(values), BLOCK))


def _too_many(points: np.ndarray, found: np.ndarray, counts: np.ndarray) -> BadUpload:
    """Which characters are too many, and how much of the text could be learned from."""
    rarest = found[np.argsort(counts[found], kind="stable")]
    extra = len(found) - MAX_NAMES
    often = int(counts[rarest[extra - 1]])
    first = np.sort(np.unique(points, return_index=True)[1])
    return BadUpload(
        f"A text may have at most {MAX_NAMES} different characters; this one has {len(found)}. The {extra} rarest, "
        f"such as {', '.join(shown(chr(point)) for point in rarest[:5])}, occur at most {often} times each. Replace "
        f"them, or use the first {first[MAX_NAMES]} characters of the text, which have {MAX_NAMES} different ones.",
        "text",
    )


def _is_invisible(character: str) -> bool:
    """Format and control characters, and all blanks but the plain one."""
    return character not in " \n\t" and unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def _entropy(counts: np.ndarray) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())
