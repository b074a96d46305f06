"""Mirror images: which of them look like the product, and who learns from them."""

import numpy as np
import pytest

from gan_helpers import balance, detectors
from gan_helpers.detectors import repair_gan
from gan_helpers.detectors.mirrors import passable, passable_axes, turned_over

pytestmark = pytest.mark.slow

SIDE = 32
ACROSS = np.linspace(0, 1, SIDE)
LEANING = 0.2 + 0.3 * (ACROSS[:, None] + 2 * ACROSS) / 2  # no mirror image looks like it
UPRIGHT = np.broadcast_to(0.2 + 0.5 * np.abs(ACROSS[:, None] - 0.3), (SIDE, SIDE))  # left is as right
ROUND = 0.2 + 0.5 * np.hypot(ACROSS[:, None] - 0.5, ACROSS - 0.5)


def parts(pattern, n=40, seed=0):
    grain = 0.02 * np.random.default_rng(seed).standard_normal((n, SIDE, SIDE, 1))
    return np.clip(pattern[None, ..., None] + grain, 0, 1).astype(np.float32)


def tiny(**arguments):
    return detectors.RepairGAN(**({"steps": 2, "base": 12, "batch": 4, "seed": 1} | arguments))


@pytest.mark.parametrize(("pattern", "axes"), [(LEANING, ()), (UPRIGHT, (2,)), (ROUND, (2, 1))])
def test_mirrors_are_found_on_good_parts(pattern, axes):
    assert passable_axes(parts(pattern)) == axes


def test_large_pictures_and_colour_make_no_difference():
    large = np.kron(LEANING, np.ones((4, 4)))[None, ..., None].repeat(3, axis=-1)
    grain = 0.02 * np.random.default_rng(0).standard_normal((12, 4 * SIDE, 4 * SIDE, 3))
    assert passable_axes(large + grain) == ()
    assert passable_axes((large + large[:, ::-1] + large[:, :, ::-1] + large[:, ::-1, ::-1]) / 4 + grain) == (2, 1)


def test_too_few_parts_tell_nothing():
    assert passable_axes(parts(ROUND, n=7)) == ()


def test_a_mirror_passes_up_to_what_is_usual():
    usual = np.arange(101.0)
    assert passable(np.full(5, 95.0), usual)
    assert not passable(np.full(5, 95.1), usual)


def test_each_axis_is_turned_by_a_coin_of_its_own():
    images = np.stack([np.arange(6.0).reshape(2, 3, 1)] * 400)
    turned = turned_over(images, (1, 2), np.random.default_rng(0))
    for rows in (slice(None), slice(None, None, -1)):
        for columns in (slice(None), slice(None, None, -1)):
            alike = (turned == images[:, rows][:, :, columns]).all(axis=(1, 2, 3))
            assert 60 < alike.sum() < 140
    rng = np.random.default_rng(0)
    np.testing.assert_array_equal(turned_over(images, (), rng), images)
    assert rng.integers(1000) == np.random.default_rng(0).integers(1000)  # no coin was thrown


class TestWhoLearnsFromThem:
    @pytest.fixture
    def turned(self, monkeypatch):
        """Record whether good parts that are varied lean to the other side."""
        seen = []
        vary = balance.vary
        monkeypatch.setattr(
            balance, "vary", lambda images, rng: seen.append(images.mean(axis=(0, 1, 3))) or vary(images, rng)
        )
        return lambda: any(np.diff(profile)[5:-5].mean() < 0 for profile in seen)

    def test_few_parts_are_learnt_in_the_mirror_that_is_named(self, turned):
        tiny(steps=4, mirror="left_right").fit(parts(LEANING))
        assert turned()

    @pytest.mark.parametrize("mirror", ["none", "auto"])
    def test_a_product_that_leans_is_learnt_as_it_is(self, turned, mirror):
        tiny(steps=4, mirror=mirror).fit(parts(LEANING))
        assert not turned()

    def test_a_mirror_can_be_looked_into_and_not_learnt_from(self, turned):
        detector = tiny(steps=4, mirror="left_right", learn_mirrored=False).fit(parts(LEANING))
        assert not turned()
        images = parts(LEANING, n=4, seed=1)
        np.testing.assert_allclose(detector.score(images[:, :, ::-1]), detector.score(images), rtol=1e-3, atol=1e-5)

    def test_many_parts_are_learnt_as_they_are(self, turned, monkeypatch):
        monkeypatch.setattr(repair_gan, "ENOUGH", 40)
        tiny(steps=4, mirror="left_right").fit(parts(LEANING))
        assert not turned()
