"""GANomaly: an encoder, a decoder and a second encoder; suspicious is a part whose two latent vectors disagree.

Generator and encoders are trained together against a discriminator D (Akcay, Atapour-Abarghouei & Breckon 2018,
arXiv:1805.06725). With ``z = E1(x)``, ``x' = G(z)``, ``z' = E2(x')`` and D's features f they minimise::

    1 * mean (f(x) - f(x'))² + 50 * mean |x - x'| + 1 * mean (z - z')²

while D learns to tell x from x'. The score is ``mean (z - z')²``.

Two optimizers, one for each side, and f are D's own features, not its output; ports that miss either are behind many of
the method's poor figures. Scoring is done in evaluation mode: the authors' program normalises a test batch by its own
statistics, so that a part's score depends on the others.

Departures from the paper: the course's networks, without batch normalisation, and batches of 8; larger learning rates
that fall along a cosine; scoring with the moving average of the weights (Yazici et al. 2019, arXiv:1806.04498); no
restart of D when it wins; and, if asked for, the score is the residual of the picture, by mean or by local maximum.
"""

from gan_helpers.detectors.base import checked_pooling
from gan_helpers.detectors.trained import TrainedDetector, falling_adam, in_float32, move_average
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import tensorflow as tf
from keras import ops

from gan_helpers import losses, networks, precision

GENERATOR_RATE, DISCRIMINATOR_RATE = 1e-3, 5e-4
ADVERSARIAL_WEIGHT, IMAGE_WEIGHT, LATENT_WEIGHT = 1.0, 50.0, 1.0
SCORES = ("latent", "residual")


class GANomaly(TrainedDetector):
    """The detector; see the module for its mathematics.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vectors.
    base : int
        Channels at half resolution.
    steps : int, optional
        Updates of either side; by budget when not given.
    batch : int
    ema_decay : float
        Decay per step of the moving average of the weights.
    score_by : {"latent", "residual"}
        The paper's score, or the squared residual of the picture.
    pooling : {"mean", "max"}
        How the residual becomes a score, if it is to; see `base.pooled`.
    seed : int
    """

    name = "ganomaly"
    learned_networks = ("encoder", "generator", "second_encoder")
    encoder = generator = second_encoder = None

    def __init__(
        self,
        *,
        latent_dim=64,
        base=24,
        steps=None,
        batch=8,
        ema_decay=0.995,
        score_by="latent",
        pooling="mean",
        seed=SEED,
    ):
        if score_by not in SCORES:
            raise ValueError(f"score_by is {score_by!r}; choose one of {', '.join(SCORES)}.")
        self.latent_dim = latent_dim
        self.base = base
        self.steps = by_budget(smoke=2, lesson=1500, full=4000) if steps is None else steps
        self.batch = batch
        self.ema_decay = ema_decay
        self.score_by = score_by
        self.pooling = checked_pooling(pooling)
        self.seed = seed
        self.history = {"discriminator": [], "adversarial": [], "image": [], "latent": []}

    def _learn(self, pictures):
        shape, sizes = pictures.shape[1:], {"latent_dim": self.latent_dim, "base": self.base}
        with precision.using():
            players = (
                networks.encoder(shape, **sizes),
                networks.generator(shape, **sizes, batch_norm=False),
                networks.encoder(shape, **sizes, name="second_encoder"),
            )
            discriminator = networks.discriminator(shape, base=self.base)
        averages = [in_float32(player) for player in players]
        self.encoder, self.generator, self.second_encoder = averages
        variables = [variable for player in players for variable in player.trainable_variables]
        generator_optimizer = falling_adam(GENERATOR_RATE, self.steps, beta_1=0.5)
        discriminator_optimizer = falling_adam(DISCRIMINATOR_RATE, self.steps, beta_1=0.5)
        generator_optimizer.build(variables)
        discriminator_optimizer.build(discriminator.trainable_variables)

        @tf.function(autograph=False)
        def step(real):
            with tf.GradientTape() as tape:
                latent, again, latent_again = _through(players, real, training=True)
                terms = objective(real, again, latent, latent_again, discriminator)
                total = ADVERSARIAL_WEIGHT * terms[0] + IMAGE_WEIGHT * terms[1] + LATENT_WEIGHT * terms[2]
            generator_optimizer.apply(tape.gradient(total, variables), variables)
            n = ops.shape(real)[0]
            with tf.GradientTape() as tape:
                judged = discriminator(ops.concatenate([real, again]), training=True)[1]
                loss = losses.minimax_discriminator_loss(judged[:n], judged[n:]) / 2
            discriminator_optimizer.apply(
                tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables
            )
            for average, player in zip(averages, players, strict=True):
                move_average(average, player, generator_optimizer.iterations, self.ema_decay)
            return ops.stack([loss, *terms])

        told = self._train(step, pictures, steps=self.steps)
        self.history = {name: [float(row[place]) for row in told] for place, name in enumerate(self.history)}

    def _redraw(self, pictures):
        return self.generator(self.encoder(pictures, training=False), training=False)

    def _judge(self, pictures):
        latent, again, latent_again = _through((self.encoder, self.generator, self.second_encoder), pictures)
        residual = ops.mean(ops.square(pictures - again), axis=-1)
        if self.score_by == "residual":
            return self._pooled(residual), residual
        return ops.mean(ops.square(latent - latent_again), axis=1), residual


def objective(pictures, again, latent, latent_again, discriminator):
    """Return the three terms that the generator's side minimises, without their weights; scalars.

    The norms are means of squares and of absolute values, as in the authors' program.

    References
    ----------
    Akcay et al. 2018, arXiv:1805.06725, equations 1 to 3.
    """
    seen, seen_again = (discriminator(picture, training=True)[0] for picture in (pictures, again))
    return (
        ops.mean(ops.square(seen - seen_again)),
        ops.mean(ops.abs(pictures - again)),
        ops.mean(ops.square(latent - latent_again)),
    )


def _through(players, pictures, training=False):
    encoder, generator, second_encoder = players
    latent = encoder(pictures, training=training)
    again = generator(latent, training=training)
    return latent, again, second_encoder(again, training=training)
