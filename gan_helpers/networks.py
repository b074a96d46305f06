"""Keras builders of the networks that the course trains: generator, critic, encoder.

All are Functional models of built-in layers only, so that a saved one loads in safe mode. Pictures are float
(n, h, w, c) in [-1, 1], square, with a side of 32, 64, 128 or 256 pixels. Nothing works at full resolution but the
first convolution: on a processor that is where the time would go.
"""

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

import keras
from keras import layers

SIDES = (32, 64, 128, 256)
SEED_SIDE = 4  # the generator starts, and the critic ends, with a 4x4 picture
MOST_CHANNELS = 128


def _levels(image_shape):
    """Return how often the side halves from the picture down to 4, or say what's wrong with the shape."""
    height, width, channels = image_shape
    if height != width or height not in SIDES or channels not in (1, 3):
        raise ValueError(
            f"Images of shape {tuple(image_shape)} don't fit the networks: load them square, with a side of "
            f"{', '.join(map(str, SIDES))} pixels, grey or RGB."
        )
    return SIDES.index(height) + 3


def _channels(level, base):
    """Return the channels at a side of 4 * 2**level in a 64-pixel network's terms: halved with every doubling."""
    return min(base * 2**level, MOST_CHANNELS)


def generator(image_shape, *, latent_dim=64, base=32, name="generator"):
    """Build G: latent vector -> picture.

    Nearest-neighbour resizing and 3x3 convolutions, which leave no checkerboard (Odena, Dumoulin & Olah 2016,
    doi:10.23915/distill.00003); batch normalisation and ReLU; the last doubling unfolds four channels into 2x2 pixels.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c).
    latent_dim : int
        Length of the latent vector.
    base : int
        Channels at half resolution; they double with every halving, up to 128.

    Returns
    -------
    keras.Model
        Float (n, latent_dim) -> float (n, h, w, c) in [-1, 1].
    """
    levels = _levels(image_shape)
    latent = keras.Input((latent_dim,), name="latent")
    first = _channels(levels - 1, base)
    x = layers.Dense(SEED_SIDE * SEED_SIDE * first, use_bias=False)(latent)
    x = layers.Reshape((SEED_SIDE, SEED_SIDE, first))(x)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    for level in range(levels - 2, -1, -1):
        x = layers.UpSampling2D(interpolation="nearest")(x)
        x = layers.Conv2D(_channels(level, base), 3, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Conv2D(4 * image_shape[2], 3, padding="same")(x)
    x = _unfold(x, image_shape)
    return keras.Model(latent, layers.Activation("tanh", dtype="float32")(x), name=name)


def _unfold(x, image_shape):
    """Turn (h/2, w/2, 4c) into (h, w, c): each pixel's four groups of channels become 2x2 pixels."""
    height, width, channels = image_shape
    x = layers.Reshape((height // 2, width // 2, 2, 2, channels))(x)
    x = layers.Permute((1, 3, 2, 4, 5))(x)
    return layers.Reshape((height, width, channels))(x)


def _trunk(image, levels, base):
    """Halve the picture down to 4x4 with strided convolutions and no batch statistics, as a gradient penalty needs."""
    x = image
    for level in range(levels):
        x = layers.Conv2D(_channels(level, base), 5 if level == 0 else 4, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    return layers.Flatten(name="features", dtype="float32")(x)


def critic(image_shape, *, base=32, name="critic"):
    """Build D: picture -> one raw number, higher for pictures that it takes for real.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> [features (n, 16 * channels), output (n, 1)]. The features are the last
        convolution's: f-AnoGAN compares pictures by them.
    """
    levels = _levels(image_shape)
    image = keras.Input(image_shape, name="image")
    features = _trunk(image, levels, base)
    return keras.Model(image, [features, layers.Dense(1, dtype="float32")(features)], name=name)


def encoder(image_shape, *, latent_dim=64, base=32, name="encoder"):
    """Build E: picture -> latent vector, the generator's inverse once it is trained.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> float (n, latent_dim).
    """
    levels = _levels(image_shape)
    image = keras.Input(image_shape, name="image")
    latent = layers.Dense(latent_dim, dtype="float32")(_trunk(image, levels, base))
    return keras.Model(image, latent, name=name)
