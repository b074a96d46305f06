"""Are the lots alike whose good parts set threshold and p-values? One that stands apart decides for all others."""

import numpy as np
import pandas as pd

from gan_helpers import decisions

APART = 0.95  # share of pairs; on the course's data lots that differ by light alone reach 0.87, another product 0.99
FEWEST = 5  # good parts of a lot, and of all others, below which nothing is said of it
COLUMNS = ("good parts", "lowest", "median", "highest", "above the others")


def good_scores_by_lot(trial):
    """Sum up the calibration scores of the recommended detector, lot by lot.

    Parameters
    ----------
    trial : Trial

    Returns
    -------
    pandas.DataFrame
        A row a lot, the most suspicious first: how many good parts, their lowest, median and highest score, and in what
        share of pairs a part of this lot scores above one of the others (an AUROC; 0.5 where lots are alike, NaN where
        there is no other lot). Empty where no lots are known.
    """
    groups, scores = trial.split.calibration.groups, trial.good_scores[trial.recommended]
    rows = {}
    for lot in trial.split.calibration.group_names:
        own = groups == lot
        above = np.nan if own.all() else decisions.auroc(own.astype(int), scores)
        spread = np.quantile(scores[own], (0, 0.5, 1))
        rows[lot] = dict(zip(COLUMNS, (int(own.sum()), *spread, above), strict=True))
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(COLUMNS))
    return table.sort_values("above the others", ascending=False)


def lot_apart(trial):
    """Say so if the good parts of one calibration lot look far more suspicious than those of the others; else "".

    Arguments as for `good_scores_by_lot`.
    """
    table = good_scores_by_lot(trial)
    total = table["good parts"].sum()
    told = table[(table["good parts"] >= FEWEST) & (total - table["good parts"] >= FEWEST)]
    told = told[told["above the others"] > APART]
    if told.empty:
        return ""
    lot, row = told.index[0], told.iloc[0]
    return (
        f"The lot {lot} stands apart: {row['good parts']:.0f} of the {total} calibration parts are its own, and in "
        f"{100 * row['above the others']:.0f} of 100 pairs they look more suspicious than those of other lots. Look at "
        "their pictures. If it is another product or set-up, it sets the threshold for all: judge it by a detector and "
        "a threshold of its own. If it is the same product, learn from such lots too."
    )
