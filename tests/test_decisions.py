"""Figures and thresholds: against scikit-learn, SciPy, closed forms, brute force and simulation."""

import doctest
import itertools
import math
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, stats
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from gan_helpers import decisions

levels = st.integers(0, 6).map(lambda k: k / 4)  # few values, so that ties are common
scores_of = st.lists(levels, min_size=1, max_size=40)
both = st.tuples(scores_of, scores_of).map(
    lambda pair: (np.repeat([0, 1], [len(pair[0]), len(pair[1])]), np.array(pair[0] + pair[1]))
)


def within_binomial_error(share, expected, n, sigmas=4):
    return abs(share - expected) <= sigmas * math.sqrt(expected * (1 - expected) / n)


@pytest.mark.parametrize("name", ["ranking", "bootstrap", "conformal", "errors"])
def test_the_examples_in_the_docstrings_are_true(name):
    outcome = doctest.testmod(import_module(f"gan_helpers.decisions.{name}"))
    assert outcome.attempted > 0
    assert outcome.failed == 0


# Ranking


@given(both)
def test_auroc_and_average_precision_are_those_of_scikit_learn(case):
    labels, scores = case
    assert decisions.auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
    assert decisions.average_precision(labels, scores) == pytest.approx(average_precision_score(labels, scores))


@given(both)
def test_auroc_is_the_chance_that_a_defective_part_scores_higher(case):
    labels, scores = case
    difference = scores[labels == 1][:, None] - scores[labels == 0][None, :]
    assert decisions.auroc(labels, scores) == pytest.approx(np.mean((np.sign(difference) + 1) / 2))


@given(both, st.sampled_from([0, 0.05, 0.1, 0.29, 0.5, 0.9]))
def test_tpr_at_fpr_is_the_best_point_of_the_roc_curve_within_the_allowed_rate(case, allowed):
    labels, scores = case
    fpr, tpr, _ = roc_curve(labels, scores, drop_intermediate=False)
    assert decisions.tpr_at_fpr(labels, scores, allowed) == pytest.approx(tpr[fpr <= allowed + 1e-9].max())


def test_tpr_at_fpr_counts_whole_parts_despite_binary_fractions():
    good = np.arange(100.0)  # 0.29 * 100 is 28.999... in binary
    labels = np.repeat([0, 1], [100, 1])
    assert decisions.tpr_at_fpr(labels, np.append(good, 70.5), fpr=0.29) == 1
    assert decisions.tpr_at_fpr(labels, np.append(good, 69.5), fpr=0.29) == 0


# AUPRO


def brute_aupro(masks, maps, limit):
    """Every threshold, every region, one after the other."""
    regions = []
    for mask, anomaly_map in zip(masks, maps, strict=True):
        found, n = ndimage.label(mask, np.ones((3, 3)))
        regions += [anomaly_map[found == i] for i in range(1, n + 1)]
    clean = maps[~masks]
    curve = [(0.0, 0.0)]
    for threshold in np.unique(maps)[::-1]:
        overlap = np.mean([np.mean(region >= threshold) for region in regions])
        curve.append((np.mean(clean >= threshold), overlap))
    area = 0.0
    for (x0, y0), (x1, y1) in itertools.pairwise(curve):
        if x1 > limit:
            x1, y1 = limit, y0 + (y1 - y0) * (limit - x0) / (x1 - x0)
            area += (x1 - x0) * (y0 + y1) / 2
            break
        area += (x1 - x0) * (y0 + y1) / 2
    return area / limit


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.3, 1.0]), st.sampled_from([3, 1000]))
def test_aupro_is_what_brute_force_finds(seed, limit, n_values):
    rng = np.random.default_rng(seed)
    masks = rng.random((3, 6, 7)) < 0.2
    masks[0] = False
    masks[1, 0, 0] = True
    maps = rng.integers(n_values, size=masks.shape) / n_values + 0.3 * masks
    assert decisions.aupro(masks, maps, limit) == pytest.approx(brute_aupro(masks, maps, limit), abs=1e-12)


