"""Looking back from an alarm: when it began, what moved, how good the line is."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gan_helpers import parts, process


def test_the_estimate_has_the_highest_likelihood_of_all():
    z = np.random.default_rng(1).normal(size=30) + np.repeat([0, 1.5], [20, 10])
    by_hand = [stats.norm.logpdf(z[t:], max(z[t:].mean(), 0)).sum() + stats.norm.logpdf(z[:t]).sum() for t in range(30)]
    found = process.change_point(z, 29)
    assert found.begin == np.argmax(by_hand)
    assert found.shift == pytest.approx(z[found.begin :].mean())
    assert found.earliest <= found.begin <= found.latest


@pytest.mark.parametrize("shift", [1.0, 2.0])
def test_the_confidence_set_covers_the_begin_in_most_cases(shift):
    rng, covered, begins = np.random.default_rng(2), [], []
    for _ in range(300):
        z = rng.normal(size=400) + shift * (np.arange(400) >= 50)
        alarm = 50 + process.cusum(z[50:]).first_alarm
        found = process.change_point(z[: alarm + 1], alarm)
        covered.append(found.earliest <= 50 <= found.latest)
        begins.append(found.begin)
    assert 0.8 < np.mean(covered) < 0.99
    assert abs(np.median(begins) - 50) <= 1


def test_what_lies_after_the_alarm_or_before_since_is_not_used():
    z = np.array([9.0, 0, 0, 2, 2, 2, 50, 50])
    assert process.change_point(z, 5, since=1).begin == 3
    assert process.change_point(z, 5).begin == 0
    for wrong in ({"alarm": 8}, {"alarm": 3, "since": 4}, {"alarm": 3, "drop": 0}):
        with pytest.raises(ValueError, match=r"alarm is|since is|drop is"):
            process.change_point(z, **wrong)


def test_capability_is_clopper_and_pearson_in_ppm():
    ppm, low, high = process.capability(7, 1200)
    assert ppm == pytest.approx(1e6 * 7 / 1200)
    assert low == pytest.approx(1e6 * stats.beta.ppf(0.025, 7, 1194))
    assert high == pytest.approx(1e6 * stats.beta.ppf(0.975, 8, 1193))
    with pytest.raises(ValueError, match="8 out of 7"):
        process.capability(8, 7)


def test_a_setting_that_moved_is_named_first():
    usual = process.normal_production(4000, seed=1)
    for fault, known in process.FAULTS.items():
        shift = process.faulty_shift(fault, 5)
        last = len(shift) - 1
        assert process.moved_settings(shift, usual, last - 200, last).index[0] == known.setting
    with pytest.raises(ValueError, match="at least twice"):
        process.moved_settings(shift, usual[:100], 0, 90)


@pytest.mark.parametrize("fault", process.FAULTS)
def test_a_faulty_shift_is_as_usual_before_and_worse_after(fault):
    odds_before, odds_after = [], []
    for seed in range(3):
        shift, usual = process.faulty_shift(fault, seed), process.normal_production(process.SHIFT_PARTS, seed)
        begin = int(shift["faulty"].to_numpy().argmax())
        assert 300 <= begin < 550 and shift["faulty"][begin:].all()
        pd.testing.assert_frame_equal(shift[:begin].drop(columns="faulty"), usual[:begin])
        odds = 1 - parts.defect_probabilities(shift)["good"]
        odds_before.append(odds[:begin].mean())
        odds_after.append(odds[begin + 250 :].mean())
        bad = shift["kind"] != parts.GOOD
        assert ((shift["severity"] > 0) == bad).all()
    assert np.mean(odds_after) > 1.6 * np.mean(odds_before)
    assert shift.equals(process.faulty_shift(fault, seed))


def test_an_unknown_fault_and_a_short_shift_are_named():
    with pytest.raises(ValueError, match=r"no fault 'rust'.*tool_wear"):
        process.faulty_shift("rust", 0)
    with pytest.raises(ValueError, match="make more parts"):
        process.faulty_shift("tool_wear", 0, n_parts=400)


def test_alarms_are_sorted_into_false_and_true_by_when_they_are_known():
    alarms = np.zeros(30, dtype=bool)
    alarms[[2, 9, 14]] = True
    told = process.warning(alarms, begin=400)
    assert told == (2, 14, 200)  # the tenth lot ends with part 399
    assert process.warning(alarms, begin=399) == (1, 9, 1)
    assert process.warning(np.zeros(30, dtype=bool), begin=399) == (0, None, None)
