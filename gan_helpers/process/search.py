"""Search for better settings: trial lots, a surrogate that learns from them, and a rule that chooses the next lot.

A trial lot costs parts, so few are made. What a part costs apart from scrap (tools, energy, pressure, coolant) is known
from the books; unknown is the defect rate. So a Gaussian process learns the log-odds of a defect over the four settings
from the counts of the lots, and the known costs are added. The next lot is made where the expected improvement is
largest: where the cost may well be lower than the lowest expected so far.
"""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import qmc

from gan_helpers import parts
from gan_helpers.parts.line import SCRAP_COST

NAMES = tuple(parts.SETTINGS)
CANDIDATES = 1024
WIDTHS = (2.0, 10.0)  # a setting acts smoothly over its range, which is 2 wide; narrower ones would fit the noise
REFIT = 6  # lots between two choices of the kernel's widths


class Found(NamedTuple):
    """What a search found: settings by name, what they are expected to cost, and the lots that led there."""

    settings: dict
    cost: float  # euro a part, as the searcher sees it
    lots: pd.DataFrame  # the settings, parts, defective, cost as observed


def book_cost(settings):
    """Return what a part costs apart from scrap, in euro: float (n,). Known from the books, no trial needed."""
    return parts.expected_cost(settings) - SCRAP_COST * true_defect_rate(settings)


def true_defect_rate(settings):
    """Return the line's own defect rate, for trials to draw from and for judging: float (n,)."""
    return 1 - parts.defect_probabilities(settings)[parts.GOOD].to_numpy()


def trial_lot(settings, n_parts, rng):
    """Make a lot at these settings and test every part at the end of the line; returns the number of defective ones."""
    return int(rng.binomial(n_parts, true_defect_rate(settings)[0]))


def regret(settings):
    """Return how much dearer settings are than the best ones, as a share: 0.05 is 5 %."""
    return float(parts.expected_cost(settings)[0] / parts.best_settings()[1] - 1)


