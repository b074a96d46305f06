"""The GAN for points of a plane: its recipe, its match outside `fit`, and learning rates set in mid-game."""

import random

import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import datasets, gan, generation, losses
from gan_helpers.gan.points import PENALTY_WEIGHTS, RATE, Match

DATA = datasets.draw_points("ring", 400)
LATENTS = np.random.default_rng(0).standard_normal((64, 2), dtype=np.float32)
PLACES = np.array([[0.0, 0.0], [0.8, 0.0], [1.0, -1.0]], np.float32)


@pytest.fixture(scope="module")
def match():
    return Match("non_saturating", seed=3, width=16, depth=2)


def weights_of(model):
    return [weight.copy() for weight in model.get_weights()]


def same(model, weights):
    return all(np.array_equal(a, b) for a, b in zip(model.get_weights(), weights, strict=True))


class TestRecipe:
    def test_a_seed_fixes_the_first_weights_and_leaves_pythons_generator_alone(self):
        random.seed(1)
        expected = random.random()
        random.seed(1)
        first, again, other = (gan.point_gan(seed=seed, width=8).get_weights() for seed in (4, 4, 5))
        assert random.random() == expected
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
        assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))

    def test_the_first_points_lie_amid_the_real_ones(self):
        shares = [np.mean(np.abs(gan.point_gan(seed=seed).sample(500, average=False)) < 1.25) for seed in range(5)]
        assert min(shares) > 0.85

    @pytest.mark.parametrize("game", losses.GAMES)
    def test_penalties_are_gentler_than_on_pictures(self, game):
        model = gan.point_gan(game, width=8)
        assert model.penalty_weight == PENALTY_WEIGHTS.get(model.penalty, 0.0)

    def test_a_penalty_of_ones_own_gets_its_weight_too(self):
        assert gan.point_gan(penalty="flat", width=8).penalty_weight == PENALTY_WEIGHTS["flat"]
        assert gan.point_gan(penalty="flat", penalty_weight=3, width=8).penalty_weight == 3

    def test_an_unknown_game_is_named(self):
        with pytest.raises(ValueError, match=r"no game 'chess'.*hinge"):
            gan.point_gan("chess")


class TestRates:
    def test_rates_count_at_once_in_a_compiled_round(self):
        model = gan.point_gan(width=8)
        play = tf.function(model.train_step)
        batch = tf.constant(DATA[:32])
        play(batch)
        model.set_rates(0.0, 0.05)
        generator, discriminator = weights_of(model.generator), weights_of(model.discriminator)
        play(batch)
        assert same(model.generator, generator), "a player with rate 0 stands still"
        assert not same(model.discriminator, discriminator)
        assert float(model.discriminator_optimizer.learning_rate) == pytest.approx(0.05)

    def test_fit_lets_them_fall_from_where_they_were_set(self):
        model = gan.point_gan(width=8)
        model.set_rates(0.04, 0.02)
        model.fit(DATA, steps=10, batch_size=16, final_rate=0.5)
        left = 0.5 + 0.5 * 0.5 * (1 + np.cos(np.pi * 0.9))
        assert float(model.generator_optimizer.learning_rate) == pytest.approx(0.04 * left, rel=1e-4)
        assert float(model.discriminator_optimizer.learning_rate) == pytest.approx(0.02 * left, rel=1e-4)

    @pytest.mark.parametrize("rate", [-0.1, float("nan"), float("inf")])
    def test_what_is_no_rate_is_refused(self, rate):
        with pytest.raises(ValueError, match=r"generator_rate is .*at least 0"):
            gan.point_gan(width=8).set_rates(rate, RATE)


class TestMatch:
    def test_two_halves_give_what_one_whole_gives(self, match):
        match.restart(3)
        whole = match.play(DATA, 6)
        weights = weights_of(match.gan)
        match.restart(3)
        halves = [match.play(DATA, 2), match.play(DATA, 4)]
        assert whole.shape == (6, 2)
        np.testing.assert_allclose(np.concatenate(halves), whole, rtol=1e-5)
        assert all(np.allclose(a, b, atol=1e-6) for a, b in zip(match.gan.get_weights(), weights, strict=True))

    def test_a_restart_is_a_fresh_match_and_another_seed_another_one(self, match):
        match.play(DATA, 2)
        match.restart(3)
        fresh = Match("non_saturating", seed=3, width=16, depth=2)
        assert all(np.array_equal(a, b) for a, b in zip(match.gan.get_weights(), fresh.gan.get_weights(), strict=True))
        first = match.play(DATA, 2)
        match.restart(8)
        assert not np.allclose(match.play(DATA, 2), first)

    def test_the_pull_is_the_way_in_which_a_points_own_loss_falls(self, match):
        made, _ = match.draw(LATENTS)
        pull, at_made, at_real, at_places = match.judge(made, DATA[:64], PLACES)
        assert (at_made.shape, at_real.shape, at_places.shape) == ((64,), (64,), (3,))
        small = 1e-2
        for axis in range(2):
            shift = small * np.eye(2, dtype=np.float32)[axis]
            (_, ahead, _, _), (_, behind, _, _) = (
                match.judge(made + sign * shift, DATA[:64], PLACES) for sign in (1, -1)
            )
            loss = [np.log1p(np.exp(-output)) for output in (ahead, behind)]  # -log s(D) of each point
            slope = (loss[0] - loss[1]) / (2 * small)
            assert np.median(np.abs(slope + pull[:, axis])) < 0.02 * np.median(np.hypot(*pull.T))

    @pytest.mark.slow
    def test_it_finds_two_heaps(self):
        data = datasets.draw_points("two", 2000, seed=0)
        match = Match("non_saturating", seed=0)
        match.play(data, 600)
        latents = np.random.default_rng(1).standard_normal((500, 2), dtype=np.float32)
        _, averaged = match.draw(latents)
        found, share = generation.mode_coverage(averaged, datasets.MODES["two"], spread=0.04)
        assert found == 2
        assert share > 0.3
