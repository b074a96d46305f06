"""Explanations against known answers: a linear model, a planted patch, closed forms."""

import json

import numpy as np
import pytest

from gan_helpers import explain

SIDE = 16
RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(SIDE, SIDE, 1)).astype(np.float32)
IMAGES = RNG.random((3, SIDE, SIDE, 1), dtype=np.float32)
PATCH = (slice(4, 8), slice(9, 13))
MASKS = np.zeros((3, SIDE, SIDE), bool)
MASKS[:, *PATCH] = True


def linear(images):
    return (images * WEIGHTS).sum(axis=(1, 2, 3))


def planted(images):
    """Score by nothing but the brightness of the patch."""
    return images[:, *PATCH, 0].sum(axis=(1, 2))


@pytest.fixture(scope="module")
def linear_network():
    from gan_helpers.settings import quiet_tensorflow

    quiet_tensorflow()
    import keras

    image = keras.Input((SIDE, SIDE, 1))
    dense = keras.layers.Dense(1)
    network = keras.Model(image, dense(keras.layers.Flatten()(image)))
    dense.set_weights([WEIGHTS.reshape(-1, 1), np.array([0.7], np.float32)])
    return network


class TestALinearModel:
    mean = IMAGES.mean(axis=0)
    exact = (WEIGHTS * (IMAGES - mean))[..., 0]

    def test_gradient_shap_gives_weight_times_distance_from_the_mean(self, linear_network):
        maps = explain.attribute("shap_gradient", None, IMAGES, baseline=self.mean, network=linear_network, samples=4)
        np.testing.assert_allclose(maps, self.exact, atol=1e-5)

    @pytest.mark.slow
    def test_partition_shap_does_so_too_once_every_pixel_has_been_uncovered(self):
        def linear_in_the_corner(images):
            return (images * WEIGHTS[:8, :8]).sum(axis=(1, 2, 3))

        image, baseline = IMAGES[:1, :8, :8], self.mean[:8, :8]
        maps = explain.attribute("shap_partition", linear_in_the_corner, image, baseline=baseline, evaluations=5000)
        np.testing.assert_allclose(maps, self.exact[:1, :8, :8], atol=1e-4)

    def test_partition_shap_adds_up_however_early_it_stops(self):
        maps = explain.attribute("shap_partition", linear, IMAGES, baseline=self.mean, evaluations=50)
        np.testing.assert_allclose(maps.sum(axis=(1, 2)), linear(IMAGES) - linear(self.mean[None]), rtol=1e-4)

    def test_occlusion_pixel_by_pixel_does_so_too(self):
        maps = explain.attribute("occlusion", linear, IMAGES, baseline=self.mean, patch=1 / SIDE, stride=1 / SIDE)
        np.testing.assert_allclose(maps, self.exact, atol=1e-4)

    def test_lime_gives_each_piece_what_its_pixels_add_up_to(self):
        image = np.kron(RNG.random((4, 4)), np.ones((4, 4))).astype(np.float32)[..., None]
        pieces = explain.superpixels(image, 12)
        maps = explain.attribute("lime", linear, image[None], baseline=self.mean, pieces=12, samples=600)
        found = np.array([maps[0][pieces == piece].sum() for piece in np.unique(pieces)])
        exact = (WEIGHTS * (image - self.mean))[..., 0]
        true = np.array([exact[pieces == piece].sum() for piece in np.unique(pieces)])
        assert len(true) > 4
        assert np.corrcoef(found, true)[0, 1] > 0.98

    def test_superpixels_are_many_even_on_noise(self):
        pieces = explain.superpixels(RNG.random((64, 64, 1), dtype=np.float32))
        assert pieces.max() + 1 >= 40

    def test_deletion_and_insertion_follow_their_closed_form(self):
        curves = explain.deletion_insertion(linear, IMAGES, self.exact, np.stack([self.mean] * 3), steps=8)
        order = np.sort(self.exact.reshape(3, -1), axis=1)[:, ::-1]
        gone = np.pad(order.cumsum(axis=1), ((0, 0), (1, 0)))[:, np.round(curves.shares * SIDE**2).astype(int)]
        whole, masked = linear(IMAGES), linear(self.mean[None])
        np.testing.assert_allclose(curves.deletion, whole[:, None] - gone, atol=1e-3)
        np.testing.assert_allclose(curves.insertion, masked + gone, atol=1e-3)
        np.testing.assert_allclose(curves.ends[0], whole, rtol=1e-5)


