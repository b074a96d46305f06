"""The repair GAN with a few labelled defects: what is known to be defective must be marked somewhere.

A line soon has a handful of real defects, labelled as a whole and without masks. The restorer learns nothing from them,
since it must go on drawing good parts; the marker does. With ``t(x)`` its largest log-odds over part x it minimises, in
turn with the forged defects::

    a * mean log(1 + exp(-t(x)))     over the labelled defects, moved and lit a little differently each time

that is, the cross-entropy of the score that will judge them: somewhere in such a part there is a defect, and the marker
finds out where (learning from bags, Dietterich, Lathrop & Lozano-Perez 1997, doi:10.1016/S0004-3702(96)00034-3; with
few labelled anomalies, Pang et al. 2021, arXiv:2108.00462, and Ding, Pang & Shen 2022, arXiv:2203.14506). Good and
forged parts keep it from marking everything. So that it doesn't learn the few by heart, what it finds strangest in each
is also cut out and pasted on good parts, as a defect with a known place.

Measured, ten labelled defects, five draws (``data/benchmarks/few_defects.csv``): on solar cells of other modules 0.005
of AUROC is lost, and a control that learns on as long with ten forged defects loses as much; on other defective cells
of the modules that the ten come from 0.005 is gained, by the control 0.001, but on such cells the weight was chosen; on
rendered plates the ten make up for the 0.001 that the control loses. With three of the eight training modules held out
in two ways, the ten cost 0.017 there and brought 0.007 here, and neither smaller steps nor weights half-way between
before and after (Wortsman et al. 2022, arXiv:2109.01903) changed the sign. So measure it on your own parts, beside the
repair GAN as it is.
"""

import numpy as np

from gan_helpers import balance
from gan_helpers.detectors.base import check_images
from gan_helpers.detectors.mirrors import turned_over
from gan_helpers.detectors.repair_gan import MOST_DEFECTS, RepairGAN, copied, marking_loss, spoiled_batch, warmed_up
from gan_helpers.detectors.trained import move_average
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import networks, precision

RATE = 1e-4  # small steps: the marker has learnt much that ten parts must not overwrite
LABELLED = 4  # labelled defects a batch
PASTED = 3  # of the good and forged parts of a batch get a labelled defect pasted instead
STRANGE = 0.5  # share of a map's largest value


