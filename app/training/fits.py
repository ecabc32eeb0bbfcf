"""What helps where own data are fine, but the run's configuration does not fit them."""

from collections.abc import Callable
from typing import Any

from ..errors import Choice, OutOfRange, TooCostly
from ..tasks import OwnData, Sequences, Series
from .config import RunConfig
from .costs import Budget
from .state import fitting_task, for_own_data

MOST_STEPS = 16
SIZES = ("batch_size", "hidden_size", "sequence_length")
OFF = {"bidirectional": False, "embedding_size": 0, "train_h0": False, "carry_state": False}


def config_for(config: RunConfig, data: OwnData, budget: Budget, watch: frozenset[str]) -> RunConfig:
    """The configuration with which own data are learned; a refusal says with which changes they would be."""

    def checked(config: RunConfig) -> RunConfig:
        config = for_own_data(config, data)
        fitting_task(config, data, budget, watch)
        return config

    try:
        return checked(config)
    except (OutOfRange, TooCostly) as error:
        error.choices = what_fits(error, config, data, checked)
        raise


def what_fits(
    refusal: OutOfRange | TooCostly, config: RunConfig, data: OwnData, check: Callable[[RunConfig], object]
) -> tuple[Choice, ...]:
    """The changes with which `check` refuses nothing, as one choice; none where they are not found.

    Each refusal names a field; it takes the value that the data ask for, or half of its own.
    """
    changes: dict[str, Any] = {}
    for _ in range(MOST_STEPS):
        value = _instead(refusal, config.changed(changes), data)
        if value is None:
            return ()
        changes |= value
        try:
            check(config.changed(changes))
        except (OutOfRange, TooCostly) as error:
            refusal = error
            continue
        said = ", ".join(f"{_title(name)} {_shown(value)}" for name, value in changes.items())
        return (Choice(f"Train with {said}", {"changes": changes}),)
    return ()


def _instead(refusal: OutOfRange | TooCostly, config: RunConfig, data: OwnData) -> dict[str, Any] | None:
    field = refusal.field
    if field in OFF:
        return {field: OFF[field]}
    if isinstance(refusal, TooCostly):
        smaller = getattr(config, field) // 2 if field in SIZES else 0
        return {field: smaller} if field and smaller else None
    if field == "sequence_length" and isinstance(data, Series) and len(data.values) <= config.sequence_length:
        return {field: len(data.values) - 1}
    if field == "hidden_size" and isinstance(data, Sequences) and data.h0 is not None:
        return {field: data.h0.shape[1]}
    return None


def _title(name: str) -> str:
    return str(RunConfig.model_fields[name].title or name).lower()


def _shown(value: object) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
