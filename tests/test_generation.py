"""Figures for made pictures: identical, disjoint and copied sets, closed forms, brute force."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from gan_helpers import generation, parts

RNG = np.random.default_rng(0)
A, B = RNG.standard_normal((60, 5)), RNG.standard_normal((50, 5)) + 0.5


class TestKernelInceptionDistance:
    def test_it_is_the_double_sum_of_its_definition(self):
        def k(a, b):
            return (np.dot(a, b) / 5 + 1) ** 3

        within_a = np.mean([k(a, b) for i, a in enumerate(A) for j, b in enumerate(A) if i != j])
        within_b = np.mean([k(a, b) for i, a in enumerate(B) for j, b in enumerate(B) if i != j])
        across = np.mean([k(a, b) for a in A for b in B])
        assert generation.kernel_inception_distance(A, B) == pytest.approx(within_a + within_b - 2 * across)

    def test_two_points_have_the_value_of_the_kernel(self):
        zeros, ones = np.zeros((4, 3)), np.ones((6, 3))  # k = 1 within zeros, 8 within ones, 1 across
        assert generation.kernel_inception_distance(zeros, ones) == pytest.approx(1 + 8 - 2)

    def test_samples_of_one_distribution_are_zero_apart_on_average(self):
        rng = np.random.default_rng(1)
        values = [
            generation.kernel_inception_distance(rng.standard_normal((40, 4)), rng.standard_normal((40, 4)))
            for _ in range(200)
        ]
        assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(200)
        assert min(values) < 0  # unbiased, so some lie below

    def test_it_grows_with_the_distance(self):
        values = [generation.kernel_inception_distance(A, A[::-1] + shift) for shift in (0.3, 0.6, 1.2)]
        assert values == sorted(values)


class TestPrecisionRecall:
    def test_a_set_covers_itself(self):
        assert generation.precision_recall(A, A) == (1, 1)

    def test_far_sets_share_nothing(self):
        assert generation.precision_recall(A, A + 100) == (0, 0)

    def test_a_collapsed_generator_has_precision_without_recall(self):
        collapsed = A[:1] + 1e-3 * RNG.standard_normal((50, 5))
        precision, recall = generation.precision_recall(A, collapsed)
        assert precision == 1
        assert recall < 0.1

    def test_a_generator_that_also_makes_rubbish_has_recall_without_precision(self):
        precision, recall = generation.precision_recall(A, np.concatenate([A, A + 100]))
        assert precision == pytest.approx(0.5)
        assert recall == 1

    def test_balls_reach_to_the_third_neighbour(self):
        line = np.arange(10.0)[:, None]  # inside, the third neighbour is 2 away
        inside, outside = np.array([[-2.9]]), np.array([[-3.1]])  # the end's third neighbour is 3 away
        assert generation._share_covered(line, inside, 3) == 1
        assert generation._share_covered(line, outside, 3) == 0


class TestCopies:
    train, held_out = RNG.standard_normal((200, 6)), RNG.standard_normal((2000, 6))

    def test_copies_are_found(self):
        copies = self.train[:50] + 1e-3 * RNG.standard_normal((50, 6))
        assert generation.copy_share(self.train, self.held_out, copies) == 1

    def test_new_pictures_of_the_same_kind_reach_about_the_level(self):
        new = RNG.standard_normal((2000, 6))
        assert generation.copy_share(self.train, self.held_out, new, level=0.05) == pytest.approx(0.05, abs=0.02)

    def test_half_copies_are_told_as_half(self):
        half = np.concatenate([self.train[:100], RNG.standard_normal((100, 6)) + 50])
        assert generation.copy_share(self.train, self.held_out, half) == pytest.approx(0.5)


class TestTrainOnMade:
    kinds = np.repeat(["crack", "stain"], 100)
    real = np.concatenate([RNG.standard_normal((100, 3)), RNG.standard_normal((100, 3)) + 4])

    def test_made_pictures_like_the_real_ones_teach_the_classifier(self):
        assert generation.train_on_made_test_on_real(self.real + 0.1, self.kinds, self.real, self.kinds) > 0.95

    def test_exchanged_kinds_teach_it_the_wrong_way_round(self):
        assert generation.train_on_made_test_on_real(self.real, self.kinds[::-1], self.real, self.kinds) < 0.05

    def test_missing_kinds_are_named(self):
        with pytest.raises(ValueError, match=r"crack.*stain"):
            generation.train_on_made_test_on_real(self.real[:100], self.kinds[:100], self.real, self.kinds)


class TestRandomFeatures:
    table = parts.simulate_line(120, seed=1)
    images = parts.render_parts(table.assign(kind="good"), 32)[0][..., None].astype(np.float32) / 255

    def test_they_are_the_same_on_every_call(self):
        first, second = generation.random_features(self.images[:5]), generation.random_features(self.images[:5])
        assert first.shape == (5, 224)
        np.testing.assert_array_equal(first, second)

    def test_they_see_noise_and_blur(self):
        features = generation.random_features(self.images)
        noisy = np.clip(self.images + 0.1 * RNG.standard_normal(self.images.shape), 0, 1).astype(np.float32)
        same = generation.kernel_inception_distance(features[::2], features[1::2])
        spoiled = generation.kernel_inception_distance(features[::2], generation.random_features(noisy)[1::2])
        assert spoiled > 10 * abs(same)


@pytest.mark.parametrize(
    ("real", "made", "word"),
    [
        (A[0], B, "one row a picture"),
        (A[:1], B, "at least 2"),
        (A, B[:, :3], "5 and 3 columns"),
        (A, np.full((4, 5), np.nan), "not finite"),
    ],
)
def test_features_that_do_not_fit_are_refused(real, made, word):
    with pytest.raises(ValueError, match=word):
        generation.kernel_inception_distance(real, made)


class TestCheckerboard:
    def test_white_noise_has_none(self):
        noise = np.random.default_rng(1).uniform(size=(400, 32, 32, 1))
        assert generation.checkerboard(noise) == pytest.approx(1, abs=0.06)

    def test_a_board_of_known_strength_shows(self):
        noise = np.random.default_rng(1).normal(0, 0.1, (400, 32, 32, 1))
        board = 0.05 * (-1.0) ** np.arange(32)[:, None]  # every other row
        # power of noise: N sigma² a frequency, N = 32 * 32; of the board: (N * 0.05)² at one of the 32 on its line
        line = 1 + (32 * 32 * 0.05) ** 2 / (32 * 32 * 0.1**2) / 32
        assert generation.checkerboard(noise + board[None, ..., None]) == pytest.approx((line + 1) / 2, rel=0.1)

    def test_odd_pictures_are_refused(self):
        with pytest.raises(ValueError, match="even"):
            generation.checkerboard(np.zeros((2, 9, 8, 1)))


class TestModes:
    MODES = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])

    def test_points_at_all_modes_find_all(self):
        assert generation.mode_coverage(np.repeat(self.MODES, 25, axis=0), self.MODES, spread=0.1) == (4, 1.0)

    def test_a_collapsed_generator_finds_one(self):
        assert generation.mode_coverage(np.zeros((100, 2)), self.MODES, spread=0.1) == (1, 1.0)

    def test_points_beyond_three_deviations_belong_nowhere(self):
        points = np.array([[0.29, 0.0]] * 50 + [[0.31, 0.0]] * 50)
        assert generation.mode_coverage(points, self.MODES, spread=0.1) == (1, 0.5)

    def test_a_few_stray_points_find_no_mode(self):
        points = np.concatenate([np.zeros((99, 2)), np.ones((1, 2))])
        assert generation.mode_coverage(points, self.MODES, spread=0.1)[0] == 1

    def test_the_real_points_find_all_of_their_own(self):
        from gan_helpers import datasets

        points = datasets.draw_points("grid", 2500)
        found, share = generation.mode_coverage(points, datasets.MODES["grid"], spread=0.04)
        assert found == 25
        # a normal law in two dimensions: 1 - exp(-9 / 2) lies within three deviations
        assert share == pytest.approx(1 - np.exp(-4.5), abs=0.01)


@given(
    st.lists(st.floats(-2, 2), min_size=1, max_size=20),
    st.lists(st.floats(-2, 2), min_size=1, max_size=20),
    st.floats(0, 6.3),
)
def test_on_a_line_the_energy_distance_is_scipys(real, made, turn):
    along = np.array([np.cos(turn), np.sin(turn)])
    ours = generation.energy_distance(np.outer(real, along), np.outer(made, along))
    assert ours == pytest.approx(scipy.stats.energy_distance(real, made), abs=1e-6)


def test_two_single_points_lie_their_distance_apart():
    assert generation.energy_distance(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])) == pytest.approx(np.sqrt(2 * 5))
