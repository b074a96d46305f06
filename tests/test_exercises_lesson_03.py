"""The checks of lesson 03 that judge networks and training loops by what they do: right in any form, wrong named."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from gan_helpers.exercises import lesson_03
from gan_helpers.exercises.lesson_03 import discriminator_loss, lesson, teach_generator


def judged(key, answer):
    return lesson.exercises[key].judge(answer)


def optimizers():
    return keras.optimizers.Adam(1e-3, beta_1=0.0), keras.optimizers.Adam(1e-3, beta_1=0.0)


class TestBothLearn:
    @staticmethod
    def loop(generator, discriminator, images, rounds, *, freeze, thaw):
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
        adam_d, adam_g = optimizers()
        discriminator.compile(adam_d, loss)
        discriminator.trainable = not freeze
        combined = keras.Sequential([generator, discriminator])
        combined.compile(adam_g, loss)
        ones, zeros = np.ones((len(images), 1)), np.zeros((len(images), 1))
        for _ in range(rounds):
            noise = keras.random.normal((len(images), generator.input_shape[-1]))
            discriminator.trainable = thaw or not freeze
            discriminator.train_on_batch(images, ones)
            discriminator.train_on_batch(generator(noise), zeros)
            discriminator.trainable = not freeze
            combined.train_on_batch(noise, ones)

    @pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")
    def test_a_discriminator_frozen_for_good_is_noticed(self):
        def play_rounds(*arguments):
            self.loop(*arguments, freeze=True, thaw=False)

        assert "no weight of the discriminator has moved" in judged("3.7", play_rounds)

    @pytest.mark.slow
    def test_a_discriminator_that_learns_in_the_other_turn_as_well_is_noticed(self):
        def play_rounds(*arguments):
            self.loop(*arguments, freeze=False, thaw=True)

        assert "D learns in G's turn as well" in judged("3.7", play_rounds)

    @pytest.mark.slow
    def test_two_tapes_without_any_flag_are_right_too(self):
        def play_rounds(generator, discriminator, images, rounds):
            adam_d, adam_g = optimizers()
            for _ in range(rounds):
                noise = keras.random.normal((len(images), generator.input_shape[-1]))
                made = generator(noise)
                with tf.GradientTape() as tape:
                    loss = discriminator_loss(discriminator(images), discriminator(made))
                weights = discriminator.trainable_variables
                adam_d.apply(tape.gradient(loss, weights), weights)
                teach_generator(generator, discriminator, adam_g, noise)

        assert judged("3.7", play_rounds) is None


class TestDiscriminator:
    @staticmethod
    def built(*body, last=None):
        return lambda: keras.Sequential([keras.Input((32, 32, 3)), *body, layers.Flatten(), last or layers.Dense(1)])

    def test_two_halvings_are_as_right_as_three(self):
        body = [layers.Conv2D(8, 4, strides=2, padding="same"), layers.Conv2D(8, 4, strides=2, padding="same")]
        assert judged("3.4", self.built(*body)) is None

    def test_one_that_does_not_shrink_is_told_its_sides(self):
        assert "from 32 to 64" in judged("3.4", self.built(layers.Conv2DTranspose(2, 4, strides=2, padding="same")))
        assert "from 32" in judged("3.4", self.built())

    def test_one_that_ends_in_a_probability_is_told_so(self):
        body = [layers.Conv2D(8, 4, strides=4, padding="same")]
        wrong = self.built(*body, last=layers.Dense(1, activation="sigmoid"))
        assert "raw number" in judged("3.4", wrong)

    def test_one_that_is_never_negative_is_told_so_and_left_as_it_was(self):
        body = [layers.Conv2D(8, 4, strides=4, padding="same")]
        made = self.built(*body, last=layers.Dense(1, activation="relu"))()
        before = made.get_weights()
        assert "never negative" in judged("3.4", lambda: made)
        for weight, start in zip(made.get_weights(), before, strict=True):
            np.testing.assert_array_equal(weight, start)

    def test_another_shape_or_no_model_is_named(self):
        assert "(None, 32, 32, 3)" in judged("3.4", lambda: keras.Sequential([keras.Input((8,)), layers.Dense(1)]))
        assert "Keras model" in judged("3.4", lambda: print("no return", end=""))


class TestGeneratorAndEncoder:
    def test_a_start_of_eight_is_as_right_as_one_of_four(self):
        def make_generator(latent_dim):
            start = [keras.Input((latent_dim,)), layers.Dense(8 * 8 * 4), layers.Reshape((8, 8, 4))]
            grow = [
                layers.UpSampling2D(),
                layers.Conv2DTranspose(3, 4, strides=2, padding="same"),
                layers.Activation("tanh"),
            ]
            return keras.Sequential([*start, *grow])

        assert judged("3.3", make_generator) is None

    def test_one_without_tanh_leaves_its_range(self):
        def make_generator(latent_dim):
            start = [keras.Input((latent_dim,)), layers.Dense(8 * 8 * 4), layers.Reshape((8, 8, 4))]
            return keras.Sequential([*start, layers.Conv2DTranspose(3, 4, strides=4, padding="same")])

        assert "stays between -1 and 1" in judged("3.3", make_generator)

    def test_one_that_ends_in_a_sigmoid_stays_in_range_and_never_below_zero(self):
        def make_generator(latent_dim):
            start = [keras.Input((latent_dim,)), layers.Dense(8 * 8 * 4), layers.Reshape((8, 8, 4))]
            end = layers.Conv2DTranspose(3, 4, strides=4, padding="same", activation="sigmoid")
            return keras.Sequential([*start, end])

        verdict = judged("3.3", make_generator)
        assert "draws below 0 too" in verdict
        assert "stays between" not in verdict

    def test_an_encoder_that_ends_in_relu_is_noticed(self):
        def make_encoder(latent_dim):
            body = [layers.Conv2D(4, 4, strides=4), layers.Flatten(), layers.Dense(latent_dim, "relu")]
            return keras.Sequential([keras.Input((32, 32, 3)), *body])

        assert "numbers of either sign" in judged("3.11", make_encoder)

    def test_an_encoder_that_ends_in_tanh_is_noticed(self):
        def make_encoder(latent_dim):
            body = [layers.Conv2D(4, 4, strides=4), layers.Flatten(), layers.Dense(latent_dim, "tanh")]
            return keras.Sequential([keras.Input((32, 32, 3)), *body])

        assert "stays within -1 and 1" in judged("3.11", make_encoder)


@pytest.mark.parametrize("halve", [lambda side, by: (side + 1) // by, lambda side, by: int(side / by + 0.5)])
def test_halving_has_to_round_up_for_every_stride(halve):
    def out_sides(side, steps):
        for way, stride in steps:
            side = side * stride if way == "up" else halve(side, stride)
        return side

    assert judged("3.1", out_sides) is not None


class TestRawOutputs:
    def test_a_tiny_number_in_the_logarithm_is_flat_where_d_is_wrong(self):
        def discriminator_loss(real, made):
            tiny = 1e-7
            real, made = ops.sigmoid(real), ops.sigmoid(made)
            return -ops.mean(ops.log(real + tiny)) - ops.mean(ops.log(1 - made + tiny))

        assert "sure and wrong" in judged("3.6", discriminator_loss)

    def test_numpy_has_no_slope_for_d(self):
        def discriminator_loss(real, made):
            return np.mean(np.logaddexp(0, -np.asarray(real))) + np.mean(np.logaddexp(0, np.asarray(made)))

        assert "no slope" in judged("3.6", discriminator_loss)

    def test_keras_own_loss_is_right(self):
        def discriminator_loss(real, made):
            entropy = keras.losses.BinaryCrossentropy(from_logits=True)
            return entropy(ops.ones_like(real), real) + entropy(ops.zeros_like(made), made)

        assert judged("3.6", discriminator_loss) is None


class TestNoise:
    @pytest.mark.parametrize(
        ("latents", "complaint"),
        [
            (lambda n, seeds: keras.random.normal((n, 64), seed=42), "two draws in a row are the same"),
            (lambda n, seeds: keras.random.normal((n, 64)), "could not be repeated"),
            (lambda n, seeds: keras.random.normal((64, n), seed=seeds), "shape"),
            (lambda n, seeds: keras.random.uniform((n, 64), seed=seeds), "mean 0.50"),
        ],
    )
    def test_wrong_noise_is_named(self, latents, complaint):
        assert complaint in judged("3.8", latents)


class TestTeachGenerator:
    @staticmethod
    def teaching(*, label=1.0, whose="generator", sign=1.0, training=True):
        def teach_generator(generator, discriminator, optimizer, noise):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
            with tf.GradientTape() as tape:
                output = discriminator(generator(noise, training=training), training=training)
                value = loss(label * ops.ones_like(output), output)
            weights = {"generator": generator, "discriminator": discriminator}[whose].trainable_variables
            optimizer.apply([sign * slope for slope in tape.gradient(value, weights)], weights)
            return value

        return teach_generator

    @pytest.mark.parametrize(
        ("fault", "complaint"),
        [
            ({"label": 0.0}, "the loss"),
            ({"whose": "discriminator"}, "weights of D have moved"),
            ({"sign": -1.0}, "other steps"),
            ({"sign": 0.0}, "have not moved"),
            ({"training": None}, "generator(noise, training=True)"),
        ],
    )
    def test_each_fault_is_told_apart(self, fault, complaint):
        assert complaint in judged("3.9", self.teaching(**fault))

    def test_another_way_to_write_it_is_right(self):
        assert judged("3.9", self.teaching()) is None


def test_the_mended_loss_is_the_package_s_own():
    from gan_helpers import losses

    for real, made in lesson_03.RAW_OUTPUTS:
        mended = float(lesson_03.discriminator_loss(real, made))
        assert mended == pytest.approx(float(losses.minimax_discriminator_loss(real, made)), rel=1e-5, abs=1e-6)


def test_players_and_encoder_fit_the_course_s_gan():
    from gan_helpers import gan

    game = gan.GAN(lesson_03.make_generator(), lesson_03.make_discriminator())
    game.fit(np.random.default_rng(1).uniform(-1, 1, (4, 32, 32, 3)), steps=1, batch_size=2)
    assert lesson_03.make_encoder()(game.sample(2)).shape == (2, 64)
