"""The GAN for points of a plane that lesson 02 and its playground play with: small, fast, and measured."""

import contextlib
import random

import keras
import tensorflow as tf

from gan_helpers import losses, networks
from gan_helpers.gan import state
from gan_helpers.gan.model import GAN
from gan_helpers.settings import SEED

LATENT_DIM, WIDTH, DEPTH = 2, 64, 3
RATE = 2e-3  # of both players
BETA_1, BETA_2 = 0.5, 0.9
BATCH = 128
FIRST_SPREAD = 0.3  # factor on G's last layer at the start, so that its first points lie amid the real ones
# Weights that suit pictures hold D too flat to tell heaps of 0.04 from the gaps between them. The authors of
# arXiv:1704.00028 take 0.1 for points, too (their gan_toy.py); 0.02 was measured here.
PENALTY_WEIGHTS = {"slope_one": 0.1, "flat": 0.02}


def point_gan(
    game="non_saturating",
    *,
    seed=SEED,
    latent_dim=LATENT_DIM,
    width=WIDTH,
    depth=DEPTH,
    generator_rate=RATE,
    discriminator_rate=RATE,
    **options,
):
    """Build and compile a GAN for points of a plane, with settings that find the eight heaps of the ring.

    Measured on 4,000 points of the ring, seeds 0 to 4, 1,500 rounds of `GAN.fit` with batches of `BATCH`: of 2,000
    points from the moving average, non-saturating has 69 to 85 % in 7 to 8 heaps (`generation.mode_coverage`),
    Wasserstein-GP 69 to 82 % in 8, relativistic 61 to 83 % in 8. At constant rates, after 2,000 rounds of a `Match`,
    minimax finds 7 to 8 heaps, hinge 7 to 8, least squares 6 to 8.

    Parameters
    ----------
    game : str
        Of `losses.GAMES`.
    seed : int
        Of the first weights, the noise and the order of the data.
    latent_dim : int
    width, depth : int
        Neurons in a layer, and layers, of both networks.
    generator_rate, discriminator_rate : float
        Learning rates of Adam with beta_1 = 0.5, beta_2 = 0.9.
    options
        Of `GAN`, such as ``penalty``. Unless told otherwise, the weight of a penalty is far less than for pictures: 0.1
        for ``slope_one``, 0.02 for ``flat``.

    Returns
    -------
    GAN

    Examples
    --------
    >>> gan = point_gan("wasserstein_gp")
    >>> history = gan.fit(datasets.draw_points("ring", 4000), steps=1500, batch_size=BATCH)
    """
    penalty = options.get("penalty") or losses.game(game).penalty
    options.setdefault("penalty_weight", PENALTY_WEIGHTS.get(penalty))
    with _first_weights_from(seed):
        generator = networks.point_generator(latent_dim=latent_dim, width=width, depth=depth)
        discriminator = networks.point_discriminator(width=width, depth=depth)
        last = generator.layers[-1]
        last.kernel.assign(FIRST_SPREAD * last.kernel)
        gan = GAN(generator, discriminator, game=game, seed=seed, **options)
    gan.compile(
        *(keras.optimizers.Adam(rate, beta_1=BETA_1, beta_2=BETA_2) for rate in (generator_rate, discriminator_rate))
    )
    return gan


@contextlib.contextmanager
def _first_weights_from(seed):
    """Keras seeds its initialisers from Python's generator; leave that one as it was."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


class Match:
    """A `point_gan` played outside `fit`, a few rounds at a time, with a look at both players in between.

    The rounds are those of `GAN.train_step`, compiled once; learning rates stay as they are set.

    Parameters
    ----------
    game : str
    seed : int
    options
        Of `point_gan`.

    Attributes
    ----------
    gan : GAN
    """

    def __init__(self, game="non_saturating", *, seed=SEED, **options):
        self._settings = {"game": game, **options}
        self.seed = seed
        self.gan = point_gan(seed=seed, **self._settings)
        self._rounds = tf.function(self._play, autograph=False, reduce_retracing=True)
        self._drawn = tf.function(self._draw, autograph=False, reduce_retracing=True)
        self._judged = tf.function(self._judge, autograph=False, reduce_retracing=True)

    def restart(self, seed):
        """Go back to round 0 with the first weights and the noise of a seed; nothing is compiled again."""
        self.seed = seed
        fresh = point_gan(seed=seed, **self._settings)
        for variable, first in zip(state.variables(self.gan), state.variables(fresh), strict=True):
            variable.assign(first)

    def play(self, data, rounds):
        """Play some rounds.

        Parameters
        ----------
        data : array
            float32 (n, 2); each round draws `BATCH` of them, with replacement.
        rounds : int

        Returns
        -------
        numpy.ndarray
            float32 (rounds, 2): losses of D and of G.
        """
        return self._rounds(tf.constant(data), tf.constant(rounds), tf.constant(self.seed)).numpy()

    def draw(self, latents):
        """Return what G and its moving average draw from latents (n, latent_dim): two float32 (n, 2)."""
        return [made.numpy() for made in self._drawn(tf.constant(latents))]

    def judge(self, made, real, places):
        """Ask D.

        Parameters
        ----------
        made, real : array
            float32 (n, 2) each.
        places : array
            float32 (m, 2).

        Returns
        -------
        pull : numpy.ndarray
            float32 (n, 2): minus the slope of each made point's own loss, so the way in which G wants to move it.
        at_made, at_real, at_places : numpy.ndarray
            float32 (n,), (n,), (m,): raw outputs of D.
        """
        judged = self._judged(tf.constant(made), tf.constant(real), tf.constant(places))
        return [array.numpy() for array in judged]

    def _play(self, data, rounds, seed):
        def one_round(_, step):
            rows = tf.random.stateless_uniform((BATCH,), [seed, step], maxval=tf.shape(data)[0], dtype=tf.int32)
            figures = self.gan.train_step(tf.gather(data, rows))
            return tf.stack([figures["discriminator_loss"], figures["generator_loss"]])

        first = tf.cast(tf.convert_to_tensor(self.gan.step), tf.int32)
        return tf.scan(one_round, tf.range(first, first + rounds), tf.zeros(2), parallel_iterations=1)

    def _draw(self, latents):
        return self.gan.generator(latents), self.gan.average(latents)

    def _judge(self, made, real, places):
        _, slope = self.gan.slope(made, None, real)
        # the batch's loss is the mean over its points, so its slope is 1/n of a point's own
        pull = -slope * tf.cast(tf.shape(made)[0], tf.float32)
        return pull, *(self.gan.discriminator(points)[:, 0] for points in (made, real, places))
