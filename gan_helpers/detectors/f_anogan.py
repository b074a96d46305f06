"""f-AnoGAN: a GAN learns normal parts, an encoder learns to find them again.

Two stages (Schlegl et al. 2019, doi:10.1016/j.media.2019.01.010). First a Wasserstein GAN with gradient penalty is
trained on normal parts. Then generator G and critic D are frozen and an encoder E is trained on the same parts to
minimise ("izi_f")::

    L(x) = mean (x - G(E(x)))² + kappa * mean (f(x) - f(G(E(x))))²

where f are D's features. The same expression is the score of a part: what the generator can't draw again, in pixels and
in the critic's eyes, is suspicious.

Departures from the paper, to fit two processor cores: one critic step per generator step at larger learning rates, the
generator's twice the critic's (both chosen by looking at drawn plates and at the critic's distance on the training
plates) and falling along a cosine; the penalty is taken on a few pictures of each batch; and the generator that is kept
is the moving average of its weights (Yazici et al. 2019, arXiv:1806.04498). With ``pooling="max"`` the mean over pixels
becomes a local maximum.
"""

import numpy as np

from gan_helpers.detectors import normal_gan
from gan_helpers.detectors.base import checked_pooling
from gan_helpers.detectors.trained import SCORE_BATCH, TrainedDetector, falling_adam, settle
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import networks, precision

ENCODER_RATE = 1e-3
SETTLE = 640  # latent vectors that settle the generator's statistics


class FAnoGAN(TrainedDetector):
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
    penalty_batch : int, optional
        Take the penalty on so many pictures of each batch only.
    kappa : float
        Weight of the feature residual in training and score.
    pooling : {"mean", "max"}
        How the squared residual of the pixels becomes a figure: the paper's mean, or the local maximum of
        `base.pooled`.
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
        penalty_batch=8,
        kappa=1.0,
        pooling="mean",
        seed=SEED,
    ):
        self.latent_dim = latent_dim
        self.base = base
        self.gan_steps = by_budget(smoke=2, lesson=400, full=1000) if gan_steps is None else gan_steps
        self.encoder_steps = by_budget(smoke=2, lesson=500, full=1800) if encoder_steps is None else encoder_steps
        self.batch = batch
        self.critic_steps = critic_steps
        self.ema_decay = ema_decay
        self.penalty_weight = penalty_weight
        self.penalty_batch = penalty_batch
        self.kappa = kappa
        self.pooling = checked_pooling(pooling)
        self.seed = seed
        self.history = {"wasserstein": [], "encoder_loss": []}

    def _learn(self, pictures):
        model, distances = normal_gan.train(
            pictures,
            steps=self.gan_steps,
            latent_dim=self.latent_dim,
            base=self.base,
            batch=self.batch,
            penalty_weight=self.penalty_weight,
            penalty_batch=self.penalty_batch,
            critic_steps=self.critic_steps,
            ema_decay=self.ema_decay,
            seed=self.seed,
        )
        self.generator, self.critic = model.average, model.discriminator
        settle(self.generator, keras.random.normal((SETTLE, self.latent_dim), seed=self.seed))
        with precision.using():
            self.encoder = networks.encoder(pictures.shape[1:], latent_dim=self.latent_dim, base=self.base)
        self.history = {"wasserstein": distances, "encoder_loss": self._train_encoder(pictures)}

    def _train_encoder(self, pictures):
        optimizer = falling_adam(ENCODER_RATE, self.encoder_steps)
        variables = self.encoder.trainable_variables
        optimizer.build(variables)

        @tf.function(autograph=False)
        def step(real):
            with tf.GradientTape() as tape:
                again = self.generator(self.encoder(real, training=True), training=False)
                loss = ops.mean(ops.square(real - again)) + self.kappa * ops.mean(self._feature_residual(real, again))
            optimizer.apply(tape.gradient(loss, variables), variables)
            return loss

        told = self._train(step, pictures, steps=self.encoder_steps, seed=self.seed + 1)
        return [float(loss) for loss in told]

    def _feature_residual(self, pictures, again):
        seen, seen_again = (self.critic(picture, training=False)[0] for picture in (pictures, again))
        return ops.mean(ops.square(seen - seen_again), axis=1)

    def _redraw(self, pictures):
        return self.generator(self.encoder(pictures, training=False), training=False)

    def _judge(self, pictures):
        again = self._redraw(pictures)
        residual = ops.mean(ops.square(pictures - again), axis=-1)
        return self._pooled(residual) + self.kappa * self._feature_residual(pictures, again), residual

    def sample(self, n, seed=SEED):
        """Draw ``n`` parts that never existed: float32 (n, h, w, c) in [0, 1]."""
        self._check_is_fitted()
        noise = np.random.default_rng(seed).standard_normal((n, self.latent_dim), dtype=np.float32)
        batches = (noise[first : first + SCORE_BATCH] for first in range(0, n, SCORE_BATCH))
        return np.concatenate([(self.generator(batch, training=False).numpy() + 1) / 2 for batch in batches])
