"""Which mirror images of a product look like the product, found on good parts alone.

Many products look as good in the mirror. Then a mirror image is another good part for nothing: to learn from, and to
look at a second time. One that has a left and a right must be left as it is.
"""

import numpy as np

MIRRORS = {"none": 0, "left_right": 2, "top_bottom": 1}  # -> axis of a batch (n, h, w, c) along which it is turned over
USUAL = 0.95  # quantile of good parts as they are that the median part in the mirror may reach
FEWEST = 8  # good parts to find mirrors with
PATTERNS = 16
SIDE = 64  # pixels are enough to tell left from right


def checked_mirror(mirror):
    """Return ``mirror`` if it is ``"auto"`` or one of `MIRRORS`, for constructors; raise ValueError otherwise."""
    if mirror not in ("auto", *MIRRORS):
        raise ValueError(f"mirror is {mirror!r}; choose one of auto, {', '.join(MIRRORS)}.")
    return mirror


def passable(in_mirror, as_they_are):
    """Say whether good parts look good in a mirror: their median score there is one that is usual without it.

    Parameters
    ----------
    in_mirror, as_they_are : numpy.ndarray
        Float (n,), scores of good parts, higher is more unusual.

    Returns
    -------
    bool
    """
    return bool(np.median(in_mirror) <= np.quantile(as_they_are, USUAL))


def passable_axes(pictures):
    """Return along which axes good parts may be turned over, before anything was learnt.

    The first half of the parts gives principal components. What these leave over of the second half, and of its mirror
    images, is compared by `passable`.

    Parameters
    ----------
    pictures : numpy.ndarray
        Float (n, h, w, c), good parts.

    Returns
    -------
    tuple of int
        Axes of the batch; empty if fewer than eight parts are there to tell.
    """
    if len(pictures) < FEWEST:
        return ()
    small = _shrunk(pictures)
    first, second = small[: len(small) // 2], small[len(small) // 2 :]
    mean = first.mean(axis=0)
    patterns = np.linalg.svd((first - mean).reshape(len(first), -1), full_matrices=False)[2]
    patterns = patterns[: min(PATTERNS, len(first) // 4)]

    def left_over(parts):
        flat = (parts - mean).reshape(len(parts), -1)
        return np.square(flat - flat @ patterns.T @ patterns).mean(axis=1)

    usual = left_over(second)
    return tuple(axis for axis in MIRRORS.values() if axis and passable(left_over(np.flip(second, axis)), usual))


def turned_over(pictures, axes, rng):
    """Turn each part over along each axis, or not, as a coin falls.

    Parameters
    ----------
    pictures : numpy.ndarray
        (n, h, w, c).
    axes : sequence of int
        Of the batch; without any the parts come back as they are.
    rng : numpy.random.Generator

    Returns
    -------
    numpy.ndarray
        (n, h, w, c).
    """
    for axis in axes:
        over = rng.integers(0, 2, len(pictures)).astype(bool)
        pictures = np.where(over[:, None, None, None], np.flip(pictures, axis), pictures)
    return pictures


def _shrunk(pictures):
    """Average pictures over squares of pixels, down to at most `SIDE` a side."""
    n, high, wide, colours = pictures.shape
    times = max(high // SIDE, 1)
    return pictures.reshape(n, high // times, times, wide // times, times, colours).mean(axis=(2, 4))
