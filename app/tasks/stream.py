"""Random numbers by their place: what is drawn at one index never depends on what was drawn at another."""

import numpy as np


class Stream:
    """For one seed and purpose, a random generator at every index.

    Philox is a counter (Salmon et al. 2011), so that to stand elsewhere is to set a number: far cheaper than to make
    a generator for each index. There is one generator: `at` takes it away from whoever had it.
    """

    def __init__(self, seed: int, purpose: int) -> None:
        bits = np.random.Philox(key=np.array([seed, purpose], np.uint64))
        self._bits, self._start = bits, bits.state
        self._generator = np.random.Generator(bits)

    def at(self, index: int) -> np.random.Generator:
        """The generator, standing at the beginning of what belongs to `index`."""
        self._start["state"]["counter"][-1] = index
        self._bits.state = self._start
        return self._generator
