"""Rivals of the search by surrogate: what trial lots find by chance, by one factor at a time, by a response surface."""

import numpy as np
from scipy.stats import qmc

from gan_helpers.parts.line import SCRAP_COST, normalised
from gan_helpers.process.production import LINE_SETTINGS
from gan_helpers.process.search import NAMES, Found, allowed, as_settings, book_cost, spread_out, trial_lot, trial_table


def random_search(*, lots=60, n_parts=400, seed=0, forbidden=None, trial=trial_lot):
    """Try settings at random and recommend the lot with the lowest observed cost. Arguments as of `bayesian_search`."""
    rng = np.random.default_rng(seed)
    tried = allowed(rng.uniform(-1, 1, (20 * lots, len(NAMES))), forbidden)[:lots]
    counts = [trial(as_settings(place), n_parts, rng) for place in tried]
    return _cheapest_lot(tried, counts, n_parts)


def one_factor_at_a_time(*, lots=60, n_parts=400, seed=0, levels=5, trial=trial_lot):
    """Start where the line stands; move one setting over its levels, keep the best, go on with the next one.

    The levels are spread evenly over the range; where the setting stands at present takes the place of the nearest.
    """
    rng = np.random.default_rng(seed)
    here = normalised(LINE_SETTINGS)[0]
    tried, counts, factor = [], [], 0
    while len(tried) + levels <= lots:
        row = np.tile(here, (levels, 1))
        over = np.linspace(-1, 1, levels)
        present = here[factor % len(NAMES)]
        over[np.argmin(np.abs(over - present))] = present
        row[:, factor % len(NAMES)] = over
        made = [trial(as_settings(place), n_parts, rng) for place in row]
        tried, counts = [*tried, *row], [*counts, *made]
        cost = _observed(row, made, n_parts)
        here = np.array(row[np.argmin(cost)])
        factor += 1
    return Found(as_settings(here), float(cost.min()), trial_table(tried, counts, n_parts))


def response_surface(*, lots=60, n_parts=400, seed=0, forbidden=None, trial=trial_lot):
    """Spread all lots evenly, fit log-odds that are quadratic in the settings, recommend their lowest cost.

    The classic of designed experiments (Box & Wilson 1951, doi:10.1111/j.2517-6161.1951.tb00067.x), with a logistic
    regression in place of a line.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import PolynomialFeatures

    rng = np.random.default_rng(seed)
    tried = np.array(spread_out(lots, forbidden, seed))
    counts = np.array([trial(as_settings(place), n_parts, rng) for place in tried])
    terms = PolynomialFeatures(2, include_bias=False)
    model = LogisticRegression(C=10.0, max_iter=500).fit(
        np.tile(terms.fit_transform(tried), (2, 1)),
        np.repeat([1, 0], lots),
        sample_weight=np.concatenate([counts, n_parts - counts]),
    )
    places = allowed(2 * qmc.Sobol(len(NAMES), seed=seed).random_base2(13) - 1, forbidden)
    cost = book_cost(as_settings(places)) + SCRAP_COST * model.predict_proba(terms.transform(places))[:, 1]
    best = np.argmin(cost)
    return Found(as_settings(places[best]), float(cost[best]), trial_table(tried, counts, n_parts))


def _observed(places, counts, n_parts):
    return book_cost(as_settings(np.asarray(places))) + SCRAP_COST * np.asarray(counts) / n_parts


def _cheapest_lot(tried, counts, n_parts):
    cost = _observed(tried, counts, n_parts)
    best = np.argmin(cost)
    return Found(as_settings(np.asarray(tried)[best]), float(cost[best]), trial_table(tried, counts, n_parts))
