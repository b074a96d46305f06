"""Patch neighbours: a part is suspicious where a patch of it looks like no patch of any normal part.

After PatchCore (Roth et al. 2022, arXiv:2106.08265): features of two levels of a network at each place, averaged over
the neighbouring places; a memory of normal patches, thinned by greedy choice; the distance to the nearest of them. The
part's score is that of its strangest patch.

PatchCore's features come from a network trained on ImageNet. Here they may also come from the discriminator of a GAN
that was trained on the normal parts, or from a network with random weights, which says what the rest of the method is
worth alone. Departures: every channel is divided by its standard deviation over normal patches, since the levels of
such networks differ in scale; and no weights need to be fetched.
"""

import time

import numpy as np

from gan_helpers.detectors import normal_gan
from gan_helpers.detectors.base import Detector
from gan_helpers.detectors.coreset import greedy_coreset, nearest
from gan_helpers.detectors.patch_features import critic_describer, imagenet_describer, random_describer
from gan_helpers.detectors.trained import in_float32
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
import tensorflow as tf
from keras import ops

from gan_helpers import precision
from gan_helpers.networks.sizes import levels

FEATURES = ("random", "discriminator", "imagenet")
CANDIDATES = 40_000  # patches among which the memory is chosen
LEAST_SPREAD = 0.01  # of the mean: a channel that normal parts leave silent must not decide alone
SCORE_BATCH = 32


class PatchNeighbours(Detector):
    """The detector; see the module.

    Parameters
    ----------
    features : {"random", "discriminator", "imagenet"}
        Whose features are compared.
    memory_size : int
        Normal patches that are kept.
    reweight : bool
        Weigh a part's score down where the nearest normal patch lies in a crowd of others just as near (equation 7).
    neighbours : int
        Size of that crowd.
    gan_steps : int, optional
        Rounds of the GAN for ``features="discriminator"``; by budget when not given.
    weights : str
        For ``features="imagenet"``: a file with weights of Keras' MobileNetV2 without its top, or ``"imagenet"`` to let
        Keras find or fetch them.
    base, batch : int
        Of the GAN.
    seed : int
    """

    name = "patch_neighbours"
    learned_arrays = ("spread", "memory")
    learned_networks = ("describer",)
    spread = memory = describer = None
    fit_seconds = None

    def __init__(
        self,
        *,
        features="random",
        memory_size=2000,
        reweight=False,
        neighbours=9,
        gan_steps=None,
        weights="imagenet",
        base=24,
        batch=32,
        seed=SEED,
    ):
        if features not in FEATURES:
            raise ValueError(f"features is {features!r}; choose one of {', '.join(FEATURES)}.")
        self.features = features
        self.memory_size = memory_size
        self.reweight = reweight
        self.neighbours = neighbours
        self.gan_steps = by_budget(smoke=2, lesson=400, full=1500) if gan_steps is None else gan_steps
        self.weights = str(weights)
        self.base = base
        self.batch = batch
        self.seed = seed

    def _fit(self, normal):
        start = time.perf_counter()
        levels(normal.shape[1:])  # says so if the size doesn't fit
        self.describer, self._compiled = self._describer(normal), None
        random = np.random.default_rng(self.seed)
        patches = self._some_patches(normal, random)
        spread = patches.std(axis=0)
        self.spread = np.maximum(spread, LEAST_SPREAD * spread.mean())
        patches /= self.spread
        self.memory = patches[greedy_coreset(patches, self.memory_size, seed=self.seed)]
        self.fit_seconds = time.perf_counter() - start

    def _describer(self, normal):
        if self.features == "random":
            return random_describer(normal.shape[1:], seed=self.seed)
        if self.features == "imagenet":
            return imagenet_describer(normal.shape[1:], weights=self.weights)
        precision.best()  # measuring it draws random numbers, so that comes first
        keras.utils.set_random_seed(self.seed)
        model, _ = normal_gan.train(
            normal * 2 - 1,
            steps=self.gan_steps,
            latent_dim=64,
            base=self.base,
            batch=self.batch,
            penalty_batch=8,
            seed=self.seed,
        )
        return critic_describer(in_float32(model.discriminator))

    def _some_patches(self, normal, random):
        """Describe normal parts and keep a random few patches of each, so many that `CANDIDATES` come together."""
        kept = []
        share = max(CANDIDATES // len(normal), 1)
        for described in self._described(normal):
            for patches in described.reshape(len(described), -1, described.shape[-1]):
                kept.append(patches[random.permutation(len(patches))[:share]])
        return np.concatenate(kept)

    def _described(self, images):
        if getattr(self, "_compiled", None) is None:
            signature = [tf.TensorSpec((None, *images.shape[1:]), tf.float32)]
            self._compiled = tf.function(lambda batch: self.describer(batch, training=False), input_signature=signature)
        for first in range(0, len(images), SCORE_BATCH):
            yield self._compiled(images[first : first + SCORE_BATCH]).numpy()

    def _judged(self, images):
        """Return the score of each part and the distance of each of its patches: (n,), (n, g, g)."""
        scores, grids = [], []
        for described in self._described(images):
            n, rows, columns, channels = described.shape
            patches = described.reshape(-1, channels) / self.spread
            distances, places = nearest(patches, self.memory)
            grid = distances.reshape(n, rows * columns)
            strangest = grid.argmax(axis=1) + np.arange(n) * rows * columns
            score = distances[strangest]
            if self.reweight:
                score = score * self._weight(patches[strangest], score, places[strangest])
            scores.append(score)
            grids.append(grid.reshape(n, rows, columns))
        return np.concatenate(scores), np.concatenate(grids)

    def _weight(self, patches, distances, places):
        """Return ``1 - exp(s) / sum over the neighbours of the nearest normal patch of exp(distance to them)``."""
        count = min(self.neighbours, len(self.memory))
        away = np.linalg.norm(self.memory[places][:, None] - self.memory, axis=-1)
        crowd = np.argpartition(away, count - 1, axis=1)[:, :count]  # the nearest patch itself is among them
        to_crowd = np.linalg.norm(patches[:, None] - self.memory[crowd], axis=-1)
        highest = to_crowd.max(axis=1)
        return 1 - np.exp(distances - highest) / np.exp(to_crowd - highest[:, None]).sum(axis=1)

    def _score(self, images):
        return self._judged(images)[0]

    def _anomaly_map(self, images):
        grids = self._judged(images)[1]
        return np.asarray(ops.image.resize(grids[..., None], images.shape[1:3], interpolation="bilinear"))[..., 0]
