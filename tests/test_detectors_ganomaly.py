"""GANomaly: its paper's loss and score, both sides learning, evaluation mode and averaged weights in scoring."""

import numpy as np
import pytest
from test_detectors import NORMAL, SPOILED, TINY

from gan_helpers import detectors, networks
from gan_helpers.detectors import ganomaly

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fitted():
    return detectors.GANomaly(steps=3, **TINY).fit(NORMAL)


def test_the_score_is_the_distance_of_the_two_latent_vectors(fitted):
    z = fitted.encoder(SPOILED * 2 - 1, training=False)
    again = fitted.generator(z, training=False)
    z_again = fitted.second_encoder(again, training=False)
    expected = np.square(np.asarray(z) - np.asarray(z_again)).mean(axis=1)
    np.testing.assert_allclose(fitted.score(SPOILED), expected, rtol=1e-4)
    np.testing.assert_allclose(fitted.reconstruct(SPOILED), (np.asarray(again) + 1) / 2, atol=1e-5)


def test_by_residual_the_score_is_what_could_not_be_drawn_again():
    detector = detectors.GANomaly(steps=3, score_by="residual", **TINY).fit(NORMAL)
    expected = np.square(2 * (SPOILED - detector.reconstruct(SPOILED))).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(detector.score(SPOILED), expected, rtol=1e-3)


def test_the_objective_compares_features_of_the_discriminator_and_not_its_output():
    discriminator = networks.discriminator((32, 32, 1), base=8)
    x, again = SPOILED * 2 - 1, np.zeros_like(SPOILED)
    z, z_again = np.full((6, 8), 2.0, np.float32), np.full((6, 8), 0.5, np.float32)
    adversarial, image, latent = (float(term) for term in ganomaly.objective(x, again, z, z_again, discriminator))
    f, f_again = (discriminator(picture)[0].numpy() for picture in (x, again))
    assert adversarial == pytest.approx(np.square(f - f_again).mean(), rel=1e-4)
    assert image == pytest.approx(np.abs(x).mean(), rel=1e-4)
    assert latent == pytest.approx(1.5**2, rel=1e-5)


def test_the_weights_are_those_of_the_paper():
    assert (ganomaly.ADVERSARIAL_WEIGHT, ganomaly.IMAGE_WEIGHT, ganomaly.LATENT_WEIGHT) == (1, 50, 1)


def test_both_sides_learn():
    short, long = (detectors.GANomaly(steps=steps, **TINY).fit(NORMAL) for steps in (1, 4))
    for name in detectors.GANomaly.learned_networks:
        pairs = zip(getattr(short, name).get_weights(), getattr(long, name).get_weights(), strict=True)
        assert max(np.abs(a - b).max() for a, b in pairs) > 1e-5
    assert len(set(long.history["discriminator"])) == 4


def test_a_slow_average_lags_behind_a_quick_one():
    quick, slow = (detectors.GANomaly(steps=30, ema_decay=decay, **TINY) for decay in (0.0, 0.999))
    moved = []
    for detector in (quick, slow):
        starts = []
        detector.fit(NORMAL, watch=lambda seen, share, kept=starts: kept.append(seen.encoder.get_weights()[0]))
        moved.append(np.abs(np.diff(starts, axis=0)).mean())
    assert moved[1] < moved[0]


def test_it_learns_to_redraw_what_hardly_varies():
    bright = np.random.default_rng(0).uniform(0.6, 1, size=(24, 1, 1, 1))
    x = np.tile(bright * np.linspace(0.2, 0.8, 32)[None, :, None, None], (1, 1, 32, 1)).astype(np.float32)
    image = detectors.GANomaly(steps=60, **TINY).fit(x).history["image"]
    assert np.mean(image[-5:]) < 0.5 * np.mean(image[:5])
