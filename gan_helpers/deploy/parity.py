"""How far an exported file's answers are from the detector's."""

import numpy as np
from scipy.stats import spearmanr

from gan_helpers import decisions


def parity(detector, exported, images, labels=None):
    """Compare the answers of a detector and of its export to the same parts.

    Parameters
    ----------
    detector : Detector
    exported : ExportedDetector
        Or any other detector of the same method.
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1], at least two. Good parts alone hide what an int8 network does to loud defects.
    labels : array of int, (n,), optional
        0 = good, 1 = defective: adds the AUROC of both.

    Returns
    -------
    dict of str to float
        ``score_spread``, the standard deviation of the detector's scores, to hold the differences against;
        ``largest_score_difference``, ``mean_score_difference``; ``largest_map_difference``, ``mean_map_difference``
        (of the blurred maps); ``rank_correlation`` of the scores (Spearman); with labels ``auroc``, ``auroc_exported``
        and ``auroc_difference``, exported minus detector.

    Raises
    ------
    ValueError
        If the images don't fit, or there are fewer than two.
    """
    ours, theirs = detector.score(images), exported.score(images)
    if len(ours) < 2:
        raise ValueError("Parity of one part says little; give at least two, better a hundred with defective ones.")
    scores = np.abs(ours - theirs)
    maps = np.abs(detector.anomaly_map(images) - exported.anomaly_map(images))
    row = {
        "score_spread": ours.std(),
        "largest_score_difference": scores.max(),
        "mean_score_difference": scores.mean(),
        "largest_map_difference": maps.max(),
        "mean_map_difference": maps.mean(),
        "rank_correlation": spearmanr(ours, theirs).statistic,
    }
    if labels is not None:
        row |= {"auroc": decisions.auroc(labels, ours), "auroc_exported": decisions.auroc(labels, theirs)}
        row["auroc_difference"] = row["auroc_exported"] - row["auroc"]
    return {name: float(value) for name, value in row.items()}
