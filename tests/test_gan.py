"""The GAN inside `fit`: what a round does, who learns from whom, resume, guard, saving."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import datasets, gan, losses, networks
from gan_helpers.gan import batches, state

SHAPE = (32, 32, 1)


@pytest.fixture(scope="module")
def pictures():
    rng = np.random.default_rng(0)
    smooth = np.repeat(np.repeat(rng.uniform(-1, 1, (48, 8, 8, 1)), 4, axis=1), 4, axis=2)
    return smooth.astype(np.float32)


def on_points(seed=1, **options):
    keras.utils.set_random_seed(seed)
    generator = networks.point_generator(latent_dim=3, width=16)
    return gan.GAN(generator, networks.point_discriminator(width=16), seed=seed, **options)


def on_pictures(seed=1, **options):
    keras.utils.set_random_seed(seed)
    generator = networks.generator(SHAPE, latent_dim=4, base=8)
    return gan.GAN(generator, networks.discriminator(SHAPE, base=8), seed=seed, **options)


def weights_of(model):
    return [weight.copy() for weight in model.get_weights()]


def moved(before, model):
    return max(np.abs(a - b).max() for a, b in zip(before, model.get_weights(), strict=True))


class TestRound:
    @pytest.mark.parametrize("game", losses.GAMES)
    def test_every_game_moves_both_players_and_the_average(self, game):
        model = on_points(game=game)
        players = [model.generator, model.discriminator, model.average]
        before = [weights_of(player) for player in players]
        curves = gan.Curves()
        model.fit(datasets.draw_points("ring", 64), steps=3, batch_size=16, callbacks=[curves])
        assert all(moved(weights, player) > 1e-6 for weights, player in zip(before, players, strict=True))
        assert np.isfinite(curves.table.to_numpy()).all()
        assert list(curves.table.index) == [1, 2, 3]

    def test_one_round_is_what_two_separate_updates_give(self):
        """The kept drawing changes the cost of a round, not its result."""
        model, twin = on_points(ema_decay=0.0), on_points()
        rates = {"learning_rate": 0.1}
        model.compile(keras.optimizers.SGD(**rates), keras.optimizers.SGD(**rates))
        real = tf.constant(datasets.draw_points("ring", 8))
        noise = keras.random.SeedGenerator(1)  # as the model's own
        latents = keras.random.normal((8, 3), seed=noise)
        model.last_step.assign(10)
        model.train_step(real)

        with tf.GradientTape() as tape:
            made = twin.generator(latents)
            loss = losses.minimax_discriminator_loss(twin.discriminator(real), twin.discriminator(made))
        variables = twin.discriminator.trainable_variables
        for variable, slope in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.1 * slope)
        with tf.GradientTape() as tape:
            loss = losses.non_saturating_generator_loss(twin.discriminator(twin.generator(latents)))
        variables = twin.generator.trainable_variables
        for variable, slope in zip(variables, tape.gradient(loss, variables), strict=True):
            variable.assign_sub(0.1 * slope)
        for mine, theirs in ((model.generator, twin.generator), (model.discriminator, twin.discriminator)):
            for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)

    def test_noise_differs_from_round_to_round(self):
        model = on_points()
        drawn = [np.asarray(model._latents(tf.zeros((4, 2)))) for _ in range(2)]
        assert np.abs(drawn[0] - drawn[1]).max() > 0.1

    def test_the_slope_says_where_each_point_is_pulled_from(self):
        model = on_points(game="wasserstein_gp")
        points = tf.constant(datasets.draw_points("ring", 5))
        _, slope = model.slope(points)
        step = 1e-3
        for axis in range(2):
            ahead = points + step * tf.one_hot([axis] * 5, 2)
            change = (model.discriminator(ahead) - model.discriminator(points))[:, 0] / step
            np.testing.assert_allclose(slope[:, axis], -change / 5, atol=2e-3)

    def test_the_slope_in_the_curves_is_one_pictures_own(self):
        model = on_points(game="wasserstein_gp", ema_decay=0.0)
        model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
        points = tf.constant(datasets.draw_points("ring", 5))
        figures = model.train_step(points)
        made = model.generator(keras.random.normal((5, 3), seed=keras.random.SeedGenerator(1)))
        with tf.GradientTape() as tape:
            tape.watch(made)
            output = model.discriminator(made)
        expected = np.linalg.norm(tape.gradient(output, made), axis=1).mean()
        assert float(figures["slope"]) == pytest.approx(expected, rel=1e-4)

    def test_more_discriminator_steps_see_more_data_and_teach_d_more_often(self):
        once, thrice = on_points(), on_points(discriminator_steps=3)
        points = datasets.draw_points("ring", 64)
        for model in (once, thrice):
            model.fit(points, steps=2, batch_size=8)
        assert int(once.discriminator_optimizer.iterations) == 2
        assert int(thrice.discriminator_optimizer.iterations) == 6
        assert int(thrice.generator_optimizer.iterations) == 2

    def test_the_average_follows_its_formula(self):
        model = on_points(ema_decay=0.9)
        model.step.assign(10_000)  # no warm-up left
        model.last_step.assign(20_000)
        old = weights_of(model.average)
        model.train_step(tf.constant(datasets.draw_points("ring", 8)))
        for kept, before, now in zip(model.average.get_weights(), old, model.generator.get_weights(), strict=True):
            np.testing.assert_allclose(kept, 0.9 * before + 0.1 * now, rtol=1e-4, atol=1e-6)

    def test_learning_rates_fall_along_a_cosine(self):
        model = on_points()
        model.fit(datasets.draw_points("ring", 64), steps=100, batch_size=4, final_rate=0.1)
        # the last of 100 rounds is played at 99 % of the way
        left = 0.1 + 0.9 * 0.5 * (1 + np.cos(np.pi * 0.99))
        assert float(model.generator_optimizer.learning_rate) == pytest.approx(2e-3 * left, rel=1e-4)
        assert float(model.discriminator_optimizer.learning_rate) == pytest.approx(1e-3 * left, rel=1e-4)

    @pytest.mark.slow
    def test_pictures_are_learnt(self, pictures):
        """One grey level everywhere is the easiest picture there is: G must come near it."""
        model = on_pictures(penalty="flat", penalty_weight=1.0)
        model.compile(*(keras.optimizers.Adam(1e-2, beta_1=0.0, beta_2=0.9) for _ in range(2)))
        model.fit(np.full((32, *SHAPE), -0.5, np.float32), steps=100, batch_size=8)
        assert np.abs(model.sample(8) + 0.5).mean() < 0.25  # grey in the middle, where it starts, is 0.5 away


class TestPenalty:
    def test_a_flat_penalty_is_r1_plus_r2(self):
        model = on_points(penalty="flat", penalty_weight=1.0)
        real, made = (tf.constant(datasets.draw_points("ring", 6, seed=seed)) for seed in (1, 2))
        expected = 0.0
        for points in (real, made):
            with tf.GradientTape() as tape:
                tape.watch(points)
                output = model.discriminator(points)
            expected += float(tf.reduce_sum(tape.gradient(output, points) ** 2)) / 6 / 2
        assert float(model._penalty(real, made, None)) == pytest.approx(expected, rel=1e-4)

    def test_a_penalty_batch_takes_only_so_many(self):
        model = on_points(penalty="flat", penalty_weight=1.0, penalty_batch=2)
        real, made = (tf.constant(datasets.draw_points("ring", 6, seed=seed)) for seed in (1, 2))
        all_of_two = on_points(penalty="flat", penalty_weight=1.0)._penalty(real[:2], made[:2], None)
        assert float(model._penalty(real, made, None)) == pytest.approx(float(all_of_two), rel=1e-5)

    def test_a_weight_of_zero_switches_it_off(self):
        model = on_points(game="wasserstein_gp", penalty_weight=0)
        points = tf.constant(datasets.draw_points("ring", 6))
        assert float(model._penalty(points, points, None)) == 0


class TestResume:
    @pytest.mark.slow
    def test_a_run_stopped_in_mid_epoch_ends_like_an_unbroken_one(self, pictures, tmp_path):
        def start(seed=1):
            model = on_pictures(seed=seed, game="wasserstein_gp")
            # with the usual epsilon, the last bit of a slope near zero would be blown up to a whole step
            model.compile(*(keras.optimizers.Adam(1e-2, beta_1=0.5, epsilon=0.1) for _ in range(2)))
            return model

        unbroken = start()
        unbroken.fit(pictures, steps=7, batch_size=10)

        class PowerCut(Exception):
            pass

        class Cut(keras.callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                if int(self.model.step) == 5:
                    raise PowerCut

        first = start()
        with pytest.raises(PowerCut):
            first.fit(pictures, steps=7, batch_size=10, callbacks=[gan.Checkpoints(tmp_path, every=3), Cut()])
        second = start(seed=99)  # another start: all must come from the state
        second.seed = 1
        second.fit(pictures, steps=7, batch_size=10, resume=tmp_path)
        for a, b in zip(state.variables(unbroken), state.variables(second), strict=True):
            np.testing.assert_allclose(np.asarray(a), np.asarray(b), rtol=1e-5, atol=1e-6)

    def test_an_empty_folder_starts_anew(self, tmp_path):
        model = on_points()
        model.fit(datasets.draw_points("ring", 16), steps=1, batch_size=4, resume=tmp_path)
        assert int(model.step) == 1

    def test_a_state_of_other_networks_is_refused(self, tmp_path, pictures):
        state.store(on_points(), tmp_path)
        with pytest.raises(ValueError, match="belongs to other networks"):
            on_pictures().fit(pictures, steps=1, resume=tmp_path)

    def test_a_damaged_state_is_named(self, tmp_path):
        (tmp_path / state.STATE).write_bytes(b"no zip")
        with pytest.raises(ValueError, match=r"run\.npz is damaged"):
            on_points().fit(datasets.draw_points("ring", 16), steps=1, resume=tmp_path)

    def test_a_second_fit_goes_on(self):
        model = on_points()
        points = datasets.draw_points("ring", 16)
        model.fit(points, steps=2, batch_size=4)
        model.fit(points, steps=5, batch_size=4)
        assert int(model.step) == int(model.generator_optimizer.iterations) == 5
        with pytest.raises(ValueError, match="played 5 rounds already"):
            model.fit(points, steps=5)


class TestBatches:
    @pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (5, 12), (7, 7)])
    def test_every_picture_comes_once_an_epoch(self, n, batch_size):
        numbers = np.arange(n)
        steps = 6 * n // batch_size + 1
        dealt = np.concatenate(
            [rows.numpy() for (rows,) in batches.stream((numbers,), batch_size=batch_size, first=0, last=steps, seed=1)]
        )
        for epoch in range(len(dealt) // n):
            assert sorted(dealt[epoch * n : (epoch + 1) * n]) == list(numbers)

    def test_a_stream_that_starts_later_deals_the_same(self):
        numbers = np.arange(10)
        whole = [rows.numpy() for (rows,) in batches.stream((numbers,), batch_size=4, first=0, last=8, seed=3)]
        rest = [rows.numpy() for (rows,) in batches.stream((numbers,), batch_size=4, first=5, last=8, seed=3)]
        np.testing.assert_array_equal(whole[5:], rest)

    def test_epochs_and_seeds_differ_in_order(self):
        def deal(seed):
            return [
                tuple(rows.numpy())
                for (rows,) in batches.stream((np.arange(20),), batch_size=20, first=0, last=2, seed=seed)
            ]

        assert deal(1)[0] != deal(1)[1]
        assert deal(1) != deal(2)

    def test_arrays_are_dealt_alike(self):
        numbers = np.arange(9)
        for a, b in batches.stream((numbers, 10 * numbers), batch_size=4, first=0, last=5, seed=1):
            np.testing.assert_array_equal(10 * a.numpy(), b.numpy())

    def test_no_tuning_thread_is_left_to_wait_for(self):
        dealt = batches.stream((np.arange(9),), batch_size=4, first=0, last=5, seed=1)
        assert dealt.options().autotune.enabled is False


class TestGuard:
    def run(self, model, points, steps=200, patience=10):
        said = []
        guard = gan.Guard(patience=patience, tell=said.append)
        model.fit(points, steps=steps, batch_size=16, callbacks=[guard])
        assert said == ([guard.reason] if guard.reason else [])
        return guard.reason

    def test_a_nan_stops_the_run_and_says_what_to_try(self):
        model = on_points()
        spoilt = model.discriminator.get_weights()
        spoilt[0][0, 0] = np.nan
        model.discriminator.set_weights(spoilt)
        reason = self.run(model, datasets.draw_points("ring", 64))
        assert "round 1: discriminator loss is not a number" in reason
        assert "learning rates" in reason
        assert int(model.step) == 1

    def test_a_run_away_learning_rate_ends_in_a_sentence(self):
        model = on_points(game="wasserstein_gp", penalty_weight=0)
        model.compile(keras.optimizers.SGD(1e6), keras.optimizers.SGD(1e6))
        assert "not a number" in self.run(model, datasets.draw_points("ring", 64))

    def test_a_collapsed_generator_stops_the_run(self):
        model = on_points()
        model.compile(keras.optimizers.SGD(0.0), keras.optimizers.SGD(0.0))
        model.generator.set_weights([0 * weight for weight in model.generator.get_weights()])
        reason = self.run(model, datasets.draw_points("ring", 64))
        assert "collapsed" in reason
        assert "smaller learning rate" in reason
        assert 30 < int(model.step) < 200

    def test_a_healthy_run_is_left_alone(self):
        assert self.run(on_points(), datasets.draw_points("ring", 64), steps=60) is None


class TestMemory:
    def test_it_writes_down_what_d_says_of_each_sort(self, pictures):
        model = on_pictures()
        learnt, held_out = pictures[:16], pictures[16:]
        memory = gan.Memory(learnt, held_out, every=2, seed=3)
        model.fit(learnt, steps=5, batch_size=8, callbacks=[memory])
        assert memory.table.index.tolist() == [2, 4, 5]
        last = memory.table.iloc[-1]

        def mean_output(images):
            return np.mean(np.asarray(model.discriminator(images, training=False)[-1], np.float32))

        assert last["learnt"] == pytest.approx(mean_output(learnt), abs=1e-4)
        assert last["held_out"] == pytest.approx(mean_output(held_out), abs=1e-4)
        assert last["made"] == pytest.approx(mean_output(model.sample(64, seed=3, average=False)), abs=1e-4)
        assert last["by_heart"] == pytest.approx(
            (last["learnt"] - last["held_out"]) / (last["learnt"] - last["made"]), rel=1e-4
        )


class TestAugment:
    @pytest.mark.slow
    def test_d_sees_real_and_made_pictures_through_the_same_changes(self, pictures):
        shown = []

        def darken(images, seed):
            shown.append(images.shape[0])
            return images - 0.5

        model = on_pictures(augment=darken)
        model.fit(pictures, steps=1, batch_size=8)
        assert shown  # traced into the round
        plain = on_pictures()
        plain.fit(pictures, steps=1, batch_size=8)
        assert moved(weights_of(plain.discriminator), model.discriminator) > 1e-6

    @pytest.mark.slow
    def test_changing_nothing_changes_nothing(self, pictures):
        runs = [on_pictures(**options) for options in ({}, {"augment": lambda images, seed: images})]
        for model in runs:
            model.fit(pictures, steps=2, batch_size=8)
        assert moved(weights_of(runs[0].generator), runs[1].generator) < 1e-6


class TestSamples:
    def test_the_same_seed_gives_the_same_noise(self):
        model = on_points()
        np.testing.assert_array_equal(model.sample(5, seed=3), model.sample(5, seed=3))
        assert np.abs(model.sample(5, seed=3) - model.sample(5, seed=4)).max() > 1e-3

    def test_samples_come_from_the_average(self):
        model = on_points()
        model.fit(datasets.draw_points("ring", 64), steps=30, batch_size=16)
        latents = np.zeros((2, 3), np.float32)
        np.testing.assert_allclose(model.sample(2, latents=latents), model.average(latents), atol=1e-6)
        assert np.abs(model.sample(2, latents=latents, average=False) - model.sample(2, latents=latents)).max() > 1e-4

    def test_many_are_drawn_in_batches_of_any_size(self):
        model = on_points()
        many = model.sample(300)
        assert many.shape == (300, 2)
        np.testing.assert_allclose(many[:7], model.sample(300)[:7])

    def test_grids_show_the_same_noise_over_time(self):
        model = on_points()
        grid = gan.SampleGrid(n=4, every=2)
        start = model.sample(4)
        model.fit(datasets.draw_points("ring", 64), steps=5, batch_size=16, callbacks=[grid])
        assert grid.steps == [0, 2, 4, 5]
        np.testing.assert_array_equal(grid.grids[0], start)
        np.testing.assert_array_equal(grid.grids[-1], model.sample(4))

    def test_wrong_latents_are_refused(self):
        with pytest.raises(ValueError, match=r"give \(2, 3\)"):
            on_points().sample(2, latents=np.zeros((2, 5)))


class TestDisk:
    @pytest.mark.slow
    def test_what_is_saved_is_the_average(self, tmp_path, pictures):
        model = on_pictures()
        model.fit(pictures, steps=3, batch_size=8)
        model.save(tmp_path)
        loaded = gan.load(tmp_path)
        np.testing.assert_allclose(loaded.sample(4), model.sample(4), atol=1e-6)
        assert loaded.describe() == model.describe()
        assert int(loaded.step) == 3

    def test_a_loaded_gan_can_learn_on(self, tmp_path, pictures):
        model = on_pictures()
        model.save(tmp_path)
        loaded = gan.load(tmp_path)
        before = weights_of(loaded.generator)
        loaded.fit(pictures, steps=1, batch_size=8)
        assert moved(before, loaded.generator) > 1e-6

    def test_a_lambda_in_the_file_is_not_run(self, tmp_path):
        on_points().save(tmp_path)
        point = keras.Input((3,))
        keras.Model(point, keras.layers.Lambda(lambda x: x[:, :2])(point)).save(tmp_path / "generator.keras")
        with pytest.raises(ValueError, match=r"[Ll]ambda"):
            gan.load(tmp_path)

    def test_missing_damaged_and_later_files_are_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="holds no GAN"):
            gan.load(tmp_path)
        on_points().save(tmp_path)
        description = json.loads((tmp_path / "gan.json").read_text())
        (tmp_path / "gan.json").write_text(json.dumps(description | {"format": 99}))
        with pytest.raises(ValueError, match="later version"):
            gan.load(tmp_path)
        (tmp_path / "gan.json").write_text("{")
        with pytest.raises(ValueError, match="damaged"):
            gan.load(tmp_path)


class TestConditional:
    NAMES = ("dark", "bright")

    def make(self, seed=1, **options):
        keras.utils.set_random_seed(seed)
        return gan.ConditionalGAN(
            networks.generator(SHAPE, latent_dim=4, base=8, kinds=2),
            networks.discriminator(SHAPE, base=8, kinds=2),
            self.NAMES,
            seed=seed,
            **options,
        )

    @pytest.fixture
    def data(self):
        kinds = np.array(self.NAMES * 20)
        level = np.where(kinds == "dark", -0.6, 0.6)[:, None, None, None]
        return np.broadcast_to(level, (40, *SHAPE)).astype(np.float32), kinds

    @pytest.mark.slow
    def test_it_learns_what_each_kind_looks_like(self, data):
        model = self.make(penalty="flat", penalty_weight=1.0)
        model.fit(data, steps=80, batch_size=8)
        means = {kind: model.sample(8, kinds=kind).mean() for kind in self.NAMES}
        assert means["bright"] - means["dark"] > 0.6

    def test_d_learns_from_wrong_kinds_too(self, data):
        """With two kinds the wrong one is known, so the loss has a closed form."""
        model = self.make(game="hinge")
        real, kinds = data[0][:6], model._numbers(data[1][:6], 6)
        made = np.zeros((6, *SHAPE), np.float32)

        def judge(pictures, asked):
            return np.asarray(model.discriminator([pictures, asked])[-1])

        hinge = losses.hinge_discriminator_loss
        expected = (
            hinge(judge(real, kinds), judge(made, kinds)) + hinge(judge(real, kinds), judge(real, 1 - kinds))
        ) / 2
        model.compile(*(keras.optimizers.SGD(0.0) for _ in range(2)))
        figures = model._teach_discriminator(tf.constant(real), tf.constant(made), tf.constant(kinds))
        assert float(figures["discriminator_loss"]) == pytest.approx(float(expected), rel=1e-4)

    def test_kinds_are_ordered_one_by_one(self, data):
        model = self.make()
        both = model.sample(4, kinds=["dark", "bright"] * 2)
        np.testing.assert_allclose(both[::2], model.sample(4, kinds="dark")[::2], atol=1e-6)

    def test_it_comes_back_from_disk_with_its_kinds(self, tmp_path):
        model = self.make()
        model.save(tmp_path)
        loaded = gan.load(tmp_path)
        assert loaded.kind_names == list(self.NAMES)
        np.testing.assert_allclose(loaded.sample(3, kinds="dark"), model.sample(3, kinds="dark"), atol=1e-6)

    def test_grids_show_every_kind(self, data):
        grid = gan.SampleGrid(n=3, every=10)
        self.make().fit(data, steps=1, batch_size=8, callbacks=[grid])
        assert grid.grids[0].shape == (6, *SHAPE)

    def test_what_does_not_fit_is_refused(self, data):
        model = self.make()
        with pytest.raises(ValueError, match="knows no kind 'scratch'"):
            model.sample(2, kinds="scratch")
        with pytest.raises(ValueError, match="pairs"):
            model.fit(data[0], steps=1)
        with pytest.raises(ValueError, match="3 kinds for 40 pictures"):
            model.fit((data[0], data[1][:3]), steps=1)
        with pytest.raises(ValueError, match="two or more, each once"):
            gan.ConditionalGAN(model.generator, model.discriminator, ["a", "a"])
        with pytest.raises(ValueError, match="kinds=len"):
            gan.ConditionalGAN(networks.generator(SHAPE, base=8), networks.discriminator(SHAPE, base=8), ["a"])


class TestDoor:
    def test_pictures_in_the_wrong_range_are_told_from_those_in_the_right_one(self, pictures):
        model = on_pictures()
        with pytest.raises(ValueError, match=r"datasets\.to_tanh"):
            model.fit((pictures + 1) / 2, steps=1)
        with pytest.raises(ValueError, match=r"bring them to \[-1, 1\]"):
            model.fit(pictures * 255, steps=1)

    def test_shape_and_nan_are_met(self, pictures):
        model = on_pictures()
        with pytest.raises(ValueError, match=r"draws \(32, 32, 1\)"):
            model.fit(pictures[:, :16], steps=1)
        with pytest.raises(ValueError, match="NaN"):
            model.fit(np.full((4, *SHAPE), np.nan, np.float32), steps=1)

    @pytest.mark.parametrize(
        ("options", "message"),
        [({"game": "chess"}, "choose one of minimax"), ({"penalty": "steep"}, "flat"), ({"ema_decay": 1.0}, "below 1")],
    )
    def test_wrong_options_are_named(self, options, message):
        with pytest.raises(ValueError, match=message):
            on_points(**options)
