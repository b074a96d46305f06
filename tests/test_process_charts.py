"""Numbers to chart and the charts themselves: closed forms, bounds, invariants."""

import doctest
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gan_helpers import decisions, process

RNG = np.random.default_rng(0)
FILES = sorted(path.stem for path in Path(process.__file__).parent.glob("[a-z]*.py"))
NUMBERS = st.lists(st.floats(-6, 6), min_size=1, max_size=60)


@pytest.mark.parametrize("name", FILES)
def test_the_examples_in_the_docstrings_are_true(name):
    assert doctest.testmod(import_module(f"gan_helpers.process.{name}")).failed == 0


def test_normal_scores_of_uniform_p_values_are_standard_normal():
    z = process.normal_scores((np.arange(999) + 0.5) / 999)
    assert z.mean() == pytest.approx(0, abs=1e-9)
    assert z.std() == pytest.approx(1, abs=0.01)


def test_a_conformal_p_value_bounds_the_normal_score_so_that_three_sigma_never_alarm():
    calibration = RNG.normal(size=240)
    z = process.normal_scores(decisions.conformal_p_values(calibration, [1e9, 0.0, -1e9]))
    assert z[0] == pytest.approx(process.highest_score(240)) and z[0] < 3
    assert np.isfinite(z).all() and z[2] < -2
    assert not process.shewhart(z).alarms.any()


@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.1])
def test_what_is_no_p_value_is_named(wrong):
    for turn in (process.normal_scores, process.evidence):
        with pytest.raises(ValueError, match="no p-value"):
            turn([0.5, wrong])


def test_the_bet_is_fair_if_p_is_uniform_and_falls_with_p():
    p = (np.arange(2_000_000) + 0.5) / 2_000_000
    assert np.exp(process.evidence(p)).mean() == pytest.approx(1, abs=0.005)
    assert np.all(np.diff(process.evidence(p[:1000])) < 0)


def test_subgroups_of_independent_normal_numbers_stay_standard_normal():
    z = process.subgroup_means(RNG.normal(size=40_007), 40)
    assert len(z) == 1000
    assert z.std() == pytest.approx(1, abs=0.07)
    with pytest.raises(ValueError, match="size is 0"):
        process.subgroup_means([1.0], 0)


def test_what_a_lot_shares_is_taken_away_and_a_few_bad_parts_stay():
    lots = np.repeat([0, 1], 40)
    scores_ = RNG.normal(size=80) + 10 * lots
    bad = scores_.copy()
    bad[3] += 50
    assert abs(np.median(process.within_lots(scores_, lots)[lots == 1])) < 1e-9
    assert process.within_lots(bad, lots)[3] > 45
    with pytest.raises(ValueError, match="lots"):
        process.within_lots(scores_, lots[:5])


def test_standardised_reference_has_mean_0_and_spread_1():
    reference = RNG.normal(3, 5, 200)
    values = process.standardised(reference, reference)
    assert values.mean() == pytest.approx(0, abs=1e-12) and values.std(ddof=1) == pytest.approx(1)
    with pytest.raises(ValueError, match="no spread"):
        process.standardised([1.0], [2.0, 2.0])


@given(NUMBERS, st.floats(0.05, 1.0))
def test_the_ewma_follows_its_formula(z, smoothing):
    last, by_hand = 0.0, []
    for value in z:
        last = smoothing * value + (1 - smoothing) * last
        by_hand.append(last)
    assert process.ewma(z, smoothing=smoothing).statistic == pytest.approx(by_hand, abs=1e-9)


def test_an_ewma_with_all_the_weight_on_the_newest_is_the_shewhart_chart():
    z = RNG.normal(size=500) * 2
    one, other = process.ewma(z, smoothing=1, limit=3.0), process.shewhart(z, limit=3.0)
    assert np.array_equal(one.alarms, other.alarms) and one.first_alarm == other.first_alarm


def test_early_limits_of_the_ewma_are_tighter_and_grow_to_the_settled_ones():
    early, settled = (process.ewma(np.zeros(100), settled=on).upper for on in (False, True))
    assert np.all(np.diff(early) >= 0) and early[0] == pytest.approx(2.86 * 0.2)
    assert early[-1] == pytest.approx(settled[-1])


@given(NUMBERS, st.floats(0, 2))
def test_the_cusum_is_the_sum_above_its_lowest_point(z, allowance):
    sums = np.concatenate([[0.0], np.cumsum(np.array(z) - allowance)])
    expected = (sums - np.minimum.accumulate(sums))[1:]
    assert process.cusum(z, allowance=allowance).statistic == pytest.approx(expected, abs=1e-9)


def test_a_restarted_cusum_alarms_again_only_after_it_has_climbed_again():
    chart = process.cusum(np.full(10, 2.5), allowance=0.5, limit=4.0, restart=True)
    assert np.flatnonzero(chart.alarms).tolist() == [2, 5, 8]
    assert process.cusum(np.full(10, 2.5), allowance=0.5, limit=4.0).alarms.sum() == 8


def test_one_sided_charts_are_blind_downwards_and_two_sided_ones_are_not():
    z = np.array([0.0, -9.0, 0.0])
    assert process.shewhart(z).first_alarm is None and process.shewhart(z, two_sided=True).first_alarm == 1
    assert process.cusum(z).first_alarm is None
    assert process.ewma(z, two_sided=True).first_alarm == 1


def test_the_allowance_of_counts_makes_the_cusum_one_of_likelihood_ratios():
    p0, p1 = 0.02, 0.06
    allowance = process.share_allowance(p0, p1)
    good, bad = (stats.bernoulli.logpmf(x, p1) - stats.bernoulli.logpmf(x, p0) for x in (0, 1))
    assert (1 - allowance) / -allowance == pytest.approx(bad / good)
    with pytest.raises(ValueError, match="usual"):
        process.share_allowance(0.06, 0.02)


@pytest.mark.parametrize("call", [lambda: process.cusum([1.0], limit=0), lambda: process.ewma([1.0], smoothing=0)])
def test_settings_that_make_no_chart_are_named(call):
    with pytest.raises(ValueError, match=r"limit is 0|smoothing is 0"):
        call()
