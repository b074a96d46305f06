"""Autoencoders as detectors: what a narrow passage doesn't let through is suspicious.

An encoder squeezes a part into a latent vector, a decoder draws it again; trained on normal parts, they have no room
for defects. The distance is squared error or structural similarity, since a slight shift of an edge costs squared error
dearly, and a defect of low contrast hardly anything (Bergmann et al. 2019, arXiv:1807.02011). The variational one draws
from the mean of a part's latent law (Kingma & Welling 2014, arXiv:1312.6114).
"""

from gan_helpers.detectors.base import checked_pooling
from gan_helpers.detectors.similarity import structural_similarity
from gan_helpers.detectors.trained import FINAL_RATE, WATCHED, TrainedDetector
from gan_helpers.settings import SEED, by_budget, quiet_tensorflow

quiet_tensorflow()

import keras
from keras import ops

from gan_helpers import networks, precision
from gan_helpers.autoencoders import Autoencoder, VariationalAutoencoder
from gan_helpers.gan.batches import stream

RATE = 1e-3
DISTANCES = ("l2", "ssim")


class SSIMAutoencoder(Autoencoder):
    """An autoencoder of pictures in [-1, 1] that minimises ``mean (1 - SSIM(x, x'))``."""

    def _figures(self, data):
        distance = ops.mean(dissimilarity(data, self(data, training=True)))
        return {"loss": distance, "reconstruction": distance}


def dissimilarity(pictures, again):
    """Return ``1 - SSIM`` of pictures in [-1, 1], mean over channels: float (n, h, w), at least 0."""
    similarity = structural_similarity((pictures + 1.0) / 2.0, (again + 1.0) / 2.0)
    return ops.maximum(1.0 - ops.mean(similarity, axis=-1), 0.0)


class _Reconstructing(TrainedDetector):
    """What the two have in common: encoder, decoder, and the course's own training."""

    learned_networks = ("encoder", "decoder")
    encoder = decoder = None

    def _learn(self, pictures):
        shape, sizes = pictures.shape[1:], {"latent_dim": self.latent_dim, "base": self.base}
        falling = keras.optimizers.schedules.CosineDecay(RATE, max(self.steps, 1), alpha=FINAL_RATE)
        with precision.using():
            self.encoder = self._build_encoder(shape, sizes)
            self.decoder = networks.generator(shape, **sizes, batch_norm=False, name="decoder")
        model = self._model(falling)
        every, losses = max(self.steps // WATCHED, 1), []

        def look(batch, logs):
            losses.append(float(logs["loss"]))
            if self.watch is not None and len(losses) % every == 0:
                self.watch(self, len(losses) / self.steps)

        batches = stream((pictures,), batch_size=self.batch, first=0, last=self.steps, seed=self.seed)
        callback = keras.callbacks.LambdaCallback(on_train_batch_end=look)
        model.fit(batches.map(lambda batch: batch), epochs=1, shuffle=False, verbose=0, callbacks=[callback])
        self.history = {"loss": losses}

    def _build_encoder(self, shape, sizes):
        return networks.encoder(shape, **sizes)

    def _latents(self, pictures):
        return self.encoder(pictures, training=False)

    def _redraw(self, pictures):
        return self.decoder(self._latents(pictures), training=False)


class AutoencoderDetector(_Reconstructing):
    """Score a part by how badly an autoencoder draws it again.

    Parameters
    ----------
    distance : {"l2", "ssim"}
        In training, score and map: squared error, or ``1 - SSIM``.
    pooling : {"mean", "max"}
        How the map becomes a score; see `base.pooled`.
    latent_dim, base : int
        Length of the latent vector, channels at half resolution.
    steps : int, optional
        Updates; by budget when not given.
    batch, seed : int
    """

    name = "autoencoder"

    def __init__(self, *, distance="l2", pooling="mean", latent_dim=64, base=24, steps=None, batch=8, seed=SEED):
        if distance not in DISTANCES:
            raise ValueError(f"distance is {distance!r}; choose one of {', '.join(DISTANCES)}.")
        self.distance = distance
        self.pooling = checked_pooling(pooling)
        self.latent_dim = latent_dim
        self.base = base
        self.steps = by_budget(smoke=2, lesson=2000, full=6000) if steps is None else steps
        self.batch = batch
        self.seed = seed
        self.history = {"loss": []}

    def _model(self, rate):
        kind = SSIMAutoencoder if self.distance == "ssim" else Autoencoder
        return kind(self.encoder, self.decoder, rate=rate)

    def _judge(self, pictures):
        if self.distance == "l2":
            return super()._judge(pictures)
        anomaly_map = dissimilarity(pictures, self._redraw(pictures))
        return self._pooled(anomaly_map), anomaly_map


class VAEDetector(_Reconstructing):
    """Score a part by how badly a variational autoencoder draws it again, from the mean of its latent law.

    Parameters
    ----------
    sigma : float
        Standard deviation around each drawing, with pictures in [-1, 1]: details finer than this are not worth drawing.
    pooling : {"mean", "max"}
        How the squared residual becomes a score; see `base.pooled`.
    latent_dim, base : int
        Length of the latent vector, channels at half resolution.
    steps : int, optional
        Updates; by budget when not given.
    batch, seed : int
    """

    name = "vae"

    def __init__(self, *, sigma=0.1, pooling="mean", latent_dim=64, base=24, steps=None, batch=8, seed=SEED):
        self.sigma = sigma
        self.pooling = checked_pooling(pooling)
        self.latent_dim = latent_dim
        self.base = base
        self.steps = by_budget(smoke=2, lesson=2000, full=6000) if steps is None else steps
        self.batch = batch
        self.seed = seed
        self.history = {"loss": []}

    def _build_encoder(self, shape, sizes):
        return networks.variational_encoder(shape, **sizes)

    def _model(self, rate):
        return VariationalAutoencoder(self.encoder, self.decoder, sigma=self.sigma, rate=rate, seed=self.seed)

    def _latents(self, pictures):
        return self.encoder(pictures, training=False)[0]
