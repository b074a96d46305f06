"""Pruning: zeros that stay zero, narrower networks that answer alike, and which numbers really are int8."""

import keras
import numpy as np
import pytest
from keras import layers

from gan_helpers import deploy, networks

RNG = np.random.default_rng(0)
PARTS = RNG.uniform(-1, 1, (6, 32, 32, 1)).astype(np.float32)


@pytest.fixture
def small():
    return networks.restorer((32, 32, 1), base=8)


def run(network, inputs=PARTS):
    return np.asarray(network(inputs, training=False))


class TestSchedule:
    def test_it_begins_at_the_start_and_ends_at_the_final_share(self):
        assert deploy.scheduled_share(0, 100, start=0.1, final=0.8) == pytest.approx(0.1)
        assert deploy.scheduled_share(100, 100, start=0.1, final=0.8) == pytest.approx(0.8)
        assert deploy.scheduled_share(500, 100, final=0.8) == pytest.approx(0.8)

    def test_half_way_seven_eighths_are_done(self):
        assert deploy.scheduled_share(50, 100, final=0.8) == pytest.approx(0.8 * 7 / 8)

    def test_without_steps_all_is_pruned_at_once(self):
        assert deploy.scheduled_share(0, 0, final=0.8) == 0.8


class TestMagnitude:
    @pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
    def test_the_smallest_weights_of_each_kernel_become_zero(self, small, share):
        before = {name: np.abs(np.asarray(layer.kernel)) for name, layer in deploy.kernel_layers(small).items()}
        deploy.MagnitudePruning(share)(small)
        for name, layer in deploy.kernel_layers(small).items():
            gone = np.asarray(layer.kernel) == 0
            assert gone.sum() == int(share * gone.size)
            if gone.any():
                assert before[name][gone].max() <= before[name][~gone].min()

    def test_sparsity_is_the_share_of_zeros(self, small):
        assert deploy.sparsity(small) == 0
        deploy.MagnitudePruning(0.75)(small)
        assert deploy.sparsity(small) == pytest.approx(0.75, abs=0.01)

    def test_zeros_stay_zero_while_the_rest_learns(self, small):
        pruning = deploy.MagnitudePruning(0.8)
        pruning(small)
        zero = {name: np.asarray(layer.kernel) == 0 for name, layer in deploy.kernel_layers(small).items()}
        before = small.get_weights()
        small.compile("adam", "mse")
        callback = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: pruning(small))
        small.fit(PARTS, np.ones((6, 32, 32, 1)), epochs=3, verbose=0, callbacks=[callback])
        for name, layer in deploy.kernel_layers(small).items():
            assert np.array_equal(np.asarray(layer.kernel) == 0, zero[name])
        assert max(np.abs(a - b).max() for a, b in zip(before, small.get_weights(), strict=True)) > 1e-4

    def test_the_share_grows_along_the_schedule(self, small):
        pruning, shares = deploy.MagnitudePruning(0.8, steps=40, every=10), []
        for _ in range(50):
            pruning(small)
            shares.append(deploy.sparsity(small))
        expected = [deploy.scheduled_share(step, 40, final=0.8) for step in (0, 10, 20, 30, 40)]
        np.testing.assert_allclose(shares[0:41:10], expected, atol=0.01)
        assert shares == sorted(shares)
        assert shares[-1] == shares[40]

    def test_layers_to_keep_are_left_whole_and_unknown_ones_named(self, small):
        first = next(iter(deploy.kernel_layers(small)))
        deploy.MagnitudePruning(0.9, keep=[first])(small)
        assert np.all(np.asarray(deploy.kernel_layers(small)[first].kernel) != 0)
        with pytest.raises(ValueError, match="nowhere"):
            deploy.MagnitudePruning(0.9, keep=["nowhere"])(small)

    def test_networks_inside_a_network_are_pruned_too(self, small):
        image = keras.Input((32, 32, 1))
        whole = keras.Model(image, layers.Dense(3)(layers.Flatten()(small(image))))
        deploy.MagnitudePruning(0.5)(whole)
        assert deploy.sparsity(small) == pytest.approx(0.5, abs=0.01)
        assert deploy.sparsity(whole) == pytest.approx(0.5, abs=0.01)

    @pytest.mark.parametrize("share", [-0.1, 1.0, 80])
    def test_a_share_is_a_share(self, share):
        with pytest.raises(ValueError, match="share"):
            deploy.MagnitudePruning(share)

    def test_a_network_without_kernels_is_refused(self):
        image = keras.Input((4,))
        with pytest.raises(ValueError, match="nothing to prune"):
            deploy.MagnitudePruning(0.5)(keras.Model(image, layers.ReLU()(image)))


