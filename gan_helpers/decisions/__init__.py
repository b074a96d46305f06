"""Figures that judge a detector, and thresholds that can be defended.

Ranking: `auroc`, `average_precision`, `tpr_at_fpr`, `aupro`, each with an interval by `bootstrap_interval`.
Deciding: `conformal_p_values`, `conformal_threshold` and `false_alarm_range`, from held-out good parts only.
Paying: `rates`, `rate_interval`, `expected_cost`, `escapes_ppm`. `evaluate` puts the headline figures into
one row.

Labels are 0 (good) or 1 (defective), a higher score is more suspicious, and a part is rejected when
``score > threshold``. Everything here is NumPy, SciPy and scikit-learn.
"""

from gan_helpers.decisions.bootstrap import bootstrap_interval
from gan_helpers.decisions.conformal import conformal_p_values, conformal_threshold, false_alarm_range
from gan_helpers.decisions.errors import Rates, escapes_ppm, expected_cost, rate_interval, rates
from gan_helpers.decisions.ranking import aupro, auroc, average_precision, tpr_at_fpr
from gan_helpers.decisions.table import evaluate

__all__ = [
    "Rates",
    "aupro",
    "auroc",
    "average_precision",
    "bootstrap_interval",
    "conformal_p_values",
    "conformal_threshold",
    "escapes_ppm",
    "evaluate",
    "expected_cost",
    "false_alarm_range",
    "rate_interval",
    "rates",
    "tpr_at_fpr",
]
