"""Tables: the headline figures of a detector with their intervals in one row, and a row for each kind of defect."""

import math

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


def by_kind(labels, scores, kinds, threshold=None, masks=None, maps=None, *, level=0.95, draws=1000, seed=SEED):
    """Say what a detector finds of each kind of defect: one row a kind, each against all good parts.

    Parameters
    ----------
    labels, scores : arrays, shape (n,)
        As for `auroc`.
    kinds : array of str, shape (n,)
        Name of each part's defect; that of good parts is ignored.
    threshold : float, optional
        Adds what is found there.
    masks, maps : arrays, shape (n, h, w), optional
        As for `aupro`, both or neither, here one a part. A defective part whose mask is empty counts as one whose mask
        is not known, and is left out of AUPRO.
    level, draws, seed
        As for `bootstrap_interval`.

    Returns
    -------
    list of dict
        ``kind``, ``n``, ``auroc`` with ``auroc_low`` and ``auroc_high`` (bootstrap); with a threshold ``found``,
        ``found_rate``, ``found_rate_low`` and ``found_rate_high`` (Wilson); with maps ``aupro``, NaN for a kind
        without masks. In the order of the alphabet. Few parts a kind make wide intervals: look at them first.

    Raises
    ------
    ValueError
        As for `auroc` and `aupro`.

    Examples
    --------
    >>> rows = by_kind([0, 0, 0, 1, 1], [1, 2, 3, 2.5, 4], ["good"] * 3 + ["dent", "crack"], threshold=3)
    >>> [(row["kind"], row["n"], round(row["auroc"], 2), row["found"]) for row in rows]
    [('crack', 1, 1.0, 1), ('dent', 1, 0.67, 0)]
    """
    labels, scores = both_classes(labels, scores)
    kinds = np.asarray(kinds).astype(str)
    if kinds.shape != labels.shape:
        raise ValueError(f"kinds has shape {kinds.shape} for {len(labels)} labels; give one name a part.")
    if (masks is None) != (maps is None):
        raise ValueError("Only one of masks and maps is given; give both for AUPRO, or neither.")
    if masks is not None:
        masks, maps = np.asarray(masks, dtype=bool), np.asarray(maps)
        if len(masks) != len(labels) or len(maps) != len(labels):
            raise ValueError(f"{len(labels)} labels, {len(masks)} masks and {len(maps)} maps; give one of each a part.")
    rows = []
    for kind in np.unique(kinds[labels == 1]):
        of_kind = (labels == 1) & (kinds == kind)
        here = of_kind | (labels == 0)
        row = {"kind": str(kind), "n": int(of_kind.sum())}
        interval = bootstrap_interval(auroc, labels[here], scores[here], level=level, draws=draws, seed=seed)
        row |= _with_interval("auroc", auroc(labels[here], scores[here]), interval)
        if threshold is not None:
            found = int(np.sum(scores[of_kind] > threshold))
            row["found"] = found
            row |= _with_interval("found_rate", found / row["n"], rate_interval(found, row["n"], level))
        if masks is not None:
            known = (labels == 0) | (of_kind & masks.any(axis=(1, 2)))
            row["aupro"] = aupro(masks[known], maps[known]) if np.any(known & of_kind) else math.nan
        rows.append(row)
    return rows


def _with_interval(name, value, interval):
    return {name: value, f"{name}_low": interval[0], f"{name}_high": interval[1]}
