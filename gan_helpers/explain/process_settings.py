"""Which setting of the line drives the defect rate? SHAP on tables, checked against what the simulator knows.

A model of trees learns "defective or not" from the four settings, and `shap.TreeExplainer` shares its log-odds out
among them. On the simulated line the true log-odds are known, so the true Shapley values are too: with four settings
there are only sixteen sets of them, and every one can be tried (`exact_shapley`).
"""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd

from gan_helpers import parts
from gan_helpers.settings import SEED

NAMES = tuple(parts.SETTINGS)
OPERATION, EXPERIMENT = "operation", "experiment"


def settings_table(n, seed, *, kind=OPERATION):
    """Let the line make parts and keep what process data hold: the four settings and whether the part was defective.

    Parameters
    ----------
    n : int
        Parts.
    seed : int
    kind : {"operation", "experiment"}
        ``"operation"``: the settings wander about where they stand in production. ``"experiment"``: each is drawn
        evenly over its whole range, independently of the others, as in a designed experiment.

    Returns
    -------
    pandas.DataFrame
        Columns: the settings and ``defective`` (0 or 1).
    """
    if kind not in (OPERATION, EXPERIMENT):
        raise ValueError(f"The kind of table is {kind!r}; choose {OPERATION} or {EXPERIMENT}.")
    if kind == OPERATION:
        table = parts.simulate_line(n, seed)
        return table[[*NAMES]].assign(defective=(table["kind"] != parts.GOOD).astype(int))
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({name: rng.uniform(knob.low, knob.high, n) for name, knob in parts.SETTINGS.items()})
    return table.assign(defective=(rng.random(n) < true_defect_rate(table)).astype(int))


def true_defect_rate(table):
    """Return the chance of a defect at these settings, from the line's own equations: float64 (n,)."""
    return 1 - parts.defect_probabilities(table)[parts.GOOD].to_numpy()


def true_log_odds(table):
    """Return the log-odds of a defect at these settings, from the line's own equations: float64 (n,)."""
    rate = true_defect_rate(table)
    return np.log(rate) - np.log1p(-rate)


def exact_shapley(function, rows, background):
    """Share a function's value out among its inputs, exactly, by trying every set of them.

    With N inputs, the share of input i is the sum over all sets S without it of
    ``|S|! (N - |S| - 1)! / N! * (v(S + i) - v(S))``, where ``v(S)`` is the mean of the function over the background
    with the inputs in S taken from the row (Shapley 1953; as an explanation, Lundberg & Lee 2017, arXiv:1705.07874).

    Parameters
    ----------
    function : callable
        DataFrame (m rows) -> (m,).
    rows : pandas.DataFrame
        To be explained; few columns, since the work doubles with each.
    background : pandas.DataFrame
        What a setting is when it isn't known; same columns.

    Returns
    -------
    pandas.DataFrame
        As ``rows``; each row adds up to the function there minus its mean over the background.
    """
    names = list(rows.columns)
    values = {}
    for size in range(len(names) + 1):
        for known in combinations(names, size):
            table = pd.concat([background] * len(rows), ignore_index=True)
            for name in known:
                table[name] = np.repeat(rows[name].to_numpy(), len(background))
            values[frozenset(known)] = np.asarray(function(table)).reshape(len(rows), -1).mean(axis=1)
    shares = {}
    for name in names:
        share = 0.0
        for known, value in values.items():
            if name not in known:
                weight = factorial(len(known)) * factorial(len(names) - len(known) - 1) / factorial(len(names))
                share = share + weight * (values[known | {name}] - value)
        shares[name] = share
    return pd.DataFrame(shares)


def fit_trees(table, *, trees=60, leaves=4, seed=SEED):
    """Fit gradient-boosted trees to "defective or not".

    Parameters
    ----------
    table : pandas.DataFrame
        As from `settings_table`.
    trees, leaves : int
        How many trees, and how many leaves each; few leaves, since defects are rare.
    seed : int

    Returns
    -------
    sklearn.ensemble.HistGradientBoostingClassifier
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=trees, max_leaf_nodes=leaves, min_samples_leaf=300, early_stopping=False, random_state=seed
    )
    return model.fit(table[[*NAMES]], table["defective"])


def tree_shap(model, rows, background):
    """Share the log-odds of a model of trees out among the settings.

    Parameters
    ----------
    model : fitted classifier of trees
    rows, background : pandas.DataFrame
        The settings of the parts to explain, and of those they are compared with.

    Returns
    -------
    pandas.DataFrame
        Columns as ``rows``; in log-odds.

    References
    ----------
    Lundberg et al. 2020, doi:10.1038/s42256-019-0138-9.
    """
    import shap

    explainer = shap.TreeExplainer(model, background[[*NAMES]], feature_perturbation="interventional")
    values = np.asarray(explainer.shap_values(rows[[*NAMES]], check_additivity=False))
    values = values[..., 1] if values.ndim == 3 else values
    return pd.DataFrame(values, columns=list(NAMES))


def compare_with_truth(model, rows, background):
    """Set SHAP of a model beside the line's true Shapley values.

    Parameters
    ----------
    model : fitted classifier of trees
    rows, background : pandas.DataFrame
        With the settings as columns.

    Returns
    -------
    table : pandas.DataFrame
        One row a setting, the most important first: ``shap`` and ``true`` (mean absolute values, in log-odds) and
        ``agreement``, the correlation between the two over the rows.
    found, true : pandas.DataFrame
        The values themselves.
    """
    rows, background = rows[[*NAMES]].reset_index(drop=True), background[[*NAMES]]
    found, true = tree_shap(model, rows, background), exact_shapley(true_log_odds, rows, background)
    table = pd.DataFrame(
        {
            "shap": found.abs().mean(),
            "true": true.abs().mean(),
            "agreement": [np.corrcoef(found[name], true[name])[0, 1] for name in NAMES],
        }
    )
    return table.sort_values("true", ascending=False), found, true
