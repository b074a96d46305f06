"""Student: a small repair GAN that takes over from a large one, by its answers or by its best filters.

A fitted repair GAN, the teacher, can be handed on in two ways:

- *distilled*: a narrower pair of restorer and marker begins afresh and is shown the teacher's answers (Hinton, Vinyals
  & Dean 2015, arXiv:1503.02531). Where the teacher's log-odds are ``t`` and the student's ``s``, the marker minimises

      marking loss against the forged masks + w * T² * mean cross-entropy(sigmoid(t / T), sigmoid(s / T)),

  and the restorer imitates the teacher's repairs. The temperature T softens the answers, so that a place that the
  teacher doubts teaches more than one of which he is sure,
- *inherited*: the networks are the teacher's own, with their least worthy channels or weights taken out
  (``deploy.narrowed``, ``deploy.MagnitudePruning``), and learn on from there: `Student.from_networks`, then `tune`.

Measured on rendered plates (``data/benchmarks/compression.csv``): inheriting beats beginning afresh, the teacher's
answers add nothing, and a slim network that learns on for three times as long is better than its teacher.

Either way good parts and forged defects are all that is needed. There is no opponent: in the benchmark's
ablations of the repair GAN on plates it brought nothing that could be measured (``data/benchmarks/parts.csv``).
"""

from gan_helpers.detectors.base import check_images, checked_pooling
from gan_helpers.detectors.mirrors import MIRRORS
from gan_helpers.detectors.repair_gan import RATE, RepairGAN, marking_loss, repairing_loss, warmed_up
from gan_helpers.detectors.trained import in_float32
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import networks, precision

TEMPERATURE = 2.0
LOUDEST = 12.0  # log-odds of the teacher beyond this say nothing more: one in 160,000
HISTORY = ("repair", "marking", "imitation")