class TestAPlantedPatch:
    baseline = np.zeros_like(IMAGES)

    @pytest.mark.parametrize("method", ["shap_partition", "lime", "occlusion"])
    def test_every_faithful_explanation_finds_it(self, method):
        maps = explain.attribute(method, planted, IMAGES, baseline=self.baseline)
        assert explain.pointing_game(maps, MASKS, margin=1).mean() > 0.9
        assert explain.pixel_precision(maps, MASKS).mean() > 10 * MASKS.mean()

    def test_so_does_gradient_shap(self, linear_network):
        kept = linear_network.get_weights()
        try:
            linear_network.set_weights([MASKS[0].reshape(-1, 1).astype(np.float32), kept[1]])
            maps = explain.attribute(
                "shap_gradient", None, IMAGES, baseline=self.baseline, network=linear_network, samples=4
            )
        finally:
            linear_network.set_weights(kept)
        np.testing.assert_array_equal(maps[~MASKS], 0)
        assert explain.pixel_precision(maps, MASKS).min() > 0.99

    def test_the_random_control_does_not(self):
        rows = explain.judge(planted, IMAGES, MASKS, explain.attribute("random", None, IMAGES), self.baseline, margin=0)
        assert rows["average_precision"].mean() < 3 * MASKS.mean()

    def test_a_true_map_has_a_low_deletion_and_a_high_insertion_area_and_noise_lies_between(self):
        def areas(maps):
            figures = explain.summary(explain.judge(planted, IMAGES, MASKS, maps, self.baseline))
            return figures["deletion"], figures["insertion"]

        true, wrong = areas(MASKS.astype(float)), areas(1.0 - MASKS)
        noise = areas(explain.attribute("random", None, IMAGES))
        assert true[0] < 0.1 < noise[0] < 0.7 < wrong[0]
        assert true[1] > 0.9 > noise[1] > 0.3 > wrong[1]
        assert noise[0] + noise[1] == pytest.approx(1, abs=0.01)  # what one takes out the other puts in, on this score


class TestFigures:
    def test_the_random_control_wins_the_pointing_game_as_often_as_its_share_of_the_picture(self):
        mask = np.zeros((1, SIDE, SIDE), bool)
        mask[:, :4, :8] = True
        images = np.zeros((4000, SIDE, SIDE, 1), np.float32)
        maps = explain.attribute("random", None, images, seed=3)
        hits = explain.pointing_game(maps, np.repeat(mask, 4000, axis=0)).mean()
        assert hits == pytest.approx(mask.mean(), abs=4 * np.sqrt(mask.mean() / 4000))

    def test_a_map_that_is_the_same_everywhere_hits_by_exactly_that_share(self):
        assert explain.pointing_game(np.ones((3, SIDE, SIDE)), MASKS).tolist() == [MASKS[0].mean()] * 3

    def test_the_margin_forgives_a_near_miss(self):
        maps = np.zeros((1, SIDE, SIDE))
        maps[0, PATCH[0].start - 1, PATCH[1].start] = 1
        assert explain.pointing_game(maps, MASKS[:1]).item() == 0
        assert explain.pointing_game(maps, MASKS[:1], margin=1).item() == 1

    def test_precision_of_the_mask_itself_is_one(self):
        np.testing.assert_allclose(explain.pixel_precision(MASKS.astype(float), MASKS), 1)

    def test_an_empty_mask_is_named(self):
        masks = MASKS.copy()
        masks[1] = False
        with pytest.raises(ValueError, match="Mask 1 is empty"):
            explain.pointing_game(np.ones(MASKS.shape), masks)

    def test_intervals_hold_the_mean_and_shrink_with_more_parts(self):
        import pandas as pd

        rng = np.random.default_rng(0)
        rows = pd.DataFrame(rng.random((400, 4)), columns=explain.FIGURES).assign(whole=2.0, masked=-1.0)
        few, many = explain.summary(rows[:25]), explain.summary(rows)
        for name in explain.FIGURES:
            assert few[f"{name}_low"] < few[name] < few[f"{name}_high"]
            assert many[f"{name}_high"] - many[f"{name}_low"] < few[f"{name}_high"] - few[f"{name}_low"]
        assert many["deletion"] == pytest.approx((rows["deletion"].mean() + 1) / 3)


