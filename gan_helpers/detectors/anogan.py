"""AnoGAN: look for the part that a GAN of normal parts draws nearest to the one on the table.

The first anomaly detector with a GAN (Schlegl et al. 2017, arXiv:1703.05921). A GAN is trained on normal parts. For a
new part x gradient descent moves a latent vector z, generator G and discriminator D standing still, so as to minimise::

    A(x) = (1 - lambda) |x - G(z)| + lambda |f(x) - f(G(z))|

where f are D's features; what is left at the end is the score. Each part costs hundreds of passes through G and D,
forth and back. f-AnoGAN learns an encoder instead, which needs one.

Departures from the paper: absolute values are averaged over pixels and over features rather than summed, so that
scores at different sizes compare; the GAN is the one of `detectors.f_anogan`; Adam's rate falls along a cosine; the
search starts at the same latent vectors for each part, so that a part's score depends on no other part and on no order.
"""

import time

import numpy as np

from gan_helpers.detectors import normal_gan
from gan_helpers.detectors.base import Detector, checked_pooling, pooled
from gan_helpers.detectors.trained import in_float32
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import precision

SEARCH_BATCH = 64  # latent vectors that are moved together


class AnoGAN(Detector):
    """The detector; see the module for its mathematics. `fit` trains the GAN and has nothing to watch.

    Parameters
    ----------
    latent_dim, base : int
        Length of the latent vector, channels at half resolution.
    gan_steps : int, optional
        Rounds of the GAN; by budget when not given.
    search_steps : int, optional
        Steps of the search for each part; by budget when not given (the paper takes 500).
    search_rate : float
        Adam's learning rate in the search.
    restarts : int
        Latent vectors from which the search sets out; the best end counts.
    feature_weight : float
        The formula's lambda, in [0, 1].
    batch : int
    penalty_weight : float
        Of the GAN's gradient penalty.
    penalty_batch : int, optional
        Take the penalty on so many pictures of each batch only.
    ema_decay : float
        Decay per step of the generator's moving average.
    pooling : {"mean", "max"}
        How the absolute residual of the pixels becomes a figure; the search itself always takes the mean.
    seed : int

    Examples
    --------
    >>> shipped = checkpoints.load("parts")
    >>> detector = AnoGAN.from_gan(shipped.generator, shipped.critic, search_steps=200)
    >>> for step, drawn, left in detector.search(images):
    ...     print(step, left.mean())
    """

    name = "anogan"
    learned_networks = ("generator", "critic")
    generator = critic = None
    fit_seconds = None

    def __init__(
        self,
        *,
        latent_dim=64,
        base=24,
        gan_steps=None,
        search_steps=None,
        search_rate=0.05,
        restarts=1,
        feature_weight=0.1,
        batch=32,
        penalty_weight=10.0,
        penalty_batch=8,
        ema_decay=0.995,
        pooling="mean",
        seed=SEED,
    ):
        if not 0 <= feature_weight <= 1:
            raise ValueError(f"feature_weight is {feature_weight}; give a share from 0 to 1.")
        if restarts < 1:
            raise ValueError(f"restarts is {restarts}; the search needs at least one start.")
        self.latent_dim = latent_dim
        self.base = base
        self.gan_steps = by_budget(smoke=2, lesson=500, full=1800) if gan_steps is None else gan_steps
        self.search_steps = by_budget(smoke=2, lesson=100, full=500) if search_steps is None else search_steps
        self.search_rate = search_rate
        self.restarts = restarts
        self.feature_weight = feature_weight
        self.batch = batch
        self.penalty_weight = penalty_weight
        self.penalty_batch = penalty_batch
        self.ema_decay = ema_decay
        self.pooling = checked_pooling(pooling)
        self.seed = seed

    @classmethod
    def from_gan(cls, generator, critic, **settings):
        """Make the detector from a GAN that is trained already.

        Parameters
        ----------
        generator : keras.Model
            Float (n, latent_dim) -> pictures (n, h, w, c) in [-1, 1], such as `gan.GAN.average`.
        critic : keras.Model
            Pictures -> [features, output], as `networks.discriminator` gives.
        **settings
            Of the constructor, those of the search.
        """
        detector = cls(latent_dim=generator.input_shape[-1], gan_steps=0, **settings)
        detector.generator, detector.critic = in_float32(generator), in_float32(critic)
        detector.image_shape = tuple(generator.output_shape[1:])
        return detector

    def _fit(self, normal):
        start = time.perf_counter()
        precision.best()  # measuring it draws random numbers, so that comes first
        keras.utils.set_random_seed(self.seed)
        model, _ = normal_gan.train(
            normal * 2 - 1,
            steps=self.gan_steps,
            latent_dim=self.latent_dim,
            base=self.base,
            batch=self.batch,
            penalty_weight=self.penalty_weight,
            penalty_batch=self.penalty_batch,
            ema_decay=self.ema_decay,
            seed=self.seed,
        )
        self.generator, self.critic = in_float32(model.average), in_float32(model.discriminator)
        self._compiled = None
        self.fit_seconds = time.perf_counter() - start

    def search(self, images, *, steps=None, frames=10):
        """Search for the nearest part that G draws, and show the way.

        Parameters
        ----------
        images : numpy.ndarray
            Float (n, h, w, c) in [0, 1].
        steps : int, optional
            Instead of ``search_steps``.
        frames : int
            How often it is shown, besides the start.

        Yields
        ------
        step : int
            0 at first, ``steps`` at last.
        drawn : numpy.ndarray
            float32 (n, h, w, c) in [0, 1]: ``G(z)`` as it is then, of the best start.
        left : numpy.ndarray
            float32 (n,): A(x), what is left of the difference.
        """
        images = self._check_fitted(images)
        steps = self.search_steps if steps is None else steps
        pictures = np.repeat(images * 2 - 1, self.restarts, axis=0)
        starts = np.random.default_rng(self.seed).standard_normal((self.restarts, self.latent_dim), dtype=np.float32)
        latents = np.tile(starts, (len(images), 1))
        still = np.zeros_like(latents)
        chunks = _chunks(pictures)
        states = list(zip(_chunks(latents), _chunks(still), _chunks(still), strict=True))  # z and Adam's two moments
        advance, done = self._search_program(), 0
        for goal in np.unique(np.linspace(0, steps, frames + 1).astype(int)):
            span = [tf.constant(int(step)) for step in (done, goal, steps)]
            ends = [advance(chunk, *state, *span) for chunk, state in zip(chunks, states, strict=True)]
            states, done = [end[:3] for end in ends], int(goal)
            drawn, left = (np.concatenate([end[place].numpy() for end in ends]) for place in (3, 4))
            left = left.reshape(len(images), self.restarts)
            best = np.arange(len(images)) * self.restarts + left.argmin(axis=1)
            yield done, (drawn[best] + 1) / 2, left.min(axis=1)

    def _search_program(self):
        """Return the compiled search: (pictures, latents, Adam's two moments, done, goal, steps) -> where it ends."""
        if getattr(self, "_compiled", None) is None:
            self._compiled = tf.function(self._advance, reduce_retracing=True)
        return self._compiled

    def _advance(self, pictures, latents, mean, square, done, goal, steps):
        seen = self.critic(pictures, training=False)[0]
        for step in tf.range(done, goal):
            with tf.GradientTape() as tape:
                tape.watch(latents)
                left, _ = self._difference(pictures, seen, latents)
            slope = tape.gradient(left, latents)  # of each picture's own A(x), since none depends on another's
            mean = 0.9 * mean + 0.1 * slope
            square = 0.999 * square + 0.001 * tf.square(slope)
            t = tf.cast(step, tf.float32)
            rate = self.search_rate * 0.5 * (1 + tf.cos(np.pi * t / tf.cast(steps, tf.float32)))
            latents -= rate * (mean / (1 - 0.9 ** (t + 1))) / (tf.sqrt(square / (1 - 0.999 ** (t + 1))) + 1e-8)
        left, drawn = self._difference(pictures, seen, latents)
        return latents, mean, square, drawn, left

    def _difference(self, pictures, seen, latents):
        """Return A(x), float (n,), and G(z)."""
        drawn = self.generator(latents, training=False)
        pixels = ops.mean(ops.abs(pictures - drawn), axis=(1, 2, 3))
        features = ops.mean(ops.abs(seen - self.critic(drawn, training=False)[0]), axis=1)
        return (1 - self.feature_weight) * pixels + self.feature_weight * features, drawn

    def reconstruct(self, images):
        """Return ``G(z)`` at the end of the search: float32 (n, h, w, c) in [0, 1]."""
        return self._found(self._check_fitted(images))[0]

    def _found(self, images):
        *_, (_, drawn, left) = self.search(images, frames=1)
        return drawn, left

    def _score(self, images):
        drawn, left = self._found(images)
        residual = self._residual(images, drawn)
        return left + (1 - self.feature_weight) * (pooled(residual, self.pooling) - residual.mean(axis=(1, 2)))

    def _anomaly_map(self, images):
        return self._residual(images, self._found(images)[0])

    @staticmethod
    def _residual(images, drawn):
        return 2 * np.abs(images - drawn).mean(axis=-1)  # in [-1, 1], as the formula has it


def _chunks(array):
    return [tf.constant(array[first : first + SEARCH_BATCH]) for first in range(0, len(array), SEARCH_BATCH)]
