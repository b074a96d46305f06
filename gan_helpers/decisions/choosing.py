"""The threshold that costs least, how much of that is luck, and what inspection is worth at all."""

import math
from typing import NamedTuple

import numpy as np

from gan_helpers.decisions.checks import both_classes
from gan_helpers.decisions.errors import expected_cost
from gan_helpers.settings import SEED


class CostCurve(NamedTuple):
    """What each threshold costs; arrays of equal length, thresholds rising."""

    thresholds: np.ndarray
    costs: np.ndarray  # a part
    escape_rates: np.ndarray
    overkill_rates: np.ndarray


class Cheapest(NamedTuple):
    """The cheapest threshold, its rates, and what it costs beside the two choices that need no detector."""

    threshold: float  # minus infinity rejects all, infinity inspects nothing
    cost: float  # a part
    escape_rate: float
    overkill_rate: float
    cost_without_inspection: float  # everything is shipped
    cost_of_rejecting_all: float


def cost_curve(labels, scores, defect_rate, cost_escape, cost_overkill, thresholds=None):
    """Compute the expected cost a part over thresholds, by the empirical rates.

    Parameters
    ----------
    labels, scores : arrays, shape (n,)
        As for `auroc`.
    defect_rate, cost_escape, cost_overkill : float
        As for `expected_cost`; the defect rate is that of the line.
    thresholds : array of float, shape (m,), optional
        Rising. Without them, one in the middle between any two neighbouring scores, and both ends: minus infinity
        (reject all) and infinity (ship all). Nothing lies between these, since rates change at scores only.

    Returns
    -------
    CostCurve
        ``thresholds``, ``costs``, ``escape_rates``, ``overkill_rates``, each (m,).

    Raises
    ------
    ValueError
        As for `auroc` and `expected_cost`.

    Examples
    --------
    >>> curve = cost_curve([0, 0, 1], [1.0, 2.0, 3.0], defect_rate=0.1, cost_escape=100, cost_overkill=2)
    >>> curve.thresholds.tolist()
    [-inf, 1.5, 2.5, inf]
    >>> curve.costs.round(3).tolist()
    [1.8, 0.9, 0.0, 10.0]
    """
    labels, scores = both_classes(labels, scores)
    thresholds = _between(np.unique(scores)) if thresholds is None else np.asarray(thresholds, dtype=np.float64)
    good, defective = (np.sort(scores[labels == label]) for label in (0, 1))
    escape_rates = np.searchsorted(defective, thresholds, side="right") / len(defective)
    overkill_rates = (len(good) - np.searchsorted(good, thresholds, side="right")) / len(good)
    costs = expected_cost(escape_rates, overkill_rates, defect_rate, cost_escape, cost_overkill)
    return CostCurve(thresholds, costs, escape_rates, overkill_rates)


def cheapest_threshold(labels, scores, defect_rate, cost_escape, cost_overkill):
    """Find the threshold of least expected cost on these parts.

    It is the point at which the convex hull of the ROC curve has the slope `critical_likelihood_ratio`. Its cost is
    optimistic, because threshold and cost come from the same parts: `cost_on_other_parts` says how much. It needs
    defective parts with known truth, and a promise such as that of `conformal_threshold` does not come with it.

    Parameters
    ----------
    labels, scores, defect_rate, cost_escape, cost_overkill
        As for `cost_curve`.

    Returns
    -------
    Cheapest
        ``threshold``, ``cost`` a part, ``escape_rate``, ``overkill_rate``, ``cost_without_inspection``,
        ``cost_of_rejecting_all``. Of equally cheap thresholds the lowest, which lets the fewest escape. A threshold of
        infinity says that inspection does not pay, minus infinity that nothing is worth shipping.

    Raises
    ------
    ValueError
        As for `cost_curve`.

    References
    ----------
    Metz 1978, doi:10.1016/S0001-2998(78)80014-2; Provost and Fawcett 2001, doi:10.1023/A:1007601015854.

    Examples
    --------
    >>> labels, scores = [0, 0, 0, 1, 1], [0.1, 0.2, 0.6, 0.5, 0.9]
    >>> cheapest_threshold(labels, scores, 0.01, cost_escape=1000, cost_overkill=5).threshold
    0.35
    >>> cheapest_threshold(labels, scores, 0.01, cost_escape=10, cost_overkill=5).threshold
    0.75
    """
    curve = cost_curve(labels, scores, defect_rate, cost_escape, cost_overkill)
    # the same rates can differ in their last digit; what is equal but for rounding counts as equal
    best = np.flatnonzero(curve.costs <= curve.costs.min() * (1 + 1e-12))[0]
    chosen = [float(values[best]) for values in curve]
    return Cheapest(
        *chosen, cost_without_inspection=float(curve.costs[-1]), cost_of_rejecting_all=float(curve.costs[0])
    )


