"""The classifier: it learns what is to be learnt, judges parts one by one, and survives the disk."""

import numpy as np
import pytest

from gan_helpers import networks
from gan_helpers.classifier import DefectClassifier, told_apart


def spotted(n, side=32, seed=0):
    """Make pictures of noise, every second one with a bright spot somewhere."""
    rng = np.random.default_rng(seed)
    images = rng.uniform(0.3, 0.5, (n, side, side, 1)).astype(np.float32)
    labels = np.arange(n) % 2
    for image, (y, x) in zip(images[1::2], rng.integers(4, side - 8, (n // 2, 2)), strict=True):
        image[y : y + 4, x : x + 4] = 0.95
    return images, labels


@pytest.fixture(scope="module")
def fitted():
    images, labels = spotted(128)
    return DefectClassifier(base=8, steps=80, batch=16, rate=2e-3, seed=1).fit(images, labels)


def test_a_spot_is_learnt(fitted):
    images, labels = spotted(64, seed=1)
    scores = fitted.score(images)
    assert scores[labels == 1].mean() > scores[labels == 0].mean() + 1
    assert np.mean((scores > 0) == labels) > 0.9
    assert fitted.history[-1] < fitted.history[0]


def test_a_score_is_one_number_a_part_and_a_probability_its_logistic_function(fitted):
    images, _ = spotted(6, seed=2)
    scores = fitted.score(images)
    assert scores.shape == (6,) and scores.dtype == np.float64
    assert np.allclose(fitted.probability(images), 1 / (1 + np.exp(-scores)))


def test_a_score_hangs_on_no_other_part(fitted):
    images, _ = spotted(20, seed=3)
    alone = np.concatenate([fitted.score(image[None]) for image in images])
    assert np.allclose(fitted.score(images), alone, atol=1e-4)


def test_the_network_reads_minus_one_to_one(fitted):
    images, _ = spotted(4, seed=4)
    assert np.allclose(np.asarray(fitted.network(images * 2 - 1))[:, 0], fitted.score(images), atol=1e-4)
    assert {layer.__class__.__name__ for layer in fitted.network.layers}.isdisjoint({"LeakyReLU", "BatchNormalization"})


def test_it_comes_back_from_the_disk_the_same(fitted, tmp_path):
    images, _ = spotted(5, seed=5)
    fitted.save(tmp_path / "classifier.keras")
    again = DefectClassifier.load(tmp_path / "classifier.keras")
    assert np.array_equal(again.score(images), fitted.score(images))


def test_the_same_seed_gives_the_same_classifier():
    images, labels = spotted(16)
    first, second, other = (
        DefectClassifier(base=8, steps=3, batch=8, seed=seed).fit(images, labels).score(images) for seed in (1, 1, 2)
    )
    assert np.allclose(first, second, atol=1e-5)
    assert not np.allclose(first, other, atol=1e-3)


def test_a_weight_of_nothing_silences_a_class():
    images, labels = spotted(32)
    only_good = DefectClassifier(base=8, steps=60, batch=16, rate=2e-3, seed=1)
    only_good.fit(images, labels, class_weight={0: 1, 1: 0})
    assert only_good.score(images).max() < 0


def test_augmentation_gets_each_batch_and_seeds():
    images, labels = spotted(16)
    seen = []

    def augment(pictures, seed):
        seen.append((pictures.shape, type(seed).__name__))
        return pictures

    changed = DefectClassifier(base=8, steps=3, batch=8, seed=1).fit(images, labels, augment=augment)
    assert set(seen) == {((8, 32, 32, 1), "SeedGenerator")}
    plain = DefectClassifier(base=8, steps=3, batch=8, seed=1).fit(images, labels)
    assert np.allclose(changed.score(images), plain.score(images), atol=1e-5)


def test_a_training_can_be_watched_and_scores_meanwhile():
    images, labels = spotted(16)
    looks = []
    DefectClassifier(base=8, steps=4, batch=8).fit(
        images, labels, watch=lambda classifier, share: looks.append((share, classifier.score(images).shape))
    )
    assert looks == [(0.25, (16,)), (0.5, (16,)), (0.75, (16,)), (1.0, (16,))]


def test_larger_and_coloured_pictures_fit():
    for shape in ((128, 128, 1), (64, 64, 3)):
        images = np.random.default_rng(0).uniform(0, 1, (4, *shape)).astype(np.float32)
        assert DefectClassifier(base=8, steps=1, batch=2).fit(images, [0, 1, 0, 1]).score(images).shape == (4,)


def test_a_trained_network_can_be_wrapped(fitted):
    images, _ = spotted(4, seed=6)
    assert np.array_equal(DefectClassifier.from_network(fitted.network).score(images), fitted.score(images))


@pytest.mark.parametrize(
    ("images", "labels", "keywords", "message"),
    [
        (np.zeros((2, 32, 32, 1)), [0, 0], {}, r"labels are \[0\]"),
        (np.zeros((2, 32, 32, 1)), [0], {}, "one a part"),
        (np.full((2, 32, 32, 1), 255.0), [0, 1], {}, r"to \[0, 1\]"),
        (np.zeros((2, 32, 32)), [0, 1], {}, "shape"),
        (np.zeros((2, 32, 32, 1)), [0, 1], {"class_weight": {1: 2}}, "weight"),
    ],
)
def test_bad_input_is_met_at_the_door(images, labels, keywords, message):
    with pytest.raises(ValueError, match=message):
        DefectClassifier(steps=1).fit(images, labels, **keywords)


def test_scoring_unseen_sizes_or_before_fitting_is_told(fitted):
    with pytest.raises(RuntimeError, match="not fitted"):
        DefectClassifier().score(np.zeros((1, 32, 32, 1)))
    with pytest.raises(ValueError, match="is for"):
        fitted.score(np.zeros((1, 64, 64, 1)))


def test_the_builder_pools_mean_and_maximum():
    network = networks.classifier((64, 64, 1), base=8)
    assert network.output_shape == (None, 1)
    first = network.layers[1].get_weights()[0]
    assert np.allclose(first.mean(axis=(0, 1)), 0, atol=1e-6)  # an even picture of any brightness says nothing at first
    assert network.get_layer("features").output.shape == (None, 2 * 64)


@pytest.mark.slow
def test_sets_of_one_kind_are_not_told_apart_and_others_are(monkeypatch):
    monkeypatch.setenv("GAN_QC_BUDGET", "lesson")
    rng = np.random.default_rng(0)
    first, alike, other = rng.uniform(0.3, 0.5, (3, 64, 32, 32, 1)).astype(np.float32)
    other[:, 5:9, 5:9] = 0.9
    assert told_apart(first, other[:32], seed=1) > 0.95
    assert 0.3 < told_apart(first, alike, seed=1) < 0.7


def test_too_few_pictures_to_halve_are_named():
    with pytest.raises(ValueError, match="3 pictures"):
        told_apart(np.zeros((8, 16, 16, 1)), np.zeros((3, 16, 16, 1)))
