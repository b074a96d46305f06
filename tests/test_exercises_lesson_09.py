"""The references of lesson 09 against the package and closed forms, and wrong answers against their checks."""

import numpy as np
import pytest

from gan_helpers import process
from gan_helpers.exercises.lesson_09 import WANTED_ARL, begin_of_the_shift, lesson, moving_average, upper_limit

RNG = np.random.default_rng(1)
Z = RNG.normal(size=40) + np.repeat([0, 1.5], [25, 15])


@pytest.mark.parametrize("smoothing", [0.05, 0.2, 1.0])
def test_the_average_by_hand_is_that_of_the_package(smoothing):
    assert moving_average(Z, smoothing) == pytest.approx(process.ewma(Z, smoothing=smoothing).statistic)


def test_an_average_that_begins_at_the_first_value_is_told():
    def begins_high(z, smoothing):
        averages, last = np.empty(len(z)), z[0]
        for t, value in enumerate(z):
            last = smoothing * value + (1 - smoothing) * last
            averages[t] = last
        return averages

    assert isinstance(lesson.exercises["9.3"].judge(begins_high), str)


def test_the_begin_by_hand_is_that_of_the_package():
    for alarm in (26, 30, 39):
        assert begin_of_the_shift(Z, alarm) == process.change_point(Z, alarm).begin


def test_limits_from_the_faulty_shift_hide_what_honest_ones_show():
    usual, faulty = RNG.normal(size=100), np.concatenate([RNG.normal(size=10), 4 + RNG.normal(size=20)])
    assert upper_limit(faulty, usual).sum() > 5
    assert (faulty > faulty.mean() + 3 * faulty.std(ddof=1)).sum() == 0
    assert upper_limit(usual, usual).sum() <= 1


def test_the_limit_to_play_for_gives_two_quiet_shifts():
    limit = lesson.exercises["9.4"].reference
    assert process.ewma_arl(smoothing=0.1, limit=limit) == pytest.approx(WANTED_ARL, rel=0.01)
    assert isinstance(lesson.exercises["9.4"].judge(2.86), str)


@pytest.mark.parametrize("key", ["9.1", "9.5"])
def test_a_wrong_letter_gets_a_reason_that_names_no_letter(key):
    exercise = lesson.exercises[key]
    for letter in set(exercise.options) - {exercise.reference}:
        verdict = exercise.judge(letter)
        assert verdict.startswith(f"{letter}) ")
        assert len(verdict) > 40
