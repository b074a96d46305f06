"""Which pictures fit the networks, and how wide a network is at each side.

Pictures are square, with a side of 32, 64, 128 or 256 pixels. Nothing works at full resolution but the first and the
last convolution: on a processor that is where the time would go.
"""

SIDES = (32, 64, 128, 256)
SEED_SIDE = 4  # a generator starts, and a discriminator ends, with a 4x4 picture
MOST_CHANNELS = 128


def levels(image_shape):
    """Return how often the side halves from the picture down to 4.

    Raises
    ------
    ValueError
        If (h, w, c) is not square, has another side than `SIDES` or is neither grey nor RGB.
    """
    height, width, channels = image_shape
    if height != width or height not in SIDES or channels not in (1, 3):
        raise ValueError(
            f"Images of shape {tuple(image_shape)} don't fit the networks: load them square, with a side of "
            f"{', '.join(map(str, SIDES))} pixels, grey or RGB."
        )
    return SIDES.index(height) + 3


def channels(level, base):
    """Return the width after ``level`` further halvings: ``base`` at half resolution, doubled each time, up to 128."""
    return min(base * 2**level, MOST_CHANNELS)
