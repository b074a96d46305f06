"""The checks of lesson 06: right in any form, wrong said so; and what is written in words is what the figures say."""

import inspect

import numpy as np
import pytest

from gan_helpers.exercises import lesson_06
from gan_helpers.exercises.lesson_06 import EVEN, balanced_rows, is_new, lesson, precision_at


def judged(key, answer):
    return lesson.exercises[key].judge(answer)


class TestPrecision:
    def test_odds_are_as_right_as_shares(self):
        def precision_at(prevalence, tpr, fpr):
            tpr, fpr = np.asarray(tpr, float), np.asarray(fpr, float)
            with np.errstate(divide="ignore", invalid="ignore"):
                odds = prevalence / (1 - prevalence) * tpr / fpr
            return np.where(tpr + fpr == 0, 1.0, np.where(np.isinf(odds), 1.0, odds / (1 + odds)))

        assert judged("6.1", precision_at) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda prevalence, tpr, fpr: np.asarray(tpr) / (np.asarray(tpr) + np.asarray(fpr) + 1e-12),
            lambda prevalence, tpr, fpr: prevalence * np.asarray(tpr),
            lambda prevalence, tpr, fpr: 1 - np.asarray(fpr),
        ],
        ids=["prevalence forgotten", "share of all parts", "specificity"],
    )
    def test_other_formulas_are_told_how_far_off_they_are(self, wrong):
        assert "expected" in judged("6.1", wrong)

    def test_it_counts_what_a_day_at_the_line_counts(self):
        rng = np.random.default_rng(0)
        defective = rng.uniform(size=400_000) < 0.02
        rejected = rng.uniform(size=400_000) < np.where(defective, 0.7, 0.03)
        assert precision_at(0.02, 0.7, 0.03) == pytest.approx(defective[rejected].mean(), abs=0.01)


class TestEvenOdds:
    def test_half_of_the_alarms_are_true_there(self):
        assert precision_at(EVEN / 100, 0.6, 0.05) == pytest.approx(0.5)
        assert judged("6.2", 7.7) is None and judged("6.2", 8.0) is None

    def test_other_shares_are_told_how_far_off_they_are(self):
        assert "too low" in judged("6.2", 0.077)
        assert "too high" in judged("6.2", 10)


class TestBalancedRows:
    def test_nothing_held_out_is_trained_on_and_both_classes_are_alike(self):
        rng = np.random.default_rng(1)
        labels, held_out = np.repeat([0, 1], [50, 10]), rng.uniform(size=60) < 0.4
        rows = balanced_rows(labels, held_out)
        assert not held_out[rows].any()
        assert labels[rows].mean() == pytest.approx(0.5)

    def test_a_loop_is_as_right(self):
        def balanced_rows(labels, held_out):
            good = [i for i in range(len(labels)) if labels[i] == 0 and not held_out[i]]
            bad = [i for i in range(len(labels)) if labels[i] == 1 and not held_out[i]]
            return np.array(good + [bad[i % len(bad)] for i in range(len(good))])

        assert judged("6.3", balanced_rows) is None

    def test_the_leak_is_noticed(self):
        def leaking(labels, held_out):
            good = np.flatnonzero((labels == 0) & ~held_out)
            return np.concatenate([good, np.resize(np.flatnonzero(labels == 1), len(good))])

        assert "expected" in judged("6.3", leaking)


class TestIsNew:
    def test_a_search_tree_is_as_right(self):
        from scipy.spatial import cKDTree

        assert judged("6.5", lambda made, ten, typical: cKDTree(ten).query(made)[0] > typical) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda made, ten, typical: np.linalg.norm(made[:, None] - ten[None], axis=2).mean(axis=1) > typical,
            lambda made, ten, typical: np.linalg.norm(made[:, None] - ten[None], axis=2).min(axis=1) < typical,
        ],
        ids=["mean distance", "copies instead"],
    )
    def test_other_questions_are_told(self, wrong):
        assert judged("6.5", wrong) is not None

    def test_a_copy_is_not_new(self):
        ten = np.eye(10)
        assert not is_new(ten, ten, 0.1).any()
        assert is_new(ten + 5, ten, 0.1).all()


def test_the_solutions_need_nothing_but_numpy():
    for function in (precision_at, balanced_rows, is_new):
        names = set(function.__code__.co_names) & set(vars(lesson_06))
        assert names <= {"np"}
        assert inspect.getsource(function).count("\n") < 12
