"""When did it begin, and how good is the line? The estimate behind an alarm, and capability with its interval."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from gan_helpers.decisions.checks import finite, open_share


class ChangePoint(NamedTuple):
    """When a shift began: the best estimate, the range of what is nearly as likely, and how large it was."""

    begin: int  # index of the first value after the change
    earliest: int
    latest: int
    shift: float  # mean of the values from there to the alarm


def change_point(z, alarm, *, since=0, drop=2.0):
    """Estimate when the mean went up, once a chart has alarmed.

    If the mean was 0 and has been something higher from value ``t`` on, the log-likelihood of ``t``, with the new mean
    at its best, is ``(T - t) * mean(z_t .. z_(T-1))^2 / 2`` for the T values up to and with the alarm. Its highest
    point is the estimate; values whose log-likelihood is at most ``drop`` lower form the confidence set. For steps of
    one standard deviation or more, a drop of 2 covers the truth in about 85 to 95 of 100 cases; `tests` measure it.

    Parameters
    ----------
    z : array of float, shape (n,)
        Mean 0 and standard deviation 1 while nothing is wrong.
    alarm : int
        Index of the alarm.
    since : int
        Index of the first value that may belong to it: the one after the last alarm whose cause is known.
    drop : float, above 0

    Returns
    -------
    ChangePoint

    References
    ----------
    Samuel, Pignatiello & Calvin 1998, doi:10.1080/08982119808919166.

    Examples
    --------
    >>> change_point([0.0, -0.5, 0.2, 3.0, 3.5], alarm=4).begin
    3
    """
    z = finite("z", z)
    if not 0 <= alarm < len(z):
        raise ValueError(f"alarm is {alarm}; give the index of one of the {len(z)} values.")
    if not 0 <= since <= alarm:
        raise ValueError(f"since is {since}; give an index from 0 to that of the alarm, {alarm}.")
    if not drop > 0:
        raise ValueError(f"drop is {drop}; give a number above 0.")
    lengths = np.arange(alarm + 1 - since, 0, -1)
    means = np.cumsum(z[since : alarm + 1][::-1])[::-1] / lengths
    likelihood = lengths * np.maximum(means, 0.0) ** 2 / 2
    begin = int(np.argmax(likelihood))
    likely = np.flatnonzero(likelihood >= likelihood[begin] - drop)
    return ChangePoint(since + begin, since + int(likely[0]), since + int(likely[-1]), float(means[begin]))


def capability(defective, n, level=0.95):
    """Say how many defective parts per million the line makes, and what so many parts can prove.

    Parameters
    ----------
    defective, n : int
        So many of so many parts.
    level : float, in (0, 1)

    Returns
    -------
    tuple of float
        Parts per million, and the lower and upper end of the Clopper-Pearson interval.

    References
    ----------
    Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> ppm, low, high = capability(0, 300)  # no defect in 300 parts is no proof of 1,000 ppm
    >>> ppm, low, round(high)
    (0.0, 0.0, 12221)
    """
    level = open_share("level", level)
    if not (0 <= defective <= n and n > 0):
        raise ValueError(f"{defective} out of {n} is no count; give how many of how many parts were defective.")
    low, high = stats.binomtest(int(defective), int(n)).proportion_ci(level, method="exact")
    return 1e6 * defective / n, 1e6 * float(low), 1e6 * float(high)


def moved_settings(table, usual, first, last):
    """Say which settings stood elsewhere than usual: how far, compared with stretches of usual production.

    Settings wander, and the mean of a long stretch wanders less than that of a short one; so the move is divided by
    the standard deviation of the means of equally long stretches of usual production.

    Parameters
    ----------
    table : pandas.DataFrame
        Process table of the production that alarmed, with the settings of `parts.SETTINGS`.
    usual : pandas.DataFrame
        Process table of production as it should be.
    first, last : int
        The parts to judge: from the change to the alarm.

    Returns
    -------
    pandas.Series
        Setting -> its move in such standard deviations, the largest (in size) first.
    """
    from gan_helpers.parts import SETTINGS

    if not 0 <= first <= last < len(table):
        raise ValueError(f"first = {first} and last = {last}: choose two of the {len(table)} parts, in this order.")
    names = list(SETTINGS)
    if len(usual) < 2 * (last + 1 - first):
        raise ValueError(f"usual has {len(usual)} parts, to judge {last + 1 - first}; give at least twice as many.")
    spread = usual[names].rolling(last + 1 - first).mean().std()
    moved = (table[names].iloc[first : last + 1].mean() - usual[names].mean()) / spread
    return moved.sort_values(key=np.abs, ascending=False)
