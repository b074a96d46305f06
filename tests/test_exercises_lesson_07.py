"""The checks of lesson 07: right in any form, wrong said so; and what the lesson has built is what the package does."""

import inspect

import numpy as np
import pytest

from gan_helpers import deploy
from gan_helpers.exercises import lesson_07
from gan_helpers.exercises.lesson_07 import KERNEL, by_heart, lesson, prune, stop_at


def judged(key, answer):
    return lesson.exercises[key].judge(answer)


def test_every_kind_of_exercise_is_there():
    assert {exercise.kind for exercise in lesson.exercises.values()} == {"code", "think", "bug", "play"}


def test_references_pass_their_own_checks():
    for exercise in lesson.exercises.values():
        assert exercise.judge(exercise.reference) is None


class TestByHeart:
    def test_sums_instead_of_numpys_means_are_as_right(self):
        def by_heart(learnt, held_out, made):
            first, second, third = (sum(one) / len(one) for one in (learnt, held_out, made))
            return 1 - (second - third) / (first - third)

        assert judged("7.2", by_heart) is None

    @pytest.mark.parametrize(
        "wrong",
        [
            lambda learnt, held_out, made: np.mean(learnt) - np.mean(held_out),
            lambda learnt, held_out, made: (np.mean(held_out) - np.mean(made)) / (np.mean(learnt) - np.mean(made)),
        ],
        ids=["not divided", "the other way"],
    )
    def test_other_figures_are_told_how_far_off_they_are(self, wrong):
        assert "expected" in judged("7.2", wrong)

    def test_it_runs_from_zero_to_one(self):
        assert by_heart([2.0], [2.0], [-1.0]) == 0
        assert by_heart([2.0], [-1.0], [-1.0]) == 1


class TestStopAt:
    def test_the_listing_in_the_notebook_is_wrong_in_both_places(self):
        def stop_at(figures, patience):
            best = 0
            for look in range(1, len(figures)):
                if figures[look] > figures[look - 1]:
                    best = look
                elif look - best >= patience:
                    return look
            return best

        assert "expected" in judged("7.4", stop_at)

        def half_mended(figures, patience):
            best = 0
            for look in range(1, len(figures)):
                if figures[look] > figures[best]:
                    best = look
                elif look - best >= patience:
                    return look
            return best

        assert "expected" in judged("7.4", half_mended)

    def test_the_first_of_equals_is_kept_and_later_looks_are_not_seen(self):
        assert stop_at([0.5, 0.7, 0.7, 0.6], 5) == 1
        assert stop_at([0.5, 0.7, 0.6, 0.6, 0.9], 2) == 1
        assert stop_at([0.5, 0.7, 0.6, 0.6, 0.9], 3) == 4


class TestPrune:
    def test_a_threshold_is_as_right_as_an_order(self):
        def prune(kernel, share):
            n = int(share * kernel.size)
            limit = np.sort(np.abs(kernel).ravel())[n]
            return np.where(np.abs(kernel) < limit, 0, kernel)

        assert judged("7.5", prune) is None

    def test_signed_order_takes_the_wrong_ones(self):
        def prune(kernel, share):
            pruned = kernel.copy()
            pruned.flat[np.argsort(kernel, axis=None)[: int(share * kernel.size)]] = 0
            return pruned

        assert "expected" in judged("7.5", prune)

    def test_a_kernel_that_is_changed_in_place_is_not_right(self):
        def in_place(kernel, share):
            kernel.flat[np.argsort(np.abs(kernel), axis=None)[: int(share * kernel.size)]] = 0
            return kernel

        assert "work on a copy" in judged("7.5", in_place)

    def test_the_package_prunes_the_same_weights(self):
        import keras

        image = keras.Input((3, 3, 2))
        network = keras.Model(image, keras.layers.Conv2D(4, 3)(image))
        network.layers[-1].set_weights([KERNEL, np.zeros(4)])
        deploy.MagnitudePruning(0.6)(network)
        np.testing.assert_allclose(network.layers[-1].get_weights()[0], prune(KERNEL, 0.6), rtol=1e-6)


def test_half_of_the_zeros_come_when_the_package_says_so():
    assert deploy.scheduled_share(lesson.exercises["7.6"].reference * 1000, 1000, final=0.9) == pytest.approx(0.45)
    assert judged("7.6", 0.2) is None
    assert "too high" in judged("7.6", 0.5)


def test_sources_of_references_stand_alone():
    for function in (by_heart, stop_at, prune):
        assert inspect.getsource(function).startswith("def ")
        assert function.__module__ == lesson_07.__name__
