"""How early is the warning: limits from held-out production, and what a chart says of a shift with a known fault.

Run lengths by formula assume normal, independent values. Values of real lots are neither, so the limit is set on
held-out production itself: it is replayed in random order of its stretches until the chart alarms as rarely as wanted.
"""

from typing import NamedTuple

import numpy as np

from gan_helpers.decisions.checks import finite

LOT = 40  # parts


class EarlyWarning(NamedTuple):
    """What a chart said of a shift: alarms before the fault, and how long after its begin the first true one came."""

    false_alarms: int
    alarm: int | None  # index of the value with the first alarm after the fault began; None: not in this shift
    delay: int | None  # parts made from the fault's begin until that value was known


def replayed(values, stretch, length, runs, seed):
    """Replay production: random stretches of consecutive values, joined; float (runs, length).

    Values within a stretch keep their neighbours, and with them what they know of each other (the moving-block
    bootstrap, Kunsch 1989, doi:10.1214/aos/1176347265).
    """
    values = finite("values", values)
    if not 1 <= stretch <= len(values):
        raise ValueError(f"stretch is {stretch} for {len(values)} values; give at least 1 and at most all of them.")
    rng = np.random.default_rng(seed)
    starts = rng.integers(len(values) - stretch + 1, size=(runs, -(-length // stretch)))
    return values[starts[..., None] + np.arange(stretch)].reshape(runs, -1)[:, :length]


def cusum_limit(values, arl, *, allowance=0.5, stretch=5, runs=400, seed=0):
    """Set the limit of a CUSUM on held-out production for a wanted run length between false alarms.

    Parameters
    ----------
    values : array of float, shape (n,)
        Of lots that were as they should be, standardised; some hundred of them.
    arl : float
        Lots between false alarms, on average, the CUSUM beginning at 0 again after each.
    allowance : float
    stretch : int
        Consecutive lots that are replayed together.
    runs, seed : int

    Returns
    -------
    float
        Its own error is that of the held-out production: on other production expect the run length within a
        factor of two with 150 lots, and measure it.
    """
    if arl < 2:
        raise ValueError(f"arl is {arl}; give the number of lots between false alarms, at least 2.")
    steps = replayed(values, stretch, int(6 * arl), runs, seed).T - allowance
    low, high = 0.0, 60.0
    for _ in range(30):
        limit = (low + high) / 2
        too_rare = steps.size / max(_alarms(steps, limit), 1) > arl
        low, high = (low, limit) if too_rare else (limit, high)
    return high


def warning(alarms, begin, every=LOT):
    """Sum up what a chart said of a shift whose fault is known.

    Parameters
    ----------
    alarms : array of bool, shape (n,)
        One a lot, as from a chart that begins again after each alarm.
    begin : int
        Part with which the fault begins.
    every : int
        Parts in a lot; the value of a lot is known when its last part is made.

    Returns
    -------
    EarlyWarning
    """
    known_after = (np.arange(len(alarms)) + 1) * every
    found = np.flatnonzero(alarms)
    false, true = found[known_after[found] <= begin], found[known_after[found] > begin]
    if not len(true):
        return EarlyWarning(len(false), None, None)
    return EarlyWarning(len(false), int(true[0]), int(known_after[true[0]] - begin))


def false_alarm_interval(alarms, n, level=0.95):
    """Return the run length between false alarms that was measured, ``n / alarms``, with its interval.

    Counts of rare alarms are taken as Poisson (Garwood 1936, doi:10.1093/biomet/28.3-4.437); with no alarm the
    upper end is infinity.
    """
    from scipy import stats

    fewest = stats.chi2.ppf((1 - level) / 2, 2 * alarms) / 2 if alarms else 0.0
    most = stats.chi2.ppf((1 + level) / 2, 2 * alarms + 2) / 2
    return (n / alarms if alarms else np.inf), float(n / most), float(n / fewest) if alarms else np.inf


def _alarms(steps, limit):
    """Count the alarms of CUSUMs side by side, each beginning at 0 again after an alarm; steps (length, runs)."""
    total, count = np.zeros(steps.shape[1]), 0
    for step in steps:
        total = np.maximum(0.0, total + step)
        alarm = total > limit
        count += int(alarm.sum())
        total[alarm] = 0.0
    return count
