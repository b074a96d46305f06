"""Autoencoders as detectors: structural similarity as others compute it, scores, and a latent law's mean."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from test_detectors import NORMAL, SPOILED, TINY

from gan_helpers import detectors
from gan_helpers.detectors.similarity import structural_similarity

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(3)


def two_pictures(shape):
    first = RNG.uniform(size=shape).astype(np.float32)
    return first, np.clip(first + 0.2 * RNG.standard_normal(shape), 0, 1).astype(np.float32)


class TestStructuralSimilarity:
    @pytest.mark.parametrize("channels", [1, 3])
    def test_it_is_that_of_tensorflow_away_from_the_border(self, channels):
        first, second = two_pictures((4, 32, 32, channels))
        ours = np.asarray(structural_similarity(first, second))[:, 5:-5, 5:-5].mean(axis=(1, 2, 3))
        np.testing.assert_allclose(ours, tf.image.ssim(first, second, max_val=1.0), rtol=1e-3)

    def test_it_is_that_of_scikit_image_up_to_the_border(self):
        metrics = pytest.importorskip("skimage.metrics")
        first, second = two_pictures((1, 32, 48, 1))
        _, expected = metrics.structural_similarity(
            *(picture[0, ..., 0].astype(np.float64) for picture in (first, second)),
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            full=True,
        )
        np.testing.assert_allclose(np.asarray(structural_similarity(first, second))[0, ..., 0], expected, atol=1e-3)

    def test_a_picture_is_like_itself_and_unlike_its_negative(self):
        first, _ = two_pictures((1, 32, 32, 1))
        assert np.asarray(structural_similarity(first, first)).min() == pytest.approx(1, abs=1e-4)
        assert np.asarray(structural_similarity(first, 1 - first)).mean() < 0


@pytest.mark.parametrize("distance", ["l2", "ssim"])
class TestAutoencoder:
    def test_the_score_is_the_mean_of_the_map_of_its_distance(self, distance):
        detector = detectors.AutoencoderDetector(distance=distance, steps=3, **TINY).fit(NORMAL)
        again = detector.reconstruct(SPOILED)
        if distance == "l2":
            expected = np.square(2 * (SPOILED - again)).mean(axis=-1)
        else:
            expected = 1 - np.asarray(structural_similarity(SPOILED, again)).mean(axis=-1)
        np.testing.assert_allclose(detector._anomaly_map(SPOILED), expected, atol=1e-4)
        np.testing.assert_allclose(detector.score(SPOILED), expected.mean(axis=(1, 2)), rtol=1e-3)

    def test_training_brings_its_own_distance_down(self, distance):
        ramps = np.linspace(0.2, 0.8, 32, dtype=np.float32)[None, :, None, None] * RNG.uniform(
            0.6, 1, size=(24, 1, 1, 1)
        ).astype(np.float32)
        normal = np.tile(ramps, (1, 1, 32, 1))
        loss = detectors.AutoencoderDetector(distance=distance, steps=60, **TINY).fit(normal).history["loss"]
        assert np.mean(loss[-5:]) < 0.5 * np.mean(loss[:5])


def test_the_variational_one_draws_from_the_mean_of_the_latent_law():
    detector = detectors.VAEDetector(steps=3, **TINY).fit(NORMAL)
    mean, _ = detector.encoder(SPOILED * 2 - 1, training=False)
    expected = (np.asarray(detector.decoder(mean, training=False)) + 1) / 2
    np.testing.assert_allclose(detector.reconstruct(SPOILED), expected, atol=1e-5)
    np.testing.assert_array_equal(detector.score(SPOILED), detector.score(SPOILED))


def test_what_is_saved_is_made_of_built_in_layers(tmp_path):
    detectors.AutoencoderDetector(distance="ssim", steps=2, **TINY).fit(NORMAL).save(tmp_path)
    for name in ("encoder", "decoder"):
        assert keras.saving.load_model(tmp_path / f"{name}.keras", compile=False, safe_mode=True)
