"""DiffAugment: the same law for all, ranges of the paper, gradients that pass, and nothing at strength zero."""

import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import gan, networks
from gan_helpers.balance import POLICY, diff_augment

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
IMAGES = RNG.uniform(-1, 1, (256, 16, 16, 3)).astype(np.float32)


def changed(images=IMAGES, seed=1, **keywords):
    return np.asarray(diff_augment(images, seed, **keywords))


@pytest.mark.parametrize("policy", [POLICY, *[(name,) for name in POLICY]])
def test_strength_zero_and_an_empty_policy_change_nothing(policy):
    assert np.array_equal(changed(policy=policy, strength=0), IMAGES)
    assert np.array_equal(changed(policy=()), IMAGES)


@pytest.mark.parametrize("name", POLICY)
def test_shape_and_type_stay_and_something_changes(name):
    result = changed(policy=[name])
    assert result.shape == IMAGES.shape and result.dtype == np.float32
    assert not np.allclose(result, IMAGES)


def test_brightness_adds_one_number_a_picture_within_half():
    added = changed(policy=["brightness"]) - IMAGES
    assert np.ptp(added, axis=(1, 2, 3)).max() < 1e-5
    by = added[:, 0, 0, 0]
    assert -0.5 <= by.min() < -0.4 and 0.4 < by.max() <= 0.5 and abs(by.mean()) < 0.06


def test_contrast_keeps_the_mean_and_scales_the_rest():
    result = changed(policy=["contrast"])
    assert np.allclose(result.mean(axis=(1, 2, 3)), IMAGES.mean(axis=(1, 2, 3)), atol=1e-5)
    factor = result.std(axis=(1, 2, 3)) / IMAGES.std(axis=(1, 2, 3))
    assert 0.5 <= factor.min() < 0.6 and 1.4 < factor.max() <= 1.5001


def test_saturation_keeps_the_grey_value_of_each_pixel_and_leaves_grey_pictures_alone():
    result = changed(policy=["saturation"])
    assert np.allclose(result.mean(axis=-1), IMAGES.mean(axis=-1), atol=1e-5)
    assert np.allclose(changed(IMAGES[..., :1], policy=["saturation"]), IMAGES[..., :1], atol=1e-6)


def test_translation_moves_by_whole_pixels_up_to_an_eighth_and_grey_moves_in():
    dot = np.zeros((256, 16, 16, 1), np.float32)
    dot[:, 8, 8] = 1
    result = changed(dot, policy=["translation"])
    places = np.array([np.argwhere(picture[..., 0] == 1)[0] for picture in result]) - 8
    assert np.abs(places).max() == 2 and set(places[:, 0]) == {-2, -1, 0, 1, 2}
    assert np.array_equal(result.sum(axis=(1, 2, 3)), np.ones(256))
    moved_out = changed(np.ones((64, 16, 16, 1), np.float32), policy=["translation"])
    assert set(np.unique(moved_out)) == {0.0, 1.0}


def test_cutout_greys_a_square_of_half_the_side():
    result = changed(np.ones((256, 16, 16, 1), np.float32), policy=["cutout"])
    cut = (result == 0).sum(axis=(1, 2, 3))
    assert cut.max() == 64 and cut.min() >= 16  # at a corner a quarter of the square is left
    assert set(np.unique(result)) == {0.0, 1.0}


def test_a_number_gives_the_same_change_and_a_generator_another_each_time():
    import keras

    assert np.array_equal(changed(seed=3), changed(seed=3))
    generator = keras.random.SeedGenerator(3)
    assert not np.array_equal(changed(seed=generator), changed(seed=generator))


def test_real_and_made_pictures_are_changed_by_one_law():
    both = changed(np.concatenate([np.ones((512, 8, 8, 1)), np.ones((512, 8, 8, 1))]).astype(np.float32))
    first, second = both[:512], both[512:]
    assert abs(first.mean() - second.mean()) < 0.05
    assert abs(first.std() - second.std()) < 0.05


def test_gradients_pass_and_are_right():
    images = tf.constant(IMAGES[:4])
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(diff_augment(images, 5) ** 2)
    slope = tape.gradient(total, images).numpy()
    direction = RNG.normal(size=images.shape).astype(np.float32)
    step = 1e-2
    ahead, behind = (np.sum(changed(IMAGES[:4] + s * direction, seed=5) ** 2, dtype=float) for s in (step, -step))
    assert np.sum(slope * direction) == pytest.approx((ahead - behind) / (2 * step), rel=1e-2, abs=0.5)


@pytest.mark.parametrize("keywords", [{"policy": "cutout"}, {"policy": ["blur"]}, {"strength": -1}])
def test_a_wrong_policy_or_strength_is_told(keywords):
    with pytest.raises(ValueError, match=r"policy|strength"):
        diff_augment(IMAGES, 1, **keywords)


PICTURES = RNG.uniform(-1, 1, (8, 32, 32, 1)).astype(np.float32)


def small_gan(**options):
    tf.keras.utils.set_random_seed(1)
    players = networks.generator((32, 32, 1), base=4, latent_dim=4), networks.discriminator((32, 32, 1), base=4)
    return gan.GAN(*players, penalty="flat", penalty_weight=1.0, **options)


def small_conditional_gan(**options):
    tf.keras.utils.set_random_seed(1)
    players = (
        networks.generator((32, 32, 1), base=4, latent_dim=4, kinds=2),
        networks.discriminator((32, 32, 1), base=4, kinds=2),
    )
    return gan.ConditionalGAN(*players, ["good", "bad"], penalty="flat", penalty_weight=1.0, **options)


DATA = {small_gan: PICTURES, small_conditional_gan: (PICTURES, np.array(["good", "bad"] * 4))}


def after_two_rounds(maker, **options):
    """Weights of G, learned with plain steps: Adam would blow up the last bit of a slope near zero to a whole step."""
    model = maker(**options)
    model.compile(*(tf.keras.optimizers.SGD(0.1) for _ in range(2)))
    model.fit(DATA[maker], steps=2, batch_size=4)
    return [variable.numpy() for variable in model.generator.trainable_variables]


@pytest.mark.parametrize("maker", DATA)
def test_a_gan_with_an_augmentation_that_changes_nothing_is_the_gan_without(maker):
    plain = after_two_rounds(maker)
    same = after_two_rounds(maker, augment=lambda data, seed: data)
    other = after_two_rounds(maker, augment=lambda data, seed: -data)
    assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(plain, same, strict=True))
    assert max(np.abs(a - b).max() for a, b in zip(plain, other, strict=True)) > 1e-4


@pytest.mark.parametrize("maker", DATA)
def test_a_gan_changes_whatever_the_discriminator_looks_at_real_and_made_in_both_steps(maker):
    seen = []

    def augment(data, seed):
        seen.append(data.shape[0])
        return diff_augment(data, seed)

    model = maker(augment=augment)
    history = model.fit(DATA[maker], steps=2, batch_size=4)
    assert seen.count(8) >= 1  # four real and four made ones together in D's step
    assert seen.count(4) >= 2  # in G's step, and where the penalty is taken
    assert np.isfinite(history.history["generator_loss"]).all()
