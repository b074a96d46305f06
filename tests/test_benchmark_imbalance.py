"""The benchmark of arms and what lessons read of it: rows that stay, sums that are right, pairs within a seed."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gan_helpers import datasets, measured

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import imbalance

pytestmark = pytest.mark.slow

ROWS = pd.DataFrame(
    {
        "arm": ["classic", "pasted", "gan"] * 2,
        "seed": [0, 0, 0, 1, 1, 1],
        "average_precision": [0.5, 0.7, 0.4, 0.8, 0.9, 0.9],
    }
)


def test_sums_say_mean_and_range_in_the_order_of_the_lesson():
    table = measured.summed_up(ROWS)
    assert table.index.tolist() == ["classic augmentation", "pasted defects", "defects from the GAN"]
    assert table.loc["pasted defects"].tolist() == pytest.approx([0.8, 0.7, 0.9, 2])


def test_pairs_are_compared_within_a_seed():
    gains = measured.paired_gain(ROWS)
    assert gains.loc["pasted defects"].tolist() == pytest.approx([0.15, 0.1, 0.2, 1.0])
    assert gains.loc["defects from the GAN"].tolist() == pytest.approx([0.0, -0.1, 0.1, 0.5])


def test_every_arm_of_the_benchmark_has_a_name_in_words():
    assert {*imbalance.ARMS, *imbalance.MANY_ARMS} == set(measured.ARM_TITLES)


def small_parts():
    """Good parts to learn from, ten defective ones, and parts to test on."""
    rng = np.random.default_rng(0)
    images = rng.uniform(0.3, 0.5, (40, 32, 32, 1)).astype(np.float32)
    images[20:30, 4:9, 4:9] = 1.0
    kinds = np.repeat(["good", "spot", "good"], [20, 10, 10])
    parts = datasets.PartSet(images=images, labels=(kinds == "spot").astype(int), kinds=kinds)
    return images[:20], parts[20:30], parts[20:]


@pytest.mark.parametrize("arm", ["pasted", "gan_filter", "many_blind_gan"])
def test_an_arm_is_measured_in_one_row(arm, monkeypatch):
    monkeypatch.setenv("GAN_QC_BUDGET", "smoke")
    monkeypatch.setattr(imbalance, "DRAWN", 24)
    made = {}
    row = imbalance.measure(arm, 0, *small_parts(), made)
    assert row["arm"] == arm and row["budget"] == "smoke" and 0 <= row["average_precision"] <= 1
    assert np.isnan(row["auroc_new_kinds"]) and 0 <= row["auroc_seen_kinds"] <= 1
    if arm == "gan_filter":
        assert row["gan_steps"] == 4 and {"worth_made", "share_keep", "kid_to_ten"} <= set(row)
    assert set(made) == {"pasted": set(), "gan_filter": {"whole"}, "many_blind_gan": {"blind"}}[arm]


def test_a_blind_gan_is_not_told_which_parts_are_defective(monkeypatch):
    told = []

    def fit(self, data, **options):
        told.append(data)

    monkeypatch.setattr(imbalance.gan.GAN, "fit", fit)
    good, ten, _ = small_parts()
    drawn, _ = imbalance.draw(good, ten.images, steps=1, seed=0, blind=True)
    assert isinstance(told[0], np.ndarray) and len(told[0]) == len(good) + len(good) // 3
    assert drawn.shape == (imbalance.DRAWN, *good.shape[1:])
    imbalance.draw(good, ten.images, steps=1, seed=0)
    assert set(told[1][1]) == {"good", "defective"}


def test_good_parts_filed_as_defective_are_none_that_an_arm_learns_from(monkeypatch):
    monkeypatch.setattr(imbalance, "DRAWN", 40)
    good = imbalance.datasets.load_close_ups(**imbalance.CLOSE_UPS)[0].good
    others = imbalance.other_good(0)
    assert others.shape == (40, *good.images.shape[1:])
    apart = np.abs(others[:, None] - good.images[None]).max(axis=(2, 3, 4))
    assert apart.min() > 0


def test_the_control_of_many_shows_the_real_ones_again(monkeypatch):
    good, many, test = small_parts()
    monkeypatch.setenv("GAN_QC_BUDGET", "smoke")
    shown = {}
    fit = imbalance.DefectClassifier.fit

    def watched(self, images, labels, **options):
        shown["defective"] = images[labels == 1]
        return fit(self, images, labels, **options)

    monkeypatch.setattr(imbalance.DefectClassifier, "fit", watched)
    row = imbalance.measure("many_repeats", 0, good, many, test, {})
    assert row["n_train_defective"] == len(many) and "gan_steps" not in row
    for image in shown["defective"]:
        assert (image == many.images).all(axis=(1, 2, 3)).any()


def test_the_control_shows_the_pasted_defects_of_the_arm_with_drawings_and_needs_no_gan(monkeypatch):
    good, ten, test = small_parts()
    monkeypatch.setenv("GAN_QC_BUDGET", "smoke")
    monkeypatch.setattr(imbalance, "DRAWN", 24)
    shown = {}

    class Classifier:
        steps = 0

        def __init__(self, seed):
            pass

        def fit(self, images, labels, **options):
            shown["images"] = images
            return self

        def score(self, images):
            return np.arange(len(images))

    def no_gan(*arguments, **options):
        raise AssertionError("a GAN was trained")

    monkeypatch.setattr(imbalance, "DefectClassifier", Classifier)
    monkeypatch.setattr(imbalance, "draw", no_gan)
    drawings = np.zeros((24, *good.shape[1:]), np.float32)
    imbalance.measure("pasted_gan", 0, good, ten, test, {"whole": (drawings, {})})
    beside_drawings = shown["images"]
    imbalance.measure("pasted_repeats", 0, good, ten, test, {})
    drawn = (beside_drawings == 0).all(axis=(1, 2, 3))
    assert 0 < drawn.sum() < 10
    np.testing.assert_array_equal(shown["images"][~drawn], beside_drawings[~drawn])
    for image in shown["images"][drawn]:
        assert (image == ten.images).all(axis=(1, 2, 3)).any()
