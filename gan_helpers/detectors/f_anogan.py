"""f-AnoGAN: a Wasserstein GAN learns normal parts, an encoder learns to find them again.

Two stages (Schlegl et al. 2019, doi:10.1016/j.media.2019.01.010). First a WGAN with gradient penalty is trained on
normal parts. Then generator G and critic D are frozen and an encoder E is trained on the same parts to minimise
("izi_f")::

    L(x) = mean (x - G(E(x)))² + kappa * mean (f(x) - f(G(E(x))))²

where f are D's features. The same expression is the score of a part: what the generator can't draw again, in pixels and
in the critic's eyes, is suspicious. Everything is scored in evaluation mode, so that a part's score depends on no other
part of the batch.

Departures from the paper, to fit two processor cores: one critic step per generator step at larger learning rates, the
generator's twice the critic's (both chosen by looking at drawn plates and at the critic's distance on the training
plates) and falling along a cosine; and the generator that is kept is the moving average of its weights (Yazici et al.
2019, arXiv:1806.04498).
"""

import time

import numpy as np

from gan_helpers.detectors.base import Detector
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf

from gan_helpers import losses, networks

SCORE_BATCH = 128
CRITIC_RATE, GENERATOR_RATE, ENCODER_RATE = 1e-3, 2e-3, 1e-3


