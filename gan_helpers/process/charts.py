"""Control charts: a sequence of numbers, limits, and an alarm where the line is no longer what it was.

Each takes ``z``, float (n,), in the order of time, scaled so that the line as it should run has mean 0 and standard
deviation 1 and that large means suspicious; `scores` makes such numbers. Formulas as in Montgomery, Introduction to
Statistical Quality Control (8th ed., 2019), chapters 6 and 9.
"""

from typing import NamedTuple

import numpy as np
from scipy import signal

from gan_helpers.decisions.checks import finite


class Chart(NamedTuple):
    """A chart as it is drawn: what is plotted, between which limits, and where it alarms."""

    statistic: np.ndarray  # float (n,)
    lower: np.ndarray  # float (n,); minus infinity where a chart looks upwards only
    upper: np.ndarray  # float (n,)
    alarms: np.ndarray  # bool (n,)

    @property
    def first_alarm(self):
        """Index of the first alarm, or None."""
        found = np.flatnonzero(self.alarms)
        return int(found[0]) if len(found) else None


def shewhart(z, *, limit=3.0, two_sided=False):
    """Alarm at a single value beyond the limit (Shewhart 1931): blind to what happened before.

    Parameters
    ----------
    z : array of float, shape (n,)
    limit : float
        In standard deviations.
    two_sided : bool
        Also alarm below ``-limit``.

    Returns
    -------
    Chart

    Examples
    --------
    >>> shewhart([0.1, -3.5, 3.2]).first_alarm
    2
    """
    z = finite("z", z)
    return _chart(z, np.full(len(z), _positive("limit", limit)), two_sided)


def ewma(z, *, smoothing=0.2, limit=2.86, two_sided=False, settled=False):
    """Alarm when an exponentially weighted moving average leaves its limits (Roberts 1959).

    ``w_t = smoothing * z_t + (1 - smoothing) * w_(t-1)`` with ``w_0 = 0``. Its standard deviation after t values is
    ``sqrt(smoothing / (2 - smoothing) * (1 - (1 - smoothing)^(2 t)))``; the limits are ``limit`` times that.

    Parameters
    ----------
    z : array of float, shape (n,)
    smoothing : float, in (0, 1]
        Weight of the newest value, lambda in the literature; 1 gives the Shewhart chart.
    limit : float
        L in the literature.
    two_sided : bool
    settled : bool
        Limits as after many values from the start on, as `run_lengths.ewma_arl` assumes; otherwise tighter at first.

    Returns
    -------
    Chart

    References
    ----------
    Roberts 1959, doi:10.1080/00401706.1959.10489860.

    Examples
    --------
    >>> ewma([1.0, 1.0], smoothing=0.5).statistic.tolist()
    [0.5, 0.75]
    """
    z = finite("z", z)
    share = _smoothing(smoothing)
    statistic = signal.lfilter([share], [1.0, share - 1.0], z)
    variance = share / (2 - share) * np.ones(len(z))
    if not settled:
        variance *= 1 - (1 - share) ** (2 * np.arange(1, len(z) + 1))
    return _chart(statistic, _positive("limit", limit) * np.sqrt(variance), two_sided)


def cusum(z, *, allowance=0.5, limit=4.0, restart=False):
    """Alarm when the sum of what exceeds an allowance gets too high (Page 1954); looks upwards only.

    ``C_t = max(0, C_(t-1) + z_t - allowance)``, alarm at ``C_t > limit``. Half the shift that matters is the usual
    allowance. With 0 and 1 for accepted and rejected parts and `share_allowance` it is the Bernoulli CUSUM.

    Parameters
    ----------
    z : array of float, shape (n,)
    allowance, limit : float
        k and h in the literature.
    restart : bool
        Begin at 0 again after an alarm, as after a look at the line that found nothing.

    Returns
    -------
    Chart

    References
    ----------
    Page 1954, doi:10.1093/biomet/41.1-2.100.

    Examples
    --------
    >>> cusum([1.0, -2.0, 3.0, 3.0], allowance=0.5, limit=4.0).statistic.tolist()
    [0.5, 0.0, 2.5, 5.0]
    """
    z, limit = finite("z", z), _positive("limit", limit)
    statistic, total = np.empty(len(z)), 0.0
    for i, excess in enumerate((z - allowance).tolist()):
        total = max(0.0, total + excess)
        statistic[i] = total
        if restart and total > limit:
            total = 0.0
    return _chart(statistic, np.full(len(z), limit), two_sided=False)


def share_allowance(usual, suspected):
    """Return the allowance of a CUSUM of zeros and ones that looks for a rise of their share.

    ``log((1 - p0) / (1 - p1)) / log(p1 (1 - p0) / (p0 (1 - p1)))``: with it the CUSUM adds up likelihood ratios of
    the suspected against the usual share (Reynolds & Stoumbos 1999, doi:10.1080/00224065.1999.11979900).

    >>> round(share_allowance(0.02, 0.06), 3)
    0.037
    """
    if not 0 < usual < suspected < 1:
        raise ValueError(f"usual = {usual} and suspected = {suspected}: give two shares, 0 < usual < suspected < 1.")
    return float(np.log((1 - usual) / (1 - suspected)) / np.log(suspected * (1 - usual) / (usual * (1 - suspected))))


def _chart(statistic, upper, two_sided):
    lower = -upper if two_sided else np.full(len(upper), -np.inf)
    return Chart(statistic, lower, upper, (statistic > upper) | (statistic < lower))


def _positive(name, value):
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} is {value}; give a number above 0.")
    return float(value)


def _smoothing(value):
    if not 0 < value <= 1:
        raise ValueError(f"smoothing is {value}; give a weight above 0 and at most 1.")
    return float(value)
