"""Exercises of lesson 11: references agree with other libraries, near misses are told how far off they are."""

import numpy as np
from scipy.stats import norm, rankdata
from sklearn.preprocessing import QuantileTransformer

from gan_helpers.exercises import lesson_11
from gan_helpers.exercises.lesson_11 import hours_for, lesson, normal_scores, whole_gradient


def verdict(key, answer):
    return lesson.exercises[key].judge(answer)


def test_normal_scores_are_those_of_ranks():
    values = np.random.default_rng(1).lognormal(0, 2, 50)
    np.testing.assert_allclose(normal_scores(values), norm.ppf((rankdata(values) - 0.5) / 50))
    learnt = QuantileTransformer(n_quantiles=50, output_distribution="normal").fit_transform(values[:, None])[:, 0]
    assert (np.argsort(learnt) == np.argsort(normal_scores(values))).all()


def test_forgetting_the_half_rank_is_noticed():
    def without_half(values):
        return norm.ppf((np.argsort(np.argsort(values)) + 1) / len(values))

    assert "expected" in verdict("11.1", without_half)


def test_sorting_instead_of_ranking_is_noticed():
    assert verdict("11.1", lambda values: norm.ppf((np.sort(values) - 0.5) / len(values))) is not None


def test_the_start_up_is_not_shared():
    assert hours_for(0, 1.0, 3600, 7) == 1
    assert hours_for(7200, 1.0, 0, 2) == 1
    assert verdict(
        "11.3", lambda n, seconds_a_part, start_up, workers: (start_up + n * seconds_a_part) / workers / 3600
    )


def test_the_whole_gradient_counts_every_part_once():
    rng = np.random.default_rng(2)
    parts = rng.normal(size=(21, 4))
    shares = np.split(parts, [10, 20])
    means = np.array([share.mean(axis=0) for share in shares])
    np.testing.assert_allclose(whole_gradient(means, [10, 10, 1]), parts.mean(axis=0))
    assert verdict("11.4", lambda gradients, sizes: np.mean(gradients, axis=0)) is not None


def test_every_reference_passes_its_own_check():
    for exercise in lesson.exercises.values():
        assert exercise.judge(exercise.reference) is None


def test_the_lesson_is_number_eleven():
    assert (lesson_11.lesson.number, lesson_11.lesson.title) == (11, "Beyond")