class FAnoGAN(Detector):
    """The detector; see the module for its mathematics.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    base : int
        Channels at half resolution.
    gan_steps, encoder_steps : int, optional
        Generator's and encoder's updates; by budget when not given.
    batch : int
    critic_steps : int
        Critic's updates per update of the generator.
    ema_decay : float
        Decay per step of the generator's moving average.
    penalty_weight : float
        Lambda of the gradient penalty.
    kappa : float
        Weight of the feature residual in training and score.
    seed : int
    """

    name = "f_anogan"
    learned_networks = ("generator", "critic", "encoder")
    generator = critic = encoder = None

    def __init__(
        self,
        *,
        latent_dim=64,
        base=24,
        gan_steps=None,
        encoder_steps=None,
        batch=32,
        critic_steps=1,
        ema_decay=0.995,
        penalty_weight=10.0,
        kappa=1.0,
        seed=SEED,
    ):
        self.latent_dim = latent_dim
        self.base = base
        self.gan_steps = by_budget(smoke=2, lesson=250, full=1500) if gan_steps is None else gan_steps
        self.encoder_steps = by_budget(smoke=2, lesson=250, full=2000) if encoder_steps is None else encoder_steps
        self.batch = batch
        self.critic_steps = critic_steps
        self.ema_decay = ema_decay
        self.penalty_weight = penalty_weight
        self.kappa = kappa
        self.seed = seed
        self.history = {"wasserstein": [], "encoder_loss": []}
        self.fit_seconds = None

    def _fit(self, normal):
        start = time.perf_counter()
        keras.utils.set_random_seed(self.seed)
        shape = normal.shape[1:]
        self.generator = networks.generator(shape, latent_dim=self.latent_dim, base=self.base)
        self.critic = networks.discriminator(shape, base=self.base)
        self.encoder = networks.encoder(shape, latent_dim=self.latent_dim, base=self.base)
        pictures = tf.constant(normal * 2 - 1)
        indices = np.random.default_rng(self.seed)
        self._train_gan(pictures, indices)
        self._train_encoder(pictures, indices)
        self.fit_seconds = time.perf_counter() - start

    def _train_gan(self, pictures, indices):
        average = keras.models.clone_model(self.generator)
        average.set_weights(self.generator.get_weights())
        critic_optimizer = _adam(CRITIC_RATE, self.gan_steps * self.critic_steps)
        generator_optimizer = _adam(GENERATOR_RATE, self.gan_steps)
        critic_optimizer.build(self.critic.trainable_variables)
        generator_optimizer.build(self.generator.trainable_variables)

        @tf.function
        def critic_step(real):
            fake = self.generator(self._noise(len(real)), training=True)
            mix = tf.random.uniform((len(real), 1, 1, 1))
            mixed = mix * real + (1 - mix) * fake
            with tf.GradientTape() as tape:
                with tf.GradientTape() as slope_tape:
                    slope_tape.watch(mixed)
                    at_mixed = self.critic(mixed, training=True)[1]
                penalty = losses.gradient_penalty(slope_tape.gradient(at_mixed, mixed))
                both = self.critic(tf.concat([real, fake], axis=0), training=True)[1]
                distance = losses.wasserstein_critic_loss(both[: len(real)], both[len(real) :])
                loss = distance + self.penalty_weight * penalty
            variables = self.critic.trainable_variables
            critic_optimizer.apply(tape.gradient(loss, variables), variables)
            return -distance

        @tf.function
        def generator_step():
            noise = self._noise(self.batch)
            with tf.GradientTape() as tape:
                fake = self.critic(self.generator(noise, training=True), training=True)[1]
                loss = losses.wasserstein_generator_loss(fake)
            variables = self.generator.trainable_variables
            generator_optimizer.apply(tape.gradient(loss, variables), variables)
            for kept, weight in zip(average.weights, self.generator.weights, strict=True):
                # the statistics of batch normalisation are averages already
                decay = self.ema_decay if weight.trainable else 0.0
                kept.assign(decay * kept + (1 - decay) * weight)

        for _ in range(self.gan_steps):
            for _ in range(self.critic_steps):
                distance = critic_step(self._draw(pictures, indices))
            generator_step()
            self.history["wasserstein"].append(float(distance))
        self.generator.set_weights(average.get_weights())

    def _train_encoder(self, pictures, indices):
        optimizer = _adam(ENCODER_RATE, self.encoder_steps, beta_1=0.9)
        optimizer.build(self.encoder.trainable_variables)

        @tf.function(reduce_retracing=True)
        def encoder_step(real):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(self._compare(real, training=True)[0])
            variables = self.encoder.trainable_variables
            optimizer.apply(tape.gradient(loss, variables), variables)
            return loss

        for _ in range(self.encoder_steps):
            self.history["encoder_loss"].append(float(encoder_step(self._draw(pictures, indices))))

    def _noise(self, n):
        return tf.random.normal((n, self.latent_dim))

    def _draw(self, pictures, indices):
        return tf.gather(pictures, indices.integers(len(pictures), size=self.batch))

    def _compare(self, pictures, training=False):
        """Return L(x) for each picture, float (n,), and the redrawn picture G(E(x)), float (n, h, w, c).

        G and D stand still and in evaluation mode; ``training`` concerns the encoder alone.
        """
        again = self.generator(self.encoder(pictures, training=training), training=False)
        seen, seen_again = self.critic(pictures, training=False)[0], self.critic(again, training=False)[0]
        pixels = tf.reduce_mean(tf.square(pictures - again), axis=(1, 2, 3))
        return pixels + self.kappa * tf.reduce_mean(tf.square(seen - seen_again), axis=1), again

    def reconstruct(self, images):
        """Return ``G(E(x))``, the nearest normal part that the GAN can draw: float32 (n, h, w, c) in [0, 1]."""
        images = self._check_fitted(images)
        return np.concatenate([(again.numpy() + 1) / 2 for _, again in self._in_batches(images)])

    def sample(self, n, seed=SEED):
        """Draw ``n`` parts that never existed: float32 (n, h, w, c) in [0, 1]."""
        if self.generator is None:
            raise RuntimeError(f"{self.name} is not fitted yet; call fit(normal_images) or load a checkpoint first.")
        noise = np.random.default_rng(seed).standard_normal((n, self.latent_dim), dtype=np.float32)
        batches = (noise[first : first + SCORE_BATCH] for first in range(0, n, SCORE_BATCH))
        return np.concatenate([(self.generator(batch, training=False).numpy() + 1) / 2 for batch in batches])

    def _in_batches(self, images):
        if getattr(self, "_compiled", None) is None:
            self._compiled = tf.function(self._compare, reduce_retracing=True)
        for first in range(0, len(images), SCORE_BATCH):
            yield self._compiled(tf.constant(images[first : first + SCORE_BATCH] * 2 - 1))

    def _score(self, images):
        return np.concatenate([score.numpy() for score, _ in self._in_batches(images)])

    def _anomaly_map(self, images):
        # in [-1, 1], as the score has it
        return np.square(2 * (images - self.reconstruct(images))).mean(axis=-1)


def _adam(rate, steps, beta_1=0.0):
    """Adam whose rate falls along a cosine to a fiftieth; no momentum in a game, where it overshoots."""
    falling = keras.optimizers.schedules.CosineDecay(rate, max(steps, 1), alpha=0.02)
    return keras.optimizers.Adam(falling, beta_1=beta_1, beta_2=0.9 if beta_1 == 0 else 0.999)
