"""The cheapest threshold, what it costs on other parts, agreement of inspectors, and a row a kind of defect."""

import doctest
import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull
from sklearn.metrics import cohen_kappa_score, roc_curve

from gan_helpers import decisions

levels = st.integers(0, 6).map(lambda k: k / 4)
scores_of = st.lists(levels, min_size=1, max_size=30)
both = st.tuples(scores_of, scores_of).map(
    lambda pair: (np.repeat([0, 1], [len(pair[0]), len(pair[1])]), np.array(pair[0] + pair[1]))
)
PRICES = {"defect_rate": 0.03, "cost_escape": 80, "cost_overkill": 4}


def two_normals(seed, n=60, apart=1.5):
    labels = np.repeat([0, 1], n)
    return labels, np.random.default_rng(seed).normal(size=2 * n) + apart * labels


@pytest.mark.parametrize("name", ["choosing", "verdicts", "table"])
def test_the_examples_in_the_docstrings_are_true(name):
    outcome = doctest.testmod(import_module(f"gan_helpers.decisions.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


# The cheapest threshold


@given(both)
def test_the_curve_is_made_of_rates_and_expected_cost(case):
    curve = decisions.cost_curve(*case, **PRICES)
    for threshold, cost, escape_rate, overkill_rate in zip(*curve, strict=True):
        at = decisions.rates(*case, threshold)
        assert (escape_rate, overkill_rate) == pytest.approx((at.escape_rate, at.overkill_rate))
        assert cost == pytest.approx(decisions.expected_cost(at.escape_rate, at.overkill_rate, **PRICES))


@given(both, st.floats(-0.5, 2), st.floats(0.001, 0.6), st.floats(0.1, 500))
def test_no_threshold_is_cheaper_than_the_cheapest(case, any_threshold, defect_rate, cost_escape):
    best = decisions.cheapest_threshold(*case, defect_rate, cost_escape, 1.0)
    at = decisions.rates(*case, any_threshold)
    assert best.cost <= decisions.expected_cost(at.escape_rate, at.overkill_rate, defect_rate, cost_escape, 1.0) + 1e-12
    at = decisions.rates(*case, best.threshold)
    assert (best.escape_rate, best.overkill_rate) == pytest.approx((at.escape_rate, at.overkill_rate))
    assert best.cost <= min(best.cost_without_inspection, best.cost_of_rejecting_all)
    assert best.cost_without_inspection == pytest.approx(defect_rate * cost_escape)
    assert best.cost_of_rejecting_all == pytest.approx(1 - defect_rate)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_point_of_the_roc_hull_with_the_critical_slope(seed):
    labels, scores = two_normals(seed)
    slope = decisions.critical_likelihood_ratio(**PRICES)
    fpr, tpr, _ = roc_curve(labels, scores)
    corners = np.column_stack([fpr, tpr])[ConvexHull(np.column_stack([fpr, tpr])).vertices]
    touched = corners[np.argmax(corners[:, 1] - slope * corners[:, 0])]
    best = decisions.cheapest_threshold(labels, scores, **PRICES)
    assert (best.overkill_rate, 1 - best.escape_rate) == pytest.approx(tuple(touched))


def test_for_two_normals_it_comes_near_the_likelihood_ratio_rule():
    # equal spreads, d apart: the ratio exp(d x - d^2 / 2) reaches r at x = log(r) / d + d / 2
    labels, scores = two_normals(0, n=40_000)
    ratio = decisions.critical_likelihood_ratio(**PRICES)
    best = decisions.cheapest_threshold(labels, scores, **PRICES)
    assert best.threshold == pytest.approx(math.log(ratio) / 1.5 + 0.75, abs=0.15)


def test_where_defects_are_rare_and_cheap_inspection_does_not_pay():
    labels, scores = two_normals(0)
    assert decisions.cheapest_threshold(labels, -scores, 1e-6, 1, 50).threshold == math.inf
    assert decisions.cheapest_threshold(labels, -scores, 0.5, 1e6, 1e-3).threshold == -math.inf
    assert decisions.critical_likelihood_ratio(0, 1, 1) == math.inf


def test_neighbouring_floats_are_told_apart():
    low = 0.1
    high = np.nextafter(low, 1)
    best = decisions.cheapest_threshold([0, 1], [low, high], 0.5, 1, 1)
    assert best.cost == 0
    assert low <= best.threshold < high


def test_thresholds_of_ones_own_are_kept():
    labels, scores = two_normals(0)
    curve = decisions.cost_curve(labels, scores, **PRICES, thresholds=[0.0, 1.0])
    assert curve.thresholds.tolist() == [0, 1]
    assert curve.escape_rates[1] == decisions.rates(labels, scores, 1.0).escape_rate


def test_cost_on_other_parts_is_nearer_the_truth_than_cost_on_the_same():
    new = two_normals(10_000, n=50_000)
    own, held_out, true = [], [], []
    for seed in range(60):
        parts = two_normals(seed, n=40)
        best = decisions.cheapest_threshold(*parts, **PRICES)
        own.append(best.cost)
        held_out.append(decisions.cost_on_other_parts(*parts, **PRICES, repeats=3))
        at = decisions.rates(*new, best.threshold)
        true.append(decisions.expected_cost(at.escape_rate, at.overkill_rate, **PRICES))
    assert np.mean(own) < 0.9 * np.mean(true)  # choosing and judging on the same 80 parts flatters
    assert np.mean(held_out) == pytest.approx(np.mean(true), rel=0.05)


# Two inspectors


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
@pytest.mark.filterwarnings("ignore")  # scikit-learn divides 0 by 0 where both say one thing only
def test_kappa_is_that_of_scikit_learn(verdicts):
    first, second = (np.array(column, dtype=int) for column in zip(*verdicts, strict=True))
    expected = cohen_kappa_score(first, second, labels=[0, 1])
    assert decisions.cohens_kappa(first, second) == pytest.approx(expected, nan_ok=True)


def test_kappa_of_a_worked_table():
    # 20 both reject, 5 only the first, 10 only the second, 15 neither: observed 0.7, by chance 0.5
    first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    assert decisions.cohens_kappa(first, second) == pytest.approx(0.4)


def test_agreement_rows_hold_kappa_rates_and_intervals():
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1], [70, 30])
    eyes, machine = (np.where(rng.random(100) < wrong, 1 - truth, truth) for wrong in (0.2, 0.05))
    rows = decisions.agreement(eyes, machine, truth, names=("you", "GAN"))
    assert [row["pair"] for row in rows] == ["you and GAN", "you and truth", "GAN and truth"]
    for row, (a, b) in zip(rows, [(eyes, machine), (eyes, truth), (machine, truth)], strict=True):
        assert row["kappa"] == pytest.approx(cohen_kappa_score(a, b))
        assert row["kappa_low"] < row["kappa"] < row["kappa_high"]
        assert row["agree_low"] < row["agree"] == np.mean(a == b) < row["agree_high"]
    assert rows[1]["escape_rate"] == decisions.rates(truth, eyes, 0.5).escape_rate
    assert rows[1]["overkill_rate"] == decisions.rates(truth, eyes, 0.5).overkill_rate
    assert math.isnan(rows[0]["escape_rate"])