def mixed():
    """A network of every kind of layer that can be pruned."""
    image = keras.Input((16, 16, 1))
    x = layers.BatchNormalization()(layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="first")(image))
    x = layers.LeakyReLU(0.2)(x)
    y = layers.ReLU()(layers.Conv2D(8, 3, padding="same", name="second")(x))
    x = layers.Add()([x, y])
    y = layers.Activation("relu")(layers.Conv2D(6, 3, padding="same", name="third")(x))
    x = layers.UpSampling2D()(layers.MaxPooling2D()(layers.Concatenate()([x, y])))
    x = layers.Conv2D(4, 1, activation="relu", name="fourth")(x)
    flat = layers.Flatten()(layers.AveragePooling2D(4)(x))
    pooled = layers.Concatenate()([flat, layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    return keras.Model(image, layers.Dense(2)(layers.Dense(10, activation="relu", name="fifth")(pooled)))


def kill(network, names, share=0.5):
    """Set the filters and biases of the first half of the channels of given layers to zero."""
    for name in names:
        layer = network.get_layer(name)
        weights = layer.get_weights()
        gone = np.arange(weights[0].shape[-1])[: int(share * weights[0].shape[-1])]
        for weight in weights:
            weight[..., gone] = 0
        layer.set_weights(weights)


class TestChannels:
    def test_a_network_whose_lost_channels_were_silent_answers_as_before(self):
        network = mixed()
        images = RNG.uniform(-1, 1, (5, 16, 16, 1)).astype(np.float32)
        kill(network, ["first", "second", "third", "fourth", "fifth"])
        network(images, training=True)  # so that batch normalisation has statistics
        smaller = deploy.narrowed(network, 0.5)
        np.testing.assert_allclose(run(smaller, images), run(network, images), atol=1e-5)
        widths = [smaller.get_layer(name).kernel.shape[-1] for name in ("first", "second", "third", "fourth", "fifth")]
        assert widths == [4, 4, 3, 2, 5]
        assert smaller.count_params() < 0.4 * network.count_params()

    def test_nothing_pruned_answers_exactly_as_before_and_shares_no_weights(self, small):
        same = deploy.narrowed(small, 0)
        assert np.array_equal(run(same), run(small))
        same.layers[1].kernel.assign(same.layers[1].kernel * 0)
        assert not np.array_equal(run(same), run(small))

    def test_the_student_gets_narrower_inside_and_keeps_its_shape_outside(self, small):
        half = deploy.narrowed(small, 0.5)
        assert (half.input_shape, half.output_shape) == (small.input_shape, small.output_shape)
        assert 0.2 < half.count_params() / small.count_params() < 0.3

    def test_channels_that_are_added_go_together_by_their_joint_worth(self):
        image = keras.Input((8, 8, 1))
        one, two = (layers.Conv2D(2, 1, use_bias=False, name=name)(image) for name in ("one", "two"))
        network = keras.Model(image, layers.Conv2D(1, 1)(layers.Add()([one, two])))
        network.get_layer("one").set_weights([np.array([5.0, 1.0]).reshape(1, 1, 1, 2)])
        network.get_layer("two").set_weights([np.array([1.0, -7.0]).reshape(1, 1, 1, 2)])
        smaller = deploy.narrowed(network, 0.5)
        assert np.asarray(smaller.get_layer("one").kernel).ravel() == [1.0]
        assert np.asarray(smaller.get_layer("two").kernel).ravel() == [-7.0]

    def test_the_last_convolution_of_the_restorer_stays_whole(self):
        restorer = networks.restorer((32, 32, 1), base=8)
        half = deploy.narrowed(restorer, 0.5)
        assert half.output_shape == restorer.output_shape
        assert run(half).shape == PARTS.shape
        assert half.count_params() < 0.4 * restorer.count_params()

    def test_what_is_kept_survives_saving(self, small, tmp_path):
        half = deploy.narrowed(small, 0.5)
        half.save(tmp_path / "half.keras")
        again = keras.saving.load_model(tmp_path / "half.keras", safe_mode=True)
        np.testing.assert_allclose(run(again), run(half), atol=1e-6)

    def test_layers_to_keep_keep_all_their_channels(self, small):
        first = next(iter(deploy.kernel_layers(small)))
        smaller = deploy.narrowed(small, 0.5, keep=[first])
        assert smaller.get_layer(first).kernel.shape == small.get_layer(first).kernel.shape

    def test_layers_that_can_not_be_pruned_are_named(self):
        image = keras.Input((8, 8, 1))
        strange = keras.Model(image, layers.Conv2DTranspose(3, 3, name="unfolder")(image))
        with pytest.raises(ValueError, match="unfolder is a Conv2DTranspose"):
            deploy.narrowed(strange, 0.5)
        shared = layers.Conv2D(1, 3, padding="same", name="twice")
        with pytest.raises(ValueError, match="twice is used more than once"):
            deploy.narrowed(keras.Model(image, shared(shared(image))), 0.5)
        with pytest.raises(ValueError, match="network of its own"):
            deploy.narrowed(keras.Model(image, keras.Model(image, layers.ReLU()(image))(image)), 0.5)
        with pytest.raises(ValueError, match="share is 1"):
            deploy.narrowed(strange, 1)


@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
class TestFormats:
    def test_keras_quantises_dense_layers_and_leaves_convolutions_as_they_are(self):
        network = mixed()
        assert not deploy.quantised_layers(network)["int8"].any()
        network.quantize("int8")
        table = deploy.quantised_layers(network)
        assert table[table["kind"] == "Dense"]["int8"].all()
        assert not table[table["kind"] == "Conv2D"]["int8"].any()
        assert set(table[table["kind"] == "Conv2D"]["format"]) == {"float32"}
