"""P-values and thresholds from held-out good parts only."""

import math

import numpy as np
from scipy import stats

from gan_helpers.decisions.checks import ROUNDING, finite, open_share


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
    calibration = np.sort(finite("calibration_scores", calibration_scores))
    as_suspicious = len(calibration) - np.searchsorted(calibration, finite("scores", scores, empty=True))
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
    calibration = np.sort(finite("calibration_scores", calibration_scores))
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
    level = open_share("level", level)
    k = _allowed_rank(n_calibration, rate)
    low, high = stats.beta.ppf([(1 - level) / 2, (1 + level) / 2], k, n_calibration + 1 - k)
    return float(low), float(high)


def _allowed_rank(n, rate):
    """Largest k with k / (n + 1) <= rate, in the arithmetic in which p-values are compared with the rate."""
    rate = open_share("false_alarm_rate", rate)
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