def defect_stack(n=20, size=32):
    masks = np.zeros((n, size, size), dtype=bool)
    masks[n // 2 :, 4:9, 4:9] = True
    masks[n // 2 :, 20, 20] = True
    return masks


def test_a_perfect_map_scores_one_and_an_inverted_one_nothing():
    masks = defect_stack()
    assert decisions.aupro(masks, masks.astype(np.float32)) == pytest.approx(1)
    assert decisions.aupro(masks, -masks.astype(np.float32)) == 0


def test_a_map_without_information_scores_half_the_limit():
    masks = defect_stack(n=200)
    assert decisions.aupro(masks, np.zeros(masks.shape)) == pytest.approx(0.15)
    noise = np.random.default_rng(0).random(masks.shape)
    assert decisions.aupro(masks, noise) == pytest.approx(0.15, abs=0.02)


def test_a_step_of_the_curve_at_the_limit_stays_outside():
    # Ten clean pixels, three of them above the only defect pixel: the overlap jumps at a rate of exactly 0.3.
    masks = np.zeros((1, 1, 11), dtype=bool)
    masks[0, 0, 0] = True
    maps = np.array([[[7.5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]]])
    assert decisions.aupro(masks, maps, limit=0.3) == 0
    assert decisions.aupro(masks, maps, limit=0.4) == pytest.approx(0.25)


def test_small_and_large_regions_count_the_same():
    masks = defect_stack()  # in each defective part one region of 25 pixels and one of a single pixel
    maps = masks.astype(float)
    maps[:, 20, 20] = 0  # the small ones are missed: half the overlap, then a straight line to (1, 1)
    assert decisions.aupro(masks, maps) == pytest.approx(0.5 + 0.5 * 0.15)


def test_pixels_that_touch_at_a_corner_are_one_region_and_images_stay_apart():
    masks = np.zeros((2, 3, 3), dtype=bool)
    masks[0, 0, 0] = masks[0, 1, 1] = masks[1, 1, 1] = True
    maps = np.zeros(masks.shape)
    maps[0, 0, 0] = maps[1, 1, 1] = 1  # half of region one, all of region two: overlap 0.75
    assert decisions.aupro(masks, maps) == pytest.approx(0.75 + 0.25 * 0.15)


def test_the_aupro_interval_is_that_of_the_slow_bootstrap():
    rng = np.random.default_rng(3)
    masks = defect_stack(n=40)
    maps = rng.normal(size=masks.shape) + 2 * masks * rng.random((40, 1, 1))
    row = decisions.evaluate(masks.any((1, 2)), maps.max((1, 2)), masks, maps, draws=300)
    slow = decisions.bootstrap_interval(
        lambda labels, masks, maps: decisions.aupro(masks, maps), masks.any((1, 2)), masks, maps, draws=300
    )
    width = slow[1] - slow[0]
    assert row["aupro_low"] == pytest.approx(slow[0], abs=0.2 * width)
    assert row["aupro_high"] == pytest.approx(slow[1], abs=0.2 * width)


# Intervals


@pytest.mark.slow
def test_the_fast_path_for_auroc_resamples_like_the_slow_one():
    rng = np.random.default_rng(5)
    labels = np.repeat([0, 1], [80, 60])
    scores = np.round(rng.normal(size=140) + labels, 1)  # with ties
    fast = decisions.bootstrap_interval(decisions.auroc, labels, scores, draws=2000)
    slow = decisions.bootstrap_interval(lambda y, s: decisions.auroc(y, s), labels, scores, draws=2000)
    assert fast == pytest.approx(slow, abs=0.01)


def test_the_fast_path_gives_the_auroc_of_the_drawn_parts():
    labels = np.array([0, 0, 0, 1, 1, 1])
    scores = np.array([1.0, 2, 3, 2, 3, 5])
    counts = np.array([[1, 1, 1, 1, 1, 1], [3, 0, 0, 1, 0, 2], [0, 1, 2, 3, 0, 0]])
    expected = [decisions.auroc(np.repeat(labels, c), np.repeat(scores, c)) for c in counts]
    assert decisions.bootstrap._auroc_of_draws(counts, labels, scores) == pytest.approx(expected)


def test_the_interval_covers_the_true_auroc_as_often_as_it_says():
    rng = np.random.default_rng(11)
    labels = np.repeat([0, 1], 100)
    truth = stats.norm.cdf(1 / math.sqrt(2))  # two normals, one standard deviation apart
    repeats = 400
    hits = 0
    for seed in range(repeats):
        low, high = decisions.bootstrap_interval(
            decisions.auroc, labels, rng.normal(size=200) + labels, draws=400, seed=seed
        )
        hits += low <= truth <= high
    assert within_binomial_error(hits / repeats, 0.95, repeats)


def test_the_same_seed_gives_the_same_interval():
    labels = np.repeat([0, 1], 30)
    scores = np.random.default_rng(0).normal(size=60) + labels
    for figure in (decisions.auroc, decisions.tpr_at_fpr):
        first = decisions.bootstrap_interval(figure, labels, scores, draws=50, seed=4)
        assert first == decisions.bootstrap_interval(figure, labels, scores, draws=50, seed=4)
        assert first != decisions.bootstrap_interval(figure, labels, scores, draws=50, seed=5)


def test_a_resample_keeps_the_numbers_of_good_and_defective_parts():
    labels = np.repeat([0, 1], [37, 5])
    seen = []
    decisions.bootstrap_interval(lambda y: seen.append(np.bincount(y).tolist()) or 0.0, labels, draws=20)
    assert seen == [[37, 5]] * 20


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([0.8, 0.95]))
def test_rate_interval_is_wilsons(a, b, level):
    k, n = min(a, b), max(a, b)
    low, high = decisions.rate_interval(k, n, level)
    if n == 0:
        assert (low, high) == (0, 1)
        return
    z = stats.norm.ppf((1 + level) / 2)
    p = k / n
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert (low, high) == pytest.approx((max(centre - half, 0), min(centre + half, 1)))


def test_wilson_for_the_example_of_newcombe():
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I: 81 of 263
    assert decisions.rate_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)


