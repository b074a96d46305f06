"""Is an explanation true? Four figures, each with the trap that comes with it.

Against a true mask: the *pointing game* (does the highest place lie in the defect? Zhang et al. 2016, arXiv:1608.00507)
and the *average precision* over the pixels. They ask whether the map finds the defect, so a model that looks elsewhere
makes a faithful map lose.

Against the model: *deletion* and *insertion* (Petsiuk, Das & Saenko 2018, arXiv:1806.07421). Places are taken out of
the part in the order of the map, the most important first, or put into the baseline; a faithful map makes the score
fall or rise early. They ask the model about pictures that it may never have seen, so the
choice of the baseline matters.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

STEPS = 20
FIGURES = ("pointing", "average_precision", "deletion", "insertion")
BATCH = 128


def pointing_game(maps, masks, *, margin=0):
    """Say for each part whether the highest place of its map lies in the defect.

    Parameters
    ----------
    maps : numpy.ndarray
        Float (n, h, w).
    masks : numpy.ndarray
        Bool (n, h, w); none of them empty.
    margin : int
        Pixels by which the place may miss the defect.

    Returns
    -------
    numpy.ndarray
        float64 (n,): 1 hit, 0 miss; where several places are highest, the share of them that hit.
    """
    maps, masks = _checked(maps, masks)
    if margin:
        from scipy.ndimage import binary_dilation

        masks = np.stack([binary_dilation(mask, iterations=margin) for mask in masks])
    highest = maps == maps.max(axis=(1, 2), keepdims=True)
    return (highest & masks).sum(axis=(1, 2)) / highest.sum(axis=(1, 2))


def pixel_precision(maps, masks):
    """Return the average precision of each map against its mask: float64 (n,); chance is the mask's share of pixels."""
    from sklearn.metrics import average_precision_score

    maps, masks = _checked(maps, masks)
    return np.array([average_precision_score(mask.ravel(), one.ravel()) for one, mask in zip(maps, masks, strict=True)])


@dataclass(frozen=True)
class Curves:
    """How scores fall and rise.

    Parameters
    ----------
    shares : numpy.ndarray
        Float (k,), from 0 to 1: share of the pixels replaced or put in; dense at the start, where defects are decided.
    deletion, insertion : numpy.ndarray
        Float (n, k): scores.
    """

    shares: np.ndarray
    deletion: np.ndarray
    insertion: np.ndarray

    @property
    def areas(self):
        """Areas under both curves, in units of the score: two float64 (n,)."""
        return tuple(np.trapezoid(curve, self.shares, axis=1) for curve in (self.deletion, self.insertion))

    @property
    def ends(self):
        """Scores of the parts as they are, and of their baselines: two float64 (n,)."""
        return self.deletion[:, 0], self.insertion[:, 0]


def deletion_insertion(score, images, maps, baseline, *, steps=STEPS, seed=0):
    """Take the places of a part out, and put them into its baseline, the most important ones first.

    Parameters
    ----------
    score : callable
        Images (n, h, w, c) -> (n,).
    images, baseline : numpy.ndarray
        Float (n, h, w, c).
    maps : numpy.ndarray
        Float (n, h, w).
    steps : int
        Points of the curves after the first.
    seed : int
        Places of the same importance follow each other at random.

    Returns
    -------
    Curves
    """
    shares = np.linspace(0, 1, steps + 1) ** 2
    rng = np.random.default_rng(seed)
    n_pixels = maps.shape[1] * maps.shape[2]
    wanted = np.round(shares * n_pixels)
    deletion, insertion = [], []
    for image, instead, one in zip(images, baseline, maps, strict=True):
        rank = np.empty(n_pixels)
        rank[np.lexsort((rng.random(n_pixels), -one.ravel()))] = np.arange(n_pixels)
        chosen = (rank < wanted[:, None]).reshape(-1, *one.shape, 1)
        deletion.append(score(np.where(chosen, instead, image)))
        insertion.append(score(np.where(chosen, image, instead)))
    return Curves(wanted / n_pixels, np.asarray(deletion, float), np.asarray(insertion, float))


def judge(score, images, masks, maps, baseline, *, margin=None, steps=STEPS):
    """Measure maps on parts whose defects are known: one row a part.

    Parameters
    ----------
    score, images, maps, baseline
        As for `deletion_insertion`.
    masks : numpy.ndarray
        Bool (n, h, w).
    margin : int, optional
        For `pointing_game`; one 64th of the side if not given.
    steps : int

    Returns
    -------
    pandas.DataFrame
        ``pointing``, ``average_precision``, the areas ``deletion`` and ``insertion``, and ``whole`` and ``masked``: the
        scores of the part and of its baseline.
    """
    margin = maps.shape[1] // 64 if margin is None else margin
    curves = deletion_insertion(score, images, maps, baseline, steps=steps)
    (deletion, insertion), (whole, masked) = curves.areas, curves.ends
    return pd.DataFrame(
        {
            "pointing": pointing_game(maps, masks, margin=margin),
            "average_precision": pixel_precision(maps, masks),
            "deletion": deletion,
            "insertion": insertion,
            "whole": whole,
            "masked": masked,
        }
    )


def summary(rows, *, level=0.95, draws=1000, seed=0):
    """Average what `judge` measured, with bootstrap intervals over the parts.

    The areas are made relative: 0 is the score of the baseline, 1 that of the part. Both are averaged over the parts
    before they are divided, since single parts may score hardly above their baseline.

    Parameters
    ----------
    rows : pandas.DataFrame
        As from `judge`.
    level : float, in (0, 1)
    draws, seed : int

    Returns
    -------
    dict
        For each of `FIGURES` its value, ``..._low`` and ``..._high``, and the number of parts ``n``.
    """
    values = rows[[*FIGURES, "whole", "masked"]].to_numpy()
    if not len(values):
        raise ValueError("There are no parts to average over; judge at least one.")
    counts = np.random.default_rng(seed).multinomial(len(values), np.full(len(values), 1 / len(values)), size=draws)
    drawn = _figures(counts @ values / len(values))
    result = {"n": len(values)}
    for place, name in enumerate(FIGURES):
        low, high = np.quantile(drawn[:, place], [(1 - level) / 2, (1 + level) / 2])
        result |= {name: _figures(values.mean(axis=0))[place], f"{name}_low": low, f"{name}_high": high}
    return {name: value if name == "n" else float(value) for name, value in result.items()}


def _figures(means):
    pointing, precision, deletion, insertion, whole, masked = np.moveaxis(np.asarray(means), -1, 0)
    span = whole - masked
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.stack([pointing, precision, (deletion - masked) / span, (insertion - masked) / span], axis=-1)


def _checked(maps, masks):
    maps, masks = np.asarray(maps), np.asarray(masks, dtype=bool)
    if maps.shape != masks.shape or maps.ndim != 3:
        raise ValueError(f"The maps have shape {maps.shape}, the masks {masks.shape}; both must be (n, h, w).")
    if not np.isfinite(maps).all():
        raise ValueError("maps holds values that are NaN or infinite; mend what made them.")
    if (empty := np.flatnonzero(~masks.any(axis=(1, 2)))).size:
        raise ValueError(f"Mask {empty[0]} is empty; an explanation can be judged on parts with a known defect only.")
    return maps, masks
