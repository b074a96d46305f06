"""A GAN that learns what usual rows look like, and scores rows by what it can't redraw and by its critic.

Three networks, two stages, as in f-AnoGAN (Schlegl et al. 2019, doi:10.1016/j.media.2019.01.010): G and D play the game
of `gan.GAN` on rows; then an encoder E learns to find the latent vector with which G redraws a row, ``x -> G(E(x))``,
while G stands still.
"""

import keras
import numpy as np
from keras import layers

from gan_helpers.gan import GAN
from gan_helpers.settings import SEED

SCORES = ("redrawing", "critic")
GAN_BETAS, ENCODER_RATE = (0.5, 0.9), 2e-3
BATCH = 128


class TableGAN:
    """The detector.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector; below the number of columns, or G can redraw anything.
    width, depth : int
        Neurons in a layer, and layers, of each network.
    game : str
        Of `losses.GAMES`.
    steps, encoder_steps : int
        Rounds of the game, and updates of the encoder.
    rate : float
        Learning rate of both players.
    seed : int
        Of first weights, noise and order.

    Examples
    --------
    >>> gan = TableGAN(seed=1).fit(usual_rows)
    >>> gan.score(new_rows), gan.score(new_rows, by="critic")
    """

    def __init__(
        self,
        *,
        latent_dim=6,
        width=64,
        depth=2,
        game="wasserstein_gp",
        steps=800,
        encoder_steps=400,
        rate=2e-3,
        seed=SEED,
    ):
        self.latent_dim, self.width, self.depth, self.game = latent_dim, width, depth, game
        self.steps, self.encoder_steps, self.rate, self.seed = steps, encoder_steps, rate, seed
        self.gan = self.encoder = None

    def fit(self, rows):
        """Learn usual rows: float (n, columns), as `RowEncoder` gives them; returns itself."""
        rows = np.asarray(rows, dtype=np.float32)
        if rows.ndim != 2 or len(rows) < 2:
            raise ValueError(f"The rows have shape {rows.shape}; give (n, columns) with at least two rows.")
        columns = rows.shape[1]
        self.gan = GAN(
            self._network("row_generator", self.latent_dim, columns, seed=self.seed),
            self._network("row_discriminator", columns, 1, seed=self.seed + 100),
            game=self.game,
            seed=self.seed,
        )
        self.gan.compile(*(keras.optimizers.Adam(self.rate, *GAN_BETAS) for _ in range(2)))
        self.gan.fit(rows, steps=self.steps, batch_size=min(BATCH, len(rows)))
        self._fit_encoder(rows)
        return self

    def score(self, rows, *, by="redrawing"):
        """Score rows: float64 (n,), higher is more unusual.

        Parameters
        ----------
        rows : numpy.ndarray
            Float (n, columns).
        by : {"redrawing", "critic"}
            Mean squared difference between a row and G(E(row)), or minus what D says of the row.
        """
        if by not in SCORES:
            raise ValueError(f"by is {by!r}; choose one of {', '.join(SCORES)}.")
        rows = self._checked(rows)
        if by == "critic":
            return -np.asarray(self.gan.discriminator(rows), dtype=np.float64)[:, 0]
        return np.square(rows - self.redraw(rows)).mean(axis=1, dtype=np.float64)

    def redraw(self, rows):
        """Return G(E(rows)): the rows as the GAN would have them, float32 (n, columns)."""
        return np.asarray(self.gan.average(self.encoder(self._checked(rows))))

    def draw(self, n, seed=SEED):
        """Draw rows that never were: float32 (n, columns)."""
        if self.gan is None:
            raise RuntimeError("The table GAN is not fitted yet; call fit(rows) first.")
        latents = np.random.default_rng(seed).standard_normal((n, self.latent_dim)).astype(np.float32)
        return np.asarray(self.gan.average(latents))

    def _fit_encoder(self, rows):
        encoder = self._network("row_encoder", rows.shape[1], self.latent_dim, seed=self.seed + 200)
        both = keras.Sequential([encoder, self.gan.average])  # the average isn't trainable, so only E learns
        rate = keras.optimizers.schedules.CosineDecay(ENCODER_RATE, self.encoder_steps)
        both.compile(keras.optimizers.Adam(rate), loss="mse")
        order = np.random.default_rng(self.seed).integers(len(rows), size=self.encoder_steps * BATCH)
        both.fit(rows[order], rows[order], batch_size=BATCH, shuffle=False, verbose=0)
        self.encoder = encoder

    def _network(self, name, inputs, outputs, *, seed):
        """Build plain dense layers, float32 whatever the policy: too small to gain from less."""
        x = source = keras.Input((inputs,), name=f"{name}_input")
        for layer in range(self.depth):
            start = keras.initializers.HeNormal(seed=seed + layer)
            x = layers.Dense(self.width, dtype="float32", kernel_initializer=start)(x)
            x = layers.LeakyReLU(0.2, dtype="float32")(x)
        start = keras.initializers.GlorotUniform(seed=seed + self.depth)
        return keras.Model(source, layers.Dense(outputs, dtype="float32", kernel_initializer=start)(x), name=name)

    def _checked(self, rows):
        if self.encoder is None:
            raise RuntimeError("The table GAN is not fitted yet; call fit(rows) first.")
        rows = np.asarray(rows, dtype=np.float32)
        columns = self.gan.data_shape[0]
        if rows.ndim != 2 or rows.shape[1] != columns:
            raise ValueError(f"The rows have shape {rows.shape}; the GAN was fitted on {columns} columns.")
        return rows