# Thresholds from good parts


@given(scores_of, st.lists(levels, max_size=40), st.floats(0.005, 0.995))
def test_rejecting_above_the_threshold_is_the_same_as_a_small_p_value(calibration, scores, rate):
    p_values = decisions.conformal_p_values(calibration, scores)
    try:
        threshold = decisions.conformal_threshold(calibration, rate)
    except ValueError:
        assert not np.any(p_values <= rate)
        return
    assert np.array_equal(np.array(scores) > threshold, p_values <= rate)


@given(st.integers(2, 2000), st.integers(1, 40), st.data())
def test_a_rate_that_is_a_p_value_counts_that_p_value_in(n, k, data):
    k = min(k, n)  # rates k / (n + 1) sit exactly on the edge
    calibration = np.arange(n, dtype=float)
    threshold = decisions.conformal_threshold(calibration, k / (n + 1))
    assert threshold == calibration[n - k]


@given(st.integers(1, 30), st.integers(0, 500))
def test_p_values_are_what_their_definition_says(n, seed):
    rng = np.random.default_rng(seed)
    calibration, scores = rng.integers(8, size=n), rng.integers(-1, 9, size=20)
    expected = [(1 + np.sum(calibration >= s)) / (n + 1) for s in scores]
    assert decisions.conformal_p_values(calibration, scores).tolist() == expected


@given(st.floats(0.001, 0.5))
def test_an_unattainable_rate_names_the_number_of_parts_that_attains_it(rate):
    with pytest.raises(ValueError, match="held-out good parts") as error:
        decisions.conformal_threshold([0.0], rate / 2)
    needed = int(str(error.value).split("at least ")[1].split()[0])
    assert decisions.conformal_threshold(np.zeros(needed), rate / 2) == 0
    with pytest.raises(ValueError):
        decisions.conformal_threshold(np.zeros(needed - 1), rate / 2)


def test_one_per_cent_from_fifty_parts_cannot_be_had():
    with pytest.raises(ValueError, match=r"0\.01 needs at least 99 held-out good parts, and there are 50"):
        decisions.conformal_threshold(np.arange(50), 0.01)


def test_exchangeable_good_parts_are_rejected_at_most_at_the_rate():
    rng = np.random.default_rng(2)
    repeats = 4000
    rejected = [
        rng.random() > decisions.conformal_threshold(rng.random(59), false_alarm_rate=0.05) for _ in range(repeats)
    ]
    assert within_binomial_error(np.mean(rejected), 0.05, repeats)  # 3 / 60 exactly, so it is met, not undercut


@pytest.mark.parametrize(
    ("n", "rate", "low", "high"),
    [
        (100, 0.05, 2.0, 8.9),
        (200, 0.05, 2.7, 7.7),
        (500, 0.05, 3.5, 6.7),
        (1000, 0.05, 3.9, 6.2),
        (100, 0.01, 0.05, 2.95),
        (500, 0.01, 0.4, 1.8),
        (1000, 0.01, 0.5, 1.6),
    ],
)
def test_false_alarm_range_in_per_cent(n, rate, low, high):
    found = np.array(decisions.false_alarm_range(n, rate)) * 100
    assert found == pytest.approx([low, high], abs=0.051)


def test_the_true_false_alarm_rate_falls_into_its_range_as_often_as_promised():
    rng = np.random.default_rng(8)
    repeats = 4000
    low, high = decisions.false_alarm_range(100, 0.05, level=0.9)
    # Scores uniform on [0, 1]: the true false alarm rate of a threshold t is 1 - t.
    true_rates = [1 - decisions.conformal_threshold(rng.random(100), 0.05) for _ in range(repeats)]
    inside = np.mean([(low <= rate <= high) for rate in true_rates])
    assert within_binomial_error(inside, 0.9, repeats)


# Escapes, overkill, cost


def test_rates_count_what_slips_through_and_what_is_thrown_away():
    labels = [0, 0, 0, 0, 1, 1]
    at = decisions.rates(labels, [1, 2, 3, 4, 3, 9], threshold=3)
    assert at == decisions.Rates(0.5, 0.25, escapes=1, defective=2, overkill=1, good=4)


def test_a_part_on_the_threshold_is_accepted():
    assert decisions.rates([0], [0.5], threshold=0.5).overkill == 0


