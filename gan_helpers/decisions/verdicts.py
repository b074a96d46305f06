"""Agreement of two inspectors, beyond what chance would bring."""

import math

import numpy as np

from gan_helpers.decisions.bootstrap import percentiles
from gan_helpers.decisions.checks import labels_and_scores, open_share
from gan_helpers.decisions.errors import rate_interval, rates
from gan_helpers.settings import SEED


def cohens_kappa(first, second):
    """Agreement of two inspectors beyond chance, Cohen's kappa.

    ``(observed - by chance) / (1 - by chance)``, where "by chance" is the share of parts on which they would agree if
    each rejected its own share of parts at random. It depends on how many parts are defective, so state that beside
    it.

    Parameters
    ----------
    first, second : arrays, shape (n,)
        0 or false = accepted, 1 or true = rejected.

    Returns
    -------
    float
        1: always of one mind, 0: as chance would have it. NaN where both say the same of every part, since chance
        then explains everything.

    Raises
    ------
    ValueError
        If the lengths differ, or a value is neither 0 nor 1.

    References
    ----------
    Cohen 1960, doi:10.1177/001316446002000104.

    Examples
    --------
    >>> cohens_kappa([0, 0, 1, 1], [0, 0, 1, 0])
    0.5
    """
    return float(_kappa(_counts(*_checked(first, second))))


def agreement(first, second, truth, *, names=("inspector", "detector"), level=0.95, draws=2000, seed=SEED):
    """Compare two inspectors with each other and with the truth, on the same parts.

    Parameters
    ----------
    first, second : arrays, shape (n,)
        0 or false = accepted, 1 or true = rejected. Of the game in lesson 01: `widgets.inspector.judged`.
    truth : array, shape (n,)
        0 = good, 1 = defective.
    names : tuple of str
        What the two are called in the rows.
    level, draws, seed
        As for `bootstrap_interval`; here all parts are drawn together.

    Returns
    -------
    list of dict
        Three rows: first and second, first and truth, second and truth. Each has ``pair``, ``parts``, ``agree`` (share
        of parts on which the two are of one mind) with ``agree_low`` and ``agree_high`` (Wilson), ``kappa`` with
        ``kappa_low`` and ``kappa_high`` (bootstrap; draws without a kappa are left out), and against the truth
        ``escape_rate`` and ``overkill_rate``. A list of rows makes a ``pandas.DataFrame``.

    Raises
    ------
    ValueError
        As for `cohens_kappa`.

    Examples
    --------
    >>> rows = agreement([0, 0, 1, 1], [0, 1, 1, 1], truth=[0, 0, 1, 1])
    >>> [row["pair"] for row in rows]
    ['inspector and detector', 'inspector and truth', 'detector and truth']
    >>> [row["kappa"] for row in rows]
    [0.5, 1.0, 0.5]
    """
    level = open_share("level", level)
    first, second = _checked(first, second)
    _, truth = _checked(first, truth, "truth")
    rng = np.random.default_rng(seed)
    return [
        _row(f"{names[0]} and {names[1]}", first, second, level, draws, rng),
        _row(f"{names[0]} and truth", first, truth, level, draws, rng, against_truth=True),
        _row(f"{names[1]} and truth", second, truth, level, draws, rng, against_truth=True),
    ]


def _row(pair, first, second, level, draws, rng, *, against_truth=False):
    counts = _counts(first, second)
    n = len(first)
    drawn = _kappa(rng.multinomial(n, counts.ravel() / n, size=draws).reshape(draws, 2, 2))
    known = drawn[~np.isnan(drawn)]
    low, high = percentiles(known, level) if len(known) else (math.nan, math.nan)
    same = int(np.trace(counts))
    agree_low, agree_high = rate_interval(same, n, level)
    at = rates(second, first, threshold=0.5) if against_truth else None
    return {
        "pair": pair,
        "parts": n,
        "agree": same / n,
        "agree_low": agree_low,
        "agree_high": agree_high,
        "kappa": float(_kappa(counts)),
        "kappa_low": low,
        "kappa_high": high,
        "escape_rate": at.escape_rate if at else math.nan,
        "overkill_rate": at.overkill_rate if at else math.nan,
    }


def _checked(first, second, name="the second inspector"):
    first, _ = labels_and_scores(first)
    second, _ = labels_and_scores(second)
    if len(first) != len(second) or not len(first):
        raise ValueError(f"{len(first)} verdicts, but {len(second)} of {name}; give one of each a part.")
    return first, second


def _counts(first, second):
    """How many parts both accepted, only the first did, ...: (2, 2)."""
    return np.bincount(2 * first + second, minlength=4).reshape(2, 2)


def _kappa(counts):
    """Kappa of tables (..., 2, 2)."""
    shares = counts / counts.sum(axis=(-2, -1), keepdims=True)
    observed = shares[..., 0, 0] + shares[..., 1, 1]
    by_chance = (shares.sum(axis=-1) * shares.sum(axis=-2)).sum(axis=-1)
    with np.errstate(invalid="ignore"):
        return np.where(by_chance < 1, np.divide(observed - by_chance, 1 - by_chance), np.nan)
