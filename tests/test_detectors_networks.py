"""Detectors of Keras networks: one network for export, a training that can be watched, any size and colour."""

import keras
import numpy as np
import pytest
from test_detectors import MAKERS, NORMAL, SPOILED, TINY, tiny_f_anogan

from gan_helpers import detectors, precision
from gan_helpers.detectors.base import POOLINGS, blurred, pooled
from gan_helpers.detectors.trained import _blurring, in_float32, move_average, settle

pytestmark = pytest.mark.slow

ONE = SPOILED[:1]
TRAINED = {
    "f_anogan": tiny_f_anogan,
    "ganomaly by latent": lambda **more: detectors.GANomaly(steps=3, **TINY, **more),
    "ganomaly by residual": lambda **more: detectors.GANomaly(steps=3, score_by="residual", **TINY, **more),
    "autoencoder": lambda **more: detectors.AutoencoderDetector(steps=3, **TINY, **more),
    "autoencoder by ssim": lambda **more: detectors.AutoencoderDetector(steps=3, distance="ssim", **TINY, **more),
    "vae": lambda **more: detectors.VAEDetector(steps=3, **TINY, **more),
}


@pytest.fixture(scope="module", params=TRAINED)
def watched(request):
    """A detector that was trained in bfloat16, and what was seen on the way: (share, score of a part)."""
    seen = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gan_helpers.precision.best", lambda: "mixed_bfloat16")
        detector = TRAINED[request.param]().fit(NORMAL, watch=lambda it, share: seen.append((share, it.score(ONE)[0])))
    return detector, seen


@pytest.mark.parametrize("pooling", POOLINGS)
def test_the_exported_network_gives_the_score_and_the_map_before_blurring(watched, pooling, monkeypatch):
    detector, _ = watched
    monkeypatch.setattr(detector, "pooling", pooling)
    score, anomaly_map = (np.asarray(part) for part in detector.network()(SPOILED, training=False))
    assert score.shape == (6,)
    np.testing.assert_allclose(score, detector.score(SPOILED), rtol=1e-4)
    np.testing.assert_allclose(blurred(anomaly_map), detector.anomaly_map(SPOILED), atol=1e-5)


def test_the_local_maximum_is_that_of_the_blurred_map(watched, monkeypatch):
    detector, _ = watched
    if detector.settings().get("score_by") == "latent":
        pytest.skip("a latent score has no place")
    means, anomaly_map = detector.score(SPOILED), detector._anomaly_map(SPOILED)
    monkeypatch.setattr(detector, "pooling", "max")
    gain = pooled(anomaly_map, "max") - pooled(anomaly_map, "mean")
    np.testing.assert_allclose(detector.score(SPOILED) - means, gain, rtol=1e-2, atol=1e-6)


def test_a_training_can_be_watched(watched):
    detector, seen = watched
    assert [share for share, _ in seen][-1] == 1
    assert len({score for _, score in seen}) == len(seen) > 1
    assert detector.watch is None


def test_what_is_kept_computes_in_float32(watched):
    detector, _ = watched
    for name in detector.learned_networks:
        assert {layer.dtype_policy.name for layer in getattr(detector, name).layers} == {"float32"}


def test_a_training_leaves_one_figure_a_step(watched):
    history = watched[0].history
    assert {len(figures) for figures in history.values()} <= {2, 3}
    assert all(np.isfinite(figures).all() for figures in history.values())


@pytest.mark.parametrize("name", ["f_anogan", "ganomaly"])
def test_what_is_seen_on_the_way_changes_nothing(name):
    seen = MAKERS[name]().fit(NORMAL, watch=lambda detector, share: detector.score(ONE))
    np.testing.assert_allclose(seen.score(SPOILED), MAKERS[name]().fit(NORMAL).score(SPOILED), rtol=1e-3)


@pytest.mark.parametrize("name", ["autoencoder", "vae", "f_anogan", "ganomaly", "patch_neighbours"])
def test_colour_and_larger_sides_fit_as_well(name):
    side = 64 if name in ("f_anogan", "patch_neighbours") else 32
    normal = np.random.default_rng(1).uniform(size=(5, side, side, 3)).astype(np.float32)
    detector = MAKERS[name]().fit(normal)
    assert detector.score(normal).shape == (5,)
    assert detector.anomaly_map(normal).shape == (5, side, side)


@pytest.mark.parametrize("name", MAKERS)
def test_every_method_is_found_by_its_name(name):
    assert detectors.method(name).name == name
    assert type(MAKERS[name]()) is detectors.method(name)


def test_an_unknown_method_is_named_with_those_there_are():
    with pytest.raises(ValueError, match=r"oracle.*f_anogan"):
        detectors.method("oracle")


def test_a_pooling_or_distance_that_is_unknown_is_named():
    with pytest.raises(ValueError, match=r"sum.*mean, max"):
        detectors.GANomaly(pooling="sum")
    with pytest.raises(ValueError, match=r"l3.*l2, ssim"):
        detectors.AutoencoderDetector(distance="l3")
    with pytest.raises(ValueError, match=r"guess.*latent, residual"):
        detectors.GANomaly(score_by="guess")


@pytest.mark.parametrize("side", [32, 64])
def test_the_networks_blur_is_that_of_all_maps(side):
    maps = np.random.default_rng(2).uniform(size=(3, side, side)).astype(np.float32)
    blur = _blurring(side)
    np.testing.assert_allclose(blur @ maps @ blur.T, blurred(maps), atol=1e-6)


def test_an_average_of_weights_that_stand_still_arrives_there():
    start, goal = (keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]) for _ in range(2))
    for step in range(200):
        move_average(start, goal, step, 0.9)
    for kept, weight in zip(start.get_weights(), goal.get_weights(), strict=True):
        np.testing.assert_allclose(kept, weight, atol=1e-6)


def test_settled_statistics_are_those_of_the_inputs():
    network = keras.Sequential([keras.Input((3,)), keras.layers.BatchNormalization()])
    network.trainable = False  # as a moving average of weights is
    inputs = np.random.default_rng(3).normal(5, 2, size=(128, 3)).astype(np.float32)
    settle(network, inputs)
    halves = inputs.reshape(2, 64, 3)
    np.testing.assert_allclose(network.layers[-1].moving_mean, inputs.mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(network.layers[-1].moving_variance, halves.var(axis=1).mean(axis=0), rtol=1e-3)
    assert (network.layers[-1].momentum, network.layers[-1].trainable) == (0.99, False)


def test_a_copy_in_float32_has_the_weights():
    with precision.using("mixed_bfloat16"):
        network = keras.Sequential(
            [keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.BatchNormalization()]
        )
    copy = in_float32(network)
    assert {layer.compute_dtype for layer in copy.layers} == {"float32"}
    for kept, weight in zip(copy.get_weights(), network.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
