"""What the threshold desk shows, in numbers and words: its axis, its cost curve and its report."""

import math

import numpy as np

from gan_helpers import decisions

BINS = 56
GRID = 240  # points of the cost curve that is drawn
PAD = 0.03  # of the axis, free on either side: at its ends everything is rejected, or accepted
SKEW = 5  # scores whose largest is so many times their median are drawn on a logarithmic axis
FAR_OUT = 0.995  # a linear axis ends at this quantile where single scores lie far beyond


def axis(labels, scores):
    """Say from where to where scores are drawn, and how good and defective parts are spread over that."""
    log = bool(scores.min() > 0 and scores.max() > SKEW * np.median(scores))
    low, high = scores.min(), scores.max()
    if not log and high - low > 2 * (np.quantile(scores, FAR_OUT) - low):
        high = np.quantile(scores, FAR_OUT)
    bent = np.log(scores) if log else scores
    low, high = (np.log(low), np.log(high)) if log else (low, high)
    room = PAD * (high - low) or 1.0
    edges = np.linspace(low - room, high + room, BINS + 1)
    heights = {}
    for name, label in (("good", 0), ("defective", 1)):
        counts, _ = np.histogram(np.clip(bent[labels == label], edges[0], edges[-1]), edges)
        heights[name] = (counts / counts.sum()).tolist()
    edges = np.exp(edges) if log else edges
    return {"log": log, "low": float(edges[0]), "high": float(edges[-1]), "edges": edges.tolist(), **heights}


def percent(share):
    """Write a share as people at the line do: small ones in ppm."""
    if math.isnan(share):
        return "–"
    return f"{1e6 * share:.3g} ppm" if 0 < share < 1e-3 else f"{100 * share:.3g} %"


def _in_percent(interval):
    return f"{100 * interval[0]:.3g} to {100 * interval[1]:.3g} %"


def curve(desk):
    """Compute the cost curve that is drawn, with its cheapest point and the two choices that need no detector."""
    low, high = desk.axis["low"], desk.axis["high"]
    thresholds = np.geomspace(low, high, GRID) if desk.axis["log"] else np.linspace(low, high, GRID)
    costs = decisions.cost_curve(desk.labels, desk.scores, **desk.prices, thresholds=thresholds)
    ship, reject = (
        desk.parts_per_day * float(decisions.expected_cost(*pair, **desk.prices)) for pair in ((1, 0), (0, 1))
    )
    best = desk.cheapest
    return {
        "thresholds": thresholds.tolist(),
        "costs": (desk.parts_per_day * costs.costs).tolist(),
        "top": 1.6 * min(ship, reject),  # above the cheaper of the two, no threshold is worth looking at
        "ship": ship,
        "reject": reject,
        "best": [float(np.clip(best.threshold, low, high)), desk.parts_per_day * best.cost],
        "bestText": f"cheapest: {desk.money(desk.parts_per_day * best.cost)}",
        "shipText": f"no inspection: {desk.money(ship)}",
        "rejectText": f"reject all: {desk.money(reject)}",
        "topText": desk.money(1.6 * min(ship, reject)),
    }


def report(desk):
    """Put what the threshold does into figures with intervals, and into words."""
    at, ppm, p_value = desk.rates, desk.shipped_ppm, desk.p_value
    escapes = decisions.rate_interval(at.escapes, at.defective)
    overkill = decisions.rate_interval(at.overkill, at.good)
    ends = [decisions.escapes_ppm(rate, at.overkill_rate, desk.defect_rate) for rate in escapes]
    best = desk.cheapest_cost_per_day
    figures = [
        ("Escape rate", percent(at.escape_rate), _in_percent(escapes), f"{at.escapes} of {at.defective} defective"),
        ("Overkill rate", percent(at.overkill_rate), _in_percent(overkill), f"{at.overkill} of {at.good} good"),
        (
            "Defective among shipped",
            "nothing shipped" if math.isnan(ppm) else f"{ppm:,.0f} ppm",
            "" if math.isnan(ppm) else f"{ends[0]:,.0f} to {ends[1]:,.0f}",
            "by the escape rate's interval",
        ),
        (
            "Cost of wrong decisions",
            f"{desk.money(desk.cost_per_day)} a day",
            "",
            f"{desk.money(max(desk.cost_per_day - best, 0))} above the cheapest",
        ),
        (
            "Rejects parts with",
            f"p ≤ {p_value:.3g}",
            "",
            f"score above {desk.threshold:.4g}; {len(desk.calibration_scores)} calibration parts",
        ),
    ]
    promise = desk.conformal_threshold
    return {
        "figures": [list(map(str, figure)) for figure in figures],
        "sentence": desk.sentence(),
        "promise": promise,
        "promiseText": _promise_in_words(desk, promise),
        "spoken": f"threshold {desk.threshold:.4g}, {percent(at.escape_rate)} escapes, "
        f"{percent(at.overkill_rate)} overkill, {desk.money(desk.cost_per_day)} a day",
    }


def _promise_in_words(desk, promise):
    n = len(desk.calibration_scores)
    if promise is None:
        try:
            decisions.conformal_threshold(desk.calibration_scores, desk.false_alarm_rate)
        except ValueError as problem:
            return str(problem)
    low, high = decisions.false_alarm_range(n, desk.false_alarm_rate)
    return (
        f"Promise: at the green line at most {percent(desk.false_alarm_rate)} of good parts are rejected on "
        f"average. Set from {n} parts, the true rate lies between {percent(low)} and {percent(high)} nine times "
        "in ten."
    )
