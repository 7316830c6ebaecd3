"""The area under the ROC curve, with an interval that stays honest for few cases and for areas near 1."""

import math
from collections.abc import Sequence

from cxr_core.performance.interval import Interval

Z = 1.959964  # two-sided 95 %
TINY = 1e-9  # at 0 and 1 themselves the error is nought, which is not the limit that is looked for


def measure_auc(positive: Sequence[bool], scores: Sequence[float]) -> Interval | None:
    """How often a positive case scores above a negative one, ties counting half; None unless both kinds are there."""
    positives = sum(positive)
    negatives = len(positive) - positives
    if not positives or not negatives:
        return None
    from sklearn.metrics import roc_auc_score

    value = float(roc_auc_score(positive, scores))
    return Interval(value, *find_auc_limits(value, positives, negatives))


def find_auc_limits(value: float, positives: int, negatives: int) -> tuple[float, float]:
    """The areas that lie Z standard errors from the value, the error taken at the limit itself.

    Hanley and McNeil's (1982) standard error with both groups taken as of average size, inverted like a Wilson
    interval (Newcombe 2006, method 5). Unlike value ± 1.96 errors it does not shrink to nothing when the value is 1.
    """
    from scipy.optimize import brentq

    average = (positives + negatives) / 2

    def excess(area: float) -> float:
        spread = 2 * average - 1 - (3 * average - 3) / ((2 - area) * (1 + area))
        return abs(area - value) - Z * math.sqrt(max(area * (1 - area) * spread, 0) / (positives * negatives))

    low = float(brentq(excess, 0, value - TINY)) if value > TINY else 0.0
    high = float(brentq(excess, value + TINY, 1)) if value < 1 - TINY else 1.0
    return low, high
