"""Explanations: why a part was rejected, and whether the explanation is true.

`attribute` puts SHAP, LIME, occlusion and three controls behind one call; `explained` gives a model's score and its
network. `judge` and `summary` measure maps against true masks and against the model (`pointing_game`,
`pixel_precision`, `deletion_insertion`); `randomised` and `similarity` make the sanity check. `settings_table`,
`tree_shap` and `exact_shapley` ask which setting of the line drives the defect rate, `deep_explainer_trial` shows what
DeepExplainer does to a process. `explanation_card` sums one part up; `KindFinder` names its likely defect.

shap and lime are imported when they are first needed, since shap alone takes seconds.
"""

from gan_helpers.explain.attribution import (
    CONTROLS,
    EXPLANATIONS,
    METHODS,
    Explained,
    attribute,
    explained,
    smoothed,
)
from gan_helpers.explain.baselines import BASELINES, baseline_of
from gan_helpers.explain.card import Card, explanation_card, nearest_good, where
from gan_helpers.explain.deep import deep_explainer_trial
from gan_helpers.explain.faithfulness import (
    FIGURES,
    Curves,
    deletion_insertion,
    judge,
    pixel_precision,
    pointing_game,
    summary,
)
from gan_helpers.explain.kinds import UNKNOWN, KindFinder, close_up
from gan_helpers.explain.process_settings import (
    compare_with_truth,
    exact_shapley,
    fit_trees,
    settings_table,
    tree_shap,
    true_defect_rate,
    true_log_odds,
)
from gan_helpers.explain.sanity import randomised, similarity
from gan_helpers.explain.superpixels import superpixels

__all__ = [
    "BASELINES",
    "CONTROLS",
    "EXPLANATIONS",
    "FIGURES",
    "METHODS",
    "UNKNOWN",
    "Card",
    "Curves",
    "Explained",
    "KindFinder",
    "attribute",
    "baseline_of",
    "close_up",
    "compare_with_truth",
    "deep_explainer_trial",
    "deletion_insertion",
    "exact_shapley",
    "explained",
    "explanation_card",
    "fit_trees",
    "judge",
    "nearest_good",
    "pixel_precision",
    "pointing_game",
    "randomised",
    "settings_table",
    "similarity",
    "smoothed",
    "summary",
    "superpixels",
    "tree_shap",
    "true_defect_rate",
    "true_log_odds",
    "where",
]
