"""A small network for a map of defects: from the picture straight to the map, with no restorer before it."""

import keras
from keras import layers

from gan_helpers.networks.repair import WIDTHS, fold
from gan_helpers.networks.sizes import levels

REACH = 2  # dilation of the second convolution at the smallest side, so that a place sees most of the part


def student(image_shape, *, base=24, name="student_net"):
    """Build a small U-Net whose answers are `networks.marker`'s in shape and kind, so that it can learn from one.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c), of `networks.SIDES`.
    base : int
        Channels at the folded side (`networks.fold`); 24 make about 230,000 weights, 16 about 100,000.
    name : str
        Not that of the detector: the export tells the network inside from what stands around it by name.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> logits float32 (n, h / f, w / f), f = `fold`, above 0 where it sees a defect.

    References
    ----------
    Ronneberger, Fischer & Brox 2015, arXiv:1505.04597 (U-Net); Yu & Koltun 2016, arXiv:1511.07122 (dilation).
    """
    levels(image_shape)
    pixels = fold(image_shape[0])
    image = keras.Input(image_shape, name="image")
    x = _convolve(image, base, 2 * pixels, strides=pixels)
    passed = []
    for level, width in enumerate(WIDTHS):
        x = _convolve(x, base * width, 4, strides=2) if level else x
        x = _convolve(x, base * width)
        passed.append(x)
    x = layers.Add()([x, _convolve(x, base * WIDTHS[-1], dilation_rate=REACH)])
    for width, skipped in zip(WIDTHS[-2::-1], passed[-2::-1], strict=True):
        up = layers.UpSampling2D(interpolation="nearest")(layers.Conv2D(base * width, 1)(x))
        x = _convolve(layers.Add()([up, skipped]), base * width)
    logits = layers.Conv2D(1, 1, dtype="float32")(x)
    return keras.Model(image, layers.Reshape(logits.shape[1:3], dtype="float32")(logits), name=name)


def _convolve(x, width, kernel=3, **options):
    options = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal"} | options
    return layers.Conv2D(width, kernel, **options)(x)
