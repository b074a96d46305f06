"""The search for settings: formulas, constraints, and better places than it began with."""

import numpy as np
import pytest
from scipy.special import expit

from gan_helpers import parts, process
from gan_helpers.process import search

SMALL = {"lots": 24, "start": 18, "n_parts": 400}


@pytest.fixture(scope="module")
def surrogate():
    rng = np.random.default_rng(0)
    places = rng.uniform(-1, 1, (40, 4))
    counts = rng.binomial(2000, search.true_defect_rate(process.as_settings(places)))
    return search.Surrogate().fit(places, counts, np.full(40, 2000)), places


def test_places_and_settings_are_two_names_of_the_same():
    places = np.random.default_rng(0).uniform(-1, 1, (5, 4))
    assert parts.line.normalised(process.as_settings(places)) == pytest.approx(places)
    assert process.as_settings(np.array([-1, 1, 0, -1.0]))["mould_pressure"] == 1000


def test_book_cost_and_scrap_are_the_whole_cost():
    settings = process.as_settings(np.random.default_rng(1).uniform(-1, 1, (6, 4)))
    scrap = process.SCRAP_COST * search.true_defect_rate(settings)
    assert process.book_cost(settings) + scrap == pytest.approx(parts.expected_cost(settings))


def test_the_surrogate_learns_the_log_odds_from_counts(surrogate):
    model, places = surrogate
    new = np.random.default_rng(9).uniform(-0.8, 0.8, (200, 4))
    rate = search.true_defect_rate(process.as_settings(new))
    mean, spread = model.log_odds(new)
    error = mean - np.log(rate / (1 - rate))
    assert np.corrcoef(mean, np.log(rate))[0, 1] > 0.9
    assert np.mean(np.abs(error) < 2 * spread + 0.1) > 0.8
    assert model.log_odds(places)[1].mean() < spread.mean()


def test_the_expected_cost_is_the_mean_over_draws(surrogate):
    model, _ = surrogate
    places = np.random.default_rng(2).uniform(-0.5, 0.5, (4, 4))
    mean, spread = model.log_odds(places)
    draws = expit(mean[:, None] + spread[:, None] * np.random.default_rng(3).normal(size=200_000))
    costs = process.book_cost(process.as_settings(places))[:, None] + process.SCRAP_COST * draws
    assert model.cost(places) == pytest.approx(costs.mean(axis=1), rel=0.02)


def test_a_search_keeps_out_of_what_is_forbidden_and_repeats_itself():
    def forbidden(settings):
        return settings["melt_temperature"] < 700

    found = process.bayesian_search(seed=1, forbidden=forbidden, **SMALL)
    again = process.bayesian_search(seed=1, forbidden=forbidden, **SMALL)
    assert found.settings == again.settings
    assert not forbidden(found.lots).any() and found.settings["melt_temperature"] >= 700
    assert len(found.lots) == 24 and (found.lots["parts"] == 400).all()
    with pytest.raises(ValueError, match="forbidden"):
        process.bayesian_search(forbidden=lambda settings: settings["tool_wear"] >= 0, **SMALL)


def test_a_search_finds_far_better_settings_than_chance():
    regrets = [process.regret(process.bayesian_search(seed=seed, **SMALL).settings) for seed in range(2)]
    chance = process.as_settings(np.random.default_rng(5).uniform(-1, 1, (200, 4)))
    assert max(regrets) < np.median(parts.expected_cost(chance)) / parts.best_settings()[1] - 1
    assert min(regrets) >= 0


@pytest.mark.parametrize("way", [process.random_search, process.one_factor_at_a_time, process.response_surface])
def test_rivals_use_the_same_lots_and_stay_in_range(way):
    found = way(lots=20, n_parts=200, seed=3)
    assert len(found.lots) == 20
    assert process.regret(found.settings) >= 0
    observed = process.book_cost(found.lots) + process.SCRAP_COST * found.lots["defective"] / 200
    assert found.lots["cost"].to_numpy() == pytest.approx(np.asarray(observed))


def test_one_factor_at_a_time_begins_where_the_line_stands_and_may_stay_there():
    lots = process.one_factor_at_a_time(lots=5, n_parts=200, seed=3).lots
    others = [name for name in process.LINE_SETTINGS if name != "melt_temperature"]
    np.testing.assert_allclose(lots[others], np.tile([process.LINE_SETTINGS[name] for name in others], (5, 1)))
    assert lots["melt_temperature"].is_monotonic_increasing
    assert np.isclose(lots["melt_temperature"], process.LINE_SETTINGS["melt_temperature"]).any()


def test_with_true_costs_one_factor_at_a_time_would_come_near():
    def sure(settings, n_parts, rng):
        return n_parts * float(parts.expected_cost(settings)[0] - process.book_cost(settings)[0]) / process.SCRAP_COST

    assert process.regret(process.one_factor_at_a_time(trial=sure).settings) < 0.05


def test_the_best_settings_have_no_regret():
    assert process.regret(parts.best_settings()[0]) == pytest.approx(0, abs=1e-9)
    assert process.regret(process.LINE_SETTINGS) > 0.05
