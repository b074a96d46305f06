"""Repair GAN: it learns to restore good parts on which defects were forged, and to mark what it had to restore.

Three networks learn together, from good parts alone:

- the *restorer* R gets a part x' on which defects were forged and has to return the part x as it was; it minimises
  ``mean |R(x') - x| + mean (R(x') - x)² + a * mean softplus(-D(R(x')))``,
- the *discriminator* D tells patches of repairs from patches of real good parts (the non-saturating game, with the
  slope at real parts penalised), which keeps the repair sharp: a mean of all possible repairs would be blurred,
- the *marker* M reads part, repair and how far they are apart, and says at each place how sure it is of a defect; it
  minimises the cross-entropy against the forged mask, defective places weighing more, since they are few.

The first half of the good parts teaches R and D, the second half M: so M sees repairs of parts that R has never seen,
as it will in use. If both learnt from the same parts, R would know them by heart, M would expect perfect repairs, and
every part of a new lot would look defective. So it goes wherever one model learns from another's answers (Wolpert 1992,
doi:10.1016/S0893-6080(05)80023-1). Give the parts in the order in which they were made, and the halves hold different
lots. Where lots are few, it can matter much which half teaches whom (`repair_reversed` in data/benchmarks); the pair of
`repair_pair` lets each half teach both.

The map is M's log-odds, bent to be positive, and the score its largest log-odds over the part.

Many parts look as good in the mirror. Then the log-odds of the part and of its mirror image, mirrored back, are
averaged: what the two networks only imagine they seldom imagine twice at the same place, and a defect stays where it
is. After the training the good parts are held before the mirror: if the median mirror image scores no more than 95 % of
the parts do as they are, every part is looked at twice from then on, in the mirror with the lowest median; a product
that has a left and a right is looked at as it is. The second look doubles the time of a part.

Where fewer than `ENOUGH` good parts are there, the networks learn from mirror images too, so that they don't know the
few by heart; which, is found before the training (`mirrors`).

Sources of the ideas: restoring forged defects and marking them, Zavrtanik, Kristan & Skocaj 2021, arXiv:2108.07610;
judging patches, Isola et al. 2017, arXiv:1611.07004; the penalty, Mescheder, Geiger & Nowozin 2018, arXiv:1801.04406;
moving average of the weights, Yazici et al. 2019, arXiv:1806.04498; looking at mirror images as well, Krizhevsky,
Sutskever & Hinton 2012, section 4.1.
"""

import numpy as np

from gan_helpers import balance
from gan_helpers.detectors.base import checked_pooling
from gan_helpers.detectors.mirrors import MIRRORS, checked_mirror, passable, passable_axes, turned_over
from gan_helpers.detectors.trained import TrainedDetector, move_average
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import losses, networks, precision

RATE = 1.5e-3
WARM_UP = 20  # steps
DEFECT_WEIGHT = 3.0
SPOILED = 0.75  # share of a batch on which defects are forged
MOST_DEFECTS = 5  # a part
MIRRORED = 200  # good parts that are seen in the mirror
SEEN_AT_ONCE = 32
ENOUGH = 600  # good parts; learning from mirror images brought a gain with 301 and 455 of them, none with 760


