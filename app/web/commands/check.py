"""The gradient check."""

import math
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from ...training import BreakName
from ...training.limits import MAX_SAMPLES
from .. import protocol
from ..session import Session
from ..viewer import Viewer
from .base import Answer, Command, Job


class CheckGradients(Command):
    """Compare analytic gradients with central differences, with a bug switched on if asked."""

    type = "check_gradients"
    samples: int = Field(8, ge=1, le=MAX_SAMPLES)
    break_: BreakName | None = Field(None, alias="break")

    def carry_out(self, session: Session, viewer: Viewer) -> Answer:
        return self._entries(session.network(self.type).checking_gradients(self.samples, self.break_))

    def _entries(self, checks: Iterable[tuple[str, Any] | None]) -> Job:
        """Pass after pass; training stands still meanwhile."""
        checked = {}
        for known in checks:
            if known is not None:
                checked[known[0]] = known[1]
            yield None
        tensors = {
            name: {
                "max_rel_error": finite(check.max_rel_error),
                "samples": check.samples,
                "at_kink": check.at_kink,
                "zero": check.zero,
            }
            for name, check in checked.items()
        }
        compared = [check.passed for check in checked.values() if check.passed is not None]
        passed = all(compared) if compared else None
        yield [protocol.encode("gradient_check", self.id, per_tensor=tensors, passed=passed)]


def finite(value: float | None) -> float | None:
    """A number as JSON can say it: null if there is none or it is not finite."""
    return value if value is not None and math.isfinite(value) else None
