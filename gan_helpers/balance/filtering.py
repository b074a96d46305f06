"""Which made defective parts are worth showing to a classifier, judged by real ones alone.

A generator that has seen ten defective parts makes three sorts of rubbish: pictures of nothing, good parts under a
wrong label, and copies. Each is sorted out by a question of its own, and the share that is left tells what the
generator is worth before any classifier is trained.
"""

from typing import NamedTuple

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.neighbors import NearestNeighbors

from gan_helpers import generation

LEVEL = 0.05
STRENGTH = 0.05  # inverse weight of the ridge: few parts, many features
FOLDS = 5


class MadeParts(NamedTuple):
    """What was found of each made part: bool (n,), and ``keep``, where all three hold."""

    looks_real: np.ndarray
    looks_defective: np.ndarray
    is_new: np.ndarray

    @property
    def keep(self):
        """Bool (n,): the parts that pass."""
        return self.looks_real & self.looks_defective & self.is_new

    def shares(self):
        """Return the share that passes each question, and all of them."""
        return {name: float(np.mean(getattr(self, name))) for name in (*self._fields, "keep")}


def sort_made(made, good, defective, *, features=generation.random_features):
    """Ask three questions of every made defective part.

    ``looks_real``: is it as near to a real part as 95 % of good parts are to another one? ``looks_defective``: does a
    logistic regression that tells the real defective parts from the good ones (both counting alike) call it defective?
    ``is_new``: is it farther from every real defective part than the nearest 5 % of good parts are from another one?

    Parameters
    ----------
    made, good, defective : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    features : callable
        Images -> float (n, d).

    Returns
    -------
    MadeParts
    """
    seen, drawn, spoiled = generation.standardised(*(features(images) for images in (good, made, defective)))
    real = np.concatenate([seen, spoiled])
    among_good = NearestNeighbors(n_neighbors=2).fit(seen).kneighbors(seen)[0][:, 1]
    nearest = NearestNeighbors(n_neighbors=1)
    to_real = nearest.fit(real).kneighbors(drawn)[0][:, 0]
    to_defective = nearest.fit(spoiled).kneighbors(drawn)[0][:, 0]
    labels = np.repeat([0, 1], [len(seen), len(spoiled)])
    judge = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000).fit(real, labels)
    return MadeParts(
        to_real <= np.quantile(among_good, 1 - LEVEL),
        judge.predict(drawn) == 1,
        to_defective > np.quantile(among_good, LEVEL),
    )


def worth_of_made(made, good, defective, *, seed, features=generation.random_features):
    """Say beforehand what made defective parts are worth: AUROC on *real* parts that were left out.

    The real parts are dealt into folds. A logistic regression learns the made parts against the good ones of the other
    folds and ranks the good and defective ones of its own; beside it stands the same regression taught with the real
    defective parts of the other folds instead, and one with both (train on made, test on real: Esteban, Hyland & Rätsch
    2017, arXiv:1706.02633).

    With ten defective parts the figures are rough. The made parts come from a generator that saw all ten, so the first
    figure flatters it: a bad one is the clearer message.

    Parameters
    ----------
    made, good, defective : numpy.ndarray
        Float (n, h, w, c) in [0, 1]; at least two defective ones.
    seed : int
        Of the folds.
    features : callable
        Images -> float (n, d).

    Returns
    -------
    dict
        ``made``, ``real``, ``both``: AUROC of each teacher, over all folds' ranks.
    """
    seen, drawn, spoiled = generation.standardised(*(features(images) for images in (good, made, defective)))
    real, labels = np.concatenate([seen, spoiled]), np.repeat([0, 1], [len(seen), len(spoiled)])
    if len(spoiled) < 2:
        raise ValueError("There is one defective part; leaving some out needs at least two.")
    folds = StratifiedKFold(min(FOLDS, len(spoiled)), shuffle=True, random_state=seed)
    ranked = {name: np.empty(len(labels)) for name in ("made", "real", "both")}
    for learn, ask in folds.split(real, labels):
        good_rows, spoiled_rows = learn[labels[learn] == 0], learn[labels[learn] == 1]
        teachers = {
            "made": drawn,
            "real": real[spoiled_rows],
            "both": np.concatenate([drawn, np.repeat(real[spoiled_rows], max(len(drawn) // len(spoiled_rows), 1), 0)]),
        }
        for name, teacher in teachers.items():
            taught = np.repeat([0, 1], [len(good_rows), len(teacher)])
            judge = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=1000)
            judge.fit(np.concatenate([real[good_rows], teacher]), taught)
            # ranks within the fold, since every fold's judge has a scale of its own
            ranked[name][ask] = np.argsort(np.argsort(judge.decision_function(real[ask]))) / len(ask)
    return {name: float(roc_auc_score(labels, ranks)) for name, ranks in ranked.items()}
