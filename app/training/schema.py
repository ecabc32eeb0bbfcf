"""The schema of a run: every choice, and what there is to choose from."""

from typing import Any

import numpy as np

from ..engine import ACTIVATIONS, CELLS
from ..tasks import TASKS
from .config import RunConfig
from .quantities import PROBE, QUANTITIES


def schema() -> dict[str, Any]:
    """JSON Schema of a configuration; beside its fields activations, cells, tasks, and what a record can hold."""
    return RunConfig.model_json_schema() | {
        "activations": {name: _curve(name) for name in ACTIVATIONS},
        "cells": cells(),
        "tasks": {name: task.about() for name, task in TASKS.items()},
        "record": PROBE.description(),
        "quantities": {name: quantity.description() for name, quantity in QUANTITIES.items()},
    }


def cells() -> dict[str, dict[str, Any]]:
    """What a page needs to draw each cell and to name its parts."""
    return {name: cell.described() for name, cell in CELLS.items()}


def _curve(name: str) -> dict[str, Any]:
    """An activation's formula, gamma = sup|phi'| and samples of phi and phi' on [-5, 5]."""
    activation = ACTIVATIONS[name]
    a = np.round(np.linspace(-5, 5, 201), 2)
    h = activation(a)
    slope = activation.slope(a, h)
    return {
        "formula": activation.formula,
        "gamma": activation.gamma,
        "a": a.tolist(),
        "phi": np.round(h, 6).tolist(),
        "slope": np.round(slope, 6).tolist(),
    }
