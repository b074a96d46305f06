"""Escapes and overkill at a threshold, their intervals, and what they cost."""

import math
from typing import NamedTuple

import numpy as np
from scipy import stats

from gan_helpers.decisions.checks import labels_and_scores, open_share


class Rates(NamedTuple):
    """What a threshold does to a set of parts; a rate without parts behind it is NaN."""

    escape_rate: float  # share of the defective parts that were accepted
    overkill_rate: float  # share of the good parts that were rejected
    escapes: int
    defective: int
    overkill: int
    good: int


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
    labels, scores = labels_and_scores(labels, scores)
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
    level = open_share("level", level)
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


def _shares(escape_rate, overkill_rate, defect_rate):
    given = {"escape_rate": escape_rate, "overkill_rate": overkill_rate, "defect_rate": defect_rate}
    for name, value in given.items():
        if np.any((np.asarray(value) < 0) | (np.asarray(value) > 1)):
            raise ValueError(f"{name} is {value}; give a share from 0 to 1 (2 % is 0.02).")
    return given.values()
