"""Figures that judge a detector, and thresholds that can be defended.

Ranking: `auroc`, `average_precision`, `tpr_at_fpr`, `aupro`, each with an interval by `bootstrap_interval`.
Deciding: `conformal_p_values`, `conformal_threshold` and `false_alarm_range`, from held-out good parts only.
Paying: `rates`, `rate_interval`, `expected_cost`, `escapes_ppm`. `evaluate` puts the headline figures into
one row.

Labels are 0 (good) or 1 (defective), a higher score is more suspicious, and a part is rejected when
``score > threshold``. Everything here is NumPy, SciPy and scikit-learn.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy import ndimage, stats
from sklearn.metrics import average_precision_score, roc_auc_score

from gan_helpers.settings import SEED

# Defect pixels belong together if a side or a corner touches, within one image.
EIGHT_NEIGHBOURS = np.stack([np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))])
ROUNDING = 1e-9  # so that 0.29 * 100 counts as 29, not as 28.999...


class Rates(NamedTuple):
    """What a threshold does to a set of parts; a rate without parts behind it is NaN."""

    escape_rate: float  # share of the defective parts that were accepted
    overkill_rate: float  # share of the good parts that were rejected
    escapes: int
    defective: int
    overkill: int
    good: int


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
    return float(roc_auc_score(*_both_classes(labels, scores)))


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
    return float(average_precision_score(*_both_classes(labels, scores)))


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
    labels, scores = _both_classes(labels, scores)
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
    weights, masks, maps = _region_weights(masks, maps, limit)
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
    return _area_up_to(limit, fpr, overlap)


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
    level = _open_share("level", level)
    arrays = [np.asarray(array) for array in arrays]
    labels, _ = _both_classes(labels, arrays[0] if arrays and arrays[0].ndim == 1 else None)
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
    return _percentiles(values, level)


def conformal_p_values(calibration_scores, scores):
    """Share of good parts, the new part counted in, that look at least as suspicious as the new part.

    If the part is good and comes from the same line as the calibration parts, its p-value is at most ``a``
    with a chance of at most ``a``, whatever the detector.

    Parameters
    ----------
    calibration_scores : array of float, shape (n,)
        Scores of good parts that the detector was not fitted on.
    scores : array of float, shape (m,)
        Scores of the parts to judge.

    Returns
    -------
    array of float, shape (m,)
        ``(1 + #{calibration >= score}) / (n + 1)``, from ``1 / (n + 1)`` to 1.

    Raises
    ------
    ValueError
        If there is no calibration score, or a score is not finite.

    References
    ----------
    Bates et al. 2023, doi:10.1214/22-AOS2244.

    Examples
    --------
    >>> conformal_p_values([1, 2, 3], [0.5, 2, 9]).tolist()
    [1.0, 0.75, 0.25]
    """
    calibration = np.sort(_finite("calibration_scores", calibration_scores))
    as_suspicious = len(calibration) - np.searchsorted(calibration, _finite("scores", scores, empty=True))
    return (1 + as_suspicious) / (len(calibration) + 1)


def conformal_threshold(calibration_scores, false_alarm_rate):
    """Threshold that keeps the expected share of rejected good parts at or below `false_alarm_rate`.

    A part is rejected when ``score > threshold``, which is the same, ties included, as
    ``conformal_p_values(...) <= false_alarm_rate``. The promise holds on average over calibration sets;
    `false_alarm_range` says what one calibration set may really give.

    Parameters
    ----------
    calibration_scores : array of float, shape (n,)
        Scores of good parts that the detector was not fitted on.
    false_alarm_rate : float, in (0, 1)
        Wanted share of rejected good parts.

    Returns
    -------
    float
        The k-th largest calibration score, with ``k = floor(false_alarm_rate * (n + 1))``.

    Raises
    ------
    ValueError
        If the rate cannot be had with so few calibration parts; the message says how many it takes.

    References
    ----------
    Vovk 2012, arXiv:1209.2673; Bates et al. 2023, doi:10.1214/22-AOS2244.

    Examples
    --------
    >>> conformal_threshold(range(1, 20), false_alarm_rate=0.1)  # the second largest of 19
    18.0
    """
    calibration = np.sort(_finite("calibration_scores", calibration_scores))
    return float(calibration[-_allowed_rank(len(calibration), false_alarm_rate)])


def false_alarm_range(n_calibration, rate, level=0.90):
    """Range of the true false alarm rate once `conformal_threshold` was set from `n_calibration` parts.

    For scores without ties the true rate is Beta(k, n + 1 - k), with ``k = floor(rate * (n + 1))``; ties
    lower it.

    Parameters
    ----------
    n_calibration : int
        Number of held-out good parts.
    rate : float, in (0, 1)
        The false alarm rate asked for.
    level : float, in (0, 1)
        Chance that the true rate lies in the range.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Raises
    ------
    ValueError
        If the rate cannot be had with so few parts.

    References
    ----------
    Vovk 2012, arXiv:1209.2673.

    Examples
    --------
    >>> low, high = false_alarm_range(100, 0.05)
    >>> f"{low:.1%} to {high:.1%}"
    '2.0% to 8.9%'
    """
    level = _open_share("level", level)
    k = _allowed_rank(n_calibration, rate)
    low, high = stats.beta.ppf([(1 - level) / 2, (1 + level) / 2], k, n_calibration + 1 - k)
    return float(low), float(high)


def rates(labels, scores, threshold):
    """Escapes and overkill at a threshold: what slips through, and what is thrown away for nothing.

    Parameters
    ----------
    labels, scores : arrays, shape (n,)
        As for `auroc`, but one class may be missing; its rate is then NaN.
    threshold : float
        Parts with ``score > threshold`` are rejected.

    Returns
    -------
    Rates
        ``escape_rate`` (share of the defective parts accepted), ``overkill_rate`` (share of the good parts
        rejected), and the counts ``escapes``, ``defective``, ``overkill``, ``good``.

    Examples
    --------
    >>> rates([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9], threshold=0.5).escape_rate
    0.5
    """
    labels, scores = _labels_and_scores(labels, scores)
    rejected = scores > threshold
    defective, good = int(np.sum(labels == 1)), int(np.sum(labels == 0))
    escapes, overkill = int(np.sum(~rejected & (labels == 1))), int(np.sum(rejected & (labels == 0)))
    return Rates(
        escape_rate=escapes / defective if defective else math.nan,
        overkill_rate=overkill / good if good else math.nan,
        escapes=escapes,
        defective=defective,
        overkill=overkill,
        good=good,
    )


def rate_interval(k, n, level=0.95):
    """Wilson interval of a rate that was counted as `k` out of `n`; without a count, (0, 1).

    References
    ----------
    Wilson 1927, doi:10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> low, high = rate_interval(0, 20)  # no escape among 20 is no proof of none
    >>> f"{low:.0%} to {high:.0%}"
    '0% to 16%'
    """
    level = _open_share("level", level)
    if not 0 <= k <= n:
        raise ValueError(f"{k} out of {n} is no count; k must lie between 0 and n.")
    if n == 0:
        return 0.0, 1.0
    low, high = stats.binomtest(int(k), int(n)).proportion_ci(level, method="wilson")
    return float(low), float(high)


def expected_cost(escape_rate, overkill_rate, defect_rate, cost_escape, cost_overkill):
    """Return the mean cost of wrong decisions per inspected part, in the unit of the two costs.

    Parameters
    ----------
    escape_rate, overkill_rate : float or array, in [0, 1]
        As `rates` gives them.
    defect_rate : float or array, in [0, 1]
        Share of defective parts on the line, not in the test set: those are rarely the same.
    cost_escape, cost_overkill : float or array, at least 0
        Cost of one defective part shipped, and of one good part rejected.

    References
    ----------
    Drummond and Holte 2006, doi:10.1007/s10994-006-8199-5.

    Examples
    --------
    >>> round(expected_cost(0.1, 0.02, defect_rate=0.01, cost_escape=200, cost_overkill=5), 3)
    0.299
    """
    escape_rate, overkill_rate, defect_rate = _shares(escape_rate, overkill_rate, defect_rate)
    if np.any(np.asarray(cost_escape) < 0) or np.any(np.asarray(cost_overkill) < 0):
        raise ValueError("A cost is below 0; give what an escape and an overkill cost as positive numbers.")
    return defect_rate * escape_rate * cost_escape + (1 - defect_rate) * overkill_rate * cost_overkill


def escapes_ppm(escape_rate, overkill_rate, defect_rate):
    """Count the defective parts per million shipped; shipped parts are those that inspection accepts.

    ``1e6 * defect_rate * escape_rate / (defect_rate * escape_rate + (1 - defect_rate) * (1 -
    overkill_rate))``. Arguments as for `expected_cost`. NaN where nothing is shipped.

    Examples
    --------
    >>> round(escapes_ppm(0.1, 0.02, defect_rate=0.01))
    1030
    """
    escape_rate, overkill_rate, defect_rate = _shares(escape_rate, overkill_rate, defect_rate)
    escaped = defect_rate * escape_rate
    shipped = escaped + (1 - defect_rate) * (1 - overkill_rate)
    with np.errstate(invalid="ignore"):
        return 1e6 * np.divide(escaped, shipped)


def evaluate(labels, scores, masks=None, maps=None, threshold=None, *, level=0.95, draws=1000, seed=SEED):
    """Headline figures of one detector with their intervals, as one row of a table.

    Parameters
    ----------
    labels, scores : arrays, shape (n,)
        As for `auroc`.
    masks, maps : arrays, shape (m, h, w), optional
        As for `aupro`; both or neither. They may cover other parts than `scores`, since masks may be unknown.
    threshold : float, optional
        Adds the escape and overkill rates, with Wilson intervals.
    level, draws, seed
        As for `bootstrap_interval`.

    Returns
    -------
    dict of str to float
        ``n_good``, ``n_defective``, then ``auroc``, ``average_precision``, ``tpr_at_5_fpr`` and, where asked
        for, ``aupro``, ``escape_rate``, ``overkill_rate``; each figure is followed by ``..._low`` and
        ``..._high``. A list of such rows makes a ``pandas.DataFrame``.

    Raises
    ------
    ValueError
        As for `auroc` and `aupro`.
    """
    labels, scores = _both_classes(labels, scores)
    if (masks is None) != (maps is None):
        raise ValueError("Only one of masks and maps is given; give both for AUPRO, or neither.")
    row = {"n_good": int(np.sum(labels == 0)), "n_defective": int(np.sum(labels == 1))}
    figures = {"auroc": auroc, "average_precision": average_precision, "tpr_at_5_fpr": tpr_at_fpr}
    for name, figure in figures.items():
        interval = bootstrap_interval(figure, labels, scores, level=level, draws=draws, seed=seed)
        row |= _with_interval(name, figure(labels, scores), interval)
    if masks is not None:
        interval = _aupro_interval(masks, maps, level=level, draws=draws, seed=seed)
        row |= _with_interval("aupro", aupro(masks, maps), interval)
    if threshold is not None:
        at = rates(labels, scores, threshold)
        row |= _with_interval("escape_rate", at.escape_rate, rate_interval(at.escapes, at.defective, level))
        row |= _with_interval("overkill_rate", at.overkill_rate, rate_interval(at.overkill, at.good, level))
    return row


def _with_interval(name, value, interval):
    return {name: value, f"{name}_low": interval[0], f"{name}_high": interval[1]}


def _finite(name, values, *, empty=False):
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"{name} has shape {values.shape}; give one number a part, shape (n,).")
    if not len(values) and not empty:
        raise ValueError(f"{name} is empty; give at least one number.")
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise ValueError(f"{bad} of {len(values)} {name} are NaN or infinite; mend what made them.")
    return values


def _labels_and_scores(labels, scores=None):
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"labels has shape {labels.shape}; give one label a part, shape (n,).")
    strange = labels[(labels != 0) & (labels != 1)]
    if len(strange):
        raise ValueError(f"labels holds {strange[0]}; use 0 for good and 1 for defective.")
    if scores is not None:
        scores = _finite("scores", scores)
        if len(scores) != len(labels):
            raise ValueError(f"{len(labels)} labels, but {len(scores)} scores; give one of each a part.")
    return labels.astype(np.int8), scores


def _both_classes(labels, scores=None):
    labels, scores = _labels_and_scores(labels, scores)
    for value, name in ((0, "good"), (1, "defective")):
        if not np.any(labels == value):
            raise ValueError(f"No {name} part among {len(labels)} labels; this figure needs good and defective.")
    return labels, scores


def _open_share(name, value):
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; give a share above 0 and below 1.")
    return value


def _shares(escape_rate, overkill_rate, defect_rate):
    given = {"escape_rate": escape_rate, "overkill_rate": overkill_rate, "defect_rate": defect_rate}
    for name, value in given.items():
        if np.any((np.asarray(value) < 0) | (np.asarray(value) > 1)):
            raise ValueError(f"{name} is {value}; give a share from 0 to 1 (2 % is 0.02).")
    return given.values()


def _allowed_rank(n, rate):
    """Largest k with k / (n + 1) <= rate, in the arithmetic in which p-values are compared with the rate."""
    rate = _open_share("false_alarm_rate", rate)
    k = math.floor(rate * (n + 1)) + 1
    while k / (n + 1) > rate:
        k -= 1
    if k < 1:
        needed = math.ceil(1 / rate - 1 - ROUNDING)
        needed += 1 / (needed + 1) > rate  # the comparison decides, not the rounded quotient
        raise ValueError(
            f"A false alarm rate of {rate:g} needs at least {needed} held-out good parts, and there are {n}; "
            "hold out more, or allow a higher rate."
        )
    return k


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


def _percentiles(values, level):
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _region_weights(masks, maps, limit):
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


def _area_up_to(limit, fpr, overlap):
    """Mean overlap from 0 to exactly the limit, interpolated there; a step of the curve at it stays outside."""
    after = np.searchsorted(fpr, limit)
    share = (limit - fpr[after - 1]) / (fpr[after] - fpr[after - 1])
    at_limit = overlap[after - 1] + share * (overlap[after] - overlap[after - 1])
    area = np.trapezoid(np.append(overlap[:after], at_limit), np.append(fpr[:after], limit))
    return min(float(area / limit), 1.0)  # the weights add up to 1 but for rounding


def _aupro_interval(masks, maps, limit=0.3, *, level, draws, seed):
    """Bootstrap `aupro` over images; on 600 thresholds a draw is one row of a matrix product."""
    weights, masks, maps = _region_weights(masks, maps, limit)
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
        _area_up_to(limit, np.append(start, fp / fp[-1]), np.append(start, covered / covered[-1]))
        for fp, covered in zip(alarms, overlap, strict=True)
    ]
    return _percentiles(values, level)
