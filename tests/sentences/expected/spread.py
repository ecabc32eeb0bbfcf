"""How the entries of a parameter are spread: the quartiles of the entries themselves, now and in the first record."""

import json
from typing import Any

import numpy as np
from safetensors.numpy import load

from .registry import expects
from .seen import Numbers, Seen


def quartiles(values: np.ndarray, *, gradient: bool) -> Numbers:
    entries = np.abs(values.ravel()) if gradient else values.ravel()
    return [float(np.quantile(entries, part)) for part in ((0.5,) if gradient else (0.25, 0.75))]


def spread(seen: Seen, asked: dict[str, Any], *, gradient: bool) -> Numbers:
    name = f"grad.{asked['name']}" if gradient else asked["name"]
    file = (seen.folder / seen.run.replace(".safetensors", ".first")).read_bytes()
    first, length = load(file), int.from_bytes(file[:8], "little")
    began = json.loads(json.loads(file[8 : 8 + length])["__metadata__"]["unroll"])["iteration"]
    now = seen.tensors[name]
    if not np.isfinite(now).all():
        return []
    count = [] if now.size == 1 else [now.size]
    before = [began, *quartiles(first[name], gradient=gradient)] if began < seen.meta["iteration"] else []
    return [*count, *quartiles(now, gradient=gradient), seen.meta["iteration"], *before]


@expects("spread of weights")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return spread(seen, asked, gradient=False)


@expects("spread of gradients")
def _(seen: Seen, asked: dict[str, Any]) -> Numbers:
    return spread(seen, asked, gradient=True)
