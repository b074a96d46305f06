"""How well scores rank defective parts above good ones, in the image and in the pixel."""

import math

import numpy as np
from scipy import ndimage
from sklearn.metrics import average_precision_score, roc_auc_score

from gan_helpers.decisions.checks import ROUNDING, both_classes

# Defect pixels belong together if a side or a corner touches, within one image.
EIGHT_NEIGHBOURS = np.stack([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))])


def auroc(labels, scores):
    """Area under the ROC curve: the chance that a defective part scores higher than a good one.

    Parameters
    ----------
    labels : array of int, shape (n,)
        0 = good, 1 = defective; both must occur.
    scores : array of float, shape (n,)
        Higher = more suspicious; a tie counts half.

    Returns
    -------
    float
        In [0, 1]; 0.5 is a coin, 1 ranks every defective part above every good one.

    Raises
    ------
    ValueError
        If the lengths differ, a score is not finite, or one of the two classes is missing.

    References
    ----------
    Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747.

    Examples
    --------
    >>> auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    return float(roc_auc_score(*both_classes(labels, scores)))


def average_precision(labels, scores):
    """Average precision: the share of true defects among the alarms, averaged over the defects found.

    It depends on the share of defective parts in the set, so state that share beside it; a coin scores it.

    Parameters, errors as for `auroc`; the result is in (0, 1].

    References
    ----------
    Davis and Goadrich 2006, doi:10.1145/1143844.1143874.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 3)
    0.833
    """
    return float(average_precision_score(*both_classes(labels, scores)))


def tpr_at_fpr(labels, scores, fpr=0.05):
    """Share of the defective parts found when at most a share `fpr` of the good parts may be rejected.

    The threshold is the lowest at which no more than ``floor(fpr * n_good)`` good parts score above it. A
    defective part counts as found if it scores above that threshold; one that ties with it does not. Nothing
    is interpolated. This threshold is read off the test set, so the figure compares detectors; to set up a
    line, use `conformal_threshold`.

    Parameters
    ----------
    labels, scores : arrays, shape (n,)
        As for `auroc`.
    fpr : float, in [0, 1)
        Allowed share of rejected good parts (overkill).

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        As for `auroc`, or if `fpr` is out of range.

    References
    ----------
    Fixed-rate figures for inspection: arXiv:2503.23451.

    Examples
    --------
    >>> tpr_at_fpr([0, 0, 0, 0, 1, 1], [1, 2, 3, 9, 5, 10], fpr=0.25)
    1.0
    """
    labels, scores = both_classes(labels, scores)
    if not 0 <= fpr < 1:
        raise ValueError(f"fpr is {fpr}; give a share of the good parts, at least 0 and below 1.")
    good = np.sort(scores[labels == 0])[::-1]
    threshold = good[math.floor(fpr * len(good) + ROUNDING)]
    return float(np.mean(scores[labels == 1] > threshold))


def aupro(masks, maps, limit=0.3):
    """Area under the per-region overlap curve: how well anomaly maps cover defects of every size.

    A region is a group of touching defect pixels (corners touch). At each threshold, its overlap is the share
    of its pixels above; the curve shows the mean overlap of all regions against the share of defect-free
    pixels (of all images) above. Its area up to `limit`, divided by `limit`, is the figure. One big stain
    therefore counts as much as one small crack.

    Parameters
    ----------
    masks : array of bool, shape (n, h, w)
        True on defects. Good parts have an empty mask; leave out parts whose mask is unknown.
    maps : array of float, shape (n, h, w)
        Higher = more suspicious.
    limit : float, in (0, 1]
        Largest share of defect-free pixels above the threshold; 0.3 is the custom.

    Returns
    -------
    float
        In [0, 1]; maps without information score ``limit / 2``.

    Raises
    ------
    ValueError
        If the shapes differ, a map is not finite, no mask holds a defect, or `limit` is out of range.

    References
    ----------
    Bergmann et al. 2021, doi:10.1007/s11263-020-01400-4.

    Examples
    --------
    >>> mask = np.array([[[False, True], [False, False]]])
    >>> aupro(mask, mask.astype(float))
    1.0
    """
    weights, masks, maps = region_weights(masks, maps, limit)
    clean = ~masks.ravel()
    values = maps.ravel()
    # Only what lies above the limit is integrated, so only that is sorted (and the value at it).
    n_clean = np.count_nonzero(clean)
    rank = max(n_clean - 1 - math.ceil(limit * n_clean), 0)
    needed = values >= np.partition(values[clean], rank)[rank]
    values, clean, weights = values[needed], clean[needed], weights.ravel()[needed]

    order = np.argsort(values)[::-1]
    last_of_tie = np.append(np.diff(values[order]) != 0, True)
    fpr = np.append(0, np.cumsum(clean[order])[last_of_tie] / n_clean)
    overlap = np.append(0, np.cumsum(weights[order])[last_of_tie])
    return area_up_to(limit, fpr, overlap)


def region_weights(masks, maps, limit):
    """Weight each defect pixel by 1 / (pixels of its region * regions), so that all weights add up to 1."""
    masks, maps = np.asarray(masks, dtype=bool), np.asarray(maps)
    maps = maps.astype(np.result_type(maps, np.float32), copy=False)
    if masks.ndim != 3 or masks.shape != maps.shape:
        raise ValueError(f"masks has shape {masks.shape} and maps {maps.shape}; both must be (n, h, w).")
    if not 0 < limit <= 1:
        raise ValueError(f"limit is {limit}; give the largest false positive rate, above 0 and up to 1.")
    if not np.isfinite(maps).all():
        raise ValueError("maps holds values that are NaN or infinite; mend what made them.")
    if not masks.any() or masks.all():
        missing = "defective" if not masks.any() else "defect-free"
        raise ValueError(f"No mask holds a {missing} pixel; AUPRO needs both kinds.")
    regions, n_regions = ndimage.label(masks, EIGHT_NEIGHBOURS)
    weight_of_region = 1 / (np.bincount(regions.ravel()) * n_regions)
    weight_of_region[0] = 0
    return weight_of_region[regions], masks, maps


def area_up_to(limit, fpr, overlap):
    """Mean overlap from 0 to exactly the limit, interpolated there; a step of the curve at it stays outside."""
    after = np.searchsorted(fpr, limit)
    share = (limit - fpr[after - 1]) / (fpr[after] - fpr[after - 1])
    at_limit = overlap[after - 1] + share * (overlap[after] - overlap[after - 1])
    area = np.trapezoid(np.append(overlap[:after], at_limit), np.append(fpr[:after], limit))
    return min(float(area / limit), 1.0)  # the weights add up to 1 but for rounding
