"""Probability of detection by size: against scikit-learn, a profile likelihood found by search, and simulation."""

import doctest
import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special
from sklearn.linear_model import LogisticRegression

from gan_helpers import decisions
from gan_helpers.decisions import detection


def simulated(seed, n=150, intercept=-6.0, slope=2.5):
    """Defects of 2 to 60 pixels, found by a known curve."""
    rng = np.random.default_rng(seed)
    sizes = np.exp(rng.uniform(np.log(2), np.log(60), n))
    return sizes, rng.random(n) < special.expit(intercept + slope * np.log(sizes))


def profile_deviance(sizes, found, at_size, pod):
    """How much worse the best curve through one point fits than the best curve: by brute search over slopes."""
    logs = np.log(sizes)

    def loss(slope, intercept):
        logit = intercept + slope * logs
        return np.logaddexp(0, np.where(found, -logit, logit)).sum()

    best = optimize.minimize(lambda beta: loss(beta[1], beta[0]), [0, 1], method="BFGS").fun
    through = optimize.minimize_scalar(
        lambda slope: loss(slope, special.logit(pod) - slope * np.log(at_size)), bounds=(-20, 50), method="bounded"
    )
    return 2 * (through.fun - best)


def test_the_examples_in_the_docstrings_are_true():
    outcome = doctest.testmod(detection)
    assert outcome.attempted > 0
    assert outcome.failed == 0


# Sizes


@settings(max_examples=60)
@given(st.integers(0, 100_000))
def test_extent_is_what_brute_force_finds(seed):
    from scipy import ndimage

    mask = np.random.default_rng(seed).random((9, 7)) < 0.35
    regions, n = ndimage.label(mask, np.ones((3, 3)))
    longest = 0.0
    for i in range(1, n + 1):
        pixels = np.argwhere(regions == i)
        apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(pixels, 2)]
        longest = max([longest, 1 + max(apart, default=0.0)])
    sizes = decisions.defect_sizes(mask[None])
    assert sizes.area[0] == mask.sum()
    assert sizes.extent[0] == pytest.approx(longest)


def test_a_part_without_defect_has_size_zero_and_the_longest_region_counts():
    masks = np.zeros((2, 10, 10), bool)
    masks[1, 0, :3] = masks[1, 5, 2:9] = True
    sizes = decisions.defect_sizes(masks)
    assert sizes.area.tolist() == [0, 10]
    assert sizes.extent.tolist() == [0, 7]


# The curve


@pytest.mark.parametrize("seed", range(4))
def test_the_fit_is_the_unpenalised_one_of_scikit_learn(seed):
    sizes, found = simulated(seed)
    curve = decisions.detection_by_size(sizes, found)
    other = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(np.log(sizes)[:, None], found)
    assert curve.slope == pytest.approx(other.coef_[0, 0], rel=1e-4)
    assert curve.intercept == pytest.approx(other.intercept_[0], rel=1e-4)
    assert curve.at([5.0, 20.0]) == pytest.approx(other.predict_proba(np.log([[5.0], [20.0]]))[:, 1], rel=1e-4)


def test_two_sizes_have_the_shares_found_as_their_fit():
    sizes = np.repeat([4.0, 16.0], 20)
    found = np.concatenate([np.arange(20) < 4, np.arange(20) < 15])
    curve = decisions.detection_by_size(sizes, found)
    assert curve.at([4, 16]) == pytest.approx([0.2, 0.75])
    slope = (special.logit(0.75) - special.logit(0.2)) / math.log(4)
    assert curve.a50 == pytest.approx(4 * math.exp(-special.logit(0.2) / slope))
    assert curve.at(curve.a90) == pytest.approx(0.9)


@pytest.mark.parametrize("seed", range(3))
def test_bound_and_band_lie_where_the_profile_deviance_reaches_its_critical_value(seed):
    sizes, found = simulated(seed, n=80)
    curve = decisions.detection_by_size(sizes, found)
    assert profile_deviance(sizes, found, curve.a90_95, 0.9) == pytest.approx(detection.CRITICAL, rel=2e-3)
    for size in (3.0, 12.0, 40.0):
        for edge in curve.band(size):
            assert profile_deviance(sizes, found, size, edge) == pytest.approx(detection.CRITICAL, rel=2e-3)