class RepairGAN(TrainedDetector):
    """The detector; see the module for its mathematics.

    Parameters
    ----------
    steps : int, optional
        Batches to learn from; by budget when not given.
    base : int
        Channels of the marker at the folded side (`networks.fold`); the restorer has two thirds, the discriminator half
        of it.
    batch : int
    adversarial : float
        Weight a of what D says; 0 leaves D out.
    feature_weight : float
        Weight of the residual between D's features of part and repair, in the map; 0 leaves it out. It may be changed
        after fitting.
    cross_fit : bool
        False teaches both R and M from all parts.
    forged : bool
        False learns from good parts as they are: R is then an autoencoder with an opponent, there is nothing to mark,
        and the map is the squared residual. To see what forging brings.
    pooling : {"max", "mean"}
        How the map becomes a score. It may be changed after fitting.
    mirror : {"auto", "none", "left_right", "top_bottom"}
        Which mirror image is looked at as well, and learnt from if good parts are few; ``"auto"``: the one in which
        good parts look best, or none if they don't look good in it (and it learns from each in which they do). It may
        be changed after fitting: ``"none"`` halves the time of a part.
    learn_mirrored : bool
        False learns from good parts as they are, however few. To see what the mirror brings.
    ema_decay : float
        Decay per step of the moving average of R and M, which is kept; 0 keeps the last weights.
    seed : int

    Attributes
    ----------
    mirror_found : numpy.ndarray
        str (), what ``mirror="auto"`` stands for in this detector.
    history : dict of str to list of float
        ``repair``, ``adversarial``, ``marking``: losses, one a step.
    """

    name = "repair_gan"
    learned_networks = ("restorer", "marker", "discriminator")
    learned_arrays = ("feature_scale", "mirror_found")
    restorer = marker = discriminator = feature_scale = mirror_found = None

    def __init__(
        self,
        *,
        steps=None,
        base=48,
        batch=8,
        adversarial=0.02,
        feature_weight=0.0,
        cross_fit=True,
        forged=True,
        pooling="max",
        mirror="auto",
        learn_mirrored=True,
        ema_decay=0.995,
        seed=SEED,
    ):
        self.steps = by_budget(smoke=2, lesson=1500, full=5000) if steps is None else steps
        self.base = base
        self.batch = batch
        self.adversarial = adversarial
        self.feature_weight = feature_weight
        self.cross_fit = cross_fit
        self.forged = forged
        self.pooling = checked_pooling(pooling)
        self.mirror = checked_mirror(mirror)
        self.learn_mirrored = learn_mirrored
        self.ema_decay = ema_decay
        self.seed = seed
        self.history = {}

    def _learn(self, pictures):
        shape = pictures.shape[1:]
        self.mirror_found = np.array("none")  # as long as it learns
        with precision.using():
            restorer = networks.restorer(shape, base=2 * self.base // 3)
            marker = networks.marker(shape, base=self.base)
            self.discriminator = networks.patch_discriminator(shape, base=self.base // 2)
        told = self._practise(pictures, restorer, marker, self._make_step(restorer, marker), self.steps)
        self.history = {name: told[:, i].tolist() for i, name in enumerate(("repair", "adversarial", "marking"))}
        self.feature_scale = self._typical_feature_residual(pictures)
        self.mirror_found = self._best_mirror(pictures)

    def _practise(self, pictures, restorer, marker, step, steps):
        """Forge defects for the two networks so often, and keep their average; returns what each step told, (steps, k).

        ``step(spoiled, good, marked, masks)`` changes the networks by one batch to repair and one to mark.
        """
        self.restorer, self.marker = copied(restorer), copied(marker)
        forger, rng = balance.Forger(pictures.shape[1], most=MOST_DEFECTS), np.random.default_rng(self.seed)
        share = SPOILED if self.forged else 0.0
        half = len(pictures) // 2 if self.cross_fit else 0
        to_repair, to_mark = (pictures[:half], pictures[half:]) if half else (pictures, pictures)
        done, axes = tf.Variable(0.0), self._axes_to_learn(pictures)

        def on_batch(batch):
            repaired = to_repair[rng.integers(len(to_repair), size=self.batch)]
            spoiled, good, _ = spoiled_batch(turned_over(repaired, axes, rng), forger, rng, share)
            marked, _, masks = spoiled_batch(turned_over(batch.numpy(), axes, rng), forger, rng, share)
            told = step(spoiled, good, marked, masks)
            keep(done)
            return told

        @tf.function(autograph=False)
        def keep(done):
            for kept, network in ((self.restorer, restorer), (self.marker, marker)):
                move_average(kept, network, done, self.ema_decay)
            done.assign_add(1)

        return np.stack(self._train(on_batch, to_mark, steps=steps))

    def _make_step(self, restorer, marker):
        discriminator, players = self.discriminator, (restorer, marker, self.discriminator)
        optimizers = [keras.optimizers.Adam(RATE, beta_1=beta_1) for beta_1 in (0.5, 0.9, 0.5)]
        for optimizer, player in zip(optimizers, players, strict=True):
            optimizer.build(player.trainable_variables)
        done = tf.Variable(0.0)
        game = losses.game("non_saturating")

        def learn(which, tape, loss):
            variables = players[which].trainable_variables
            optimizers[which].apply(tape.gradient(loss, variables), variables)

        @tf.function(autograph=False)
        def step(spoiled, good, marked, masks):
            rate = RATE * warmed_up(done, self.steps)
            for optimizer, share in zip(optimizers, (1.0, 1.0, 0.5), strict=True):
                optimizer.learning_rate.assign(rate * share)
            with tf.GradientTape() as tape:
                repair = restorer(spoiled, training=True)
                loss = repairing_loss(repair, good)
                told = [loss, ops.zeros(()), ops.zeros(())]
                if self.adversarial:
                    told[1] = game.generator(None, discriminator(repair, training=True)[1])
                loss = loss + self.adversarial * told[1]
            learn(0, tape, loss)
            repair = ops.stop_gradient(repair)
            if self.adversarial:
                with tf.GradientTape() as tape:
                    loss = _discriminator_loss(discriminator, game, good, repair)
                learn(2, tape, loss)
            if self.forged:
                seen = networks.seen_by_marker(marked, restorer(marked, training=False))
                with tf.GradientTape() as tape:
                    told[2] = marking_loss(marker(seen, training=True), masks)
                learn(1, tape, told[2])
            done.assign_add(1)
            return ops.stack(told)

        return step

    def _redraw(self, pictures):
        return self.restorer(pictures, training=False)

    def _judge(self, pictures):
        evidence = self._evidence(pictures)
        if axis := MIRRORS[str(self.mirror_found) if self.mirror == "auto" else self.mirror]:
            evidence = (evidence + ops.flip(self._evidence(ops.flip(pictures, axis)), axis)) / 2
        maps = _enlarge(_softplus(evidence) if self.forged else evidence, networks.fold(pictures.shape[1]))
        return self._summed_up(evidence), maps

    def _evidence(self, pictures):
        """Return what speaks for a defect at each place, (n, h / f, w / f): log-odds, or else the squared residual."""
        repair = self._redraw(pictures)
        if self.forged:
            evidence = self.marker(networks.seen_by_marker(pictures, repair), training=False)
        else:
            evidence = _shrink(ops.mean(ops.square(pictures - repair), axis=-1), networks.fold(pictures.shape[1]))
        if self.feature_weight:
            evidence = evidence + self.feature_weight * self._feature_residual(pictures, repair) / self.feature_scale
        return evidence

    def _summed_up(self, evidence):
        flat = ops.reshape(evidence, (-1, evidence.shape[1] * evidence.shape[2]))
        return ops.max(flat, axis=1) if self.pooling == "max" else ops.mean(flat, axis=1)

    def _axes_to_learn(self, pictures):
        """Return along which axes parts are turned over at random while it learns: none if it has enough of them."""
        if len(pictures) >= ENOUGH or self.mirror == "none" or not self.learn_mirrored:
            return ()
        return passable_axes(pictures) if self.mirror == "auto" else (MIRRORS[self.mirror],)

    def _best_mirror(self, pictures):
        """Return the mirror in which good parts look best, if most of them look good in it; else none."""
        if self.mirror != "auto":
            return np.array(self.mirror)
        pictures = pictures[:: max(len(pictures) // MIRRORED, 1)]
        scores = {}
        for mirror, axis in MIRRORS.items():
            turned = np.flip(pictures, axis) if axis else pictures
            batches = [turned[first : first + SEEN_AT_ONCE] for first in range(0, len(turned), SEEN_AT_ONCE)]
            scores[mirror] = np.concatenate([self._summed_up(self._evidence(batch)) for batch in batches])
        as_they_are = scores.pop("none")
        looks = {mirror: np.median(seen) for mirror, seen in scores.items() if passable(seen, as_they_are)}
        return np.array(min(looks, key=looks.get, default="none"))

    def _feature_residual(self, pictures, repair):
        seen, again = (self.discriminator(image, training=False)[0] for image in (pictures, repair))
        return _enlarge(ops.mean(ops.abs(seen - again), axis=-1), 2)

    def _typical_feature_residual(self, pictures):
        known = pictures[:: max(len(pictures) // 128, 1)]
        return np.float32(ops.mean(self._feature_residual(known, self._redraw(known))))


def spoiled_batch(pictures, forger, rng, share=SPOILED):
    """Vary good pictures in [-1, 1] and forge defects on a share of them.

    Returns
    -------
    spoiled, good : numpy.ndarray
        float32 (n, h, w, c) in [-1, 1], with and without the defects.
    masks : numpy.ndarray
        Bool (n, h, w).
    """
    good = balance.vary((pictures + 1) / 2, rng)
    n_spoiled = round(share * len(good))
    spoiled, masks = good.copy(), np.zeros(good.shape[:3], bool)
    spoiled[:n_spoiled], masks[:n_spoiled] = forger.forge(good[:n_spoiled], seed=rng)
    return spoiled * 2 - 1, good * 2 - 1, masks


def warmed_up(done, steps):
    """Return the share of the learning rate at a step: a short rise, then half a cosine down to a fiftieth."""
    return ops.minimum((done + 1) / WARM_UP, 0.51 + 0.49 * ops.cos(np.pi * done / steps))


def copied(network):
    """Return a copy of a network with the same weights."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    return copy


def _discriminator_loss(discriminator, game, good, repair):
    n = good.shape[0]
    outputs = discriminator(ops.concatenate([good, repair]), training=True)[1]
    with tf.GradientTape() as tape:
        tape.watch(good)
        seen = ops.mean(discriminator(good, training=True)[1], axis=(1, 2, 3))
    return game.discriminator(outputs[:n], outputs[n:]) + losses.zero_centred_penalty(tape.gradient(seen, good))


def repairing_loss(repair, good):
    """Return ``mean |R(x') - x| + mean (R(x') - x)²``, a scalar."""
    return ops.mean(ops.abs(repair - good)) + ops.mean(ops.square(repair - good))


def marking_loss(logits, masks):
    """Return the cross-entropy of log-odds (n, h / f, w / f) and masks (n, h, w), defective places weighing more."""
    marked = ops.max_pool(ops.cast(masks, "float32")[..., None], networks.fold(masks.shape[1]))[..., 0]
    entropy = ops.binary_crossentropy(marked, logits, from_logits=True)
    return ops.mean(entropy * (1 + (DEFECT_WEIGHT - 1) * marked))


def _softplus(logits):
    """Return ``log(1 + exp(t))``, written so that it overflows in no exported file either."""
    return ops.relu(logits) + ops.log(1.0 + ops.exp(-ops.abs(logits)))  # ONNX has no log1p


def _shrink(maps, times):
    """Average maps (n, h, w) over places of so many pixels along both axes."""
    return ops.average_pool(maps[..., None], times)[..., 0]


def _enlarge(maps, times):
    """Repeat each place of maps (n, h, w) so often along both axes."""
    return ops.repeat(ops.repeat(maps, times, axis=1), times, axis=2)
