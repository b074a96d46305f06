"""A small classifier of good and defective parts, for lines that have some defective parts to learn from.

A detector learns from good parts alone; a classifier needs both, and what it hasn't seen it may miss. Lesson 06 feeds
it in many ways, lesson 07 shrinks it, lesson 08 asks it for its reasons.
"""

import numpy as np
from scipy.special import expit

from gan_helpers.detectors.base import check_images
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import decisions, networks, precision

RATE, FINAL_RATE = 1e-3, 0.02  # Adam's rate, and the share of it that is left at the end
SCORE_BATCH = 128
WATCHED = 20  # times over a training


class DefectClassifier:
    """Learn from good and defective parts, then score any.

    Parameters
    ----------
    base : int
        Channels at half resolution; see `networks.classifier`.
    steps : int, optional
        Updates; by budget when not given.
    batch : int
        Parts an update.
    rate : float
        Adam's learning rate at the start; it falls along half a cosine.
    seed : int
        Of the start, of the order of the parts and of augmentation.

    Attributes
    ----------
    network : keras.Model
        Images in [-1, 1] -> raw number (n, 1), in float32; None until fitted.
    history : list of float
        The loss of each update.

    Examples
    --------
    >>> classifier = DefectClassifier(seed=1).fit(images, labels, class_weight={0: 1.0, 1: 76.0})
    >>> suspicious = classifier.score(test_images)
    """

    def __init__(self, *, base=16, steps=None, batch=32, rate=RATE, seed=SEED):
        self.base = base
        self.steps = by_budget(smoke=2, lesson=400, full=600) if steps is None else steps
        self.batch, self.rate, self.seed = batch, rate, seed
        self.history = []
        self._network = self._compiled = None

    @property
    def network(self):
        """The trained network, or None."""
        return self._network

    @classmethod
    def from_network(cls, network, **settings):
        """Wrap a network that is trained already, such as a pruned one: images in [-1, 1] -> raw number (n, 1)."""
        classifier = cls(**settings)
        classifier._use(network)
        return classifier

    def fit(self, images, labels, *, class_weight=None, augment=None, watch=None):
        """Learn to tell defective parts from good ones, from scratch.

        Parameters
        ----------
        images : numpy.ndarray
            Float (n, h, w, c) in [0, 1].
        labels : array of int, shape (n,)
            0 = good, 1 = defective; both must occur.
        class_weight : dict, optional
            Label -> how much a part of that label counts in the loss, such as ``{0: 1.0, 1: 76.0}``.
        augment : callable, optional
            ``augment(pictures, seed)`` changes a batch before the network sees it: a tensor in [-1, 1] and a
            `keras.random.SeedGenerator` -> a tensor of the same shape. `balance.diff_augment` is one.
        watch : callable, optional
            Called about twenty times on the way, ``watch(classifier, share)``, with the classifier as it is then and
            the share of the training that is done. It may score.

        Returns
        -------
        DefectClassifier
            Itself.

        Raises
        ------
        ValueError
            If images and labels don't fit each other, a class is missing or the images are not in [0, 1].
        """
        images, labels = check_images(images), _checked_labels(labels, len(images))
        weights = _weights(class_weight)
        precision.best()  # measuring it draws random numbers, so that comes first
        keras.utils.set_random_seed(self.seed)
        with precision.using():
            learner = networks.classifier(images.shape[1:], base=self.base)
        step = _compiled_step(learner, self.rate, self.steps, weights, augment, self.seed)
        self._use(learner)
        pictures, targets = tf.constant(images * 2 - 1), tf.constant(labels, tf.float32)
        every = max(self.steps // WATCHED, 1)
        losses = []
        for done, rows in enumerate(_deal(len(images), self.batch, self.steps, self.seed), start=1):
            losses.append(step(tf.gather(pictures, rows), tf.gather(targets, rows)))
            if watch is not None and done % every == 0:
                watch(self, done / self.steps)
        self.history = [float(loss) for loss in losses]
        with precision.using(precision.FLOAT32):  # the same scores on a processor without bfloat16
            network = networks.classifier(images.shape[1:], base=self.base)
        network.set_weights(learner.get_weights())
        self._use(network)
        return self

    def score(self, images):
        """Score parts: float64 (n,), the raw number, higher is more suspicious; 0 is even odds on balanced parts."""
        if self._network is None:
            raise RuntimeError("This classifier is not fitted yet; call fit(images, labels) or load one first.")
        images = check_images(images)
        if images.shape[1:] != self._network.input_shape[1:]:
            raise ValueError(
                f"Images have shape {images.shape[1:]}; this classifier is for {self._network.input_shape[1:]}."
            )
        batches = [self._compiled(images[first : first + SCORE_BATCH]) for first in range(0, len(images), SCORE_BATCH)]
        return np.concatenate([np.asarray(batch, np.float64) for batch in batches])

    def probability(self, images):
        """Return ``1 / (1 + exp(-score))``: float64 (n,), the chance of a defect *at the training set's mix*."""
        return expit(self.score(images))

    def save(self, path):
        """Write the network into a ``.keras`` file, without executable code."""
        if self._network is None:
            raise RuntimeError("This classifier is not fitted yet; there is nothing to save.")
        self._network.save(path)

    @classmethod
    def load(cls, path):
        """Read a classifier that `save` wrote, in Keras' safe mode."""
        return cls.from_network(keras.saving.load_model(path, compile=False, safe_mode=True))

    def _use(self, network):
        self._network = network
        shape = tf.TensorSpec((None, *network.input_shape[1:]), tf.float32)

        @tf.function(input_signature=[shape], autograph=False)
        def judge(images):
            return network(images * 2.0 - 1.0, training=False)[:, 0]

        self._compiled = judge


def told_apart(first, second, *, seed=SEED):
    """Say how well a classifier tells two sets of pictures apart that it hasn't seen: AUROC, 0.5 if not at all.

    Each set is halved at random; a `DefectClassifier` learns from two halves and scores the other two, then the other
    way round, and the two AUROC are averaged. So it is a test of whether both come from one distribution (Lopez-Paz &
    Oquab 2017, arXiv:1610.06545, who take the accuracy; the AUROC doesn't change where one set is larger).

    Parameters
    ----------
    first, second : numpy.ndarray
        Float (n, h, w, c) and (m, h, w, c) in [0, 1], at least four each. Pictures of one part must not be in twice, or
        they are known by heart.
    seed : int
        Of the halves and of the classifiers.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If a set has fewer than four pictures.
    """
    if min(len(first), len(second)) < 4:
        raise ValueError(f"The sets have {len(first)} and {len(second)} pictures; halving them needs four each.")
    rng = np.random.default_rng(seed)
    images = np.concatenate([rng.permutation(first), rng.permutation(second)])
    labels = np.repeat([0, 1], [len(first), len(second)])
    half = np.concatenate([np.arange(len(first)), np.arange(len(second))]) % 2
    weight = {0: 1.0, 1: len(first) / len(second)}
    found = []
    for learn in (half == 0, half == 1):
        classifier = DefectClassifier(seed=seed).fit(images[learn], labels[learn], class_weight=weight)
        found.append(decisions.auroc(labels[~learn], classifier.score(images[~learn])))
    return float(np.mean(found))


def _compiled_step(network, rate, steps, weights, augment, seed):
    falling = keras.optimizers.schedules.CosineDecay(rate, max(steps, 1), alpha=FINAL_RATE)
    optimizer, variables = keras.optimizers.Adam(falling), network.trainable_variables
    optimizer.build(variables)
    noise = keras.random.SeedGenerator(seed)

    @tf.function(autograph=False)
    def step(pictures, targets):
        if augment is not None:
            pictures = augment(pictures, noise)
        with tf.GradientTape() as tape:
            logit = network(pictures, training=True)[:, 0]
            # -log of the probability given to the true label, in a form that never overflows
            surprise = ops.softplus(logit) - targets * logit
            loss = ops.mean(surprise * (weights[0] * (1 - targets) + weights[1] * targets))
        optimizer.apply(tape.gradient(loss, variables), variables)
        return loss

    return step


def _deal(n, batch, steps, seed):
    """Deal rows in shuffled order, epoch after epoch: int (batch,) a step; no part is dropped."""
    rng = np.random.default_rng(seed)
    epochs = -(-batch * steps // n)
    order = np.concatenate([rng.permutation(n) for _ in range(epochs)])
    return order[: batch * steps].reshape(steps, batch)


def _weights(class_weight):
    if class_weight is None:
        return 1.0, 1.0
    if set(class_weight) != {0, 1} or min(class_weight.values()) < 0:
        raise ValueError(f"class_weight is {class_weight}; give a weight of at least 0 for each of 0 and 1.")
    return float(class_weight[0]), float(class_weight[1])


def _checked_labels(labels, n):
    labels = np.asarray(labels)
    if labels.shape != (n,):
        raise ValueError(f"labels has shape {labels.shape} for {n} images; give one a part.")
    found = set(np.unique(labels).tolist())
    if found != {0, 1}:
        raise ValueError(f"The labels are {sorted(found)}; give 0 for good and 1 for defective, and some of each.")
    return labels.astype(int)
