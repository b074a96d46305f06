"""Cut real defects out and paste them on good parts: what few examples give without any learning.

Cutting and pasting pieces of parts is Li et al. 2021, arXiv:2104.04015; here the piece is a true defect.
"""

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter

WINDOW = 1 / 4  # of the side, where no mask is known
BLUR = 1 / 32  # of the side, before the strangest place is sought
SOFT = 0.7  # pixels, of the pasted edge
MOVE = 1 / 32  # of the side, farthest: about as far as a part lies from the middle


def paste_defects(good, defective, masks=None, *, n=None, move=MOVE, seed):
    """Paste each defect on other good parts, turned around the middle by quarters, mirrored and moved a little.

    On a round part a defect that is turned around the middle lies where it might have been; what is moved far brings a
    piece of the wrong place along, and its rim becomes the sign of a defect.

    Parameters
    ----------
    good, defective : numpy.ndarray
        Float (n, h, h, c) in [0, 1], of the same size.
    masks : numpy.ndarray, optional
        Bool (n, h, h), where the defect is. Without them a window around the strangest place of each part is cut out:
        where it differs most from the mean of the good ones, in their standard deviations.
    n : int, optional
        Parts to make; as many as there are good ones when not given.
    move : float
        Farthest move along each axis, as a share of the side.
    seed : int or numpy.random.Generator

    Returns
    -------
    pasted : numpy.ndarray
        float32 (n, h, h, c) in [0, 1].
    pasted_masks : numpy.ndarray
        Bool (n, h, h), where something was pasted.

    Raises
    ------
    ValueError
        If sizes or masks don't fit each other.
    """
    if good.shape[1:] != defective.shape[1:]:
        raise ValueError(f"Good parts have {good.shape[1:]}, defective ones {defective.shape[1:]}; load them alike.")
    masks = likely_places(good, defective) if masks is None else np.asarray(masks, dtype=bool)
    if masks.shape != defective.shape[:3]:
        raise ValueError(f"masks has shape {masks.shape}; give {defective.shape[:3]}, one a defective part.")
    usable = np.flatnonzero(masks.any(axis=(1, 2)))
    if not len(usable):
        raise ValueError("Every mask is empty, so there is nothing to paste; leave masks out.")
    rng = np.random.default_rng(seed)
    n = len(good) if n is None else n
    pasted = good[rng.integers(len(good), size=n)].astype(np.float32)
    pasted_masks = np.zeros(pasted.shape[:3], dtype=bool)
    for part, place, which in zip(pasted, pasted_masks, rng.choice(usable, n), strict=True):
        piece, mask = _turned(defective[which], binary_dilation(masks[which]), rng)
        piece, mask = _moved(piece, mask, move, rng)
        place[:] = mask
        soft = np.maximum(gaussian_filter(mask.astype(np.float32), SOFT), 0)[..., None]
        part += soft * (piece - part)
    return np.clip(pasted, 0, 1), pasted_masks


def likely_places(good, defective):
    """Mark a window around the strangest place of each defective part: bool (n, h, h)."""
    side = good.shape[1]
    deviation = np.abs(defective - good.mean(axis=0)) / (good.std(axis=0) + 0.02)
    masks = np.zeros(defective.shape[:3], dtype=bool)
    half = max(round(WINDOW * side / 2), 1)
    for mask, strange in zip(masks, deviation.mean(axis=-1), strict=True):
        y, x = np.unravel_index(gaussian_filter(strange, BLUR * side).argmax(), strange.shape)
        mask[max(y - half, 0) : y + half, max(x - half, 0) : x + half] = True
    return masks


def _turned(piece, mask, rng):
    quarters, mirrored = rng.integers(4), rng.integers(2)
    piece, mask = (np.rot90(array, quarters) for array in (piece, mask))
    return (piece[:, ::-1], mask[:, ::-1]) if mirrored else (piece, mask)


def _moved(piece, mask, move, rng):
    """Move by whole pixels, no farther than the defect stays whole within the picture."""
    shifts = []
    for axis in (0, 1):
        occupied, side = np.flatnonzero(mask.any(axis=1 - axis)), mask.shape[axis]
        reach = round(move * side)
        shifts.append(rng.integers(-min(reach, occupied[0]), min(reach, side - 1 - occupied[-1]) + 1))
    return np.roll(piece, shifts, axis=(0, 1)), np.roll(mask, shifts, axis=(0, 1))
