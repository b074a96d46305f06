"""The checks of lesson 10: right in any form, wrong said so; and what the lesson has built is what the package does."""

import numpy as np
import pytest
from scipy.stats import norm

from gan_helpers import decisions
from gan_helpers.exercises import lesson_10
from gan_helpers.exercises.lesson_10 import CALIBRATION, SCORES, cost_on_new_parts, lesson, p_values


def judged(key, answer):
    return lesson.exercises[key].judge(answer)


class TestPValues:
    def test_it_is_the_package_s(self):
        np.testing.assert_allclose(p_values(CALIBRATION, SCORES), decisions.conformal_p_values(CALIBRATION, SCORES))

    def test_a_loop_is_as_right(self):
        def p_values(calibration, scores):
            return np.array([(1 + np.sum(calibration >= score)) / (len(calibration) + 1) for score in scores])

        assert judged("10.2", p_values) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda calibration, scores: (calibration[:, None] >= scores).mean(axis=0),
            lambda calibration, scores: (1 + (calibration[:, None] > scores).sum(axis=0)) / (len(calibration) + 1),
            lambda calibration, scores: (1 + (calibration[:, None] <= scores).sum(axis=0)) / (len(calibration) + 1),
        ],
        ids=["without the part itself", "ties left out", "the wrong side"],
    )
    def test_wrong_ones_are_told(self, wrong):
        assert isinstance(judged("10.2", wrong), str)


class TestThePriceOfAPromise:
    def test_at_that_cost_the_cheapest_threshold_rejects_five_percent(self):
        even = norm.ppf((np.arange(400) + 0.5) / 400)
        labels, scores = np.repeat([0, 1], 400), np.concatenate([even, even + 2])
        best = decisions.cheapest_threshold(labels, scores, 0.02, lesson_10.COST_FOR_FIVE_PERCENT, 4)
        assert best.overkill_rate == pytest.approx(0.05, abs=0.006)

    def test_it_is_what_the_likelihood_ratio_says(self):
        score = norm.ppf(0.95)
        ratio = norm.pdf(score, 2) / norm.pdf(score)
        at_that_cost = decisions.critical_likelihood_ratio(0.02, lesson_10.COST_FOR_FIVE_PERCENT, 4)
        assert at_that_cost == pytest.approx(ratio, rel=0.01)


class TestCostOnNewParts:
    def test_a_mask_inverted_by_hand_is_as_right(self):
        def cost_on_new_parts(labels, scores, chosen, prices):
            others = np.logical_not(chosen)
            threshold = decisions.cheapest_threshold(labels[chosen], scores[chosen], **prices)[0]
            curve = decisions.cost_curve(labels[others], scores[others], **prices, thresholds=[threshold])
            return curve.costs[0]

        assert judged("10.4", cost_on_new_parts) is None

    @pytest.mark.parametrize("pay_on", ["all", "chosen"])
    def test_choosing_and_paying_on_the_same_parts_is_told(self, pay_on):
        def cost_on_new_parts(labels, scores, chosen, prices):
            here = chosen if pay_on == "chosen" else np.ones(len(labels), bool)
            return decisions.cheapest_threshold(labels[here], scores[here], **prices).cost

        assert isinstance(judged("10.4", cost_on_new_parts), str)

    def test_other_parts_cost_more_on_average(self):
        rng = np.random.default_rng(0)
        labels, scores = np.repeat([0, 1], 30), rng.normal(0, 1, 60) + np.repeat([0, 1], 30)
        prices = {"defect_rate": 0.05, "cost_escape": 80.0, "cost_overkill": 4.0}
        costs = [cost_on_new_parts(labels, scores, rng.permutation(60) % 2 == 0, prices) for _ in range(200)]
        assert np.mean(costs) > decisions.cheapest_threshold(labels, scores, **prices).cost


def test_the_cut_by_days_is_the_right_one():
    assert judged("10.1", "b") is None
    assert isinstance(judged("10.1", "a"), str)
