"""Intervals by resampling parts, good and defective ones separately."""

import numpy as np

from gan_helpers.decisions.checks import both_classes, open_share
from gan_helpers.decisions.ranking import area_up_to, auroc, region_weights
from gan_helpers.settings import SEED


def bootstrap_interval(statistic, labels, *arrays, level=0.95, draws=1000, seed=SEED):
    """Percentile bootstrap interval of a figure, resampling good and defective parts separately.

    It says how much the figure would move with other test parts of the same kind. It does not know about
    another training seed or another lot: report those beside it. Where every draw ranks perfectly, its width
    is zero; that is no proof of perfection, so state the number of parts.

    Parameters
    ----------
    statistic : callable
        Called as ``statistic(labels, *arrays)``, returns a number; `auroc` takes a fast path.
    labels : array of int, shape (n,)
        0 = good, 1 = defective; both must occur.
    *arrays : arrays, shape (n, ...)
        What else `statistic` takes, one row a part: scores, or masks and maps.
    level : float, in (0, 1)
        Share of draws inside the interval.
    draws : int
        Number of resamples.
    seed : int
        The same seed gives the same interval.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Raises
    ------
    ValueError
        If the lengths differ, a class is missing, or `level` is out of range.

    References
    ----------
    Efron and Tibshirani 1993, doi:10.1201/9780429246593.

    Examples
    --------
    >>> labels = np.repeat([0, 1], 50)
    >>> scores = labels + np.tile([0.0, 1.5], 50)
    >>> low, high = bootstrap_interval(auroc, labels, scores)
    >>> low < auroc(labels, scores) < high
    True
    """
    level = open_share("level", level)
    arrays = [np.asarray(array) for array in arrays]
    labels, _ = both_classes(labels, arrays[0] if arrays and arrays[0].ndim == 1 else None)
    for array in arrays:
        if len(array) != len(labels):
            raise ValueError(f"{len(labels)} labels, but an array of {len(array)} rows; give one row a part.")
    rng = np.random.default_rng(seed)
    if statistic is auroc and len(arrays) == 1:
        values = _auroc_of_draws(_draw_counts(rng, labels, draws), labels, arrays[0])
    else:
        values = np.empty(draws)
        for i in range(draws):
            chosen = _draw_rows(rng, labels)
            values[i] = statistic(labels[chosen], *(array[chosen] for array in arrays))
    return percentiles(values, level)


def aupro_interval(masks, maps, limit=0.3, *, level, draws, seed):
    """Bootstrap `aupro` over images; on 600 thresholds a draw is one row of a matrix product."""
    weights, masks, maps = region_weights(masks, maps, limit)
    n = len(masks)
    at_fpr = np.append(np.linspace(0, limit, 400, endpoint=False), np.linspace(limit, 1, 200))
    thresholds = np.unique(np.quantile(maps[~masks], 1 - at_fpr))
    n_bins = len(thresholds) + 1
    bins = np.searchsorted(thresholds, maps.reshape(n, -1), side="right") + n_bins * np.arange(n)[:, None]

    def per_image(weight):
        histogram = np.bincount(bins.ravel(), weight.ravel(), minlength=n * n_bins).reshape(n, n_bins)
        return np.cumsum(histogram[:, ::-1], axis=1)

    counts = _draw_counts(np.random.default_rng(seed), masks.any(axis=(1, 2)), draws)
    alarms, overlap = counts @ per_image(~masks), counts @ per_image(weights)
    start = np.zeros(1)
    values = [
        area_up_to(limit, np.append(start, fp / fp[-1]), np.append(start, covered / covered[-1]))
        for fp, covered in zip(alarms, overlap, strict=True)
    ]
    return percentiles(values, level)


def _draw_counts(rng, labels, draws):
    """How often each part is drawn, shape (draws, n); good and defective keep their numbers."""
    counts = np.empty((draws, len(labels)))
    for value in np.unique(labels):
        members = np.flatnonzero(labels == value)
        evenly = np.full(len(members), 1 / len(members))
        counts[:, members] = rng.multinomial(len(members), evenly, size=draws)
    return counts


def _draw_rows(rng, labels):
    """Row numbers of one resample, shape (n,); good and defective keep their numbers."""
    classes = [np.flatnonzero(labels == value) for value in (0, 1)]
    return np.concatenate([rng.choice(members, size=len(members)) for members in classes])


def _auroc_of_draws(counts, labels, scores):
    order = np.argsort(scores)
    first_of_tie = np.flatnonzero(np.append(True, np.diff(scores[order]) != 0))
    good = np.add.reduceat(counts[:, order] * (labels[order] == 0), first_of_tie, axis=1)
    defective = np.add.reduceat(counts[:, order] * (labels[order] == 1), first_of_tie, axis=1)
    good_below = np.cumsum(good, axis=1) - good / 2
    return (defective * good_below).sum(axis=1) / (good.sum(axis=1) * defective.sum(axis=1))


def percentiles(values, level):
    """Lower and upper end of the middle share `level` of the values."""
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
