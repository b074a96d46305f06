"""Four plain methods on the same encoded rows as the GAN, and one table for all of them."""

import numpy as np
import pandas as pd
from sklearn.covariance import EmpiricalCovariance
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors

from gan_helpers.decisions import auroc

NEIGHBOURS = 5
SHARE_KEPT = 0.9  # of the variance, by PCA; fixed in advance, as all settings here are


def rivals(usual, seed=0):
    """Fit the four on usual rows.

    Parameters
    ----------
    usual : numpy.ndarray
        Float (n, columns).
    seed : int
        Of the isolation forest; the others have no chance in them.

    Returns
    -------
    dict of str to callable
        Name -> function of rows (m, columns), which returns scores (m,), higher is more unusual.

    References
    ----------
    Liu, Ting & Zhou 2008, doi:10.1109/ICDM.2008.17 (isolation forest); Jackson & Mudholkar 1979,
    doi:10.1080/00401706.1979.10489779 (residual of PCA); Mahalanobis 1936.
    """
    # a tiny ridge, since one-hot columns add up to a constant and the covariance has no inverse
    ridge = 1e-3 * np.eye(usual.shape[1])
    covariance = EmpiricalCovariance().fit(usual).covariance_ + ridge
    precision, centre = np.linalg.inv(covariance), usual.mean(axis=0)
    forest = IsolationForest(random_state=seed).fit(usual)
    pca = PCA(SHARE_KEPT).fit(usual)
    near = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(usual))).fit(usual)
    return {
        "isolation forest": lambda rows: -forest.score_samples(rows),
        "PCA residual": lambda rows: np.square(rows - pca.inverse_transform(pca.transform(rows))).mean(axis=1),
        "nearest neighbours": lambda rows: near.kneighbors(rows)[0].mean(axis=1),
        "Mahalanobis": lambda rows: np.einsum("ij,jk,ik->i", rows - centre, precision, rows - centre),
    }


def scorers(gan):
    """Return both scores of a fitted `TableGAN`, by name, as `rivals` returns the others."""
    return {
        "GAN, what it can't redraw": gan.score,
        "GAN, its critic": lambda rows: gan.score(rows, by="critic"),
    }


def ranked(scorers, usual, unusual):
    """Let every method rank usual rows against each kind of unusual ones.

    Parameters
    ----------
    scorers : dict of str to callable
        As `rivals` returns them.
    usual : numpy.ndarray
        Rows that nothing was fitted on.
    unusual : dict of str to numpy.ndarray
        Kind -> rows.

    Returns
    -------
    pandas.DataFrame
        AUROC, a row a method, a column a kind.
    """
    table = {}
    for name, score in scorers.items():
        calm = score(usual)
        table[name] = {}
        for kind, rows in unusual.items():
            labels = np.repeat([0, 1], [len(usual), len(rows)])
            table[name][kind] = auroc(labels, np.concatenate([calm, score(rows)]))
    return pd.DataFrame(table).T
