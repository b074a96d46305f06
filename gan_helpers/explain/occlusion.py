"""Occlusion: cover a place, look how far the score falls, move on (Zeiler & Fergus 2014, arXiv:1311.2901)."""

import numpy as np

PATCH, STRIDE = 1 / 8, 1 / 16  # of the side


def occlusion(score, images, baseline, *, patch=PATCH, stride=STRIDE):
    """Say how much the score falls when a square window is replaced by the baseline.

    Each pixel gets the mean fall over all windows that cover it.

    Parameters
    ----------
    score : callable
        Images (n, h, w, c) -> (n,).
    images, baseline : numpy.ndarray
        Float (n, h, w, c).
    patch, stride : float
        Side of the window and how far it moves, as shares of the picture's side.

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w); positive where covering lowers the score.
    """
    side = images.shape[1]
    size, step = max(round(patch * side), 1), max(round(stride * side), 1)
    starts = sorted({*range(0, side - size + 1, step), side - size})
    windows = [(slice(y, y + size), slice(x, x + size)) for y in starts for x in starts]
    whole = np.asarray(score(images))
    maps = np.zeros(images.shape[:3])
    covered = np.zeros(images.shape[1:3])
    for y, x in windows:
        covered[y, x] += 1
    for i, (image, instead) in enumerate(zip(images, baseline, strict=True)):
        views = np.repeat(image[None], len(windows), axis=0)
        for view, (y, x) in zip(views, windows, strict=True):
            view[y, x] = instead[y, x]
        for (y, x), fall in zip(windows, whole[i] - np.asarray(score(views)), strict=True):
            maps[i, y, x] += fall
    return (maps / covered).astype(np.float32)
