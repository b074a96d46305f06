"""From a detector's scores to numbers that a control chart may add up.

`within_lots` takes away what all parts of a lot share, such as the light. A conformal p-value (`decisions`) says how
rare a score is among good parts; `normal_scores` and `evidence` turn it into something that can be summed, the one for
charts that ask "are all parts a little worse?", the other for "are there more bad ones among them?". `subgroup_means`
sums up consecutive parts, `standardised` puts the result on the scale of held-out production.
"""

import numpy as np
import pandas as pd
from scipy import stats

from gan_helpers.decisions.checks import finite, open_share

SHARE, POWER = 0.05, 0.2  # of the bet of `evidence`; set before any shift was looked at


def within_lots(scores, lots):
    """Return each score minus the median of its lot: float (n,).

    A few defective parts don't move a median, a lamp that was touched does. A fault that makes *all* parts look worse
    is taken away as well: see lesson 09 for what that costs.

    Parameters
    ----------
    scores : array of float, shape (n,)
    lots : array, shape (n,)
        The lot of each part.

    Examples
    --------
    >>> within_lots([1.0, 2.0, 9.0, 11.0, 12.0, 10.0], ["a", "a", "a", "b", "b", "b"]).tolist()
    [-1.0, 0.0, 7.0, 0.0, 1.0, -1.0]
    """
    scores, lots = finite("scores", scores), np.asarray(lots)
    if lots.shape != scores.shape:
        raise ValueError(f"{len(scores)} scores, but {lots.size} lots; name the lot of each part.")
    series = pd.Series(scores)
    return (series - series.groupby(lots).transform("median")).to_numpy()


def normal_scores(p_values):
    """Turn p-values into numbers that are standard normal if p is uniform: ``z = -Phi^-1(p)``, large is suspicious.

    Phi is the normal distribution's share below a value. A conformal p-value from n calibration parts is at least
    ``1 / (n + 1)``, so z ends at `highest_score`. At p = 1 it would be minus infinity; half the smallest step is taken
    off there.

    Parameters
    ----------
    p_values : array of float, shape (n,), in (0, 1]

    Returns
    -------
    array of float, shape (n,)

    Examples
    --------
    >>> normal_scores([0.5, 0.02275]).round(2).tolist()
    [-0.0, 2.0]
    """
    p_values = _p_values(p_values)
    below_one = p_values[p_values < 1]
    step = min(below_one.min(), 1 - below_one.max()) if len(below_one) else 0.5
    return -stats.norm.ppf(np.minimum(p_values, 1 - step / 2))


def highest_score(n_calibration):
    """Return the largest normal score that one part can have with so many calibration parts: ``Phi^-1(n / (n + 1))``.

    >>> round(highest_score(240), 2)  # a limit of three sigma on single parts is never passed
    2.64
    """
    if n_calibration < 1:
        raise ValueError(f"n_calibration is {n_calibration}; a p-value takes at least one calibration part.")
    return float(stats.norm.ppf(n_calibration / (n_calibration + 1)))


def evidence(p_values, *, share=SHARE, power=POWER):
    """Turn p-values into evidence that there are bad parts among good ones: the log of a fair bet.

    ``log(1 - share + share * power * p^(power - 1))``: the stake ``share`` is put on small p-values, the rest kept. If
    p is uniform, the mean of the bet is 1; a part with p = 0.001 multiplies the stake by 50. Logs of independent bets
    may be added, as a CUSUM does.

    Parameters
    ----------
    p_values : array of float, shape (n,), in (0, 1]
    share : float, in (0, 1)
        Of defective parts that is looked for.
    power : float, in (0, 1)
        The smaller, the more is put on the smallest p-values.

    Returns
    -------
    array of float, shape (n,)

    References
    ----------
    Vovk & Wang 2021, doi:10.1214/20-AOS2020 (the bet); Shin, Ramdas & Rinaldo 2022, arXiv:2203.03532 (adding up).

    Examples
    --------
    >>> evidence([1.0, 0.05, 0.001]).round(2).tolist()
    [-0.04, 0.06, 1.24]
    """
    share, power = open_share("share", share), open_share("power", power)
    return np.log1p(-share + share * power * _p_values(p_values) ** (power - 1))


def subgroup_means(z, size):
    """Join ``size`` consecutive numbers to one: ``sqrt(size) * mean``. Numbers left over at the end are not used.

    If all are standard normal and know nothing of each other, so is the result.

    Returns
    -------
    array of float, shape (n // size,)

    Examples
    --------
    >>> subgroup_means([1.0, 3.0, 0.0, 0.0, 9.0], 2).round(2).tolist()
    [2.83, 0.0]
    """
    z = finite("z", z)
    if not 1 <= size <= len(z):
        raise ValueError(f"size is {size} for {len(z)} numbers; give at least 1 and at most all of them.")
    whole = len(z) // size * size
    return z[:whole].reshape(-1, size).mean(axis=1) * np.sqrt(size)


def standardised(values, reference):
    """Put values on the scale of held-out production: minus its mean, divided by its standard deviation.

    Parameters
    ----------
    values : array of float, shape (n,)
        Of subgroups or lots, as the chart is to see them.
    reference : array of float, shape (m,)
        The same of production that was as it should be, from many lots.

    Returns
    -------
    array of float, shape (n,)
    """
    reference = finite("reference", reference)
    if len(reference) < 2 or reference.std() == 0:
        raise ValueError("The reference holds no spread; give the values of many lots of production as it should be.")
    return (finite("values", values) - reference.mean()) / reference.std(ddof=1)


def _p_values(values):
    values = finite("p_values", values)
    wrong = values[(values <= 0) | (values > 1)]
    if len(wrong):
        raise ValueError(f"{wrong[0]:g} is no p-value; they lie above 0 and at most at 1.")
    return values
