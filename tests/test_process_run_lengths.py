"""Run lengths against the published ones, against simulation, and against each other."""

import numpy as np
import pytest

from gan_helpers import process


@pytest.mark.parametrize(
    ("arl", "options", "known"),
    [
        (process.shewhart_arl, {"two_sided": True}, (370.4, 43.9)),
        (process.ewma_arl, {"smoothing": 0.2, "limit": 2.86, "two_sided": True}, (371, 9.8)),
        (process.cusum_arl, {"allowance": 0.5, "limit": 4.0}, (335, 8.4)),
    ],
)
def test_known_run_lengths_are_met_within_two_per_cent(arl, options, known):
    assert arl(0.0, **options) == pytest.approx(known[0], rel=0.02)
    assert arl(1.0, **options) == pytest.approx(known[1], rel=0.02)


@pytest.mark.parametrize(
    ("chart", "arl", "options"),
    [
        ("shewhart", process.shewhart_arl, {"limit": 2.0}),
        ("ewma", process.ewma_arl, {"smoothing": 0.1, "limit": 1.5}),
        ("cusum", process.cusum_arl, {"allowance": 0.25, "limit": 3.0}),
    ],
)
def test_simulated_runs_are_as_long_as_the_chain_says(chart, arl, options):
    lengths = process.simulated(chart, 4000, 1, 0.3, **options)
    error = lengths.std() / np.sqrt(len(lengths))
    assert abs(lengths.mean() - arl(0.3, **options)) < 4 * error + 0.01 * lengths.mean()
    by = process.distribution(chart, 40, 0.3, **options)
    assert np.all(np.diff(by) >= 0)
    assert by[19] == pytest.approx(np.mean(lengths <= 20), abs=0.04)


@pytest.mark.parametrize("chart", ["shewhart", "ewma", "cusum"])
def test_the_limit_gives_the_run_length_it_was_chosen_for(chart):
    limit = process.limit_for(chart, 200)
    known = {"shewhart": process.shewhart_arl, "ewma": process.ewma_arl, "cusum": process.cusum_arl}
    assert known[chart](limit=limit) == pytest.approx(200, rel=1e-3)
    assert known[chart](1.0, limit=limit) < 100


def test_an_ewma_that_is_all_newest_value_runs_as_long_as_shewhart():
    arl = process.ewma_arl(0.5, smoothing=1.0, limit=2.5)
    assert arl == pytest.approx(process.shewhart_arl(0.5, limit=2.5), rel=0.01)


def test_unknown_charts_and_impossible_run_lengths_are_named():
    for call in (lambda: process.distribution("u", 5), lambda: process.limit_for("u", 50)):
        with pytest.raises(ValueError, match="no chart 'u'"):
            call()
    with pytest.raises(ValueError, match="arl is 1"):
        process.limit_for("cusum", 1)


def test_a_limit_from_replayed_lots_keeps_its_promise_where_the_formula_knows_it():
    values = np.random.default_rng(3).normal(size=4000)
    limit = process.cusum_limit(values, 60, stretch=1)
    assert process.cusum_arl(limit=limit) == pytest.approx(60, rel=0.15)


def test_lots_that_know_of_each_other_need_a_higher_limit():
    rng = np.random.default_rng(4)
    shocks = rng.normal(size=4001)
    known = (shocks[1:] + shocks[:-1]) / np.sqrt(2)
    alone, together = (process.cusum_limit(known, 60, stretch=stretch) for stretch in (1, 10))
    assert together > 1.1 * alone


def test_replayed_stretches_keep_neighbours_together():
    drawn = process.replayed(np.arange(50.0), 5, 20, 30, seed=1)
    assert drawn.shape == (30, 20)
    assert np.all(np.diff(drawn.reshape(30, 4, 5), axis=2) == 1)
    with pytest.raises(ValueError, match="stretch is 9"):
        process.replayed(np.arange(5.0), 9, 20, 30, seed=1)


def test_false_alarms_are_counted_with_their_interval():
    length, low, high = process.false_alarm_interval(10, 600)
    assert length == 60 and low < 60 < high
    assert high / low == pytest.approx(18.39 / 4.795, rel=0.01)  # Poisson table: 10 lies between 4.795 and 18.39
    assert process.false_alarm_interval(0, 300)[2] == np.inf
    assert process.false_alarm_interval(0, 300)[1] == pytest.approx(300 / 3.689, rel=0.001)
