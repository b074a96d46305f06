"""Autoencoder and variational autoencoder against closed forms."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import autoencoders, datasets, networks


class TestDivergence:
    def test_it_is_zero_for_a_standard_normal_law(self):
        assert float(autoencoders.kl_to_standard_normal(np.zeros((1, 3)), np.zeros((1, 3)))[0]) == 0

    def test_it_agrees_with_numerical_integration(self):
        mean, deviation = 0.7, 0.4
        x = np.linspace(-8, 8, 200_001)
        p = np.exp(-(((x - mean) / deviation) ** 2) / 2) / deviation / np.sqrt(2 * np.pi)
        q = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
        expected = np.trapezoid(np.where(p > 1e-300, p * np.log(np.maximum(p, 1e-300) / q), 0), x)
        law = np.array([[mean]]), np.array([[np.log(deviation**2)]])
        assert float(autoencoders.kl_to_standard_normal(*law)[0]) == pytest.approx(expected, rel=1e-5)

    def test_its_gradient_is_the_mean_and_half_of_the_variance_minus_one(self):
        mean, log_variance = tf.constant([[0.5, -1.0]]), tf.constant([[0.3, -0.7]])
        with tf.GradientTape() as tape:
            tape.watch([mean, log_variance])
            value = autoencoders.kl_to_standard_normal(mean, log_variance)
        by_mean, by_log_variance = tape.gradient(value, [mean, log_variance])
        np.testing.assert_allclose(by_mean, mean, rtol=1e-6)
        np.testing.assert_allclose(by_log_variance, (np.exp(log_variance) - 1) / 2, rtol=1e-5)


class TestTraining:
    def points(self):
        return datasets.draw_points("line", 512)

    @pytest.mark.slow
    def test_an_autoencoder_learns_to_draw_a_line_again(self):
        keras.utils.set_random_seed(1)
        model = autoencoders.Autoencoder(networks.point_encoder(latent_dim=1), networks.point_generator(latent_dim=1))
        before = float(np.square(np.asarray(model(self.points())) - self.points()).sum(axis=1).mean())
        history = model.fit(self.points(), batch_size=64, epochs=15, verbose=0)
        after = float(np.square(np.asarray(model(self.points())) - self.points()).sum(axis=1).mean())
        assert after < before / 10
        assert history.history["loss"][-1] < history.history["loss"][0] / 10
        loss = float(model._figures(tf.constant(self.points()))["loss"])
        assert loss == pytest.approx(after, rel=1e-4)

    @pytest.mark.slow
    def test_a_variational_autoencoder_draws_new_points_on_the_line(self):
        keras.utils.set_random_seed(1)
        model = autoencoders.VariationalAutoencoder(
            networks.point_encoder(latent_dim=1, variational=True), networks.point_generator(latent_dim=1), sigma=0.1
        )
        model.fit(self.points(), batch_size=64, epochs=150, verbose=0)
        drawn = model.sample(500)
        off_the_line = np.abs(drawn[:, 1] - 0.5 * drawn[:, 0])
        assert off_the_line.mean() < 0.1
        assert drawn[:, 0].std() == pytest.approx(self.points()[:, 0].std(), rel=0.35)

    def test_the_loss_is_reconstruction_plus_divergence(self):
        model = autoencoders.VariationalAutoencoder(
            networks.point_encoder(variational=True), networks.point_generator(), sigma=0.5
        )
        figures = {name: float(value) for name, value in model._figures(tf.constant(self.points()[:16])).items()}
        assert figures["loss"] == pytest.approx(figures["reconstruction"] + figures["divergence"], rel=1e-5)


@pytest.mark.parametrize("shape", [(32, 32, 3), (64, 64, 1)])
def test_pictures_pass_through_the_builders(shape):
    pictures = np.zeros((2, *shape), np.float32)
    assert networks.autoencoder(shape, latent_dim=4, base=8)(pictures).shape == (2, *shape)
    mean, log_variance = networks.variational_encoder(shape, latent_dim=4, base=8)(pictures)
    assert mean.shape == log_variance.shape == (2, 4)
