"""Where to put the threshold: at the least cost where defects are known, at a promised false alarm rate otherwise."""

import math
from dataclasses import dataclass

import numpy as np

from gan_helpers import decisions
from gan_helpers.settings import SEED

BY_COST, BY_PROMISE = "cost", "false alarms"
FOLDS, REPEATS, DRAWS = 10, 10, 500


@dataclass(frozen=True, eq=False)
class Decision:
    """A threshold with its reason and its price; `choose_threshold` makes it.

    Attributes
    ----------
    detector : str
        Whose scores it is for.
    threshold : float
        Parts that score higher are rejected.
    basis : {"cost", "false alarms"}
    why : str
        How the threshold came about, in words.
    prices : dict
        ``defect_rate``, ``cost_escape``, ``cost_overkill``.
    low, high : float
        Middle 95 % of the thresholds that other draws of the same test parts would have given; equal to the threshold
        where it comes from a promise.
    escape, overkill : tuple of float
        Rate and its 95 % interval on parts that had no say in the threshold; NaN where nobody knows.
    calibration_overkill : tuple of float
        The same for the calibration parts.
    cost, cost_same_parts, cost_without_inspection, cost_of_rejecting_all : float
        A part. The first on parts that had no say, the second flattered; NaN where nobody knows.
    pays : bool
        Whether the cost is below that of shipping all and of rejecting all.
    promised : float
        The false alarm rate promised for parts like those of the calibration; NaN if the threshold promises none.
    """

    detector: str
    threshold: float
    basis: str
    why: str
    prices: dict
    low: float
    high: float
    escape: tuple
    overkill: tuple
    calibration_overkill: tuple
    cost: float
    cost_same_parts: float
    cost_without_inspection: float
    cost_of_rejecting_all: float
    pays: bool
    promised: float

    def __repr__(self):
        return f"Decision: reject above {self.threshold:.4g} ({self.detector}). {self.why}"


def choose_threshold(trial, *, defect_rate, cost_escape, cost_overkill, false_alarm_rate=0.05, seed=SEED):
    """Choose the threshold of the recommended detector by what wrong decisions cost.

    With ten or more good and ten or more defective test parts, it is the cheapest one on them. What is then said about
    it is measured by cross-fitting: the threshold that judges a part was chosen on other parts. Without defects it is
    the conformal threshold for a false alarm rate, or, with too few calibration parts for that rate, the least rate
    that can be promised. The same where the cheapest would be to inspect nothing, or to reject all.

    Parameters
    ----------
    trial : Trial
    defect_rate : float
        Share of defective parts on the line, not in the test.
    cost_escape, cost_overkill : float
        Of one defective part shipped, and of one good part rejected.
    false_alarm_rate : float
        For the promise.
    seed : int
        Of the piles of the cross-fitting.

    Returns
    -------
    Decision

    Raises
    ------
    ValueError
        If a price is below 0, or a share is none.
    """
    prices = {"defect_rate": defect_rate, "cost_escape": cost_escape, "cost_overkill": cost_overkill}
    decisions.expected_cost(0, 0, **prices)  # meets bad prices at the door
    name, labels = trial.recommended, trial.labels
    scores, calm = trial.scores[name], trial.good_scores[name]
    if not trial.measured:
        return _promised(trial, false_alarm_rate, prices, "Too few defective parts are known to weigh costs.")
    best = decisions.cheapest_threshold(labels, scores, **prices)
    if not math.isfinite(best.threshold):
        what = "to inspect nothing" if best.threshold > 0 else "to reject every part"
        return _promised(trial, false_alarm_rate, prices, f"At these prices the cheapest is {what}.")
    rejected = cross_fitted(labels, scores, prices, seed=seed)
    escape, overkill = _rates(labels, rejected)
    cost = float(decisions.expected_cost(escape[0], overkill[0], **prices))
    low, high = _range_of_thresholds(labels, scores, prices, seed)
    why = (
        f"It is the cheapest on the {len(labels)} test parts, {best.cost:.3g} a part; on parts that had no say in it "
        f"expect {cost:.3g}. Other draws of the same parts would have put it between {low:.3g} and {high:.3g}."
    )
    rivals = best.cost_without_inspection, best.cost_of_rejecting_all
    return Decision(
        detector=name,
        threshold=best.threshold,
        basis=BY_COST,
        why=why,
        prices=prices,
        low=low,
        high=high,
        escape=escape,
        overkill=overkill,
        calibration_overkill=_share((calm > best.threshold).astype(float)),
        cost=cost,
        cost_same_parts=best.cost,
        cost_without_inspection=rivals[0],
        cost_of_rejecting_all=rivals[1],
        pays=cost < min(rivals),
        promised=math.nan,
    )


