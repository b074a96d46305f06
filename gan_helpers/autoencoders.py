"""The GAN's cousins, which learn without an opponent: autoencoder and variational autoencoder.

Both squeeze data through a latent vector and draw them again. They minimise a distance, so they can't be fooled, and
they pay for it: where two answers are possible they draw the mean of both.
"""

import numpy as np

from gan_helpers.settings import SEED, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops


def kl_to_standard_normal(mean, log_variance):
    """Return ``KL(N(m, v) || N(0, 1)) = (m² + v - 1 - log v) / 2``, summed over the latent vector; float (n,).

    References
    ----------
    Kingma & Welling 2014, arXiv:1312.6114, appendix B.
    """
    return ops.sum(ops.square(mean) + ops.exp(log_variance) - 1.0 - log_variance, axis=-1) / 2


class Autoencoder(keras.Model):
    """Encoder and decoder that minimise ``E |x - D(E(x))|²``, summed over a picture's or a point's coordinates.

    Parameters
    ----------
    encoder : keras.Model
        Data (n, ...) -> latent vector (n, latent_dim).
    decoder : keras.Model
        Latent vector -> data; any generator.
    rate : float
        Adam's learning rate.
    """

    def __init__(self, encoder, decoder, *, rate=2e-3):
        super().__init__(name="autoencoder")
        self.encoder, self.decoder = encoder, decoder
        self.built = True
        self.compile(optimizer=keras.optimizers.Adam(rate))

    def call(self, data, training=False):
        """Return the data drawn again."""
        return self.decoder(self.encoder(data, training=training), training=training)

    def train_step(self, data):
        """Take one step downhill; returns the loss."""
        with tf.GradientTape() as tape:
            figures = self._figures(data)
        variables = self.trainable_variables
        self.optimizer.apply(tape.gradient(figures["loss"], variables), variables)
        return figures

    def _figures(self, data):
        distance = ops.mean(squared_distance(data, self(data, training=True)))
        # with a second name beside "loss" Keras shows these figures, and not its own tracker, which nobody feeds
        return {"loss": distance, "reconstruction": distance}


class VariationalAutoencoder(Autoencoder):
    """An autoencoder whose latent vectors follow a normal law, so that one can draw from it.

    Minimises minus the evidence lower bound of a normal law with standard deviation ``sigma`` around each drawing,
    up to a constant::

        E |x - D(z)|² / (2 sigma²) + KL(N(m(x), v(x)) || N(0, 1)),    z = m(x) + sqrt(v(x)) e,  e ~ N(0, 1)

    Parameters
    ----------
    encoder : keras.Model
        Data -> [mean, log-variance], (n, latent_dim) each.
    decoder : keras.Model
    sigma : float
        In the data's unit: details finer than this are not worth drawing.
    rate : float
    seed : int

    References
    ----------
    Kingma & Welling 2014, arXiv:1312.6114, equation 10.
    """

    def __init__(self, encoder, decoder, *, sigma=0.1, rate=2e-3, seed=SEED):
        super().__init__(encoder, decoder, rate=rate)
        self.sigma = sigma
        self.noise = keras.random.SeedGenerator(seed)

    def call(self, data, training=False):
        """Return the data drawn again, from the mean of their latent law."""
        return self.decoder(self.encoder(data, training=training)[0], training=training)

    def _figures(self, data):
        mean, log_variance = self.encoder(data, training=True)
        noise = keras.random.normal(ops.shape(mean), seed=self.noise)
        again = self.decoder(mean + ops.exp(log_variance / 2) * noise, training=True)
        reconstruction = ops.mean(squared_distance(data, again)) / (2 * self.sigma**2)
        divergence = ops.mean(kl_to_standard_normal(mean, log_variance))
        return {"loss": reconstruction + divergence, "reconstruction": reconstruction, "divergence": divergence}

    def sample(self, n, *, seed=SEED):
        """Draw ``n`` pictures or points from noise: float32 (n, ...)."""
        shape = (n, self.decoder.input_shape[-1])
        return np.asarray(self.decoder(np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)))


def squared_distance(data, again):
    """Return ``|x - x'|²`` a row, summed over everything else; float (n,)."""
    return ops.sum(ops.square(data - again), axis=list(range(1, len(data.shape))))
