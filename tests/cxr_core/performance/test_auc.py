import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxr_core.performance.auc import find_auc_limits, measure_auc


def test_a_hand_worked_case():
    # Pairs of (positive, negative): 3>1, 3>2, 3=3 (half), 2>1, 2=2 (half), 2<3: 4 of 6.
    auc = measure_auc([True, True, False, False, False], [3, 2, 1, 2, 3])
    assert auc is not None
    assert auc.value == pytest.approx(4 / 6)


def test_one_class_alone_has_no_auc():
    assert measure_auc([True, True], [1, 2]) is None
    assert measure_auc([], []) is None


def test_newcombes_published_interval():
    # Newcombe 2006, method 5 is symmetric for groups of equal size about 0.5, and closed under exchange of the classes.
    low, high = find_auc_limits(0.5, 100, 100)
    assert low == pytest.approx(1 - high)
    assert find_auc_limits(0.9, 30, 70) == pytest.approx(find_auc_limits(0.9, 70, 30))
    assert find_auc_limits(0.9, 30, 70) == pytest.approx(tuple(1 - x for x in find_auc_limits(0.1, 30, 70)[::-1]))


def test_a_perfect_score_on_few_cases_is_not_certain():
    low, high = find_auc_limits(1.0, 8, 8)
    assert high == 1
    assert 0.7 < low < 0.85


@given(st.floats(0, 1), st.integers(1, 5000), st.integers(1, 5000))
def test_the_interval_holds_the_value(value, positives, negatives):
    low, high = find_auc_limits(value, positives, negatives)
    assert 0 <= low <= value + 1e-6
    assert value - 1e-6 <= high <= 1


@pytest.mark.parametrize(("positives", "negatives", "shift"), [(40, 40, 1.0), (30, 80, 2.0), (20, 20, 2.5)])
def test_95_of_100_intervals_hold_the_truth(positives, negatives, shift):
    from math import erf

    truth = 0.5 * (1 + erf(shift / 2))  # normal scores: P(positive > negative) = Phi(shift / sqrt(2))
    random = np.random.default_rng(0)
    labels = [True] * positives + [False] * negatives
    covered = 0
    for _ in range(1000):
        scores = np.concatenate([random.normal(shift, 1, positives), random.normal(0, 1, negatives)])
        auc = measure_auc(labels, scores)
        covered += auc.low <= truth <= auc.high
    assert 0.93 <= covered / 1000 <= 0.99