def cost_on_other_parts(labels, scores, defect_rate, cost_escape, cost_overkill, *, folds=10, repeats=10, seed=SEED):
    """Estimate what a threshold chosen by `cheapest_threshold` costs on parts that it was not chosen on.

    The parts are dealt into `folds` piles, good and defective ones separately. For each pile, the threshold is chosen
    on the others and paid for on it (cross-validation), `repeats` times with other piles.

    Parameters
    ----------
    labels, scores, defect_rate, cost_escape, cost_overkill
        As for `cost_curve`.
    folds : int
        At least 2; fewer where a class has fewer parts.
    repeats, seed : int
        How often the parts are dealt, and by which seed.

    Returns
    -------
    float
        Mean cost a part, mostly above that of `cheapest_threshold`.

    Raises
    ------
    ValueError
        As for `cost_curve`, or if a class has a single part.

    References
    ----------
    Stone 1974, doi:10.1111/j.2517-6161.1974.tb00994.x (choosing and judging on the same data).
    """
    labels, scores = both_classes(labels, scores)
    folds = min(folds, int(np.bincount(labels).min()))
    if folds < 2:
        raise ValueError(f"{folds} fold is too few to choose on some parts and pay on others; give 2 or more.")
    rng = np.random.default_rng(seed)
    costs = []
    for _ in range(repeats):
        pile = np.empty(len(labels), dtype=int)
        for label in (0, 1):
            members = rng.permutation(np.flatnonzero(labels == label))
            pile[members] = np.arange(len(members)) % folds
        wrong = np.zeros(2)
        for held_back in range(folds):
            here = pile == held_back
            prices = (defect_rate, cost_escape, cost_overkill)
            threshold = cheapest_threshold(labels[~here], scores[~here], *prices).threshold
            rejected = scores[here] > threshold
            wrong += [np.sum(rejected & (labels[here] == 0)), np.sum(~rejected & (labels[here] == 1))]
        overkill_rate, escape_rate = wrong / np.bincount(labels)
        costs.append(expected_cost(escape_rate, overkill_rate, defect_rate, cost_escape, cost_overkill))
    return float(np.mean(costs))


def critical_likelihood_ratio(defect_rate, cost_escape, cost_overkill):
    """Say how many times likelier a score must be for defective than for good parts, before rejecting pays.

    ``(1 - defect_rate) * cost_overkill / (defect_rate * cost_escape)``: the Bayes rule, and the slope of the lines of
    equal cost in the ROC plane. It knows no detector: rare defects ask for strong evidence, dear escapes for little.

    Parameters
    ----------
    defect_rate, cost_escape, cost_overkill : float
        As for `expected_cost`.

    Returns
    -------
    float
        Infinite where defects are impossible or escapes free.

    References
    ----------
    Metz 1978, doi:10.1016/S0001-2998(78)80014-2.

    Examples
    --------
    >>> round(critical_likelihood_ratio(0.01, cost_escape=200, cost_overkill=5), 3)
    2.475
    """
    of_rejecting = float(expected_cost(0, 1, defect_rate, cost_escape, cost_overkill))
    of_shipping = float(expected_cost(1, 0, defect_rate, cost_escape, cost_overkill))
    return of_rejecting / of_shipping if of_shipping else math.inf


def _between(values):
    middle = values[:-1] + (values[1:] - values[:-1]) / 2
    # between neighbouring floats there is no number; the lower of the two separates them as well
    middle = np.where(middle < values[1:], middle, values[:-1])
    return np.concatenate([[-np.inf], middle, [np.inf]])
