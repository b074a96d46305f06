"""How much one good part may differ from another: small moves and changes of light that a detector is to live with."""

import numpy as np

MOVE = 1 / 64  # of the side
GAIN, OFFSET = 0.08, 0.02  # standard deviations


def vary(images, rng, *, move=MOVE, gain=GAIN, offset=OFFSET):
    """Move every part by some pixels and change its light a little.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    rng : numpy.random.Generator
    move : float
        Farthest move along each axis, as a share of the side; the edge is repeated where the part moved away.
    gain, offset : float
        Standard deviations of the logarithm of the brightness' factor, and of what is added.

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w, c) in [0, 1].
    """
    reach = round(move * images.shape[1])
    n, high, wide, _ = images.shape
    moved = np.empty(images.shape, np.float32)
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    for i, (down, right) in enumerate(rng.integers(0, 2 * reach + 1, (n, 2))):
        moved[i] = padded[i, down : down + high, right : right + wide]
    factor = np.exp(rng.normal(0, gain, (n, 1, 1, 1))).astype(np.float32)
    return np.clip(moved * factor + rng.normal(0, offset, (n, 1, 1, 1)).astype(np.float32), 0, 1)
