"""Losses against closed forms, networks against the shapes that they promise."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import losses, networks


class TestLosses:
    real = np.array([[1.0], [3.0]], np.float32)
    fake = np.array([[0.5], [-1.5]], np.float32)

    def test_wasserstein_losses_are_differences_of_means(self):
        assert float(losses.wasserstein_critic_loss(self.real, self.fake)) == pytest.approx(-0.5 - 2.0)
        assert float(losses.wasserstein_generator_loss(self.fake)) == pytest.approx(0.5)

    def test_the_critics_loss_pulls_evenly_on_every_picture(self):
        real, fake = tf.Variable(self.real), tf.Variable(self.fake)
        with tf.GradientTape() as tape:
            loss = losses.wasserstein_critic_loss(real, fake)
        for gradient, expected in zip(tape.gradient(loss, [real, fake]), (-0.5, 0.5), strict=True):
            np.testing.assert_allclose(gradient, expected)

    @pytest.mark.parametrize("norm", [0.5, 1.0, 3.0])
    def test_the_penalty_of_a_linear_critic_is_its_slopes_distance_from_one(self, norm):
        slope = np.zeros((4, 2, 2, 1), np.float32)
        slope[..., 0] = norm / 2  # four entries, so |g| = norm
        assert float(losses.gradient_penalty(slope)) == pytest.approx((norm - 1) ** 2, abs=1e-6)

    def test_the_penalty_has_a_finite_gradient_where_the_slope_is_zero(self):
        slope = tf.Variable(tf.zeros((2, 4, 4, 1)))
        with tf.GradientTape() as tape:
            penalty = losses.gradient_penalty(slope)
        assert np.isfinite(tape.gradient(penalty, slope)).all()
        assert float(penalty) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("shape", [(32, 32, 1), (64, 64, 1), (128, 128, 3)])
class TestNetworks:
    def test_generator_draws_pictures_between_minus_one_and_one(self, shape):
        made = networks.generator(shape, latent_dim=8, base=8)(np.full((2, 8), 3, np.float32)).numpy()
        assert made.shape == (2, *shape)
        assert np.abs(made).max() <= 1
        assert made.dtype == np.float32

    def test_critic_gives_features_and_one_number(self, shape):
        features, output = networks.critic(shape, base=8)(np.zeros((2, *shape), np.float32))
        assert features.shape[0] == 2
        assert len(features.shape) == 2
        assert output.shape == (2, 1)

    def test_encoder_gives_a_latent_vector(self, shape):
        assert networks.encoder(shape, latent_dim=8, base=8)(np.zeros((2, *shape), np.float32)).shape == (2, 8)

    def test_all_load_in_safe_mode(self, shape, tmp_path):
        for build in (networks.generator, networks.critic, networks.encoder):
            network = build(shape, base=8)
            network.save(tmp_path / "network.keras")
            loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
            for kept, weight in zip(loaded.get_weights(), network.get_weights(), strict=True):
                np.testing.assert_array_equal(kept, weight)


def test_the_last_doubling_lays_four_channels_out_as_two_by_two_pixels():
    channels = keras.Input((16, 16, 4))
    unfold = keras.Model(channels, networks._unfold(channels, (32, 32, 1)))
    given = np.random.default_rng(0).standard_normal((1, 16, 16, 4)).astype(np.float32)
    expected = tf.nn.depth_to_space(given, 2)
    np.testing.assert_array_equal(unfold(given), expected)


@pytest.mark.parametrize("shape", [(64, 32, 1), (48, 48, 1), (64, 64, 2), (16, 16, 1)])
def test_a_shape_that_does_not_fit_is_refused_with_the_sizes_that_do(shape):
    for build in (networks.generator, networks.critic, networks.encoder):
        with pytest.raises(ValueError, match="32, 64, 128, 256"):
            build(shape)