def test_the_lower_edge_of_the_band_passes_90_per_cent_at_a90_95():
    curve = decisions.detection_by_size(*simulated(0))
    low, high = curve.band([curve.a90, curve.a90_95])
    assert low[1] == pytest.approx(0.9, abs=1e-4)
    assert low[0] < 0.9 < high[0]
    assert curve.a50 < curve.a90 < curve.a90_95


def test_the_unit_of_size_does_not_matter():
    sizes, found = simulated(1)
    in_pixels, in_micrometres = (decisions.detection_by_size(unit * sizes, found) for unit in (1, 37.5))
    assert in_micrometres.a90_95 == pytest.approx(37.5 * in_pixels.a90_95, rel=1e-6)


@pytest.mark.slow
def test_a90_95_covers_the_true_a90_about_as_often_as_it_says():
    truth = math.exp((special.logit(0.9) + 6.0) / 2.5)
    repeats = 400
    covered = np.mean([decisions.detection_by_size(*simulated(seed)).a90_95 >= truth for seed in range(repeats)])
    assert covered == pytest.approx(0.95, abs=4 * math.sqrt(0.95 * 0.05 / repeats))


@pytest.mark.slow
def test_the_band_covers_the_true_probability_about_as_often_as_it_says():
    repeats = 400
    truth = special.expit(-6.0 + 2.5 * math.log(8))
    edges = np.array([decisions.detection_by_size(*simulated(seed)).band(8.0) for seed in range(repeats)])
    allowed = 4 * math.sqrt(0.95 * 0.05 / repeats)
    assert np.mean(edges[:, 0] <= truth) == pytest.approx(0.95, abs=allowed)
    assert np.mean(edges[:, 1] >= truth) == pytest.approx(0.95, abs=allowed)


def test_too_few_defects_claim_no_size_at_all():
    curve = decisions.detection_by_size([2, 3, 4, 5, 6, 7], [0, 1, 0, 0, 1, 1])
    assert curve.a90_95 == math.inf
    assert "that takes more defects" in curve.sentence()


def test_the_sentence_names_no_size_beyond_those_tried():
    sizes, found = simulated(0)
    curve = decisions.detection_by_size(sizes, found)
    assert f"90 % of those of size {curve.a90:.3g}, and with 95 % confidence 90 %" in curve.sentence()
    small = sizes < 14
    curve = decisions.detection_by_size(sizes[small], found[small])
    assert f"90 % of those larger than any tried (beyond {curve.largest:.3g})" in curve.sentence()
    large = sizes > 18
    curve = decisions.detection_by_size(sizes[large], found[large])
    assert f"half of the defects even smaller than any tried ({curve.smallest:.3g})" in curve.sentence()


@pytest.mark.parametrize(
    ("sizes", "found", "sentence"),
    [
        ([2, 3, 4], [1, 1, 1], "All 3 defects were found, down to size 2"),
        ([2, 3, 4], [0, 0, 0], "All 3 defects were missed, up to size 4"),
        ([2, 3, 4, 5], [0, 0, 1, 1], "One size between 3 and 4 parts the 2 found from the 2 missed"),
        ([2, 3, 3, 5], [0, 0, 1, 1], "One size between 3 and 3 parts"),
        ([2, 3, 4, 5], [1, 1, 0, 0], "One size between 3 and 4 parts"),
        ([3, 3, 3], [0, 1, 1], "All defects have the size 3"),
        ([2, 3, 4, 5, 6, 7], [1, 1, 0, 1, 0, 0], "Larger defects are not found more often"),
        ([0, 3], [0, 1], "sizes holds 0; a size is above 0"),
        ([2, 3], [0, 1, 1], r"found has shape \(3,\) for 2 sizes"),
        ([2, 3], [0.3, 1], "give true or false"),
        ([np.nan, 3], [0, 1], "1 of 2 sizes are NaN"),
    ],
)
def test_what_cannot_be_fitted_is_said(sizes, found, sentence):
    with pytest.raises(ValueError, match=sentence):
        decisions.detection_by_size(sizes, found)


def test_masks_need_three_axes():
    with pytest.raises(ValueError, match=r"masks has shape \(4, 4\)"):
        decisions.defect_sizes(np.zeros((4, 4)))
