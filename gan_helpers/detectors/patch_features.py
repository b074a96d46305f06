"""Features of the patches of a picture, from three kinds of networks, each as one network that can be saved.

All take images in [0, 1] and describe each place by two levels of a network, the finer at a quarter of the side.
"""

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

import keras
from keras import layers

RANDOM_WIDTHS = (32, 64, 128)  # channels at 1/2, 1/4 and 1/8 of the side
IMAGENET_LEVELS = ("block_5_add", "block_12_add")  # of MobileNetV2, at 1/8 and 1/16 of its picture
IMAGENET_SIDE = 128  # smaller pictures are enlarged to it


def random_describer(image_shape, *, seed):
    """Describe patches by a network with fixed random weights: what the method is worth without any learning.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c).
    seed : int

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [0, 1] -> float (n, h/4, w/4, 192).
    """
    image = keras.Input(image_shape, name="image")
    x, halves = image * 2.0 - 1.0, []
    for place, width in enumerate(RANDOM_WIDTHS):
        weights = keras.initializers.HeNormal(seed=seed + place)
        x = layers.Conv2D(width, 5, strides=2, padding="same", activation="relu", kernel_initializer=weights)(x)
        halves.append(x)
    return keras.Model(image, _joined(*halves[1:]), name="describer")


def critic_describer(critic):
    """Describe patches by the second and third convolution of a GAN's discriminator.

    Parameters
    ----------
    critic : keras.Model
        As `networks.discriminator` gives, in float32; pictures in [-1, 1].

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [0, 1] -> float (n, h/4, w/4, channels of both).
    """
    outputs = [layer.output for layer in critic.layers if isinstance(layer, layers.LeakyReLU)][1:3]
    image = keras.Input(critic.input_shape[1:], name="image")
    return keras.Model(image, _joined(*keras.Model(critic.inputs, outputs)(image * 2.0 - 1.0)), name="describer")


def imagenet_describer(image_shape, *, weights="imagenet"):
    """Describe patches by MobileNetV2 trained on ImageNet (Sandler et al. 2018, arXiv:1801.04381).

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c); sides under 128 are enlarged to it, grey is repeated in three channels.
    weights : str
        A file with weights of ``keras.applications.MobileNetV2(include_top=False)``, or ``"imagenet"``, which Keras
        looks up in its own cache and fetches if it isn't there.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [0, 1] -> float (n, g, g, 128), with g an eighth of the (enlarged) side.

    Raises
    ------
    RuntimeError
        If there are no weights to be had.
    """
    side = max(image_shape[0], IMAGENET_SIDE)
    try:
        network = keras.applications.MobileNetV2((side, side, 3), include_top=False, weights=weights)
    except Exception as problem:  # a missing file, a missing internet and a wrong file each raise something else
        raise RuntimeError(
            f"There are no ImageNet weights to be had from {weights!r} ({str(problem).splitlines()[0]}); "
            "name a file of MobileNetV2's weights without top as weights=..., or choose features='random'."
        ) from problem
    image = keras.Input(image_shape, name="image")
    x = image * 2.0 - 1.0
    if side > image_shape[0]:
        x = layers.UpSampling2D(side // image_shape[0], interpolation="bilinear")(x)
    if image_shape[2] == 1:
        x = layers.Concatenate()([x, x, x])
    outputs = [network.get_layer(name).output for name in IMAGENET_LEVELS]
    return keras.Model(image, _joined(*keras.Model(network.inputs, outputs)(x)), name="describer")


def _joined(fine, coarse):
    """Average each level over 3x3 places and put the coarse one, twice as large, beside the fine one."""
    fine, coarse = (layers.AveragePooling2D(3, strides=1, padding="same")(level) for level in (fine, coarse))
    return layers.Concatenate()([fine, layers.UpSampling2D(2, interpolation="bilinear")(coarse)])
