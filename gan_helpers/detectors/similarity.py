"""Structural similarity: how well two pictures agree in brightness, contrast and pattern around each pixel."""

import functools

import numpy as np
from scipy.ndimage import gaussian_filter1d

from gan_helpers.settings import quiet_tensorflow

quiet_tensorflow()

from keras import ops

WINDOW = 1.5  # standard deviation of the Gaussian window in pixels; it reaches 5 pixels each way
C1, C2 = 0.01**2, 0.03**2


def structural_similarity(first, second):
    """Compare pictures around each pixel.

    ::

        SSIM = (2 m1 m2 + C1) (2 s12 + C2) / ((m1² + m2² + C1) (s1² + s2² + C2))

    with means m, variances s² and covariance s12 under a Gaussian window of 11x11 pixels; C1 and C2 keep dark and flat
    places calm. Borders are mirrored.

    Parameters
    ----------
    first, second : tensor
        Float (n, h, w, c) in [0, 1].

    Returns
    -------
    tensor
        Float (n, h, w, c), at most 1: 1 where they agree.

    References
    ----------
    Wang et al. 2004, doi:10.1109/TIP.2003.819861, equation 13.
    """
    windows = [window(side) for side in first.shape[1:3]]

    def local_mean(pictures):
        return _weighted(pictures, *windows)

    mean_1, mean_2 = local_mean(first), local_mean(second)
    variance_1 = local_mean(first * first) - mean_1 * mean_1
    variance_2 = local_mean(second * second) - mean_2 * mean_2
    covariance = local_mean(first * second) - mean_1 * mean_2
    brightness = (2 * mean_1 * mean_2 + C1) / (mean_1 * mean_1 + mean_2 * mean_2 + C1)
    return brightness * (2 * covariance + C2) / (variance_1 + variance_2 + C2)


def _weighted(pictures, rows, columns):
    """Take the weighted mean around each pixel: ``R p C'`` in each channel."""
    pictures = ops.transpose(pictures, (0, 3, 1, 2))
    return ops.transpose(ops.matmul(ops.matmul(rows, pictures), columns.T), (0, 2, 3, 1))


@functools.cache
def window(side):
    """Return the matrix whose rows hold the weights of a Gaussian window at each place: float32 (side, side)."""
    return gaussian_filter1d(np.eye(side), WINDOW, axis=0, mode="reflect", truncate=3.5).astype(np.float32)
