"""Controls: maps that know nothing of the model. An explanation that does no better than these explains nothing."""

import numpy as np
from scipy.ndimage import gaussian_gradient_magnitude

CENTRE_WIDTH = 0.25  # standard deviation, as a share of the side
EDGE_SCALE = 1.0  # pixels


def random_maps(images, seed):
    """Return noise: each place's value is drawn evenly from [0, 1); float32 (n, h, w)."""
    return np.random.default_rng(seed).random(images.shape[:3], dtype=np.float32)


def centre_maps(images):
    """Return a hill in the middle of the picture, the same for all; float32 (n, h, w).

    Whoever takes photographs puts what matters in the middle, so this control can be hard to beat.
    """
    n, height, width = images.shape[:3]
    y, x = (np.linspace(-0.5, 0.5, side) for side in (height, width))
    hill = np.exp(-(y[:, None] ** 2 + x**2) / (2 * CENTRE_WIDTH**2))
    return np.broadcast_to(hill, (n, height, width)).astype(np.float32)


def edge_maps(images):
    """Return how steeply the brightness changes; float32 (n, h, w).

    Gradients of a network follow the edges of its input, so a map of edges can pass for an explanation (Adebayo et al.
    2018, arXiv:1810.03292).
    """
    grey = images.mean(axis=-1)
    return np.stack([gaussian_gradient_magnitude(image, EDGE_SCALE) for image in grey]).astype(np.float32)
