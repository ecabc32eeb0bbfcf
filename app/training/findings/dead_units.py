"""dead_units: units whose activation has slope 0 at every timestep pass no gradient on."""

import numpy as np

from .facts import Facts
from .verdict import Verdict, known

CODE = "dead_units"
SHARE = 0.5


def judge(facts: Facts) -> Verdict | None:
    """At least half of the units have slope 0 at every timestep shown."""
    slopes = known(facts.slopes)
    if np.count_nonzero(slopes) == slopes.size:  # as a rule
        return None
    dead, units = int((slopes == 0.0).all(axis=0).sum()), slopes.shape[1]
    return Verdict({"dead": dead, "units": units}) if dead >= SHARE * units else None
