"""Networks of the repair GAN: one restores a part, one marks what had to be restored, one judges the repair.

All begin by folding `fold` x `fold` pixels into one place, 4x4 or, up to 64 pixels, 2x2, so that nothing works at full
resolution: on a processor that is where the time would go. None has batch normalisation: with few parts a batch it
carries the light of one part over to the next.
"""

import keras
from keras import layers

from gan_helpers.networks.adversarial import depth_to_space
from gan_helpers.networks.sizes import levels

WIDTHS = (1, 2, 3)  # channels at the folded side, at a half and at a quarter of it, in multiples of the base


def fold(side):
    """Return how many pixels a place is wide and high: 2 up to a side of 64, 4 above.

    So a defect of a few pixels still fills a place, and maps are 32 x 32 for parts of 64 as for parts of 128 pixels.
    """
    return 2 if side <= 64 else 4


def restorer(image_shape, *, base=32, code=32, name="restorer"):
    """Build the generator of the repair GAN: a part, spoiled or not -> the part as it should be.

    It passes through a narrow code at a quarter of the folded side, and has no skip connection: a defect that could
    slip past the code would be repaired into itself.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c), of `networks.SIDES`.
    base : int
        Channels at the folded side.
    code : int
        Channels of the code.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> the same.
    """
    levels(image_shape)
    pixels = fold(image_shape[0])
    image = keras.Input(image_shape, name="image")
    x = _convolve(image, base, 2 * pixels, pixels)
    for width in WIDTHS[1:]:
        x = _convolve(x, base * width, 4, 2)
    x = layers.Conv2D(code, 1)(x)
    x = _convolve(x, base * WIDTHS[-1])
    for width in WIDTHS[-2::-1]:
        x = _convolve(layers.UpSampling2D(interpolation="nearest")(x), base * width)
    x = depth_to_space(layers.Conv2D(pixels * pixels * image_shape[2], 3, padding="same")(x), image_shape, pixels)
    return keras.Model(image, layers.Activation("tanh", dtype="float32")(x), name=name)


def marker(image_shape, *, base=48, name="marker"):
    """Build the network that marks defects: a U-Net over what `seen_by_marker` gives.

    Parameters
    ----------
    image_shape : tuple of int
        (h, w, c) of a part.
    base : int
        Channels at the folded side.

    Returns
    -------
    keras.Model
        Float (n, h, w, 3 c) -> logits float32 (n, h / f, w / f), f = `fold`, above 0 where it sees a defect.

    References
    ----------
    Ronneberger, Fischer & Brox 2015, arXiv:1505.04597 (U-Net); Zavrtanik, Kristan & Skocaj 2021, arXiv:2108.07610 (over
    a part and its reconstruction).
    """
    height, wide, colours = image_shape
    seen = keras.Input((height, wide, 3 * colours), name="seen")
    x = _convolve(seen, base, 2 * fold(height), fold(height))
    passed = []
    for level, width in enumerate(WIDTHS):
        x = _convolve(_convolve(x, base * width, 4, 2) if level else x, base * width)
        passed.append(x)
    for width, skipped in zip(WIDTHS[-2::-1], passed[-2::-1], strict=True):
        up = layers.UpSampling2D(interpolation="nearest")(layers.Conv2D(base * width, 1)(x))
        x = _convolve(layers.Add()([up, skipped]), base * width)
    logits = layers.Conv2D(1, 1, dtype="float32")(x)
    return keras.Model(seen, layers.Reshape(logits.shape[1:3], dtype="float32")(logits), name=name)


def seen_by_marker(part, repair):
    """Lay a part, its repair and how far they are apart behind each other: float (n, h, w, 3 c)."""
    return keras.ops.concatenate([part, repair, keras.ops.abs(part - repair)], axis=-1)


def patch_discriminator(image_shape, *, base=24, name="patch_discriminator"):
    """Build a discriminator that judges patches: a raw number for each, higher for those that it takes for real.

    Returns
    -------
    keras.Model
        Float (n, h, w, c) in [-1, 1] -> [features (n, h / 2f, w / 2f, 2 * base), outputs float32 (n, h / 2f, w / 2f,
        1)], with f = `fold`.

    References
    ----------
    Isola et al. 2017, arXiv:1611.07004, section 3.2.2.
    """
    pixels = fold(image_shape[0])
    image = keras.Input(image_shape, name="image")
    x = layers.LeakyReLU(0.2)(layers.Conv2D(base, 2 * pixels, strides=pixels, padding="same")(image))
    x = layers.LeakyReLU(0.2)(layers.Conv2D(2 * base, 4, strides=2, padding="same")(x))
    outputs = layers.Conv2D(1, 3, padding="same", dtype="float32")(x)
    return keras.Model(image, [layers.Activation("linear", dtype="float32", name="features")(x), outputs], name=name)


def _convolve(x, width, kernel=3, strides=1):
    return layers.Conv2D(
        width, kernel, strides=strides, padding="same", activation="relu", kernel_initializer="he_normal"
    )(x)
