"""What detectors of Keras networks have in common: scoring as one network, and training that can be watched.

Such a detector says once, in `TrainedDetector._judge`, how a picture becomes a score and a map. That is what `score`
and `anomaly_map` run and what `network` exports, always in evaluation mode, so that a part's score depends on no other
part of the batch.
"""

import time
from abc import abstractmethod

import numpy as np

from gan_helpers.detectors.base import MAP_BLUR, Detector
from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops
from scipy.ndimage import gaussian_filter1d

from gan_helpers import precision
from gan_helpers.gan.batches import stream

SCORE_BATCH = 128
SETTLE_BATCH = 64
WATCHED = 20  # times over a training
FINAL_RATE = 0.02  # share of the learning rate that is left at the end, as in `gan.GAN`


class TrainedDetector(Detector):
    """Base of detectors whose score and map come from Keras networks.

    A subclass implements `_learn`, which sets the networks it lists in ``learned_networks``, `_redraw` and, where its
    score is more than its pooled residual, `_judge`.
    """

    fit_seconds = None
    pooling = "mean"

    def _fit(self, normal):
        start = time.perf_counter()
        precision.best()  # measuring it draws random numbers, so that comes first
        keras.utils.set_random_seed(self.seed)
        self._compiled = {}
        self._learn(normal * 2 - 1)
        for name in self.learned_networks:
            setattr(self, name, in_float32(getattr(self, name)))
        self._compiled = {}
        self.fit_seconds = time.perf_counter() - start

    @abstractmethod
    def _learn(self, pictures):
        """Train on float32 pictures (n, h, w, c) in [-1, 1]."""

    @abstractmethod
    def _redraw(self, pictures):
        """Return the pictures as the networks draw them again; tensors (n, h, w, c) in [-1, 1]."""

    def _judge(self, pictures):
        """Return score (n,) and map (n, h, w) of pictures in [-1, 1], in operations of Keras alone."""
        residual = ops.mean(ops.square(pictures - self._redraw(pictures)), axis=-1)
        return self._pooled(residual), residual

    def _pooled(self, maps):
        """Do what `base.pooled` does, inside a network."""
        if self.pooling == "mean":
            return ops.mean(maps, axis=(1, 2))
        blur = _blurring(self.image_shape[0])
        return ops.max(ops.matmul(ops.matmul(blur, maps), blur.T), axis=(1, 2))

    def network(self):
        """Return the whole detector as one network, for export.

        Returns
        -------
        keras.Model
            Float32 images (n, h, w, c) in [0, 1] -> ``[score (n,), anomaly_map (n, h, w)]``, the map as it is before
            `anomaly_map` blurs it.
        """
        self._check_is_fitted()
        image = keras.Input(self.image_shape, name="image", dtype="float32")
        score, anomaly_map = self._judge(image * 2.0 - 1.0)
        outputs = [
            keras.layers.Identity(name="score", dtype="float32")(score),
            keras.layers.Identity(name="anomaly_map", dtype="float32")(anomaly_map),
        ]
        return keras.Model(image, outputs, name=self.name)

    def reconstruct(self, images):
        """Return the images as the networks draw them again: float32 (n, h, w, c) in [0, 1]."""
        images = self._check_fitted(images)
        return self._run("reconstruct", lambda pictures: (self._redraw(pictures * 2.0 - 1.0) + 1.0) / 2.0, images)

    def _score(self, images):
        return self._run("judge", self._judge_images, images)[0]

    def _anomaly_map(self, images):
        return self._run("judge", self._judge_images, images)[1]

    def _judge_images(self, images):
        return self._judge(images * 2.0 - 1.0)

    def _run(self, key, function, images):
        """Run a function of images, compiled once, in batches; it returns one array or several."""
        compiled = self.__dict__.setdefault("_compiled", {})
        key = (key, *self.settings().values())  # so that a pooling changed by hand counts at once
        if key not in compiled:
            signature = [tf.TensorSpec((None, *self.image_shape), tf.float32)]
            compiled[key] = tf.function(function, input_signature=signature)
        batches = [compiled[key](images[first : first + SCORE_BATCH]) for first in range(0, len(images), SCORE_BATCH)]
        if isinstance(batches[0], tuple):
            return tuple(np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*batches, strict=True))
        return np.concatenate([np.asarray(batch) for batch in batches])

    def _check_is_fitted(self):
        if self.image_shape is None:
            raise RuntimeError(f"{self.name} is not fitted yet; call fit(normal_images) or load a checkpoint first.")

    def _train(self, step, pictures, *, steps, seed=None):
        """Call ``step(batch)`` so often, each time with other pictures, and let the training be watched.

        Returns
        -------
        list
            What each step returned, as NumPy.
        """
        every = max(steps // WATCHED, 1)
        told = []
        batches = stream(
            (pictures,), batch_size=self.batch, first=0, last=steps, seed=self.seed if seed is None else seed
        )
        for done, (batch,) in enumerate(batches, start=1):
            told.append(step(batch))
            if self.watch is not None and done % every == 0:
                self.watch(self, done / steps)
        return [np.asarray(value) for value in told]


def falling_adam(rate, steps, beta_1=0.9, beta_2=0.999):
    """Return Adam with a rate that falls along half a cosine to a fiftieth over so many steps."""
    falling = keras.optimizers.schedules.CosineDecay(rate, max(steps, 1), alpha=FINAL_RATE)
    return keras.optimizers.Adam(falling, beta_1=beta_1, beta_2=beta_2)


def in_float32(network):
    """Return a copy that computes in float32, whatever format the network was trained in.

    So a detector gives the same scores on a processor without bfloat16, and can be exported.
    """

    def rebuilt(layer):
        return type(layer).from_config({**layer.get_config(), "dtype": "float32"})

    copy = keras.models.clone_model(network, clone_function=rebuilt)
    copy.set_weights(network.get_weights())
    return copy


def move_average(average, network, step, decay):
    """Move an average of weights one step on; the statistics of batch normalisation are averages already.

    A young average forgets its start sooner: its decay is at most ``(1 + step) / (10 + step)``.
    """
    step = ops.cast(step, "float32")
    decay = ops.minimum(decay, (1 + step) / (10 + step))
    for kept, weight in zip(average.weights, network.weights, strict=True):
        kept.assign(decay * kept + (1 - decay) * weight if weight.trainable else weight)


def settle(network, inputs):
    """Give batch normalisation the statistics of the weights as they are now, averaged over a few batches.

    In training they are a moving average that lags behind the weights, and behind averaged weights they don't belong at
    all; an evaluation that uses them redraws a part less well than the training did (Wu & Johnson 2021,
    arXiv:2105.07576, section 3).

    Parameters
    ----------
    network : keras.Model
        Changed in place.
    inputs : array or tensor
        Float (n, ...), of which batches of 64 are taken.
    """
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    before = [(layer.momentum, layer.trainable) for layer in norms]
    starts = range(0, max(len(inputs) - SETTLE_BATCH // 2, 1), SETTLE_BATCH)  # a small rest has poor statistics
    for done, first in enumerate(starts):
        for layer in norms:
            layer.momentum, layer.trainable = done / (done + 1), True  # the plain mean over batches
        network(inputs[first : first + SETTLE_BATCH], training=True)
    for layer, (momentum, trainable) in zip(norms, before, strict=True):
        layer.momentum, layer.trainable = momentum, trainable


def _blurring(side):
    """Return the matrix B for which ``B m B'`` is what `base.blurred` makes of a map m: float32 (side, side)."""
    return gaussian_filter1d(np.eye(side), MAP_BLUR * side, axis=0, mode="nearest").astype(np.float32)