class TestTheDoor:
    def test_an_unknown_method_is_named(self):
        with pytest.raises(ValueError, match=r"'magic'.*shap_gradient"):
            explain.attribute("magic", linear, IMAGES)

    def test_gradients_without_a_network_are_refused(self):
        with pytest.raises(ValueError, match="network="):
            explain.attribute("shap_gradient", linear, IMAGES)

    def test_a_baseline_of_another_shape_is_refused(self):
        with pytest.raises(ValueError, match=r"baseline has shape \(2, 16, 16, 1\)"):
            explain.attribute("occlusion", linear, IMAGES, baseline=IMAGES[:2])
        with pytest.raises(ValueError, match=r"'black'.*grey, blurred"):
            explain.baseline_of(IMAGES, "black")

    def test_grey_is_each_images_own_mean_and_blurred_keeps_it_nearly(self):
        grey, blurred = (explain.baseline_of(IMAGES, name) for name in explain.BASELINES)
        np.testing.assert_allclose(grey, np.broadcast_to(IMAGES.mean(axis=(1, 2), keepdims=True), IMAGES.shape))
        assert 0 < blurred.std() < 0.5 * IMAGES.std()

    def test_the_global_random_numbers_go_on_as_if_nothing_had_been_explained(self, linear_network):
        np.random.seed(5)  # noqa: NPY002
        expected = np.random.rand(3)  # noqa: NPY002
        np.random.seed(5)  # noqa: NPY002
        explain.attribute("shap_gradient", None, IMAGES[:1], network=linear_network, samples=2, seed=1)
        np.testing.assert_array_equal(np.random.rand(3), expected)  # noqa: NPY002


class TestSanity:
    def test_a_randomised_network_changes_the_gradient_and_not_the_edges(self, linear_network):
        other = explain.randomised(linear_network, seed=1)
        both = (linear_network, other)
        maps = [explain.attribute("shap_gradient", None, IMAGES, network=one, samples=4) for one in both]
        edges = [explain.attribute("edge", None, IMAGES, network=one) for one in both]
        assert np.abs(explain.similarity(*maps)).max() < 0.3
        np.testing.assert_allclose(explain.similarity(*edges), 1)

    def test_randomising_leaves_the_network_itself_alone_and_is_repeatable(self, linear_network):
        before = linear_network.get_weights()
        first, again = (explain.randomised(linear_network, seed=2).get_weights() for _ in range(2))
        np.testing.assert_array_equal(before[0], linear_network.get_weights()[0])
        np.testing.assert_array_equal(first[0], again[0])
        assert np.abs(first[0] - before[0]).mean() > 0.5

    def test_similarity_is_spearmans(self):
        from scipy.stats import spearmanr

        others = RNG.random(MASKS.shape)
        maps = RNG.random(MASKS.shape)
        expected = [spearmanr(a.ravel(), b.ravel()).statistic for a, b in zip(maps, others, strict=True)]
        np.testing.assert_allclose(explain.similarity(maps, others), expected)
        np.testing.assert_allclose(explain.similarity(maps, np.exp(maps)), 1)
        np.testing.assert_allclose(explain.similarity(maps, np.ones_like(maps)), 0)


class TestNetworks:
    @pytest.mark.slow
    def test_a_detectors_network_gives_its_score(self):
        from gan_helpers import detectors

        images = np.random.default_rng(1).random((6, 32, 32, 1), dtype=np.float32)
        detector = detectors.RepairGAN(steps=1, base=6, batch=2, seed=0).fit(images)
        score, network = explain.explained(detector)
        assert network.output_shape == (None, 1)
        np.testing.assert_allclose(np.asarray(network(images))[:, 0], score(images), rtol=1e-3, atol=1e-4)
        repaired = detector.reconstruct(images[:2])
        maps = explain.attribute("shap_gradient", score, images[:2], baseline=repaired, network=network, samples=300)
        gained = score(images[:2]) - score(repaired)
        np.testing.assert_allclose(maps.sum(axis=(1, 2)), gained, atol=0.05 + 0.1 * np.abs(gained).max())

    def test_a_classifiers_network_gives_its_score(self):
        from gan_helpers.classifier import DefectClassifier

        images = np.random.default_rng(1).random((8, 32, 32, 1), dtype=np.float32)
        classifier = DefectClassifier(base=4, steps=1, seed=0).fit(images, np.arange(8) % 2)
        score, network = explain.explained(classifier)
        np.testing.assert_allclose(np.asarray(network(images))[:, 0], score(images), rtol=1e-4, atol=1e-5)

    def test_a_method_without_network_is_told_what_to_do(self):
        from gan_helpers import detectors

        with pytest.raises(ValueError, match="MeanBrightness has no network"):
            explain.explained(detectors.MeanBrightness())


class TestDeepExplainer:
    @pytest.mark.slow
    def test_it_breaks_on_what_gans_are_made_of_and_poisons_its_process_only(self):
        told = explain.deep_explainer_trial()
        assert (told["before"] == "works").all()
        assert told.loc["relu"].tolist() == ["works"] * 3
        assert "LeakyRelu" in told.loc["leaky_relu", "deep"]
        assert told.loc["transposed", "deep"] != "works"
        json.dumps(told.reset_index().to_dict("records"))