def test_the_kappa_interval_covers_the_true_kappa_about_as_often_as_it_says():
    # Each is right about 80 % of parts, half of which are defective: observed 0.68, by chance 0.5.
    rng = np.random.default_rng(0)
    repeats, hits = 300, 0
    for seed in range(repeats):
        truth = rng.integers(2, size=150)
        first, second = (np.where(rng.random(150) < 0.2, 1 - truth, truth) for _ in range(2))
        row = decisions.agreement(first, second, truth, draws=300, seed=seed)[0]
        hits += row["kappa_low"] <= 0.36 <= row["kappa_high"]
    assert hits / repeats == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / repeats))


def test_two_who_accept_everything_have_no_kappa():
    row = decisions.agreement([0, 0], [0, 0], [0, 1])[0]
    assert row["agree"] == 1
    assert all(math.isnan(row[name]) for name in ("kappa", "kappa_low", "kappa_high"))


# Kinds


def test_a_row_a_kind_is_what_evaluate_says_of_that_kind_and_all_good_parts():
    rng = np.random.default_rng(1)
    kinds = np.repeat(["good", "dent", "crack"], [30, 20, 10])
    labels = (kinds != "good").astype(int)
    masks = np.zeros((60, 16, 16), bool)
    masks[30:55, 3:6, 2:9] = True  # five cracks have no mask
    maps = rng.random(masks.shape) + masks
    scores = rng.normal(size=60) + 2 * (kinds == "dent") + 0.5 * (kinds == "crack")
    rows = decisions.by_kind(labels, scores, kinds, 1.0, masks, maps, draws=100)
    assert [(row["kind"], row["n"]) for row in rows] == [("crack", 10), ("dent", 20)]
    for row in rows:
        here = (kinds == row["kind"]) | (labels == 0)
        whole = decisions.evaluate(labels[here], scores[here], threshold=1.0, draws=100)
        for name in ("auroc", "auroc_low", "auroc_high"):
            assert row[name] == whole[name]
        assert row["found_rate"] == pytest.approx(1 - whole["escape_rate"])
        assert (row["found_rate_low"], row["found_rate_high"]) == decisions.rate_interval(row["found"], row["n"])
        known = (labels == 0) | ((kinds == row["kind"]) & masks.any((1, 2)))
        assert row["aupro"] == decisions.aupro(masks[known], maps[known])


def test_a_kind_without_any_mask_has_no_aupro():
    masks = np.zeros((4, 4, 4), bool)
    masks[3, 0, 0] = True
    rows = decisions.by_kind([0, 0, 1, 1], [1, 2, 3, 4], ["good", "good", "a", "b"], masks=masks, maps=masks * 1.0)
    assert math.isnan(rows[0]["aupro"])
    assert rows[1]["aupro"] == 1


# The door


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: decisions.cheapest_threshold([0, 0], [1, 2], 0.1, 1, 1), "No defective part"),
        (lambda: decisions.cheapest_threshold([0, 1], [1, 2], 2, 1, 1), "defect_rate is 2; give a share"),
        (lambda: decisions.cheapest_threshold([0, 1], [1, 2], 0.1, -1, 1), "A cost is below 0"),
        (lambda: decisions.cost_on_other_parts([0, 1], [1, 2], 0.1, 1, 1), "1 fold is too few"),
        (lambda: decisions.cohens_kappa([0, 1], [1]), "2 verdicts, but 1 of the second inspector"),
        (lambda: decisions.cohens_kappa([], []), "0 verdicts, but 0"),
        (lambda: decisions.agreement([0, 1], [1, 1], [0]), "2 verdicts, but 1 of truth"),
        (lambda: decisions.agreement([0, 3], [1, 1], [0, 1]), "labels holds 3"),
        (lambda: decisions.by_kind([0, 1], [1, 2], ["good"]), r"kinds has shape \(1,\) for 2 labels"),
        (lambda: decisions.by_kind([0, 1], [1, 2], ["good", "a"], maps=np.zeros((2, 2, 2))), "Only one of masks"),
        (
            lambda: decisions.by_kind([0, 1], [1, 2], ["a", "b"], None, np.eye(2)[None], np.eye(2)[None]),
            "2 labels, 1 masks and 1 maps",
        ),
    ],
)
def test_bad_input_is_named_with_its_cure(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
