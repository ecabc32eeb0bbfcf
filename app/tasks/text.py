"""A text as sequences: one-hot characters in, the next character out."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..errors import BadUpload
from .base import MAX_NAMES, one_hot


@dataclass(frozen=True, eq=False)
class Text:
    """A text in numbers: `vocabulary` in code-point order, `codes` (N,) the place of each character in it."""

    vocabulary: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def of(cls, text: str) -> Self:
        """Read a text; what cannot be learned from raises BadUpload."""
        found, codes = np.unique(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4"), return_inverse=True)
        vocabulary = tuple(map(chr, found))
        if len(vocabulary) < 2:
            raise BadUpload(
                f"A text needs at least 2 different characters to be learned from; this one has {len(vocabulary)}. "
                "A few hundred characters or more would do.",
                "text",
            )
        if len(vocabulary) > MAX_NAMES:
            raise BadUpload(
                f"A text may have at most {MAX_NAMES} different characters; this one has {len(vocabulary)}. "
                "A shorter piece of it would do.",
                "text",
            )
        return cls(vocabulary, codes)

    def windows(self, rng: np.random.Generator, T: int, B: int) -> tuple[np.ndarray, np.ndarray]:
        """B stretches of T characters from anywhere, one-hot (T, B, V), and the character after each one (T, B).

        The text is read as a ring, so that any text serves any T.
        """
        start = rng.integers(0, len(self.codes), B)
        codes = self.codes[(start + np.arange(T + 1)[:, None]) % len(self.codes)]
        return one_hot(codes[:-1], len(self.vocabulary)), codes[1:]

    def entropy(self) -> float:
        """The cross-entropy of who knows how often each character occurs, and nothing else."""
        return _entropy(np.bincount(self.codes))

    def pair_entropy(self) -> float:
        """The cross-entropy of who knows, for each character, how often each other one follows it."""
        V = len(self.vocabulary)
        pairs = np.bincount(self.codes * V + np.roll(self.codes, -1), minlength=V * V)
        return _entropy(pairs) - self.entropy()


def _entropy(counts: np.ndarray) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())
