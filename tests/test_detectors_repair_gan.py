"""The repair GAN: restores what was forged, marks where, and each of its ideas can be left out."""

import numpy as np
import pytest

from gan_helpers import balance, decisions, deploy, detectors, networks
from gan_helpers.detectors.repair_gan import _softplus
from gan_helpers.detectors.trained import TrainedDetector

pytestmark = pytest.mark.slow

SIDE = 32
GRID = np.indices((SIDE, SIDE)).sum(axis=0)
STRIPES = 0.5 + 0.25 * np.sin(GRID * 2 * np.pi / 8)


def parts(n, seed):
    """Striped parts with a little grain."""
    grain = 0.02 * np.random.default_rng(seed).standard_normal((n, SIDE, SIDE, 1))
    return np.clip(STRIPES[None, ..., None] + grain, 0, 1).astype(np.float32)


def tiny(**arguments):
    return detectors.RepairGAN(**({"steps": 2, "base": 12, "batch": 4, "seed": 1} | arguments))


@pytest.fixture(scope="module")
def trained():
    return tiny(steps=800, base=24).fit(parts(60, 0))


@pytest.fixture(scope="module")
def spoiled():
    return balance.Forger(SIDE, families=["blob", "piece"], fills=["tone"], most=1, seed=8).forge(parts(60, 1), seed=2)


class TestTrained:
    def test_it_finds_defects_that_were_forged_by_another_bank(self, trained, spoiled):
        scores = np.concatenate([trained.score(parts(60, 3)), trained.score(spoiled[0])])
        assert decisions.auroc(np.repeat([0, 1], 60), scores) > 0.8

    def test_the_map_points_at_them(self, trained, spoiled):
        assert decisions.aupro(spoiled[1], trained.anomaly_map(spoiled[0])) > 0.7

    def test_it_repairs_towards_the_good_part(self, trained, spoiled):
        images, masks = spoiled
        good = parts(60, 1)
        plain = masks & (np.abs(images - good)[..., 0] > 0.3)
        repaired = trained.reconstruct(images)
        assert np.abs(repaired - good)[plain].mean() < 0.6 * np.abs(images - good)[plain].mean()

    def test_losses_are_recorded_and_the_marking_falls(self, trained):
        assert set(trained.history) == {"repair", "adversarial", "marking"}
        assert {len(losses) for losses in trained.history.values()} == {800}
        for name in ("repair", "marking"):
            assert np.mean(trained.history[name][-50:]) < 0.7 * np.mean(trained.history[name][:50])

    def test_the_map_is_positive_and_the_score_its_log_odds_at_the_worst_place(self, trained):
        maps, scores = trained._anomaly_map(parts(8, 4)), trained.score(parts(8, 4))
        assert maps.min() > 0
        np.testing.assert_allclose(maps.max(axis=(1, 2)), np.log1p(np.exp(scores)), rtol=1e-4)


