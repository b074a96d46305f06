"""Figures that judge a detector, and thresholds that can be defended.

Ranking: `auroc`, `average_precision`, `tpr_at_fpr`, `aupro`, each with an interval by `bootstrap_interval`.
Deciding: `conformal_p_values`, `conformal_threshold` and `false_alarm_range`, from held-out good parts only.
Paying: `rates`, `rate_interval`, `expected_cost`, `escapes_ppm`; `cheapest_threshold` and what it costs on other parts.
Finding: `detection_by_size`, with a90/95. Comparing: `agreement` of two inspectors. `evaluate` puts the headline
figures into one row, `by_kind` gives a row a kind of defect.

Labels are 0 (good) or 1 (defective), a higher score is more suspicious, and a part is rejected when
``score > threshold``. Everything here is NumPy, SciPy and scikit-learn.
"""

from gan_helpers.decisions.bootstrap import bootstrap_interval
from gan_helpers.decisions.choosing import (
    Cheapest,
    CostCurve,
    cheapest_threshold,
    cost_curve,
    cost_on_other_parts,
    critical_likelihood_ratio,
)
from gan_helpers.decisions.conformal import conformal_p_values, conformal_threshold, false_alarm_range
from gan_helpers.decisions.detection import DefectSizes, DetectionCurve, defect_sizes, detection_by_size
from gan_helpers.decisions.errors import Rates, escapes_ppm, expected_cost, rate_interval, rates
from gan_helpers.decisions.ranking import aupro, auroc, average_precision, tpr_at_fpr
from gan_helpers.decisions.table import by_kind, evaluate
from gan_helpers.decisions.verdicts import agreement, cohens_kappa

__all__ = [
    "Cheapest",
    "CostCurve",
    "DefectSizes",
    "DetectionCurve",
    "Rates",
    "agreement",
    "aupro",
    "auroc",
    "average_precision",
    "bootstrap_interval",
    "by_kind",
    "cheapest_threshold",
    "cohens_kappa",
    "conformal_p_values",
    "conformal_threshold",
    "cost_curve",
    "cost_on_other_parts",
    "critical_likelihood_ratio",
    "defect_sizes",
    "detection_by_size",
    "escapes_ppm",
    "evaluate",
    "expected_cost",
    "false_alarm_range",
    "rate_interval",
    "rates",
    "tpr_at_fpr",
]