class Surrogate:
    """A Gaussian process of the log-odds of a defect, learnt from counts.

    Matern 5/2 kernel with a width for each setting (settings in [-1, 1]) and white noise. The counts are binomial;
    their log-likelihood is met by Newton's steps, each an ordinary regression on ``eta + (k/n - p) / (p (1 - p))`` with
    the known variance ``1 / (n p (1 - p))``, where ``p`` is the defect rate at the log-odds ``eta`` found so far.

    References
    ----------
    Rasmussen & Williams 2006, Gaussian Processes for Machine Learning, section 3.4 (Laplace approximation).
    """

    def __init__(self):
        self._kernel = self._process = None

    def fit(self, places, defective, n_parts, *, tune=True):
        """Learn from lots: ``places`` float (m, 4) in [-1, 1], ``defective`` and ``n_parts`` int (m,)."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, DotProduct, Matern, WhiteKernel

        kernel = self._kernel or (
            ConstantKernel(0.5, (0.02, 5)) * DotProduct(1.0, "fixed") ** 2
            + ConstantKernel(0.3, (0.01, 10)) * Matern([2.0] * places.shape[1], WIDTHS, nu=2.5)
            + WhiteKernel(1e-3, (1e-5, 0.05))
        )
        share = (defective + 0.5) / (n_parts + 1)
        log_odds, self._centre = logit(share), logit((defective.sum() + 0.5) / (n_parts.sum() + 1))
        log_odds = (log_odds + self._centre) / 2  # a lot without a defect is not proof of none
        for step in range(4):
            p = expit(log_odds)
            variance = 1 / (n_parts * p * (1 - p))
            target = log_odds + (defective / n_parts - p) / (p * (1 - p))
            optimizer = "fmin_l_bfgs_b" if tune and step in (1, 3) else None
            self._process = GaussianProcessRegressor(kernel, alpha=variance, optimizer=optimizer)
            with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):  # a width may end at its bound
                self._process.fit(places, target - self._centre)
            kernel = self._process.kernel_
            log_odds = self._process.predict(places) + self._centre
        self._kernel = kernel
        return self

    def log_odds(self, places):
        """Return mean and standard deviation of the log-odds at places (m, 4): float (m,) each."""
        mean, spread = self._process.predict(places, return_std=True)
        return mean + self._centre, spread

    def possible_costs(self, places):
        """Return costs that are possible at places (m, 4), and their weights: float (m, 15) and (15,).

        The log-odds are normal, so the cost isn't; it is taken at the nodes of Gauss-Hermite quadrature.
        """
        nodes, weights = np.polynomial.hermite_e.hermegauss(15)
        mean, spread = self.log_odds(places)
        rate = expit(mean[:, None] + spread[:, None] * nodes)
        return book_cost(as_settings(places))[:, None] + SCRAP_COST * rate, weights / weights.sum()

    def cost(self, places):
        """Return the expected cost: float (m,). Where little is known it is higher, since the odds may be high."""
        costs, weights = self.possible_costs(places)
        return costs @ weights


def expected_improvement(surrogate, places, best):
    """Return the expected improvement on the cost ``best`` at each place: ``E[max(0, best - cost)]``.

    References
    ----------
    Jones, Schonlau & Welch 1998, doi:10.1023/A:1008306431147.
    """
    costs, weights = surrogate.possible_costs(places)
    return np.maximum(best - costs, 0) @ weights


def bayesian_search(
    *, lots=60, start=40, n_parts=400, seed=0, forbidden=None, trial=trial_lot, progress=lambda lots: lots
):
    """Find settings by trial lots that a Gaussian process chooses.

    It starts with a Latin hypercube, goes on by expected improvement over the lowest cost that the surrogate expects at
    a place already tried (observed costs are too noisy for that), and recommends the lowest expected cost.

    Parameters
    ----------
    lots, start : int
        Trial lots in all, and how many of them are spread evenly before the surrogate chooses.
    n_parts : int
        Parts in each lot.
    seed : int
    forbidden : callable, optional
        Settings (DataFrame) -> bool (n,): where no trial may be made, beside the ranges of `parts.SETTINGS`.
    trial : callable
        ``trial(settings, n_parts, rng)`` makes a lot and returns the number of defective parts.
    progress : callable
        Wraps the range of lots, such as ``tqdm``.

    Returns
    -------
    Found
    """
    rng, tried, counts = np.random.default_rng(seed), _allowed_start(start, forbidden, seed), []
    surrogate = Surrogate()
    for lot in progress(range(lots)):
        if lot >= start:
            surrogate.fit(np.array(tried), np.array(counts), np.full(lot, n_parts), tune=(lot - start) % REFIT == 0)
            best = surrogate.cost(np.array(tried)).min()
            places = _candidates(surrogate, tried, forbidden, rng)
            tried.append(places[np.argmax(expected_improvement(surrogate, places, best))])
        counts.append(trial(as_settings(tried[lot]), n_parts, rng))
    surrogate.fit(np.array(tried), np.array(counts), np.full(lots, n_parts))
    place = _lowest(surrogate, tried, forbidden, rng)
    return Found(as_settings(place), float(surrogate.cost(place[None])[0]), _table(tried, counts, n_parts))


def as_settings(places):
    """Turn places in [-1, 1] into settings in their units: a dict of floats for (4,), of arrays for (m, 4)."""
    low, high = (np.array([getattr(knob, end) for knob in parts.SETTINGS.values()]) for end in ("low", "high"))
    values = low + (np.clip(places, -1, 1) + 1) / 2 * (high - low)
    if values.ndim == 1:
        return dict(zip(NAMES, values.tolist(), strict=True))
    return dict(zip(NAMES, values.T, strict=True))


def _allowed_start(n, forbidden, seed):
    """Spread places evenly; those in a forbidden region give way to allowed ones of further hypercubes."""
    places = np.empty((0, len(NAMES)))
    sampler = qmc.LatinHypercube(len(NAMES), seed=seed)
    for _ in range(50):
        places = np.concatenate([places, _allowed(2 * sampler.random(n) - 1, forbidden)])
        if len(places) >= n:
            return list(places[:n])
    raise ValueError("Nearly all settings are forbidden; loosen the constraint.")


def _allowed(places, forbidden):
    if forbidden is None:
        return places
    return places[~np.asarray(forbidden(pd.DataFrame(as_settings(places))), dtype=bool)]


def _candidates(surrogate, tried, forbidden, rng):
    """Draw places all over the range, and closer and closer around the most promising ones."""
    wide = rng.uniform(-1, 1, (CANDIDATES // 2, len(NAMES)))
    centres = np.array(tried)[np.argsort(surrogate.cost(np.array(tried)))[:4]]
    near = centres[rng.integers(len(centres), size=CANDIDATES // 2)]
    near = near + rng.normal(size=near.shape) * rng.choice([0.05, 0.15, 0.4], (len(near), 1))
    places = _allowed(np.clip(np.concatenate([wide, near]), -1, 1), forbidden)
    return places if len(places) else np.array(tried)


def _lowest(surrogate, tried, forbidden, rng):
    places = np.array(tried)
    for _ in range(4):
        lowest = places[np.argsort(surrogate.cost(places))[:8]]
        places = np.concatenate([lowest, _candidates(surrogate, places, forbidden, rng)])
    return places[np.argmin(surrogate.cost(places))]


def _table(tried, counts, n_parts):
    lots = pd.DataFrame(as_settings(np.array(tried)))
    observed = book_cost(lots) + SCRAP_COST * np.array(counts) / n_parts
    return lots.assign(parts=n_parts, defective=counts, cost=observed)
