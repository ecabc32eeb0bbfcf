"""Numbers as scripts compute them: NumPy's scalars are taken wherever Python's numbers are."""

from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """The Python number of a NumPy scalar; anything else as it is."""
    return value.item() if isinstance(value, np.generic) else value
