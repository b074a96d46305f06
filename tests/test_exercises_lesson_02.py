"""The checks of lesson 02 accept what is right however it is written, and say what is wrong with what circulates."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from gan_helpers.exercises import lesson_02
from gan_helpers.lesson.comparators import STUB


def verdict(key, answer):
    return lesson_02.lesson.exercises[key].judge(answer)


class TestLosses:
    def test_the_formulas_written_with_a_sigmoid_fail_only_where_the_logarithm_breaks(self):
        def discriminator_loss(real, made):
            return -ops.mean(ops.log(ops.sigmoid(real))) - ops.mean(ops.log(1 - ops.sigmoid(made)))

        assert "2 of 3 cases are right" in verdict("2.1", discriminator_loss)

    def test_log_sigmoid_is_as_right_as_softplus(self):
        def discriminator_loss(real, made):
            return -ops.mean(ops.log_sigmoid(real)) - ops.mean(ops.log_sigmoid(-made))

        assert verdict("2.1", discriminator_loss) is None
        assert verdict("2.3", lambda made: -ops.mean(tf.math.log_sigmoid(made))) is None

    def test_a_loss_in_numpy_has_the_right_value_and_no_slope(self):
        assert "there is no slope" in verdict("2.3", lambda made: np.mean(np.logaddexp(0, -made)))

    def test_the_minimax_loss_is_not_the_non_saturating_one(self):
        assert "your -1.101, expected 0.7675" in verdict("2.3", lambda made: -ops.mean(ops.softplus(made)))

    def test_the_mean_of_the_sum_is_the_sum_of_the_means(self):
        assert verdict("2.1", lambda real, made: ops.mean(ops.softplus(-real) + ops.softplus(made))) is None

    def test_an_error_is_told_with_the_learners_own_line(self):
        def non_saturating_loss(made):
            return ops.mean(softplus(-made))  # noqa: F821

        assert "`return ops.mean(softplus(-made))" in verdict("2.3", non_saturating_loss)

    def test_a_sum_instead_of_a_mean_is_noticed(self):
        assert "times as large" in verdict("2.3", lambda made: ops.sum(ops.softplus(-made)))

    def test_a_right_value_with_a_wrong_slope_is_told_apart(self):
        def non_saturating_loss(made):
            return ops.stop_gradient(ops.mean(ops.softplus(-made))) + 0.0 * ops.mean(made)

        assert "the value is right, but not its slope" in verdict("2.3", non_saturating_loss)

    @pytest.mark.parametrize("stub", [..., lambda made: ...])
    def test_a_stub_is_not_an_attempt(self, stub):
        assert verdict("2.3", stub) is STUB

    def test_what_is_no_function_is_named(self):
        assert verdict("2.1", 3.0) == "a function is expected, yours is the number 3"


class TestJensenShannon:
    def test_it_is_zero_for_equal_laws_and_log_2_for_laws_that_share_no_place(self):
        step = 0.01
        left, right = np.zeros(400), np.zeros(400)
        left[:100], right[300:] = 1.0, 1.0
        assert lesson_02.jensen_shannon(left, left, step) == 0
        assert lesson_02.jensen_shannon(left, right, step) == pytest.approx(np.log(2))

    def test_it_is_the_square_of_scipys_distance(self):
        from scipy.spatial.distance import jensenshannon

        p, q = np.random.default_rng(0).dirichlet(np.ones(30), 2)
        assert lesson_02.jensen_shannon(p, q, 1.0) == pytest.approx(jensenshannon(p, q) ** 2)

    def test_scipys_distance_squared_is_right_although_it_scales_its_inputs(self):
        from scipy.spatial.distance import jensenshannon

        assert verdict("2.2", lambda p, q, dx: jensenshannon(p, q) ** 2) is None

    def test_a_plain_logarithm_breaks_where_a_density_is_zero(self):
        def jensen_shannon(p, q, dx):
            m = (p + q) / 2
            return np.sum(p * np.log(p / m) + q * np.log(q / m)) * dx / 2

        with np.errstate(divide="ignore", invalid="ignore"):
            assert "nan" in verdict("2.2", jensen_shannon)

    def test_kullback_leibler_is_not_enough(self):
        from scipy.special import rel_entr

        assert "inf" in verdict("2.2", lambda p, q, dx: np.sum(rel_entr(p, q)) * dx)


def squared(lengths, target):
    return ops.mean(ops.square(lengths - target))


def penalty(share, under_the_root=1e-12, target=1.0, off=squared):
    """Make a penalty whose share, tiny number, aim, and measure of how far the lengths are off are as given."""

    def slope_penalty(critic, real, made, noise):
        alpha = share(ops.shape(real)[0], noise)
        between = alpha * real + (1 - alpha) * made
        with tf.GradientTape() as tape:
            tape.watch(between)
            output = critic(between)
        slopes = tape.gradient(output, between)
        lengths = ops.sqrt(ops.sum(ops.square(slopes), axis=1) + under_the_root)
        return off(lengths, target)

    return slope_penalty


def uniform(n, noise):
    return keras.random.uniform((n, 1), seed=noise)


class TestPenalty:
    def test_the_mended_one_is_right(self):
        assert verdict("2.5", penalty(uniform)) is None
        assert verdict("2.5", penalty(uniform, under_the_root=1e-10)) is None

    def test_shares_from_a_normal_law_reach_beyond_both_ends(self):
        said = verdict("2.5", penalty(lambda n, noise: keras.random.normal((n, 1), seed=noise)))
        assert "67% of the points at which it asks lie beyond both" in said

    def test_a_normal_law_squeezed_between_0_and_1_is_not_even(self):
        said = verdict("2.5", penalty(lambda n, noise: ops.sigmoid(keras.random.normal((n, 1), seed=noise))))
        assert "spread evenly" in said

    def test_one_share_a_coordinate_leaves_the_line(self):
        said = verdict("2.5", penalty(lambda n, noise: keras.random.uniform((n, 2), seed=noise)))
        assert "the same share" in said

    def test_a_bare_root_is_nan_where_the_critic_is_flat(self):
        assert "`nan`" in verdict("2.5", penalty(uniform, under_the_root=0.0))

    def test_another_aim_than_one_is_noticed(self):
        assert "(5 - 1)² = 16" in verdict("2.5", penalty(uniform, target=0.0))

    @pytest.mark.parametrize(
        ("off", "complaint"),
        [
            (lambda lengths, target: squared(tf.stop_gradient(lengths), target), "stop no gradient"),
            (lambda lengths, target: ops.mean(ops.relu(lengths - target) ** 2), "a critic that is flat"),
            (lambda lengths, target: (ops.mean(lengths) - target) ** 2, "differs from point to point"),
        ],
    )
    def test_penalties_that_teach_something_else_are_named(self, off, complaint):
        assert complaint in verdict("2.5", penalty(uniform, off=off))

    def test_noise_that_repeats_or_comes_from_elsewhere_is_named(self):
        fixed = penalty(lambda n, noise: keras.random.uniform((n, 1), seed=7))
        assert "the very same points" in verdict("2.5", fixed)
        stray = penalty(lambda n, noise: np.random.default_rng().uniform(size=(n, 1)).astype("float32"))
        assert "no run can be repeated" in verdict("2.5", stray)

    def test_an_error_in_the_answer_is_told_with_its_line(self):
        def slope_penalty(critic, real, made, noise):
            return critic(real + undefined)  # noqa: F821

        assert "NameError" in verdict("2.5", slope_penalty)

    def test_the_reference_is_the_penalty_of_the_package(self):
        from gan_helpers import losses

        weights = tf.constant([[0.3], [-1.2]])
        slopes = tf.tile(tf.transpose(weights), [16, 1])
        mine = lesson_02.slope_penalty(
            lambda points: points @ weights, tf.ones((16, 2)), tf.zeros((16, 2)), keras.random.SeedGenerator(1)
        )
        assert float(mine) == pytest.approx(float(losses.gradient_penalty(slopes)), rel=1e-5)


def test_the_played_answer_may_be_read_with_a_rounding_error():
    assert verdict("2.6", 0.0016) is None
    assert "too high" in verdict("2.6", 0.5)
