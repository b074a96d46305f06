"""From parts to process: whether the line has changed, since when and why, and where it should stand.

Numbers to chart: `within_lots`, `normal_scores`, `evidence`, `subgroup_means`, `standardised`.
Charts: `shewhart`, `ewma`, `cusum`, with `share_allowance` for counts. How long they run: `shewhart_arl`, `ewma_arl`,
`cusum_arl`, `distribution`, `simulated`, `limit_for`; on real lots `replayed`, `cusum_limit`, `false_alarm_interval`.
After an alarm: `change_point`, `moved_settings`, `warning`; how good the line is: `capability`.
Better settings: `bayesian_search`, beside it `random_search`, `one_factor_at_a_time`, `response_surface`; `regret`.
Production to try it on: `normal_production`, `faulty_shift`. Everything here is NumPy, SciPy, pandas and scikit-learn.
"""

from gan_helpers.process.change_point import ChangePoint, capability, change_point, moved_settings
from gan_helpers.process.charts import Chart, cusum, ewma, share_allowance, shewhart
from gan_helpers.process.early_warning import (
    LOT,
    EarlyWarning,
    cusum_limit,
    false_alarm_interval,
    replayed,
    warning,
)
from gan_helpers.process.production import (
    FAULTS,
    LINE_SETTINGS,
    SHIFT_PARTS,
    SHIFT_SEED,
    Fault,
    fault_of,
    faulty_shift,
    normal_production,
)
from gan_helpers.process.rivals import one_factor_at_a_time, random_search, response_surface
from gan_helpers.process.run_lengths import (
    cusum_arl,
    distribution,
    ewma_arl,
    limit_for,
    shewhart_arl,
    simulated,
)
from gan_helpers.process.scores import (
    evidence,
    highest_score,
    normal_scores,
    standardised,
    subgroup_means,
    within_lots,
)
from gan_helpers.process.search import (
    SCRAP_COST,
    Found,
    Surrogate,
    as_settings,
    bayesian_search,
    book_cost,
    regret,
    trial_lot,
)

__all__ = [
    "FAULTS",
    "LINE_SETTINGS",
    "LOT",
    "SCRAP_COST",
    "SHIFT_PARTS",
    "SHIFT_SEED",
    "ChangePoint",
    "Chart",
    "EarlyWarning",
    "Fault",
    "Found",
    "Surrogate",
    "as_settings",
    "bayesian_search",
    "book_cost",
    "capability",
    "change_point",
    "cusum",
    "cusum_arl",
    "cusum_limit",
    "distribution",
    "evidence",
    "ewma",
    "ewma_arl",
    "false_alarm_interval",
    "fault_of",
    "faulty_shift",
    "highest_score",
    "limit_for",
    "moved_settings",
    "normal_production",
    "normal_scores",
    "one_factor_at_a_time",
    "random_search",
    "regret",
    "replayed",
    "response_surface",
    "share_allowance",
    "shewhart",
    "shewhart_arl",
    "simulated",
    "standardised",
    "subgroup_means",
    "trial_lot",
    "warning",
    "within_lots",
]
