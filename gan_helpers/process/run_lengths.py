"""How long does a chart run until it alarms? By closed form, by Markov chain, by simulation.

The average run length (ARL) of a chart is the mean number of values up to and with the first alarm. As long as nothing
is wrong it should be long (one false alarm in so many values), after a shift short (the delay). All values are taken as
normal, independent, with standard deviation 1, and with mean ``shift``.
"""

import numpy as np
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

STATES = 151  # of the Markov chain; odd, so that one lies at 0


def shewhart_arl(shift=0.0, *, limit=3.0, two_sided=False):
    """Return the average run length of `charts.shewhart`: one over the chance that a value alarms.

    >>> round(shewhart_arl(two_sided=True), 1), round(shewhart_arl(1.0, two_sided=True), 1)
    (370.4, 43.9)
    """
    chance = stats.norm.sf(limit - shift) + (stats.norm.cdf(-limit - shift) if two_sided else 0.0)
    return float(1 / chance)


def ewma_arl(shift=0.0, *, smoothing=0.2, limit=2.86, two_sided=False):
    """Return the average run length of `charts.ewma` with settled limits, by Markov chain.

    The range between the limits is cut into intervals; from the middle of one, the chance to get into each other one is
    known. With R the chances among the states that raise no alarm, the run lengths solve ``(I - R) a = 1``. A
    one-sided chart is followed down to eight of its standard deviations below 0, where it is held.

    References
    ----------
    Brook & Evans 1972, doi:10.1093/biomet/59.3.539; Lucas & Saccucci 1990, doi:10.1080/00401706.1990.10484583.

    Examples
    --------
    >>> round(ewma_arl(two_sided=True)), round(ewma_arl(1.0, two_sided=True), 1)
    (371, 9.8)
    """
    chances, start = _ewma_chain(shift, smoothing, limit, two_sided)
    return float(_mean(chances)[start])


def cusum_arl(shift=0.0, *, allowance=0.5, limit=4.0):
    """Return the average run length of `charts.cusum`, by Markov chain from ``C = 0``.

    References
    ----------
    Brook & Evans 1972, doi:10.1093/biomet/59.3.539.

    Examples
    --------
    >>> round(cusum_arl()), round(cusum_arl(1.0), 1)
    (335, 8.4)
    """
    chances, start = _cusum_chain(shift, allowance, limit)
    return float(_mean(chances)[start])


def distribution(chart, n, shift=0.0, **settings):
    """Return the chance that a chart has alarmed by the 1st, 2nd, ... n-th value: float (n,).

    Parameters
    ----------
    chart : {"shewhart", "ewma", "cusum"}
    n : int
    shift : float
    **settings
        Of the chart, as for the function with its ARL.
    """
    if chart == "shewhart":
        return 1 - (1 - 1 / shewhart_arl(shift, **settings)) ** np.arange(1, n + 1)
    chains = {"ewma": _ewma_chain, "cusum": _cusum_chain}
    if chart not in chains:
        raise ValueError(f"There is no chart {chart!r}; choose shewhart, ewma or cusum.")
    defaults = {
        "ewma": {"smoothing": 0.2, "limit": 2.86, "two_sided": False},
        "cusum": {"allowance": 0.5, "limit": 4.0},
    }
    chances, start = chains[chart](shift, **defaults[chart] | settings)
    at, alarmed = np.zeros(len(chances)), np.empty(n)
    at[start] = 1.0
    for i in range(n):
        at = at @ chances
        alarmed[i] = 1 - at.sum()
    return alarmed


def simulated(chart, runs, seed, shift=0.0, *, longest=20_000, **settings):
    """Draw run lengths of a chart, all runs side by side: int (runs,); those without an alarm get ``longest``.

    Parameters
    ----------
    chart : {"shewhart", "ewma", "cusum"}
    runs, seed : int
    shift : float
    longest : int
    **settings
        Of the chart; an EWMA has settled limits.
    """
    rng = np.random.default_rng(seed)
    smoothing, allowance = settings.pop("smoothing", 0.2), settings.pop("allowance", 0.5)
    limit = settings.pop("limit", {"shewhart": 3.0, "ewma": 2.86, "cusum": 4.0}[chart])
    if chart == "ewma":
        limit = limit * np.sqrt(smoothing / (2 - smoothing))
    two_sided = settings.pop("two_sided", False)
    lengths, running, at = np.full(runs, longest), np.arange(runs), np.zeros(runs)
    for t in range(1, longest + 1):
        z = rng.standard_normal(len(running)) + shift
        steps = {"shewhart": z, "ewma": at + smoothing * (z - at), "cusum": np.maximum(0, at + z - allowance)}
        at = steps[chart]
        alarm = (np.abs(at) if two_sided else at) > limit
        lengths[running[alarm]] = t
        running, at = running[~alarm], at[~alarm]
        if not len(running):
            break
    return lengths


def limit_for(chart, arl, **settings):
    """Choose the limit that gives a wanted run length while nothing is wrong.

    Parameters
    ----------
    chart : {"shewhart", "ewma", "cusum"}
    arl : float, above 2
        Values (parts, or subgroups where these are charted) between false alarms, on average.
    **settings
        Of the chart, without ``limit`` and ``shift``.

    Returns
    -------
    float

    Examples
    --------
    >>> round(limit_for("shewhart", 370.4, two_sided=True), 2)
    3.0
    """
    known = {"shewhart": shewhart_arl, "ewma": ewma_arl, "cusum": cusum_arl}
    if chart not in known:
        raise ValueError(f"There is no chart {chart!r}; choose shewhart, ewma or cusum.")
    if not 2 < arl < 1e7:
        raise ValueError(f"arl is {arl}; give a number of values above 2 and below ten million.")
    highest = 1.0
    while known[chart](limit=highest, **settings) < arl:  # in small steps: far above, rounding makes the ARL negative
        highest += 0.5
    return float(brentq(lambda limit: np.log(known[chart](limit=limit, **settings) / arl), 1e-3, highest, xtol=1e-5))


def _mean(chances):
    return np.linalg.solve(np.eye(len(chances)) - chances, np.ones(len(chances)))


def _ewma_chain(shift, smoothing, limit, two_sided):
    settled = np.sqrt(smoothing / (2 - smoothing))
    low = -limit * settled if two_sided else -8.0 * settled
    edges = np.linspace(low, limit * settled, STATES + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    reach = ndtr((edges[None, :] - (1 - smoothing) * middles[:, None]) / smoothing - shift)
    if not two_sided:
        reach[:, 0] = 0.0  # what would fall lower is held at the lowest state
    return np.diff(reach, axis=1), int(np.argmin(np.abs(middles)))


def _cusum_chain(shift, allowance, limit):
    width = 2 * limit / (2 * STATES - 1)  # the lowest state is 0 with half an interval above it
    middles = np.arange(STATES) * width
    edges = np.append(-np.inf, middles + width / 2)
    return np.diff(ndtr(edges[None, :] - middles[:, None] + allowance - shift), axis=1), 0
