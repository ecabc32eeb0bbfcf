"""What a record can hold, one quantity a file: name, tensors, cost and how it is computed.

A new one is a file here and its class in `QUANTITIES`: the schema, the limits and the table of tensors follow.
"""

import re
from collections.abc import Collection
from typing import Any, Literal

from ...errors import BadValue, shown
from ...tasks import Task
from ..config import RunConfig
from .base import Found, Quantity
from .conditions import Condition
from .distributions import Distributions
from .flow import Flow
from .gates import Gates
from .gradients import Gradients
from .probe import Probe
from .sample import Sample
from .saturation import Saturation
from .spectrum import Spectrum
from .tensor import SUFFIX, Lengths, Sizes, Tensor
from .terms import Terms
from .truncation import Truncation
from .weights import Weights

PROBE = Probe()
"""What every record holds."""

QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        Gates(),
        Flow(),
        Truncation(),
        Weights(),
        Gradients(),
        Distributions(),
        Spectrum(),
        Saturation(),
        Sample(),
        Terms(),
    )
}
"""What a record holds only when it is asked for, in the order in which it is computed."""

QuantityName = Literal[
    "gates",
    "flow",
    "truncation",
    "weights",
    "gradients",
    "distributions",
    "spectrum",
    "saturation",
    "sample",
    "terms",
]
WATCHABLE = QUANTITIES.keys()
"""Their names, with those that are registered from outside."""


def scalars() -> dict[str, Any]:
    """The scalars of a record that are null unless their quantity is watched."""
    return {name: None for quantity in QUANTITIES.values() for name in quantity.scalars}


def checked(quantities: Collection[str]) -> frozenset[str]:
    """The names of quantities; BadValue where one is not known."""
    if isinstance(quantities, str):
        raise BadValue(f"quantities must be a set of names; got text {shown(quantities)}. Try {{{shown(quantities)}}}.")
    names = tuple(quantities)
    for name in names:
        if not isinstance(name, str) or name not in QUANTITIES:
            raise BadValue(f"quantities must be among {', '.join(WATCHABLE)}; got {shown(name)}.", "quantities")
    return frozenset(names)


def tensors_of(config: RunConfig, task: Task, watch: Collection[str] = ()) -> dict[str, tuple[Sizes, str]]:
    """Shape and type of every tensor that a record with these quantities holds; a size not known before is None."""
    held = [PROBE, *(QUANTITIES[name] for name in WATCHABLE if name in watch)]
    lengths = Lengths.of(config, task)
    return {
        name: layout
        for quantity in held
        for tensor in quantity.tensors
        for name, layout in tensor.named(config, task, lengths).items()
    }


def source(tensor: str) -> str | None:
    """The quantity that has to be watched for a tensor of this name; None where none adds it."""
    for name, quantity in QUANTITIES.items():
        if any(re.fullmatch(re.escape(held.name) + SUFFIX, tensor) for held in quantity.tensors):
            return name
    return None


__all__ = [
    "PROBE",
    "QUANTITIES",
    "WATCHABLE",
    "Condition",
    "Found",
    "Quantity",
    "QuantityName",
    "Sizes",
    "Tensor",
    "checked",
    "scalars",
    "source",
    "tensors_of",
]