def test_a_rate_without_parts_is_nan():
    assert math.isnan(decisions.rates([0, 0], [1, 2], 1.5).escape_rate)
    assert math.isnan(decisions.rates([1], [1], 1.5).overkill_rate)


def test_cost_and_ppm_agree_with_a_count_of_parts():
    # 10,000 parts, 2 % defective: 200 defective of which 30 escape, 9,800 good of which 490 are rejected.
    cost = decisions.expected_cost(30 / 200, 490 / 9800, 0.02, cost_escape=100, cost_overkill=4)
    assert cost * 10_000 == pytest.approx(30 * 100 + 490 * 4)
    ppm = decisions.escapes_ppm(30 / 200, 490 / 9800, 0.02)
    assert ppm == pytest.approx(1e6 * 30 / (30 + 9800 - 490))


def test_nothing_shipped_has_no_ppm_and_arrays_pass_through():
    assert math.isnan(decisions.escapes_ppm(0.0, 1.0, 0.5))
    assert decisions.escapes_ppm(np.array([0.0, 1.0]), 0.0, 0.1) == pytest.approx([0, 1e5])


# One row of a table


def test_a_row_holds_every_figure_inside_its_interval():
    rng = np.random.default_rng(7)
    masks = defect_stack(n=60)
    labels = masks.any((1, 2))
    maps = rng.normal(size=masks.shape) + 1.5 * masks
    scores = rng.normal(size=60) + labels
    row = decisions.evaluate(labels, scores, masks, maps, threshold=1.0, draws=200)
    figures = [name.removesuffix("_low") for name in row if name.endswith("_low")]
    assert figures == [
        "auroc", "average_precision", "tpr_at_5_fpr", "aupro", "escape_rate", "overkill_rate",
    ]  # fmt: skip
    for name in figures:
        assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]
    assert (row["n_good"], row["n_defective"]) == (30, 30)
    assert row["auroc"] == decisions.auroc(labels, scores)


# The door


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: decisions.auroc([0, 0], [1, 2]), "No defective part among 2 labels"),
        (lambda: decisions.auroc([1], [1]), "No good part among 1 labels"),
        (lambda: decisions.average_precision([0, 1], [1, np.nan]), "1 of 2 scores are NaN or infinite"),
        (lambda: decisions.auroc([0, 1], [1, 2, 3]), "2 labels, but 3 scores"),
        (lambda: decisions.auroc([0, 2], [1, 2]), "labels holds 2; use 0 for good and 1 for defective"),
        (lambda: decisions.auroc(["good", "bad"], [1, 2]), "labels holds good; use 0"),
        (lambda: decisions.auroc([[0, 1]], [[1, 2]]), r"labels has shape \(1, 2\)"),
        (lambda: decisions.auroc([0, 1], [[1], [2]]), r"scores has shape \(2, 1\)"),
        (lambda: decisions.tpr_at_fpr([0, 1], [1, 2], fpr=5), "fpr is 5; give a share"),
        (
            lambda: decisions.aupro(np.zeros((1, 2, 2)), np.zeros((1, 2, 3))),
            r"\(1, 2, 2\) and maps \(1, 2, 3\)",
        ),
        (
            lambda: decisions.aupro(np.zeros((1, 2, 2)), np.zeros((1, 2, 2))),
            "No mask holds a defective pixel",
        ),
        (
            lambda: decisions.aupro(np.ones((1, 2, 2)), np.zeros((1, 2, 2))),
            "No mask holds a defect-free pixel",
        ),
        (
            lambda: decisions.aupro(np.eye(2)[None], np.full((1, 2, 2), np.nan)),
            "maps holds values that are NaN",
        ),
        (lambda: decisions.aupro(np.eye(2)[None], np.eye(2)[None], limit=30), "limit is 30"),
        (lambda: decisions.bootstrap_interval(decisions.auroc, [0, 1], [1, 2], level=95), "level is 95"),
        (
            lambda: decisions.bootstrap_interval(len, [0, 1], np.zeros((3, 2, 2))),
            "2 labels, but an array of 3 rows",
        ),
        (lambda: decisions.conformal_p_values([], [1]), "calibration_scores is empty"),
        (lambda: decisions.conformal_threshold([1, 2], 5), "false_alarm_rate is 5; give a share"),
        (lambda: decisions.rate_interval(3, 2), "3 out of 2 is no count"),
        (lambda: decisions.expected_cost(5, 0, 0, 1, 1), "escape_rate is 5; give a share from 0 to 1"),
        (lambda: decisions.expected_cost(0, 0, 0, -1, 1), "A cost is below 0"),
        (lambda: decisions.evaluate([0, 1], [1, 2], masks=np.eye(2)[None]), "Only one of masks and maps"),
    ],
)
def test_bad_input_is_named_with_its_cure(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