def cross_fitted(labels, scores, prices, *, folds=FOLDS, repeats=REPEATS, seed=SEED):
    """Say how often each part is rejected by a threshold that was chosen on other parts: float (n,).

    The piles are those of `decisions.cost_on_other_parts`, whose cost these shares give.
    """
    folds = min(folds, int(np.bincount(labels).min()))
    rng, rejected = np.random.default_rng(seed), np.zeros(len(labels))
    for _ in range(repeats):
        pile = np.empty(len(labels), dtype=int)
        for label in (0, 1):
            members = rng.permutation(np.flatnonzero(labels == label))
            pile[members] = np.arange(len(members)) % folds
        for held_back in range(folds):
            here = pile == held_back
            threshold = decisions.cheapest_threshold(labels[~here], scores[~here], **prices).threshold
            rejected[here] += scores[here] > threshold
    return rejected / repeats


def _promised(trial, rate, prices, reason):
    """Return the conformal decision for a rate, or for the least rate that so few parts can promise."""
    name, labels = trial.recommended, trial.labels
    scores, calm = trial.scores[name], trial.good_scores[name]
    least = 1 / (len(calm) + 1)
    promised = max(rate, least)
    threshold = decisions.conformal_threshold(calm, promised)
    why = f"{reason} So it keeps a promise: at most {promised:.1%} of the good parts are rejected, on average."
    if promised > rate:
        why += f" {rate:.0%} cannot be promised with {len(calm)} calibration parts."
    escape, overkill = _rates(labels, (scores > threshold).astype(float))
    without, all_rejected = (float(decisions.expected_cost(*r, **prices)) for r in ((1, 0), (0, 1)))
    cost = float(decisions.expected_cost(escape[0], overkill[0], **prices)) if trial.measured else math.nan
    return Decision(
        detector=name,
        threshold=threshold,
        basis=BY_PROMISE,
        why=why,
        prices=prices,
        low=threshold,
        high=threshold,
        escape=escape,
        overkill=overkill,
        calibration_overkill=_share((calm > threshold).astype(float)),
        cost=cost,
        cost_same_parts=cost,
        cost_without_inspection=without,
        cost_of_rejecting_all=all_rejected,
        pays=trial.measured and cost < min(without, all_rejected),
        promised=promised,
    )


def _rates(labels, rejected):
    """Return escape and overkill, each (rate, low, high); NaN for a class without parts."""
    return _share(1 - rejected[labels == 1]), _share(rejected[labels == 0])


def _share(wrong):
    """Return the mean of shares with the Wilson interval of the nearest count."""
    n = len(wrong)
    if not n:
        return (math.nan,) * 3
    return float(np.mean(wrong)), *decisions.rate_interval(round(float(np.sum(wrong))), n)


def _range_of_thresholds(labels, scores, prices, seed):
    def threshold(labels, scores):
        chosen = decisions.cheapest_threshold(labels, scores, **prices).threshold
        return float(np.clip(chosen, scores.min() - 1, scores.max() + 1))  # a draw may find that nothing pays

    return decisions.bootstrap_interval(threshold, labels, scores, draws=DRAWS, seed=seed)
