"""One long sequence as several streams: where each window of a stream begins, and when the data end.

N timesteps of data as B streams: stream b starts at floor(b N / B), and its windows follow each other.
"""

import numpy as np


def starts(N: int, B: int) -> np.ndarray:
    """Where each of B streams through N timesteps starts (B,)."""
    return np.arange(B) * N // B


def shortest(N: int, B: int) -> int:
    """How many timesteps of each stream have a next one before the data end: those of the last stream."""
    return N - 1 - int(starts(N, B)[-1])
