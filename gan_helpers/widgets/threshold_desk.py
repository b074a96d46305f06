"""The threshold desk: move a threshold and the prices, see escapes, overkill, ppm and money at once.

All figures come from `gan_helpers.decisions`; the browser (``threshold_desk.js``) draws them and says what was moved.
"""

import io
import math

import anywidget
import numpy as np
import traitlets

from gan_helpers import decisions, plots
from gan_helpers.widgets import desk_report
from gan_helpers.widgets.desk_report import percent
from gan_helpers.widgets.theme import scripted, styled

SHARES = ("defect_rate", "false_alarm_rate")
PRICES = ("defect_rate", "cost_escape", "cost_overkill")
SETTINGS = (*PRICES, "parts_per_day", "false_alarm_rate")


class ThresholdDesk(anywidget.AnyWidget):
    """Choose a threshold with its price in sight.

    Parameters
    ----------
    labels : array of int, shape (n,)
        Of the test parts: 0 = good, 1 = defective; both must occur.
    scores : array of float, shape (n,), or dict of str to array
        Higher = more suspicious. With a dict, detector by name, the learner can switch between detectors.
    calibration_scores : array of float, shape (m,), or dict of str to array
        Of held-out good parts, for p-values and the promised threshold; with the same names as `scores`.
    defect_rate : float, in (0, 1)
        Share of defective parts on the line, not in the test set.
    cost_escape, cost_overkill : float, above 0
        Of one defective part shipped, and of one good part rejected.
    parts_per_day : float, above 0
    false_alarm_rate : float, in (0, 1)
        For which the conformal threshold is marked.
    threshold : float, optional
        To begin with; without it, the conformal one.
    currency : str

    Attributes
    ----------
    threshold, defect_rate, cost_escape, cost_overkill, parts_per_day, false_alarm_rate, detector
        May be read and set at any time; the page follows. Another detector begins at its conformal threshold.

    Raises
    ------
    ValueError
        If the scores don't fit the labels, or the names differ.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.repeat([0, 1], 100)
    >>> desk = ThresholdDesk(labels, rng.normal(size=200) + 2 * labels, rng.normal(size=99))
    >>> desk.to_cheapest()
    >>> desk.cost_per_day == desk.cheapest_cost_per_day
    True
    """

    _esm = scripted("threshold_desk")
    _css = styled("threshold_desk")

    threshold = traitlets.Float().tag(sync=True)
    defect_rate = traitlets.Float(0.01).tag(sync=True)
    cost_escape = traitlets.Float(200.0).tag(sync=True)
    cost_overkill = traitlets.Float(5.0).tag(sync=True)
    parts_per_day = traitlets.Float(10_000.0).tag(sync=True)
    false_alarm_rate = traitlets.Float(0.05).tag(sync=True)
    detector = traitlets.Unicode().tag(sync=True)
    currency = traitlets.Unicode().tag(sync=True)
    _detectors = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _axis = traitlets.Dict().tag(sync=True)
    _curve = traitlets.Dict().tag(sync=True)
    _report = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        labels,
        scores,
        calibration_scores,
        *,
        defect_rate=0.01,
        cost_escape=200.0,
        cost_overkill=5.0,
        parts_per_day=10_000,
        false_alarm_rate=0.05,
        threshold=None,
        currency="€",
    ):
        self.labels, self._scores, self._calibration = _checked(labels, scores, calibration_scores)
        settings = (defect_rate, cost_escape, cost_overkill, parts_per_day, false_alarm_rate)
        for name, value in zip(SETTINGS, settings, strict=True):
            _checked_setting(name, value)
        names = list(self._scores)
        given = dict(zip(SETTINGS, settings, strict=True))
        super().__init__(_detectors=names, detector=names[0], currency=currency, **given)
        self.threshold = self._start() if threshold is None else threshold
        self._look("detector")
        self.observe(lambda change: self._look(change["name"]), names=["threshold", *SETTINGS])
        self.observe(self._on_detector, names="detector")

    # What a learner and an exercise read

    @property
    def scores(self):
        """Scores of the test parts by the detector that is on: float (n,)."""
        return self._scores[self.detector]

    @property
    def calibration_scores(self):
        """Scores of the held-out good parts by the detector that is on: float (m,)."""
        return self._calibration[self.detector]

    @property
    def rates(self):
        """Escapes and overkill of the test parts at the threshold; see `decisions.rates`."""
        return decisions.rates(self.labels, self.scores, self.threshold)

    @property
    def escape_rate(self):
        """Share of the defective test parts that pass."""
        return self.rates.escape_rate

    @property
    def overkill_rate(self):
        """Share of the good test parts that are rejected."""
        return self.rates.overkill_rate

    @property
    def shipped_ppm(self):
        """Defective parts per million shipped; NaN where nothing is shipped."""
        at = self.rates
        return float(decisions.escapes_ppm(at.escape_rate, at.overkill_rate, self.defect_rate))

    @property
    def cost_per_day(self):
        """Expected cost of wrong decisions a day at the threshold."""
        at = self.rates
        return self.parts_per_day * float(decisions.expected_cost(at.escape_rate, at.overkill_rate, **self.prices))

    @property
    def cheapest(self):
        """The cheapest threshold for these test parts; see `decisions.cheapest_threshold`."""
        return decisions.cheapest_threshold(self.labels, self.scores, **self.prices)

    @property
    def cheapest_cost_per_day(self):
        """What the cheapest threshold costs a day, on the parts that it was chosen on."""
        return self.parts_per_day * self.cheapest.cost

    @property
    def conformal_threshold(self):
        """Threshold with the promised false alarm rate; None where there are too few calibration parts for it."""
        try:
            return decisions.conformal_threshold(self.calibration_scores, self.false_alarm_rate)
        except ValueError:
            return None

    @property
    def p_value(self):
        """Largest p-value that is rejected: that of a part just above the threshold."""
        just_above = np.nextafter(self.threshold, np.inf)
        return float(decisions.conformal_p_values(self.calibration_scores, [just_above])[0])

    @property
    def state(self):
        """All figures and settings at once, as a dict."""
        names = ("detector", "threshold", "escape_rate", "overkill_rate", "shipped_ppm", "cost_per_day")
        more = ("cheapest_cost_per_day", "conformal_threshold", "p_value", *SETTINGS)
        return {name: getattr(self, name) for name in (*names, *more)}

    def to_cheapest(self):
        """Move the threshold to the cheapest point."""
        self.threshold = float(np.clip(self.cheapest.threshold, self._axis["low"], self._axis["high"]))

    def to_promise(self):
        """Move the threshold to the conformal one.

        Raises
        ------
        ValueError
            If there are too few calibration parts for the false alarm rate; the message says how many it takes.
        """
        self.threshold = decisions.conformal_threshold(self.calibration_scores, self.false_alarm_rate)

    def sentence(self):
        """Say what the threshold costs, and what doing without a detector would."""
        here, best = self.cost_per_day, self.cheapest
        ship, reject = (
            self.parts_per_day * cost for cost in (best.cost_without_inspection, best.cost_of_rejecting_all)
        )
        rival, cost = min(("shipping everything", ship), ("rejecting everything", reject), key=lambda choice: choice[1])
        if here < cost:
            verdict = f"Inspection saves {self.money(cost - here)} a day against {rival}."
        else:
            verdict = (
                f"{rival.capitalize()} without any detector is no dearer: at this threshold inspection does not pay."
            )
        return (
            f"{self.money(here)} a day. No inspection: {self.money(ship)}. Rejecting all: {self.money(reject)}. "
            f"{verdict}"
        )

    def money(self, amount):
        """Write an amount in the currency: whole units where they matter, three digits below."""
        return f"{self.currency}{amount:,.0f}" if amount >= 100 or amount < 0.01 else f"{self.currency}{amount:.3g}"

    def still(self):
        """Draw the desk as it stands, for paper.

        Returns
        -------
        matplotlib.figure.Figure
        """
        fig, axes = plots.panels(2, 1, width=8.5, row_height=2.3, sharex=True)
        top, bottom = axes[:, 0]
        axis, curve = self._axis, self._curve
        for name, sign, colour in (("good", 1, plots.GOOD_COLOUR), ("defective", -1, plots.DEFECTIVE_COLOUR)):
            heights = sign * np.array(axis[name])
            edges = np.array(axis["edges"])
            top.bar(edges[:-1], heights, np.diff(edges), align="edge", color=colour, label=name)
        at = self.rates
        title = f"{self.detector}: {percent(at.escape_rate)} escape, {percent(at.overkill_rate)} overkill"
        top.set(yticks=[], title=f"{title}, {self.money(self.cost_per_day)} a day")
        top.legend(loc="upper right", fontsize=8.5)
        bottom.plot(curve["thresholds"], curve["costs"], color=plots.NEUTRAL)
        best = np.clip(self.cheapest.threshold, axis["low"], axis["high"])
        bottom.plot(best, self.cheapest_cost_per_day, "o", color=plots.ACCENT, label="cheapest")
        bottom.set(ylim=(0, curve["top"]), ylabel=f"{self.currency} a day", xlabel="score (higher is more suspicious)")
        if axis["log"]:
            bottom.set_xscale("log")
        if (promise := self.conformal_threshold) is not None:
            label = f"promise: {self.false_alarm_rate:.3g} false alarms"
            bottom.axvline(promise, color=plots.ACCENT, linestyle=":", label=label)
        for panel in (top, bottom):
            panel.axvline(self.threshold, color="#303134", linestyle="--", linewidth=1.4)
        bottom.legend(loc="upper right", fontsize=8.5)
        return fig

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        picture = io.BytesIO()
        self.still().savefig(picture, format="png", dpi=100)
        data["text/plain"] = "ThresholdDesk; without a browser: set desk.threshold, read desk.state, draw desk.still()"
        return data | {"image/png": picture.getvalue()}, metadata

    @property
    def axis(self):
        """Where the drawn axis of scores begins and ends, and the histograms on it; see `desk_report.axis`."""
        return self._axis

    @property
    def prices(self):
        """The defect rate and the two costs, as `decisions` takes them."""
        return {name: getattr(self, name) for name in PRICES}

    def _start(self):
        promise = self.conformal_threshold
        return float(np.median(self.scores)) if promise is None else promise

    def _on_detector(self, _change):
        with self.hold_sync():
            self.threshold = self._start()
            self._look("detector")

    def _look(self, what):
        """Renew what the browser shows; only as much of it as `what` was changed calls for."""
        with self.hold_sync():
            if what == "detector":
                self._axis = desk_report.axis(self.labels, self.scores)
            if what in ("detector", *PRICES, "parts_per_day"):
                self._curve = desk_report.curve(self)
            self._report = desk_report.report(self)

    @traitlets.validate("threshold", *SETTINGS)
    def _valid_number(self, proposal):
        try:
            return _checked_setting(proposal["trait"].name, proposal["value"])
        except ValueError as problem:
            raise traitlets.TraitError(str(problem)) from None

    @traitlets.validate("detector")
    def _valid_detector(self, proposal):
        if proposal["value"] not in self._scores:
            known = ", ".join(self._scores)
            raise traitlets.TraitError(f"{proposal['value']!r} is none of the detectors here; they are {known}.")
        return proposal["value"]


def _checked(labels, scores, calibration_scores):
    scores, calibration = (
        {name: np.asarray(values, dtype=np.float64) for name, values in given.items()}
        if isinstance(given, dict)
        else {"detector": np.asarray(given, dtype=np.float64)}
        for given in (scores, calibration_scores)
    )
    if list(scores) != list(calibration) or not scores:
        raise ValueError(
            f"scores names {', '.join(scores) or 'nothing'}, calibration_scores {', '.join(calibration) or 'nothing'}; "
            "name the same detectors in both, in the same order."
        )
    for name, values in scores.items():
        decisions.auroc(labels, values)  # says what doesn't fit
        decisions.conformal_p_values(calibration[name], values[:1])
    return np.asarray(labels).astype(np.int8), scores, calibration


def _checked_setting(name, value):
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; give a number.")
    if name in SHARES and not 0 < value < 1:
        raise ValueError(f"{name} is {value}; give a share above 0 and below 1 (2 % is 0.02).")
    if name in ("cost_escape", "cost_overkill", "parts_per_day") and value <= 0:
        raise ValueError(f"{name} is {value}; give a number above 0.")
    return value
