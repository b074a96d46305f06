"""One row of a table: the headline figures of a detector with their intervals."""

import numpy as np

from gan_helpers.decisions.bootstrap import aupro_interval, bootstrap_interval
from gan_helpers.decisions.checks import both_classes
from gan_helpers.decisions.errors import rate_interval, rates
from gan_helpers.decisions.ranking import aupro, auroc, average_precision, tpr_at_fpr
from gan_helpers.settings import SEED


def evaluate(labels, scores, masks=None, maps=None, threshold=None, *, level=0.95, draws=1000, seed=SEED):
    """Headline figures of one detector with their intervals, as one row of a table.

    Parameters
    ----------
    labels, scores : arrays, shape (n,)
        As for `auroc`.
    masks, maps : arrays, shape (m, h, w), optional
        As for `aupro`; both or neither. They may cover other parts than `scores`, since masks may be unknown.
    threshold : float, optional
        Adds the escape and overkill rates, with Wilson intervals.
    level, draws, seed
        As for `bootstrap_interval`.

    Returns
    -------
    dict of str to float
        ``n_good``, ``n_defective``, then ``auroc``, ``average_precision``, ``tpr_at_5_fpr`` and, where asked
        for, ``aupro``, ``escape_rate``, ``overkill_rate``; each figure is followed by ``..._low`` and
        ``..._high``. A list of such rows makes a ``pandas.DataFrame``.

    Raises
    ------
    ValueError
        As for `auroc` and `aupro`.
    """
    labels, scores = both_classes(labels, scores)
    if (masks is None) != (maps is None):
        raise ValueError("Only one of masks and maps is given; give both for AUPRO, or neither.")
    row = {"n_good": int(np.sum(labels == 0)), "n_defective": int(np.sum(labels == 1))}
    figures = {"auroc": auroc, "average_precision": average_precision, "tpr_at_5_fpr": tpr_at_fpr}
    for name, figure in figures.items():
        interval = bootstrap_interval(figure, labels, scores, level=level, draws=draws, seed=seed)
        row |= _with_interval(name, figure(labels, scores), interval)
    if masks is not None:
        interval = aupro_interval(masks, maps, level=level, draws=draws, seed=seed)
        row |= _with_interval("aupro", aupro(masks, maps), interval)
    if threshold is not None:
        at = rates(labels, scores, threshold)
        row |= _with_interval("escape_rate", at.escape_rate, rate_interval(at.escapes, at.defective, level))
        row |= _with_interval("overkill_rate", at.overkill_rate, rate_interval(at.overkill, at.good, level))
    return row


def _with_interval(name, value, interval):
    return {name: value, f"{name}_low": interval[0], f"{name}_high": interval[1]}