class TestIdeas:
    def test_without_an_opponent_the_discriminator_stays_as_it_began(self):
        detector = tiny(adversarial=0)
        detector.fit(parts(8, 0))
        assert detector.history["adversarial"] == [0, 0]

    def test_without_forging_the_map_is_the_squared_residual(self):
        detector = tiny(forged=False, pooling="mean", mirror="none").fit(parts(8, 0))
        images = parts(4, 1)
        residual = np.square(2 * (images - detector.reconstruct(images))).mean(axis=-1)
        blocks = residual.reshape(4, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))
        np.testing.assert_allclose(detector._anomaly_map(images)[:, ::2, ::2], blocks, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(detector.score(images), residual.mean(axis=(1, 2)), rtol=1e-4)
        assert detector.history["marking"] == [0, 0]

    def test_features_of_the_discriminator_raise_the_evidence(self):
        plain, with_features = (tiny(feature_weight=weight, mirror="none").fit(parts(8, 0)) for weight in (0.0, 1.0))
        images = parts(4, 1)
        assert (with_features._anomaly_map(images) > plain._anomaly_map(images)).all()

    def test_one_half_teaches_the_repair_the_other_the_marking(self, monkeypatch):
        halves = np.concatenate([np.full((10, SIDE, SIDE, 1), 0.2), np.full((10, SIDE, SIDE, 1), 0.8)]).astype(
            np.float32
        )
        varied = []
        monkeypatch.setattr(balance, "vary", lambda images, rng: varied.append(images.mean()) or images)
        tiny(steps=3).fit(halves)
        np.testing.assert_allclose(varied, [0.2, 0.8] * 3, rtol=1e-5)
        varied.clear()
        tiny(steps=20, cross_fit=False).fit(halves)
        assert 0.3 < np.mean(varied[::2]) < 0.7 and 0.3 < np.mean(varied[1::2]) < 0.7

    def test_without_an_average_the_last_weights_are_kept(self):
        last, averaged = (tiny(steps=6, ema_decay=decay).fit(parts(8, 0)) for decay in (0.0, 0.99))
        assert not np.allclose(last.score(parts(4, 1)), averaged.score(parts(4, 1)), rtol=1e-3)


class TestMirror:
    def test_a_product_that_leans_to_one_side_is_looked_at_as_it_is(self, trained):
        assert trained.mirror == "auto"
        assert trained.mirror_found == "none"

    @pytest.mark.parametrize(("mirror", "axis"), [("left_right", 2), ("top_bottom", 1)])
    def test_a_part_and_its_mirror_image_are_judged_alike(self, mirror, axis):
        detector = tiny(mirror=mirror).fit(parts(8, 0))
        images = parts(4, 1)
        turned = np.flip(images, axis)
        np.testing.assert_allclose(detector.score(turned), detector.score(images), rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(
            detector._anomaly_map(turned), np.flip(detector._anomaly_map(images), axis), rtol=1e-4, atol=1e-5
        )
        detector.mirror = "none"
        assert not np.allclose(detector.score(turned), detector.score(images), rtol=1e-3)

    def test_the_log_odds_of_both_looks_are_averaged(self, trained):
        images = parts(4, 1)
        log_odds = [np.log(np.expm1(trained._anomaly_map(seen))) for seen in (images, images[:, :, ::-1])]
        mean = (log_odds[0] + log_odds[1][:, :, ::-1]) / 2
        trained.mirror = "left_right"
        both = trained.score(images)
        trained.mirror = "auto"
        np.testing.assert_allclose(both, mean.max(axis=(1, 2)), rtol=1e-3, atol=1e-3)

    def test_what_was_found_is_kept_on_disk(self, tmp_path):
        detector = tiny().fit(parts(8, 0))
        detector.mirror_found = np.array("top_bottom")
        detector.save(tmp_path)
        np.testing.assert_array_equal(detectors.load(tmp_path).score(parts(4, 1)), detector.score(parts(4, 1)))

    def test_unknown_mirrors_are_named(self):
        with pytest.raises(ValueError, match="auto, none, left_right, top_bottom"):
            tiny(mirror="both")
        with pytest.raises(ValueError, match="none, left_right, top_bottom"):
            detectors.Student(mirror="auto")


class TestNetworks:
    @pytest.mark.parametrize(
        ("shape", "places"), [((32, 32, 1), 16), ((64, 64, 3), 32), ((128, 128, 1), 32), ((256, 256, 1), 64)]
    )
    def test_shapes(self, shape, places):
        images = np.zeros((2, *shape), np.float32)
        repair = networks.restorer(shape, base=8)(images)
        assert repair.shape == (2, *shape)
        logits = networks.marker(shape, base=8)(networks.seen_by_marker(images, repair))
        assert logits.shape == (2, places, places)
        features, outputs = networks.patch_discriminator(shape, base=8)(images)
        assert features.shape[1:3] == outputs.shape[1:3] == (places // 2, places // 2)

    def test_no_skip_leads_around_the_code(self):
        restorer = networks.restorer((64, 64, 1), base=8, code=2)
        code = next(layer for layer in restorer.layers if getattr(layer, "filters", None) == 2)
        code.set_weights([np.zeros_like(weight) for weight in code.get_weights()])
        first, second = (np.asarray(restorer(np.full((1, 64, 64, 1), value, np.float32))) for value in (-1.0, 1.0))
        np.testing.assert_array_equal(first, second)

    def test_sizes_that_do_not_fit_are_named(self):
        with pytest.raises(ValueError, match="32, 64, 128, 256"):
            networks.restorer((48, 48, 1))


def test_it_is_a_trained_detector_with_a_network_of_its_own(trained):
    assert isinstance(trained, TrainedDetector)
    images = parts(5, 5)
    score, anomaly_map = trained.network()(images)
    np.testing.assert_allclose(np.asarray(score), trained.score(images), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(np.asarray(anomaly_map), trained._anomaly_map(images), rtol=1e-4, atol=1e-5)


def test_a_very_sure_marker_gives_finite_maps():
    np.testing.assert_allclose(
        _softplus(np.array([-200.0, 0.0, 3.0, 200.0])), [0, np.log(2), np.log1p(np.exp(3)), 200], atol=1e-9
    )


def test_it_leaves_the_laptop_as_onnx(trained, tmp_path):
    exported = deploy.export_onnx(trained, tmp_path)
    np.testing.assert_allclose(exported.score(parts(5, 5)), trained.score(parts(5, 5)), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(exported.anomaly_map(parts(5, 5)), trained.anomaly_map(parts(5, 5)), atol=1e-4)
