"""Small networks that play with points of a plane: the GAN of lesson 02, where everything can be seen.

Plain dense layers, float32 whatever the policy: they are too small to gain from less.
"""

import keras
from keras import layers


def _hidden(x, width, depth, spectral_norm=False):
    for _ in range(depth):
        layer = layers.Dense(width, dtype="float32", kernel_initializer="he_normal")
        x = layers.SpectralNormalization(layer, dtype="float32")(x) if spectral_norm else layer(x)
        x = layers.LeakyReLU(0.2, dtype="float32")(x)
    return x


def point_generator(*, latent_dim=2, width=64, depth=2, name="point_generator"):
    """Build G: latent vector -> point.

    Parameters
    ----------
    latent_dim : int
    width, depth : int
        Neurons in a layer, and layers.

    Returns
    -------
    keras.Model
        Float (n, latent_dim) -> float (n, 2).
    """
    latent = keras.Input((latent_dim,), name="latent")
    return keras.Model(latent, layers.Dense(2, dtype="float32")(_hidden(latent, width, depth)), name=name)


def point_discriminator(*, width=64, depth=2, spectral_norm=False, name="point_discriminator"):
    """Build D: point -> one raw number, higher for points that it takes for real.

    Returns
    -------
    keras.Model
        Float (n, 2) -> float (n, 1).
    """
    point = keras.Input((2,), name="point")
    x = _hidden(point, width, depth, spectral_norm)
    last = layers.Dense(1, dtype="float32")
    output = layers.SpectralNormalization(last, dtype="float32")(x) if spectral_norm else last(x)
    return keras.Model(point, output, name=name)


def point_encoder(*, latent_dim=2, width=64, depth=2, variational=False, name="point_encoder"):
    """Build E: point -> latent vector, or, if ``variational``, [mean, log-variance] of one.

    Returns
    -------
    keras.Model
        Float (n, 2) -> float (n, latent_dim), or a list of two such.
    """
    point = keras.Input((2,), name="point")
    x = _hidden(point, width, depth)
    mean = layers.Dense(latent_dim, dtype="float32", name="mean")(x)
    if not variational:
        return keras.Model(point, mean, name=name)
    log_variance = layers.Dense(latent_dim, dtype="float32", name="log_variance")(x)
    return keras.Model(point, [mean, log_variance], name=name)
