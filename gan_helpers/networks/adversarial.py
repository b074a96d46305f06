"""The two players: a generator draws pictures from latent vectors, a discriminator judges pictures.

Pictures are float (n, h, w, c) in [-1, 1]. With ``kinds`` both are told which kind of picture is meant.
"""

import keras
import numpy as np
from keras import layers

from gan_helpers.networks.sizes import SEED_SIDE, channels, levels

UPSAMPLING = ("resize", "transposed")


def generator(
    image_shape,
    *,
    latent_dim=64,
    base=32,
    kinds=0,
    up="resize",
    kernel=4,
    unfold=True,
    batch_norm=True,
    name="generator",
):
    """Build G: latent vector (and kind) -> picture.

    ``resize`` doubles the side by repeating pixels before a 3x3 convolution, and the last time, unless told otherwise,
    by unfolding four channels into 2x2 pixels, which saves all work at full resolution. ``transposed`` uses strided
    transposed convolutions, which leave a checkerboard where their kernel doesn't divide by the stride (Odena, Dumoulin
    & Olah 2016, doi:10.23915/distill.00003). Batch normalisation and ReLU between.

    Without an opponent to play against, leave the normalisation out: as the decoder of an autoencoder the same network
    learns faster, and what it draws in evaluation no longer hangs on statistics that lag behind its weights.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c).
    latent_dim : int
        Length of the latent vector.
    base : int
        Channels at half resolution; they double with every halving, up to 128.
    kinds : int
        Number of kinds; 0 for a generator that isn't told. The kind's one-hot code is put beside the latent vector
        (Mirza & Osindero 2014, arXiv:1411.1784).
    up : {"resize", "transposed"}
    kernel : int
        Side of the transposed convolutions' kernels.
    unfold : bool
        False for a last convolution at full resolution: dearer, and free of any pattern of every other pixel.
    batch_norm : bool
        False puts biases in the place of batch normalisation.

    Returns
    -------
    keras.Model
        Float (n, latent_dim), or [that, int (n,)] -> float (n, h, w, c) in [-1, 1].
    """
    if up not in UPSAMPLING:
        raise ValueError(f"up = {up!r}; choose one of {', '.join(UPSAMPLING)}.")
    depth = levels(image_shape)
    bias = {"use_bias": not batch_norm}

    def activated(x):
        return layers.ReLU()(layers.BatchNormalization()(x) if batch_norm else x)

    latent = keras.Input((latent_dim,), name="latent")
    inputs, x = latent, latent
    if kinds:
        kind = keras.Input((), dtype="int32", name="kind")
        inputs = [latent, kind]
        x = layers.Concatenate()([latent, layers.CategoryEncoding(kinds, output_mode="one_hot")(kind)])
    first = channels(depth - 1, base)
    x = layers.Dense(SEED_SIDE * SEED_SIDE * first, **bias)(x)
    x = activated(layers.Reshape((SEED_SIDE, SEED_SIDE, first))(x))
    for level in range(depth - 2, -1, -1):
        if up == "resize":
            x = layers.UpSampling2D(interpolation="nearest")(x)
            x = layers.Conv2D(channels(level, base), 3, padding="same", **bias)(x)
        else:
            x = layers.Conv2DTranspose(channels(level, base), kernel, strides=2, padding="same", **bias)(x)
        x = activated(x)
    if up == "resize" and not unfold:
        x = layers.Conv2D(image_shape[2], 3, padding="same")(layers.UpSampling2D(interpolation="nearest")(x))
    elif up == "resize":
        last = layers.Conv2D(4 * image_shape[2], 3, padding="same")
        x = depth_to_space(last(x), image_shape)
        _start_alike(last, image_shape[2])
    else:
        x = layers.Conv2DTranspose(image_shape[2], kernel, strides=2, padding="same")(x)
    return keras.Model(inputs, layers.Activation("tanh", dtype="float32")(x), name=name)


def depth_to_space(x, image_shape, times=2):
    """Turn (h/t, w/t, t²c) into (h, w, c): each place's groups of channels become t x t pixels."""
    height, width, colours = image_shape
    x = layers.Reshape((height // times, width // times, times, times, colours))(x)
    return layers.Reshape((height, width, colours))(layers.Permute((1, 3, 2, 4, 5))(x))


def _start_alike(convolution, colours):
    """Give the four pixels that are unfolded from one place the same first kernel, so that they start alike.

    Otherwise the unfolding itself would be a checkerboard until it is learnt away (Aitken et al. 2017,
    arXiv:1707.02937).
    """
    kernel, bias = convolution.get_weights()
    convolution.set_weights([np.tile(kernel[..., :colours], 4), bias])


def trunk(image, *, base, spectral_norm=False):
    """Halve a picture down to 4x4 with strided convolutions, and lay the rest out as features.

    No batch statistics: a gradient penalty is a matter of one picture at a time (Gulrajani et al. 2017,
    arXiv:1704.00028, section 4).

    Parameters
    ----------
    image : keras.KerasTensor
        (n, h, w, c).
    base : int
    spectral_norm : bool
        Divide each kernel by its largest singular value (Miyato et al. 2018, arXiv:1802.05957).

    Returns
    -------
    keras.KerasTensor
        float32 (n, 16 * channels).
    """
    x = image
    for level in range(levels(image.shape[1:])):
        convolution = layers.Conv2D(channels(level, base), 5 if level == 0 else 4, strides=2, padding="same")
        x = layers.SpectralNormalization(convolution)(x) if spectral_norm else convolution(x)
        x = layers.LeakyReLU(0.2)(x)
    return layers.Flatten(name="features", dtype="float32")(x)


def discriminator(image_shape, *, base=32, kinds=0, spectral_norm=False, name="discriminator"):
    """Build D: picture (and kind) -> one raw number, higher for pictures that it takes for real.

    With ``kinds`` there is an output ``w_k·f(x) + b_k`` for each kind k, of the same features f, and the one that is
    asked for counts (Liu et al. 2019, arXiv:1905.01723; with ``w_k = w + v_k`` it is the projection of Miyato & Koyama
    2018, arXiv:1802.05637, equation 3).

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> [features (n, 16 * channels), output (n, 1)]; with ``kinds`` [that, int (n,)]
        -> [features, outputs of all kinds (n, kinds), output (n, 1)]. The features are the last convolution's:
        f-AnoGAN compares pictures by them.
    """
    image = keras.Input(image_shape, name="image")
    features = trunk(image, base=base, spectral_norm=spectral_norm)
    last = layers.Dense(max(kinds, 1), dtype="float32")
    outputs = (layers.SpectralNormalization(last, dtype="float32") if spectral_norm else last)(features)
    if not kinds:
        return keras.Model(image, [features, outputs], name=name)
    kind = keras.Input((), dtype="int32", name="kind")
    asked = layers.CategoryEncoding(kinds, output_mode="one_hot", dtype="float32")(kind)
    output = layers.Dot(axes=1, dtype="float32")([asked, outputs])
    return keras.Model([image, kind], [features, outputs, output], name=name)
