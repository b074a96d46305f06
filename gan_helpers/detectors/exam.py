"""Choosing an epoch without a single real defect: an exam on forged ones.

Published detectors often keep the epoch that did best on the test set, and so report a figure that nobody can have who
doesn't know the answers. The exam asks the detector instead to tell held-out good parts from the same parts with
defects forged on them.
"""

import numpy as np

from gan_helpers import balance, decisions
from gan_helpers.detectors.base import check_images
from gan_helpers.settings import SEED


class ForgedExam:
    """Examine a detector while it trains; to be given as ``watch``.

    Parameters
    ----------
    held_out : numpy.ndarray
        Float (n, h, w, c) in [0, 1]: good parts that the detector does not learn from.
    seed : int
        Of the forged defects; one a part, from outlines that no training draws.

    Attributes
    ----------
    history : list of (float, float)
        Share of the training done, AUROC of forged against good.
    best : (float, float) or None
        The entry with the largest AUROC, the first of equals.

    Examples
    --------
    >>> exam = ForgedExam(split.calibration.images)
    >>> detector.fit(split.train.images, watch=exam)
    >>> exam.restore(detector)  # the weights of the best look
    """

    def __init__(self, held_out, *, seed=SEED):
        self.good = check_images(held_out)
        forger = balance.Forger(self.good.shape[1], most=1, seed=seed + 1)
        self.forged, _ = forger.forge(self.good, seed=seed)
        self.history = []
        self.best = None
        self._weights = {}

    def __call__(self, detector, share):
        """Examine the detector as it is; returns the AUROC."""
        scores = np.concatenate([detector.score(self.good), detector.score(self.forged)])
        figure = decisions.auroc(np.repeat([0, 1], len(self.good)), scores)
        self.history.append((share, figure))
        if self.best is None or figure > self.best[1]:
            self.best = share, figure
            self._weights = {name: getattr(detector, name).get_weights() for name in detector.learned_networks}
        return figure

    def restore(self, detector):
        """Put the weights of the best look back into the detector, once it has finished its training.

        Raises
        ------
        RuntimeError
            If there was no look: the detector doesn't train in steps, or was fitted without ``watch``.
        """
        if self.best is None:
            raise RuntimeError(f"{detector.name} was not examined; give the exam to fit as watch.")
        for name, weights in self._weights.items():
            getattr(detector, name).set_weights(weights)
