"""The classifier of good and defective parts: pictures -> one raw number."""

import keras
from keras import layers

from gan_helpers.networks.sizes import channels, levels

STRUCTURE = 2.0  # neighbouring pixels differ less than pixels are bright


def classifier(image_shape, *, base=16, name="classifier"):
    """Build a classifier: picture -> one raw number, higher for pictures that it takes for defective.

    Strided convolutions with ReLU, then the mean *and* the maximum over the picture: a defect is a matter of one place,
    and a mean alone would drown it. No batch normalisation, so that a part's score hangs on no other part, and plain
    ReLU, which every tool that explains or shrinks a network knows.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c).
    base : int
        Channels at half resolution; they double with every halving, up to 128.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> float32 (n, 1).
    """
    depth = levels(image_shape) - 1  # down to 8x8
    # without normalisation the start has to keep the signal's size through ReLU (He et al. 2015, arXiv:1502.01852)
    options = {"padding": "same", "kernel_initializer": "he_normal"}
    image = keras.Input(image_shape, name="image")
    x = image
    for level in range(depth):
        x = layers.Conv2D(channels(level, base), 5 if level == 0 else 3, strides=2, **options)(x)
        x = layers.ReLU()(x)
    x = layers.ReLU()(layers.Conv2D(channels(depth, base), 3, **options)(x))
    pooled = [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    x = layers.Concatenate(name="features")(pooled)
    network = keras.Model(image, layers.Dense(1, dtype="float32", name="logit")(x), name=name)
    _start_blind_to_brightness(network.layers[1])
    return network


def _start_blind_to_brightness(convolution):
    """Take its mean from every first kernel, and make up for what that takes: what counts is a part's structure."""
    kernel, bias = convolution.get_weights()
    convolution.set_weights([STRUCTURE * (kernel - kernel.mean(axis=(0, 1), keepdims=True)), bias])