class Student(RepairGAN):
    """The detector; see the module for what it learns.

    Parameters
    ----------
    steps : int, optional
        Batches to learn from; by budget when not given.
    base : int
        Channels of the marker at the folded side, as for `RepairGAN`; 48 is the teacher's, 24 makes a quarter of the
        weights.
    batch : int
    imitation : float
        Weight w of the teacher's answers beside the forged masks; 0 learns without a teacher, as a control.
    pooling : {"max", "mean"}
        How the map becomes a score. It may be changed after fitting.
    mirror : {"none", "left_right", "top_bottom"}
        Which mirror image is looked at as well, such as the teacher's ``mirror_found``; it doubles the time of a part.
        It may be changed after fitting.
    ema_decay : float
        Decay per step of the moving average of the weights, which is kept; 0 keeps the last weights.
    seed : int

    Attributes
    ----------
    history : dict of str to list of float
        ``repair``, ``marking``, ``imitation``: losses, one a step, of `fit` and of each `tune` after it.

    Examples
    --------
    >>> teacher = checkpoints.load("parts", "repair_gan")
    >>> distilled = Student().fit(split.train.images, teacher=teacher)
    >>> halves = [deploy.narrowed(network, 0.5) for network in (teacher.restorer, teacher.marker)]
    >>> inherited = Student.from_networks(*halves).tune(split.train.images, steps=1000)
    """

    name = "student"
    learned_networks = ("restorer", "marker")
    learned_arrays = ()
    forged, cross_fit, learn_mirrored, feature_weight = True, True, True, 0.0

    def __init__(
        self,
        *,
        steps=None,
        base=24,
        batch=8,
        imitation=1.0,
        pooling="max",
        mirror="none",
        ema_decay=0.995,
        seed=SEED,
    ):
        self.steps = by_budget(smoke=2, lesson=600, full=5000) if steps is None else steps
        self.base = base
        self.batch = batch
        self.imitation = imitation
        self.pooling = checked_pooling(pooling)
        if mirror not in MIRRORS:
            raise ValueError(f"mirror is {mirror!r}; choose one of {', '.join(MIRRORS)}.")
        self.mirror = mirror
        self.ema_decay = ema_decay
        self.seed = seed
        self.history = {name: [] for name in HISTORY}
        self._teacher = None

    @classmethod
    def from_networks(cls, restorer, marker, **settings):
        """Return a fitted student that judges by these networks, such as a teacher's, narrowed.

        Raises
        ------
        ValueError
            If the marker doesn't read what the restorer's pictures give.
        """
        student = cls(**settings)
        student.image_shape = tuple(restorer.input_shape[1:])
        expected = networks.marker(student.image_shape, base=4)
        if (marker.input_shape, marker.output_shape) != (expected.input_shape, expected.output_shape):
            raise ValueError(
                f"The marker goes from {marker.input_shape[1:]} to {marker.output_shape[1:]}; beside a restorer of "
                f"{student.image_shape} it has to go from {expected.input_shape[1:]} to {expected.output_shape[1:]}."
            )
        student.restorer, student.marker = in_float32(restorer), in_float32(marker)
        return student

    def fit(self, normal, *, teacher=None, watch=None):
        """Learn afresh, from the teacher's answers unless ``imitation`` is 0.

        Parameters
        ----------
        normal, watch
            As for `Detector.fit`. Give the parts that the teacher was fitted on, in the same order: his marker has
            learnt from the second half, and so does the student's.
        teacher : RepairGAN, optional
            Or a pair: fitted, with forged defects, on pictures of the same shape. It is only asked, never changed, and
            not kept.

        Raises
        ------
        ValueError
            If the images don't fit, the teacher is missing although ``imitation`` is not 0, or he has no marker.
        RuntimeError
            If the teacher is not fitted.
        """
        self._teacher = self._checked_teacher(teacher, check_images(normal).shape[1:])
        try:
            return super().fit(normal, watch=watch)
        finally:
            self._teacher = None

    def tune(self, normal, *, steps, teacher=None, rate=RATE, after_step=None, watch=None):
        """Go on learning from where it is: after pruning, or on parts of a line that has changed.

        Parameters
        ----------
        normal, teacher, watch
            As for `fit`; without a teacher the forged masks alone teach.
        steps : int
            Batches.
        rate : float
            Learning rate after the rise; it falls along half a cosine.
        after_step : dict of str to callable, optional
            ``{"restorer": ..., "marker": ...}``: called with that network after each step, and at the end with the one
            that is kept; `deploy.MagnitudePruning` is made for it.

        Returns
        -------
        Student
            Itself.

        Raises
        ------
        RuntimeError
            If the student or the teacher is not fitted.
        ValueError
            If the images don't fit, or the teacher has no marker.
        """
        normal = self._check_fitted(normal)
        self._teacher = None if teacher is None else self._checked_teacher(teacher, normal.shape[1:])
        self.watch = watch
        keras.utils.set_random_seed(self.seed)
        try:
            learning = in_float32(self.restorer), in_float32(self.marker)
            self._study(normal * 2 - 1, *learning, steps, rate, after_step or {})
        finally:
            self._teacher = self.watch = None
            self._compiled = {}
        return self

    def _learn(self, pictures):
        with precision.using():
            restorer = networks.restorer(pictures.shape[1:], base=2 * self.base // 3)
            marker = networks.marker(pictures.shape[1:], base=self.base)
        self._study(pictures, restorer, marker, self.steps, RATE, {})

    def _study(self, pictures, restorer, marker, steps, rate, after_step):
        learn = self._make_step(restorer, marker, steps, rate)

        def step(*batch):
            told = learn(*batch)
            for name, network in (("restorer", restorer), ("marker", marker)):
                if name in after_step:
                    after_step[name](network)
            return told

        self._compiled = {}
        told = self._practise(pictures, restorer, marker, step, steps)
        for name, prune in after_step.items():
            prune(getattr(self, name))  # an average of pruned weights still holds what earlier ones were
        for place, name in enumerate(HISTORY):
            self.history[name] += told[:, place].tolist()

    def _make_step(self, restorer, marker, steps, rate):
        teacher, players = self._teacher, (restorer, marker)
        optimizers = [keras.optimizers.Adam(rate, beta_1=beta_1) for beta_1 in (0.5, 0.9)]
        for optimizer, player in zip(optimizers, players, strict=True):
            optimizer.build(player.trainable_variables)
        done = tf.Variable(0.0)

        @tf.function(autograph=False)
        def step(spoiled, good, marked, masks):
            for optimizer in optimizers:
                optimizer.learning_rate.assign(rate * warmed_up(done, steps))
            wanted = good if teacher is None else ops.cast(teacher._redraw(spoiled), "float32")
            with tf.GradientTape() as tape:
                told = [repairing_loss(restorer(spoiled, training=True), wanted), ops.zeros(()), ops.zeros(())]
            optimizers[0].apply(tape.gradient(told[0], restorer.trainable_variables), restorer.trainable_variables)
            seen = networks.seen_by_marker(marked, restorer(marked, training=False))
            answers = None if teacher is None else ops.cast(teacher._evidence(marked), "float32")
            with tf.GradientTape() as tape:
                logits = marker(seen, training=True)
                told[1] = marking_loss(logits, masks)
                if teacher is not None:
                    told[2] = imitation_loss(logits, answers)
                loss = told[1] + self.imitation * told[2]
            optimizers[1].apply(tape.gradient(loss, marker.trainable_variables), marker.trainable_variables)
            done.assign_add(1)
            return ops.stack(told)

        return step

    def _checked_teacher(self, teacher, image_shape):
        if teacher is None:
            if self.imitation:
                raise ValueError("student learns from a teacher; give a fitted repair GAN as teacher, or imitation=0.")
            return None
        if not hasattr(teacher, "marker"):
            name = getattr(teacher, "name", type(teacher).__name__)
            raise ValueError(f"{name} has no marker to learn from; give a fitted repair GAN as teacher.")
        if teacher.image_shape is None or teacher.marker is None:
            raise RuntimeError("The teacher is not fitted yet; fit it with good parts, or load a checkpoint first.")
        if not teacher.forged:
            raise ValueError("The teacher was fitted with forged=False and marks nothing; fit it with forged defects.")
        if tuple(teacher.image_shape) != tuple(image_shape):
            raise ValueError(
                f"The teacher was fitted on parts of shape {tuple(teacher.image_shape)}, these have "
                f"{tuple(image_shape)}; load them at the same size and colour."
            )
        return teacher


def imitation_loss(logits, answers):
    """Return how far a student's log-odds (n, h, w) are from a teacher's, both softened; a scalar.

    ``T² * mean cross-entropy(sigmoid(t / T), sigmoid(s / T))``; the T² keeps the gradient's size whatever T is (Hinton,
    Vinyals & Dean 2015, arXiv:1503.02531, section 2, for two classes).
    """
    soft = ops.sigmoid(ops.clip(answers, -LOUDEST, LOUDEST) / TEMPERATURE)
    return TEMPERATURE**2 * ops.mean(ops.binary_crossentropy(soft, logits / TEMPERATURE, from_logits=True))
