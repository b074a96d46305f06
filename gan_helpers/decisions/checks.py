"""What the figures accept: labels, scores and shares are met here, with a sentence for what doesn't fit."""

import numpy as np

ROUNDING = 1e-9  # so that 0.29 * 100 counts as 29, not as 28.999...


def finite(name, values, *, empty=False):
    """Return values as float64 (n,), or say which of them is no number."""
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1:
        raise ValueError(f"{name} has shape {values.shape}; give one number a part, shape (n,).")
    if not len(values) and not empty:
        raise ValueError(f"{name} is empty; give at least one number.")
    bad = np.count_nonzero(~np.isfinite(values))
    if bad:
        raise ValueError(f"{bad} of {len(values)} {name} are NaN or infinite; mend what made them.")
    return values


def labels_and_scores(labels, scores=None):
    """Return labels (n,) of 0 and 1 and scores float64 (n,), or say what doesn't fit."""
    labels = np.asarray(labels)
    if labels.ndim != 1:
        raise ValueError(f"labels has shape {labels.shape}; give one label a part, shape (n,).")
    strange = labels[(labels != 0) & (labels != 1)]
    if len(strange):
        raise ValueError(f"labels holds {strange[0]}; use 0 for good and 1 for defective.")
    if scores is not None:
        scores = finite("scores", scores)
        if len(scores) != len(labels):
            raise ValueError(f"{len(labels)} labels, but {len(scores)} scores; give one of each a part.")
    return labels.astype(np.int8), scores


def both_classes(labels, scores=None):
    """Return labels and scores as `labels_and_scores` does, and insist on good *and* defective parts."""
    labels, scores = labels_and_scores(labels, scores)
    for value, name in ((0, "good"), (1, "defective")):
        if not np.any(labels == value):
            raise ValueError(f"No {name} part among {len(labels)} labels; this figure needs good and defective.")
    return labels, scores


def open_share(name, value):
    """Return a share above 0 and below 1, or name the argument that isn't one."""
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; give a share above 0 and below 1.")
    return value
