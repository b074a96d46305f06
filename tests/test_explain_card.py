"""The explanation card, and the likely kind of a defect."""

import json

import numpy as np
import pytest

from gan_helpers import datasets, detectors, explain, parts
from gan_helpers.explain import KindFinder, kinds

SIDE = 64
BRIGHT = (slice(46, 52), slice(4, 10))  # lower left


class SpotDetector:
    """Takes brightness above one half for a defect, and repairs it to one half."""

    def score(self, images):
        return self.anomaly_map(images).max(axis=(1, 2))

    def anomaly_map(self, images):
        return np.maximum(images[..., 0] - 0.5, 0)

    def reconstruct(self, images):
        return np.minimum(images, 0.5)


class ByBrightness:
    """Stands for a network: close-ups with a bright middle are burrs, others good."""

    input_shape = (None, 8, 8, 1)

    def __init__(self, kinds):
        self.kinds = kinds

    def __call__(self, images, training=False):
        bright = images[:, 4, 4, 0] > 0.8
        table = np.full((len(images), len(self.kinds)), 0.01)
        table[bright, self.kinds.index("burr")] = 0.9
        table[~bright, self.kinds.index("good")] = 0.9
        return table / table.sum(axis=1, keepdims=True)


@pytest.fixture(scope="module")
def plates():
    return datasets.fresh_parts(1, seed=77, size=SIDE, good=6)


@pytest.fixture
def rejected(plates):
    images = np.full((1, SIDE, SIDE, 1), 0.4, np.float32)
    images[:, *BRIGHT] = 0.9
    part = plates.defective[[0]]
    from gan_helpers.datasets import PartSet

    return PartSet(
        images=images, labels=[1], kinds=["burr"], groups=["lot_007"], names=["test/burr/0001.png"], table=part.table
    )


@pytest.fixture
def finder():
    names = ["good", *parts.DEFECT_KINDS]
    return KindFinder(ByBrightness(names), names)


def test_the_card_holds_what_an_engineer_asks_for(rejected, plates, finder):
    card = explain.explanation_card(
        rejected, SpotDetector(), plates.good, calibration_scores=np.linspace(0, 0.3, 99), kinds=finder
    )
    facts = card.as_dict()
    assert facts["verdict"] == "reject"
    assert facts["p_value"] == pytest.approx(1 / 100)
    assert facts["place"] == "lower left"
    assert BRIGHT[0].start <= facts["row"] < BRIGHT[0].stop
    assert facts["area_share"] == pytest.approx(36 / SIDE**2)
    assert facts["likely_kind"] == "burr"
    assert facts["nearest_good_part"] in plates.good.names
    assert facts["settings"]["tool_wear"]["unit"] == "mm"
    json.dumps(facts)
    assert card.repaired.max() <= 0.5
    assert card.nearest_good.shape == card.image.shape


def test_a_part_that_scores_like_good_ones_is_accepted(rejected, plates):
    card = explain.explanation_card(rejected, SpotDetector(), plates.good, calibration_scores=np.linspace(0, 9, 99))
    assert card.facts["verdict"] == "accept"
    assert card.facts["likely_kind"] == "unknown"


def test_a_card_is_about_one_part(plates):
    with pytest.raises(ValueError, match="these are 6"):
        explain.explanation_card(plates.good, SpotDetector(), plates.good, calibration_scores=[1.0])


def test_the_nearest_good_part_of_a_good_part_is_itself(plates):
    assert [explain.nearest_good(image, plates.good) for image in plates.good.images] == list(range(6))


def test_a_close_up_stays_inside_the_picture():
    image, peak = np.random.default_rng(0).random((SIDE, SIDE, 1)), np.zeros((SIDE, SIDE))
    peak[1, 62] = 1
    np.testing.assert_array_equal(explain.close_up(image, peak, 8), image[:8, -8:])
    with pytest.raises(ValueError, match="doesn't fit"):
        explain.close_up(image, peak, 65)


def test_an_unsure_classifier_says_unknown(rejected, finder):
    bright = SpotDetector().anomaly_map(rejected.images)
    assert finder.name(rejected.images, bright).tolist() == ["burr"]
    dark = np.zeros_like(bright)
    dark[:, 10, 40] = 1
    assert finder.name(rejected.images, dark).tolist() == [kinds.UNKNOWN]


def test_the_accuracy_is_measured_among_the_named_parts(rejected, finder):
    table = finder.measure(rejected, SpotDetector().anomaly_map(rejected.images))
    assert (finder.accuracy, finder.named, finder.n) == (1.0, 1.0, 1)
    assert table.loc["burr", "burr"] == 1


def test_the_card_works_with_a_detector_of_the_course(plates):
    good = plates.good
    detector = detectors.PCAReconstruction(2).fit(good.images)
    card = explain.explanation_card(
        plates.defective[[0]], detector, good, calibration_scores=detector.score(good.images)
    )
    assert set(card.facts) >= {"part", "lot", "verdict", "p_value", "settings"}
