"""saturated: the activation works where it is nearly flat."""

from .facts import Facts
from .verdict import Verdict, known

CODE = "saturated"
SHARE = 0.1


def judge(facts: Facts) -> Verdict | None:
    """The mean slope is below 10 % of the greatest slope that this activation has."""
    mean, greatest = float(known(facts.slopes).mean()), known(facts.greatest_slope)
    return Verdict({"mean_slope": mean, "greatest_slope": greatest}) if mean < SHARE * greatest else None
