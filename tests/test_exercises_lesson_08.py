"""The references of lesson 08 against closed forms, and its wrong answers against their checks."""

import numpy as np
import pytest

from gan_helpers.exercises.lesson_08 import (
    deletion_area,
    lesson,
    occlusion_map,
    odds_at,
    shapley_of_two,
)

WEIGHTS = np.random.default_rng(1).normal(size=(8, 8, 1))
IMAGE, BASELINE = np.random.default_rng(2).random((2, 8, 8, 1))
SHARES = (WEIGHTS * (IMAGE - BASELINE))[..., 0]


def weighted(images):
    return (images * WEIGHTS).sum(axis=(1, 2, 3))


def test_occlusion_of_a_weighted_sum_gives_each_square_its_sum():
    falls = occlusion_map(weighted, IMAGE, BASELINE, 4)
    assert falls[0, 0] == pytest.approx(SHARES[:4, :4].sum())
    assert falls[7, 3] == pytest.approx(SHARES[4:, :4].sum())


def test_occlusion_that_forgets_to_copy_is_told():
    def forgetful(score, image, baseline, patch):
        falls, whole = np.zeros(image.shape[:2]), score(image[None])[0]
        covered = image.copy()
        for y in range(0, image.shape[0], patch):
            for x in range(0, image.shape[1], patch):
                covered[y : y + patch, x : x + patch] = baseline[y : y + patch, x : x + patch]
                falls[y : y + patch, x : x + patch] = whole - score(covered[None])[0]
        return falls

    assert isinstance(lesson.exercises["8.1"].judge(forgetful), str)


def test_deletion_of_a_weighted_sum_follows_its_closed_form():
    steps = np.array_split(np.sort(SHARES.ravel())[::-1], 8)
    scores = weighted(IMAGE[None])[0] - np.append(0, np.cumsum([step.sum() for step in steps]))
    assert deletion_area(weighted, IMAGE, SHARES, BASELINE) == pytest.approx(np.trapezoid(scores, dx=1 / 8))


def test_the_shares_of_two_add_up_and_a_product_is_halved():
    assert shapley_of_two(0.0, 0.0, 0.0, 1.0) == (0.5, 0.5)
    assert sum(shapley_of_two(-3.0, 1.0, 2.5, 9.0)) == pytest.approx(12.0)


def test_the_odds_have_doubled_at_the_answer():
    assert odds_at(lesson.exercises["8.6"].reference) / odds_at(0.2) == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize("key", ["8.2", "8.4"])
def test_a_wrong_letter_gets_a_reason_that_names_no_letter(key):
    exercise = lesson.exercises[key]
    for letter in set(exercise.options) - {exercise.reference}:
        verdict = exercise.judge(letter)
        assert verdict.startswith(f"{letter}) ")
        assert len(verdict) > 40