class FewDefects(RepairGAN):
    """The detector; see the module for its mathematics.

    Parameters
    ----------
    steps : int, optional
        Batches of the repair GAN that comes first; by budget when not given. Not used after `from_repair_gan`.
    extra_steps : int, optional
        Batches with labelled defects; by budget when not given.
    attention : float
        Weight a of the labelled defects.
    base, batch, pooling, mirror, ema_decay, seed
        As for `RepairGAN`; after `from_repair_gan` it looks into the mirror that was found there.
    """

    name = "few_defects"

    def __init__(
        self,
        *,
        steps=None,
        extra_steps=None,
        attention=0.01,
        base=48,
        batch=8,
        pooling="max",
        mirror="auto",
        ema_decay=0.995,
        seed=SEED,
    ):
        super().__init__(
            steps=steps, base=base, batch=batch, pooling=pooling, mirror=mirror, ema_decay=ema_decay, seed=seed
        )
        self.extra_steps = by_budget(smoke=2, lesson=100, full=300) if extra_steps is None else extra_steps
        self.attention = attention
        self._begun = self._defective = None

    @classmethod
    def from_repair_gan(cls, detector, **settings):
        """Start from a fitted repair GAN, which is left as it is: `fit` then adds the labelled defects only.

        Raises
        ------
        RuntimeError
            If the repair GAN isn't fitted.
        ValueError
            If it is a pair, which has two markers.
        """
        detector._check_is_fitted()
        if hasattr(detector, "other_marker"):
            raise ValueError(f"{detector.name} has two markers to teach; give a single repair GAN, `RepairGAN`.")
        few = cls(**{"base": detector.base, "batch": detector.batch, "mirror": detector.mirror} | settings)
        few._begun = detector
        return few

    def fit(self, normal, *, defective, masks=None, watch=None):
        """Learn from good parts and a few labelled defects.

        Parameters
        ----------
        normal : numpy.ndarray
            Float (n, h, w, c) in [0, 1]: good parts; after `from_repair_gan` those that it learnt from, in their order.
        defective : numpy.ndarray
            Float (m, h, w, c) in [0, 1]: some defective ones, such as ten.
        masks : numpy.ndarray, optional
            Bool (m, h, w), where their defects are; without them, where the detector's own map is at least half as high
            as at its highest.
        watch : callable, optional
            As for other detectors; after `from_repair_gan` it watches the steps with labelled defects.

        Returns
        -------
        FewDefects
            Itself.

        Raises
        ------
        ValueError
            If the pictures don't fit each other or the repair GAN that it begins with.
        """
        normal, defective = check_images(normal), check_images(defective)
        expected = normal.shape[1:] if self._begun is None else self._begun.image_shape
        for name, images in (("good", normal), ("defective", defective)):
            if images.shape[1:] != expected:
                raise ValueError(
                    f"The {name} parts have shape {images.shape[1:]}, expected is {expected}; load all of them at the "
                    "same size and colour."
                )
        self._defective, self._masks = defective, masks
        return super().fit(normal, watch=watch)

    def _learn(self, pictures):
        if self._begun is None:
            super()._learn(pictures)
        else:
            for name in self.learned_networks:
                setattr(self, name, copied(getattr(self._begun, name)))
            self.feature_scale, self.mirror_found = self._begun.feature_scale, self._begun.mirror_found
        self._attend(pictures)

    def _attend(self, pictures):
        """Teach the marker with labelled defects among forged ones."""
        shape = pictures.shape[1:]
        with precision.using():
            marker = networks.marker(shape, base=self.base)
        marker.set_weights(self.marker.get_weights())
        rng, forger = np.random.default_rng(self.seed + 1), balance.Forger(shape[0], most=MOST_DEFECTS)
        optimizer = keras.optimizers.Adam(RATE)
        optimizer.build(marker.trainable_variables)
        done = tf.Variable(0.0)

        @tf.function(autograph=False)
        def step(marked, masks, labelled):
            optimizer.learning_rate.assign(RATE * warmed_up(done, self.extra_steps))
            together = ops.concatenate([marked, labelled])
            seen = networks.seen_by_marker(together, self.restorer(together, training=False))
            with tf.GradientTape() as tape:
                logits = marker(seen, training=True)
                attention = ops.mean(ops.softplus(-ops.max(logits[self.batch :], axis=(1, 2))))
                loss = marking_loss(logits[: self.batch], masks) + self.attention * attention
            optimizer.apply(tape.gradient(loss, marker.trainable_variables), marker.trainable_variables)
            move_average(self.marker, marker, done, self.ema_decay)
            done.assign_add(1)
            return ops.stack([loss, attention])

        axes = self._axes_to_learn(pictures)
        found = self._masks if self._masks is not None else _strange(self._judge_in_batches(self._defective))

        def on_batch(batch):
            marked, good, masks = spoiled_batch(turned_over(batch.numpy(), axes, rng), forger, rng)
            pasted, places = balance.paste_defects((good + 1) / 2, self._defective, found, n=PASTED, seed=rng)
            marked[-PASTED:], masks[-PASTED:] = pasted * 2 - 1, places
            labelled = self._defective[rng.integers(len(self._defective), size=LABELLED)]
            labelled = turned_over(labelled, axes, rng)
            return step(marked, masks, balance.vary(labelled, rng) * 2 - 1)

        to_mark = pictures[len(pictures) // 2 :]  # the restorer knows the first half by heart
        told = np.stack(self._train(on_batch, to_mark, steps=self.extra_steps, seed=self.seed + 1))
        self.history = self.history | {"attention": told[:, 1].tolist()}

    def _judge_in_batches(self, images):
        return np.concatenate([np.asarray(self._judge(images[i : i + 8] * 2 - 1)[1]) for i in range(0, len(images), 8)])


def _strange(maps):
    """Mark where a map is at least half as large as at its strangest place: bool (n, h, w)."""
    return maps >= STRANGE * maps.max(axis=(1, 2), keepdims=True)
