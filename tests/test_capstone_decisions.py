"""Recommendation, threshold, verdict, worst parts and rubric: computed, and honest about what is not known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from test_capstone_checks import lots, parts, sound

from gan_helpers import capstone, decisions, detectors
from gan_helpers.capstone import deciding, verdicts
from gan_helpers.capstone.loading import Photographs
from gan_helpers.capstone.trying import BRIGHTNESS, GAN, PCA_MAX, Trial, gain_interval
from gan_helpers.datasets import Split

PRICES = {"defect_rate": 0.02, "cost_escape": 100.0, "cost_overkill": 4.0}
RNG = np.random.default_rng(0)
LABELS = np.repeat([0, 1], 40)


def made_trial(gan=2.0, rival=1.0, split=None, bad=40, brightness=0.0):
    """Give a trial whose scores are drawn, not measured; a higher shift is a better detector."""
    split = split or sound()
    fitted = {
        BRIGHTNESS: detectors.MeanBrightness(),
        PCA_MAX: detectors.PCAReconstruction(8, pooling="max"),
        GAN: detectors.NearestNeighbour(8),
    }
    for detector in fitted.values():
        detector.fit(split.train.images)
    labels, n = split.test.labels, len(split.calibration)
    shift = {BRIGHTNESS: brightness, PCA_MAX: rival, GAN: gan}
    scores = {name: np.random.default_rng(1).normal(0, 1, len(labels)) + by * labels for name, by in shift.items()}
    return Trial(split, fitted, scores, {name: np.random.default_rng(2).normal(0, 1, n) for name in fitted})


class TestRecommendation:
    def test_a_gan_that_is_better_beyond_doubt_is_recommended(self):
        trial = made_trial(gan=3.0, rival=0.3)
        assert trial.recommended == GAN
        assert trial.difference[1] > 0

    def test_a_rival_that_is_better_is_recommended_and_the_text_says_so(self):
        trial = made_trial(gan=0.3, rival=3.0)
        assert trial.recommended == PCA_MAX
        assert "rival wins" in trial.why

    def test_without_a_difference_the_plainer_one_is_enough(self):
        assert made_trial(gan=1.0, rival=1.0).recommended == PCA_MAX

    def test_without_defects_nobody_can_say(self):
        trial = made_trial(split=sound(test=parts(40, 2)))
        assert not trial.measured
        assert "Nobody can say" in trial.why
        assert trial.table["AUROC"].isna().all()

    @pytest.mark.slow
    def test_the_interval_of_a_difference_is_that_of_the_slow_bootstrap(self):
        ours, theirs = RNG.normal(0, 1, (2, 80)) + LABELS * [[1.5], [1.0]]
        slow = decisions.bootstrap_interval(
            lambda labels, a, b: decisions.auroc(labels, a) - decisions.auroc(labels, b),
            LABELS,
            ours,
            theirs,
            draws=600,
        )
        np.testing.assert_allclose(gain_interval(LABELS, ours, theirs), slow, atol=0.03)


class TestThreshold:
    def test_cross_fitted_verdicts_cost_what_decisions_says(self):
        scores = RNG.normal(0, 1, 80) + 1.5 * LABELS
        rejected = capstone.cross_fitted(LABELS, scores, PRICES)
        cost = decisions.expected_cost(1 - rejected[LABELS == 1].mean(), rejected[LABELS == 0].mean(), **PRICES)
        assert cost == pytest.approx(decisions.cost_on_other_parts(LABELS, scores, **PRICES))

    def test_with_defects_it_is_the_cheapest_and_its_price_is_not_flattered(self):
        trial = made_trial()
        decision = capstone.choose_threshold(trial, **PRICES)
        best = decisions.cheapest_threshold(trial.labels, trial.scores[trial.recommended], **PRICES)
        assert decision.basis == deciding.BY_COST
        assert decision.threshold == best.threshold
        assert decision.cost >= decision.cost_same_parts == best.cost
        assert decision.low <= decision.threshold <= decision.high
        assert math.isnan(decision.promised)

    def test_without_defects_it_keeps_a_promise(self):
        trial = made_trial(split=sound(test=parts(40, 2)))
        decision = capstone.choose_threshold(trial, **PRICES)
        assert decision.basis == deciding.BY_PROMISE
        assert decision.promised == 0.05
        assert decision.threshold == decisions.conformal_threshold(trial.good_scores[GAN], 0.05)
        assert math.isnan(decision.cost)

    def test_with_few_calibration_parts_it_promises_what_can_be_promised(self):
        trial = made_trial(split=sound(test=parts(40, 2), calibration=parts(8, 1)))
        decision = capstone.choose_threshold(trial, **PRICES)
        assert decision.promised == pytest.approx(1 / 9)
        assert decision.threshold == trial.good_scores[GAN].max()
        assert "cannot be promised with 8" in decision.why

    @pytest.mark.parametrize(
        ("cost_escape", "part", "score", "what"), [(1e-6, 0, 99.0, "inspect nothing"), (1e9, -1, -99.0, "reject every")]
    )
    def test_prices_at_the_ends_leave_a_finite_threshold(self, cost_escape, part, score, what):
        trial = made_trial()
        trial.scores[trial.recommended][part] = score
        decision = capstone.choose_threshold(trial, **(PRICES | {"cost_escape": cost_escape}))
        assert math.isfinite(decision.threshold)
        assert what in decision.why

    def test_a_price_below_zero_is_refused(self):
        with pytest.raises(ValueError, match="below 0"):
            capstone.choose_threshold(made_trial(), defect_rate=0.02, cost_escape=-1, cost_overkill=1)


class TestVerdict:
    def test_a_sound_trial_is_to_be_tried_beside_the_present_inspection(self):
        trial = made_trial(gan=3.0)
        told = capstone.verdict(trial, capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(sound()))
        assert told.level == verdicts.TRIAL

    def test_what_is_to_be_mended_is_said(self):
        split = sound(calibration=parts(8, 1, groups=lots("b", 8)))
        trial = made_trial(gan=3.0, split=split)
        check = capstone.check_photographs(split)
        told = capstone.verdict(trial, capstone.choose_threshold(trial, **PRICES), check)
        assert told.level == verdicts.TRIAL_WITH_CARE
        assert any("good parts to calibrate" in reason for reason in told.reasons)

    def test_where_brightness_wins_the_lamp_is_to_be_looked_at(self):
        trial = made_trial(gan=1.0, brightness=3.0)
        told = capstone.verdict(trial, capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(sound()))
        assert told.level == verdicts.TRIAL_WITH_CARE
        assert any("lamp's" in reason for reason in told.reasons)

    def test_lots_that_are_not_alike_are_said_with_their_price(self):
        trial = made_trial(gan=3.0)
        trial.good_scores[trial.recommended] += 10
        decision, check = capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(sound())
        told = capstone.verdict(trial, decision, check)
        assert told.level == verdicts.TRIAL_WITH_CARE
        assert any("lots are not alike" in reason and "would not pay" in reason for reason in told.reasons)

    def test_a_coin_is_not_to_be_used(self):
        trial = made_trial(gan=0.0, rival=0.0)
        decision, check = capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(sound())
        assert capstone.verdict(trial, decision, check).level == verdicts.NO

    def test_a_detector_that_does_not_pay_is_not_to_be_used(self):
        trial = made_trial(gan=3.0)
        decision = replace(capstone.choose_threshold(trial, **PRICES), pays=False)
        assert capstone.verdict(trial, decision, capstone.check_photographs(sound())).level == verdicts.NO

    def test_without_defects_it_is_not_proven(self):
        split = sound(test=parts(40, 2))
        trial = made_trial(split=split)
        decision, check = capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(split)
        assert capstone.verdict(trial, decision, check).level == verdicts.UNKNOWN
        assert any("never seen" in sentence for sentence in capstone.limits(trial, decision, check))


class TestLots:
    def shifted(self, by, lot="b2"):
        trial = made_trial()
        shift = by * (trial.split.calibration.groups == lot)
        return replace_scores(trial, {name: scores + shift for name, scores in trial.good_scores.items()})

    def test_its_figures_are_those_of_each_lots_scores(self):
        trial = self.shifted(1.0)
        table = capstone.good_scores_by_lot(trial)
        groups, scores = trial.split.calibration.groups, trial.good_scores[trial.recommended]
        assert table.index[0] == "b2"
        assert table["good parts"].sum() == len(scores)
        for lot, row in table.iterrows():
            assert row["median"] == np.median(scores[groups == lot])
            ours, others = scores[groups == lot], scores[groups != lot]
            assert row["above the others"] == pytest.approx(np.mean(ours[:, None] > others))

    def test_a_lot_of_another_product_is_named_and_calls_for_care(self):
        trial = self.shifted(6.0)
        told = capstone.lot_apart(trial)
        own = (trial.split.calibration.groups == "b2").sum()
        assert f"lot b2 stands apart: {own} of the 110" in told
        decision, check = capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(trial.split)
        verdict = capstone.verdict(trial, decision, check)
        assert verdict.level == verdicts.TRIAL_WITH_CARE
        assert told in verdict.reasons

    def test_without_defects_too_where_the_promise_rests_on_these_lots_alone(self):
        trial = made_trial(split=sound(test=parts(40, 2)))
        shift = 6.0 * (trial.split.calibration.groups == "b2")
        trial = replace_scores(trial, {name: scores + shift for name, scores in trial.good_scores.items()})
        decision, check = capstone.choose_threshold(trial, **PRICES), capstone.check_photographs(trial.split)
        verdict = capstone.verdict(trial, decision, check)
        assert verdict.level == verdicts.UNKNOWN
        assert capstone.lot_apart(trial) in verdict.reasons

    @pytest.mark.parametrize("by", [0.0, 1.0, -6.0])
    def test_lots_that_differ_a_little_or_look_better_are_left_in_peace(self, by):
        assert capstone.lot_apart(self.shifted(by)) == ""

    def test_without_lots_or_with_one_there_is_nothing_to_compare(self):
        for groups, rows in ((None, 0), (np.repeat("b0", 110), 1)):
            trial = made_trial(split=sound(calibration=parts(110, 1, groups=groups, prefix="c")))
            assert len(capstone.good_scores_by_lot(trial)) == rows
            assert capstone.lot_apart(trial) == ""


def replace_scores(trial, good_scores):
    return Trial(trial.split, trial.detectors, trial.scores, good_scores)


class TestWorstParts:
    def test_escapes_begin_with_the_least_suspicious_and_false_alarms_with_the_most(self):
        trial = made_trial(gan=1.0, rival=0.0)
        decision = capstone.choose_threshold(trial, **PRICES)
        scores, found = trial.scores[decision.detector], capstone.worst_parts(trial, decision)
        escaped = scores[(trial.labels == 1) & (scores <= decision.threshold)]
        assert [part.score for part in found["escape"]] == sorted(escaped)[:6]
        alarms = scores[(trial.labels == 0) & (scores > decision.threshold)]
        assert [part.score for part in found["false alarm"]] == sorted(alarms, reverse=True)[:6]
        assert all(trial.labels[part.row] for part in found["found"])


class TestRubric:
    def graded(self, **words):
        trial = made_trial(gan=1.0)
        decision, split = capstone.choose_threshold(trial, **PRICES), trial.split
        check = capstone.check_photographs(split)
        return capstone.grade(Photographs(split, own=True), trial, decision, check, **words)

    def test_nothing_said_gets_no_point_for_words_and_hears_how_to_get_them(self):
        table = self.graded().table
        for criterion in ("limits in own words", "worst parts looked at"):
            assert table.loc[criterion, "points"] == 0
            assert table.loc[criterion, "missing"]

    def test_words_count_once_however_often_they_are_said(self):
        assert self.graded(own_limits="dark " * 50).table.loc["limits in own words", "points"] == 1
        words = " ".join(f"word{i}" for i in range(20))
        assert self.graded(own_limits=words).table.loc["limits in own words", "points"] == 3

    def test_only_remarks_on_the_worst_parts_count(self):
        trial = made_trial(gan=1.0)
        worst = capstone.worst_parts(trial, capstone.choose_threshold(trial, **PRICES))
        names = [part.name for found in worst.values() for part in found][:4]
        full = self.graded(remarks=dict.fromkeys(names, "a speck")).table.loc["worst parts looked at"]
        assert full["points"] == 2
        other = self.graded(remarks={"elsewhere.png": "nice"}).table.loc["worst parts looked at"]
        assert other["points"] == 0
        assert "elsewhere.png" in other["found"]

    def test_points_never_pass_what_can_be_reached(self):
        marks = self.graded()
        assert all(0 <= criterion.points <= criterion.of for criterion in marks.criteria)
        assert marks.points < marks.of
        assert str(marks.of) in marks.sentence()


def test_a_split_with_a_handful_of_parts_goes_all_the_way(tmp_path):
    split = Split(parts(4, 0), parts(1, 1), parts(3, 2, bad=1))
    trial = made_trial(split=split)
    check = capstone.check_photographs(split)
    decision = capstone.choose_threshold(trial, **PRICES)
    assert decision.promised == 0.5
    assert capstone.write_report(tmp_path / "r.html", trial, decision, check).stat().st_size > 10_000
