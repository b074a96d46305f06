"""Losses against closed forms, networks against the shapes that they promise."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import generation, losses, networks

REAL = np.array([[1.0], [3.0], [-0.5]], np.float32)
FAKE = np.array([[0.5], [-1.5], [2.0]], np.float32)


def s(a):
    """Return the logistic function."""
    return 1 / (1 + np.exp(-a))


# loss -> its value and its gradients with respect to D(x) and D(G(z)), written out by hand from the papers
TWO_SIDED = {
    losses.minimax_discriminator_loss: (
        lambda r, f: -np.log(s(r)).mean() - np.log(1 - s(f)).mean(),
        lambda r, f: (s(r) - 1, s(f)),
    ),
    losses.least_squares_discriminator_loss: (
        lambda r, f: ((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2,
        lambda r, f: (r - 1, f),
    ),
    losses.hinge_discriminator_loss: (
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda r, f: (-(r < 1).astype(float), (f > -1).astype(float)),
    ),
    losses.wasserstein_critic_loss: (
        lambda r, f: f.mean() - r.mean(),
        lambda r, f: (-np.ones_like(r), np.ones_like(f)),
    ),
    losses.relativistic_discriminator_loss: (
        lambda r, f: -np.log(s(r - f)).mean(),
        lambda r, f: (s(r - f) - 1, 1 - s(r - f)),
    ),
    losses.relativistic_generator_loss: (
        lambda r, f: -np.log(s(f - r)).mean(),
        lambda r, f: (1 - s(f - r), s(f - r) - 1),
    ),
}
GENERATOR = {
    losses.minimax_generator_loss: (lambda f: np.log(1 - s(f)).mean(), lambda f: -s(f)),
    losses.non_saturating_generator_loss: (lambda f: -np.log(s(f)).mean(), lambda f: s(f) - 1),
    losses.least_squares_generator_loss: (lambda f: ((f - 1) ** 2).mean() / 2, lambda f: f - 1),
    losses.hinge_generator_loss: (lambda f: -f.mean(), lambda f: -np.ones_like(f)),
    losses.wasserstein_generator_loss: (lambda f: -f.mean(), lambda f: -np.ones_like(f)),
}


def value_and_gradients(loss, *outputs):
    variables = [tf.Variable(output) for output in outputs]
    with tf.GradientTape() as tape:
        value = loss(*variables)
    return float(value), tape.gradient(value, variables)


class TestLosses:
    @pytest.mark.parametrize("loss", TWO_SIDED, ids=lambda loss: loss.__name__)
    def test_value_and_gradients_are_those_of_the_paper(self, loss):
        value, gradients = value_and_gradients(loss, REAL, FAKE)
        by_hand, slopes = TWO_SIDED[loss]
        assert value == pytest.approx(by_hand(REAL, FAKE), rel=1e-5)
        for gradient, slope in zip(gradients, slopes(REAL, FAKE), strict=True):
            np.testing.assert_allclose(gradient, slope / len(REAL), rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("loss", GENERATOR, ids=lambda loss: loss.__name__)
    def test_value_and_gradient_of_the_generators_side_are_those_of_the_paper(self, loss):
        value, (gradient,) = value_and_gradients(loss, FAKE)
        by_hand, slope = GENERATOR[loss]
        assert value == pytest.approx(by_hand(FAKE), rel=1e-5)
        np.testing.assert_allclose(gradient, slope(FAKE) / len(FAKE), rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("loss", [*TWO_SIDED, *GENERATOR], ids=lambda loss: loss.__name__)
    def test_very_sure_discriminators_give_finite_losses_and_gradients(self, loss):
        sure = np.array([[500.0], [-500.0]], np.float32)
        outputs = (sure, -sure) if loss in TWO_SIDED else (sure,)
        value, gradients = value_and_gradients(loss, *outputs)
        assert np.isfinite(value)
        assert all(np.isfinite(gradient).all() for gradient in gradients)

    def test_where_the_minimax_loss_saturates_the_non_saturating_one_pulls(self):
        unconvincing = np.array([[-10.0]], np.float32)
        _, (saturated,) = value_and_gradients(losses.minimax_generator_loss, unconvincing)
        _, (pulling,) = value_and_gradients(losses.non_saturating_generator_loss, unconvincing)
        assert abs(float(saturated[0, 0])) < 1e-4
        assert abs(float(pulling[0, 0])) > 0.999

    def test_at_the_best_discriminator_the_value_tells_the_jensen_shannon_divergence(self):
        p, q = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])
        best = np.log(p / q)  # logit of p / (p + q)
        counts = 1000
        real = np.repeat(best, (p * counts).round().astype(int)).astype(np.float32)
        fake = np.repeat(best, (q * counts).round().astype(int)).astype(np.float32)
        middle = (p + q) / 2
        jensen_shannon = (np.sum(p * np.log(p / middle)) + np.sum(q * np.log(q / middle))) / 2
        value = float(losses.minimax_discriminator_loss(real, fake))
        assert value == pytest.approx(np.log(4) - 2 * jensen_shannon, rel=1e-5)


@pytest.mark.parametrize(
    ("game_name", "loss"),
    [
        ("minimax", np.log(4)),
        ("non_saturating", np.log(4)),
        ("least_squares", 1 / 4),
        ("hinge", 2),
        ("wasserstein_gp", 0),
        ("relativistic", np.log(2)),
    ],
)
def test_a_discriminator_that_cannot_tell_pays_the_known_loss(game_name, loss):
    assert losses.undecided_loss(game_name) == pytest.approx(loss, abs=1e-6)


class TestPenalties:
    @pytest.mark.parametrize("norm", [0.5, 1.0, 3.0])
    def test_the_penalty_of_a_linear_critic_is_its_slopes_distance_from_one(self, norm):
        slope = np.zeros((4, 2, 2, 1), np.float32)
        slope[..., 0] = norm / 2  # four entries, so |g| = norm
        assert float(losses.gradient_penalty(slope)) == pytest.approx((norm - 1) ** 2, abs=1e-6)
        assert float(losses.zero_centred_penalty(slope)) == pytest.approx(norm**2 / 2, rel=1e-6)

    def test_the_penalty_has_a_finite_gradient_where_the_slope_is_zero(self):
        slope = tf.Variable(tf.zeros((2, 4, 4, 1)))
        with tf.GradientTape() as tape:
            penalty = losses.gradient_penalty(slope)
        assert np.isfinite(tape.gradient(penalty, slope)).all()
        assert float(penalty) == pytest.approx(1, abs=1e-5)

    def test_r1_and_r2_of_a_quadratic_discriminator(self):
        points = tf.constant([[1.0, 2.0], [0.0, -3.0]])
        with tf.GradientTape() as tape:
            tape.watch(points)
            output = tf.reduce_sum(points**2, axis=1)  # gradient 2 x
        penalty = losses.zero_centred_penalty(tape.gradient(output, points))
        assert float(penalty) == pytest.approx((4 * 5 + 4 * 9) / 2 / 2)


@pytest.mark.parametrize("shape", [(32, 32, 1), (64, 64, 1), (128, 128, 3)])
class TestNetworks:
    def test_generator_draws_pictures_between_minus_one_and_one(self, shape):
        made = networks.generator(shape, latent_dim=8, base=8)(np.full((2, 8), 3, np.float32)).numpy()
        assert made.shape == (2, *shape)
        assert np.abs(made).max() <= 1
        assert made.dtype == np.float32

    def test_critic_gives_features_and_one_number(self, shape):
        features, output = networks.discriminator(shape, base=8)(np.zeros((2, *shape), np.float32))
        assert features.shape[0] == 2
        assert len(features.shape) == 2
        assert output.shape == (2, 1)

    def test_encoder_gives_a_latent_vector(self, shape):
        assert networks.encoder(shape, latent_dim=8, base=8)(np.zeros((2, *shape), np.float32)).shape == (2, 8)

    def test_all_load_in_safe_mode(self, shape, tmp_path):
        for build in (networks.generator, networks.discriminator, networks.encoder):
            network = build(shape, base=8)
            network.save(tmp_path / "network.keras")
            loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
            for kept, weight in zip(loaded.get_weights(), network.get_weights(), strict=True):
                np.testing.assert_array_equal(kept, weight)


def test_the_last_doubling_lays_four_channels_out_as_two_by_two_pixels():
    channels = keras.Input((16, 16, 4))
    unfold = keras.Model(channels, networks.adversarial.depth_to_space(channels, (32, 32, 1)))
    given = np.random.default_rng(0).standard_normal((1, 16, 16, 4)).astype(np.float32)
    expected = tf.nn.depth_to_space(given, 2)
    np.testing.assert_array_equal(unfold(given), expected)


def test_an_untrained_generator_leaves_no_checkerboard_unless_its_kernels_overlap_unevenly():
    def board(**options):
        keras.utils.set_random_seed(1)
        made = networks.generator((32, 32, 1), latent_dim=8, base=8, **options)(
            np.random.default_rng(1).standard_normal((64, 8)).astype(np.float32)
        )
        return generation.checkerboard(made.numpy())

    assert board() < 2 < board(up="transposed", kernel=3)


@pytest.mark.parametrize("up", ["resize", "transposed"])
@pytest.mark.parametrize("shape", [(32, 32, 3), (128, 128, 1)])
def test_both_ways_of_doubling_reach_the_side(up, shape):
    assert networks.generator(shape, base=8, up=up).output_shape == (None, *shape)


def test_a_way_of_doubling_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="resize, transposed"):
        networks.generator((32, 32, 1), up="bilinear")


def test_spectral_norm_keeps_every_kernel_at_one():
    network = networks.discriminator((32, 32, 1), base=8, spectral_norm=True)
    pictures = np.random.default_rng(1).uniform(-1, 1, (4, 32, 32, 1)).astype(np.float32)
    for _ in range(30):  # each call takes a step of the power iteration
        network(pictures, training=True)
    kernels = [layer.layer.kernel for layer in network.layers if isinstance(layer, keras.layers.SpectralNormalization)]
    assert len(kernels) == 4
    for kernel in kernels:
        largest = np.linalg.svd(np.asarray(kernel).reshape(-1, kernel.shape[-1]), compute_uv=False)[0]
        assert largest == pytest.approx(1, abs=0.05)


def test_a_conditional_discriminator_answers_for_the_kind_that_is_asked_for():
    network = networks.discriminator((32, 32, 1), base=8, kinds=3)
    pictures = np.random.default_rng(1).uniform(-1, 1, (4, 32, 32, 1)).astype(np.float32)
    kinds = np.array([0, 2, 1, 2])
    _, outputs, output = network([pictures, kinds])
    np.testing.assert_allclose(output[:, 0], outputs.numpy()[np.arange(4), kinds], rtol=1e-5)


def test_a_conditional_generator_draws_another_picture_for_another_kind():
    network = networks.generator((32, 32, 1), latent_dim=4, base=8, kinds=3)
    latents = np.ones((2, 4), np.float32)
    first, second = network([latents, np.array([0, 1])]).numpy()
    assert np.abs(first - second).max() > 1e-3


@pytest.mark.parametrize("build", [networks.point_generator, networks.point_discriminator, networks.point_encoder])
def test_networks_for_points_take_and_give_points(build):
    network = build(width=8)
    n_out = 1 if build is networks.point_discriminator else 2
    assert network(np.zeros((3, 2), np.float32)).shape == (3, n_out)


@pytest.mark.parametrize("shape", [(64, 32, 1), (48, 48, 1), (64, 64, 2), (16, 16, 1)])
def test_a_shape_that_does_not_fit_is_refused_with_the_sizes_that_do(shape):
    for build in (networks.generator, networks.discriminator, networks.encoder):
        with pytest.raises(ValueError, match="32, 64, 128, 256"):
            build(shape)
