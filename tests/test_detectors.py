"""Detectors: one protocol, known answers, the same scores after save and load, nothing executed from disk."""

import json
import zipfile

import numpy as np
import pytest
from sklearn.decomposition import PCA

from gan_helpers import detectors

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
NORMAL = np.clip(0.5 + 0.05 * RNG.standard_normal((24, 32, 32, 1)), 0, 1).astype(np.float32)
SPOILED = NORMAL[:6].copy()
SPOILED[:, 10:14, 20:26] = 1.0


def tiny_f_anogan(**arguments):
    return detectors.FAnoGAN(
        **({"gan_steps": 2, "encoder_steps": 2, "base": 8, "latent_dim": 8, "batch": 8} | arguments)
    )


TINY = {"base": 8, "latent_dim": 8, "batch": 8}
MAKERS = {
    "mean_brightness": detectors.MeanBrightness,
    "pca": lambda: detectors.PCAReconstruction(8),
    "nearest_neighbour": lambda: detectors.NearestNeighbour(8, 2),
    "autoencoder": lambda: detectors.AutoencoderDetector(steps=3, **TINY),
    "vae": lambda: detectors.VAEDetector(steps=3, **TINY),
    "patch_neighbours": lambda: detectors.PatchNeighbours(memory_size=50),
    "anogan": lambda: detectors.AnoGAN(gan_steps=2, search_steps=3, **TINY),
    "f_anogan": tiny_f_anogan,
    "repair_gan": lambda: detectors.RepairGAN(steps=2, base=12, batch=4),
    "repair_pair": lambda: detectors.RepairPair(steps=2, base=12, batch=4),
    "ganomaly": lambda: detectors.GANomaly(steps=3, **TINY),
}


@pytest.fixture(scope="module", params=MAKERS)
def fitted(request):
    return MAKERS[request.param]().fit(NORMAL)


class TestProtocol:
    def test_scores_are_one_float64_a_part_and_maps_one_float32_a_pixel(self, fitted):
        scores, maps = fitted.score(SPOILED), fitted.anomaly_map(SPOILED)
        assert (scores.shape, scores.dtype) == ((6,), np.float64)
        assert (maps.shape, maps.dtype) == ((6, 32, 32), np.float32)
        assert np.isfinite(scores).all()
        assert (maps >= 0).all()

    def test_a_parts_score_depends_on_no_other_part(self, fitted):
        together = fitted.score(SPOILED)
        alone = np.concatenate([fitted.score(SPOILED[i : i + 1]) for i in range(len(SPOILED))])
        np.testing.assert_allclose(alone, together, rtol=1e-4)

    def test_save_and_load_keep_every_score(self, fitted, tmp_path):
        fitted.save(tmp_path / "kept", about={"data": "noise"})
        loaded = detectors.load(tmp_path / "kept")
        assert type(loaded) is type(fitted)
        assert loaded.settings() == fitted.settings()
        np.testing.assert_allclose(loaded.score(SPOILED), fitted.score(SPOILED), rtol=1e-5)
        np.testing.assert_allclose(loaded.anomaly_map(SPOILED), fitted.anomaly_map(SPOILED), atol=1e-5)

    def test_the_same_seed_fits_the_same_detector(self, fitted):
        again = MAKERS[fitted.name]().fit(NORMAL)
        np.testing.assert_allclose(again.score(SPOILED), fitted.score(SPOILED), rtol=1e-3)

    @pytest.mark.parametrize(
        ("images", "word"),
        [
            (NORMAL[0], r"image\[None\]"),
            (NORMAL[:0], "no images"),
            ((NORMAL * 255).astype(np.uint8), "uint8"),
            (NORMAL * 255, "bring them to"),
            (np.full_like(NORMAL, np.nan), "NaN"),
            (np.zeros((3, 16, 16, 1), np.float32), "same size"),
            (np.zeros((3, 32, 32, 2), np.float32), "channels|c = 1"),
        ],
    )
    def test_images_that_do_not_fit_are_met_at_the_door(self, fitted, images, word):
        with pytest.raises(ValueError, match=word):
            fitted.score(images)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
class TestUnfitted:
    def test_it_can_not_score_or_be_saved(self, make, tmp_path):
        with pytest.raises(RuntimeError, match="not fitted"):
            make().score(NORMAL)
        with pytest.raises(RuntimeError, match="not fitted"):
            make().save(tmp_path)

    def test_one_normal_part_is_not_enough(self, make):
        with pytest.raises(ValueError, match="at least two"):
            make().fit(NORMAL[:1])


class TestKnownAnswers:
    def test_mean_brightness_counts_standard_deviations(self):
        levels = np.array([0.4, 0.5, 0.6])
        flat = np.broadcast_to(levels[:, None, None, None], (3, 8, 8, 1)).astype(np.float32)
        one = np.full((1, 8, 8, 1), 0.8, np.float32)
        assert detectors.MeanBrightness().fit(flat).score(one) == pytest.approx(3, rel=1e-5)
        assert detectors.MeanBrightness("dark").fit(flat).score(one) == pytest.approx(-3, rel=1e-5)
        with pytest.raises(ValueError, match="left"):
            detectors.MeanBrightness("left")

    def test_pca_is_scikit_learns_residual(self):
        flat = NORMAL.reshape(len(NORMAL), -1)
        pca = PCA(8, random_state=0).fit(flat)
        new = SPOILED.reshape(len(SPOILED), -1)
        expected = np.square(new - pca.inverse_transform(pca.transform(new))).mean(axis=1)
        np.testing.assert_allclose(MAKERS["pca"]().fit(NORMAL).score(SPOILED), expected, rtol=1e-3)

    def test_with_all_components_pca_redraws_what_it_has_seen(self):
        detector = detectors.PCAReconstruction(64).fit(NORMAL)
        assert detector.score(NORMAL).max() < 1e-8
        assert detector.score(SPOILED).min() > 1e-4

    def test_the_nearest_neighbour_of_a_known_part_is_itself(self):
        detector = detectors.NearestNeighbour(16).fit(NORMAL)
        assert detector.score(NORMAL).max() < 1e-2
        assert detector.anomaly_map(NORMAL).max() < 1e-6

    def test_f_anogan_scores_by_the_formula_of_its_paper(self):
        detector = tiny_f_anogan(kappa=0.7).fit(NORMAL)
        x = SPOILED * 2 - 1
        again = detector.generator(detector.encoder(x, training=False), training=False).numpy()
        f, f_again = (detector.critic(image, training=False)[0].numpy() for image in (x, again))
        expected = np.square(x - again).mean(axis=(1, 2, 3)) + 0.7 * np.square(f - f_again).mean(axis=1)
        np.testing.assert_allclose(detector.score(SPOILED), expected, rtol=1e-4)
        np.testing.assert_allclose(detector.reconstruct(SPOILED), (again + 1) / 2, atol=1e-5)

    def test_training_moves_each_network_and_the_encoder_alone_in_the_second_stage(self):
        start = tiny_f_anogan(gan_steps=0, encoder_steps=1).fit(NORMAL)
        gan = tiny_f_anogan(gan_steps=1, encoder_steps=1).fit(NORMAL)
        longer = tiny_f_anogan(gan_steps=1, encoder_steps=3).fit(NORMAL)

        def moved(network, a, b):
            pairs = zip(getattr(a, network).get_weights(), getattr(b, network).get_weights(), strict=True)
            return max(np.abs(x - y).max() for x, y in pairs)

        assert moved("generator", start, gan) > 1e-5
        assert moved("critic", start, gan) > 1e-5
        assert moved("encoder", gan, longer) > 1e-5
        assert moved("generator", gan, longer) == moved("critic", gan, longer) == 0

    def test_f_anogan_draws_different_parts(self):
        samples = tiny_f_anogan().fit(NORMAL).sample(5)
        assert samples.shape == (5, 32, 32, 1)
        assert samples.std(axis=0).max() > 0

    def test_pictures_of_odd_sizes_are_refused_with_the_cure(self):
        with pytest.raises(ValueError, match="32, 64, 128, 256"):
            tiny_f_anogan().fit(np.zeros((4, 40, 40, 1), np.float32))


class TestLoading:
    @pytest.fixture
    def kept(self, tmp_path):
        detectors.PCAReconstruction(4).fit(NORMAL).save(tmp_path)
        return tmp_path

    def test_an_empty_folder_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="holds no detector"):
            detectors.load(tmp_path / "nothing")

    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("{", "damaged"),
            ("{}", "damaged"),
            ('{"format": 99}', "later version"),
            ('{"format": 1, "detector": "oracle"}', "oracle"),
        ],
    )
    def test_a_description_that_can_not_be_used_is_named(self, kept, text, word):
        (kept / "detector.json").write_text(text)
        with pytest.raises(ValueError, match=word):
            detectors.load(kept)

    def test_pickled_arrays_are_refused(self, kept):
        np.savez(kept / "arrays.npz", mean=np.array([{"a": 1}], dtype=object), components=np.zeros(3))
        with pytest.raises(ValueError, match="pickle"):
            detectors.load(kept)

    def test_code_hidden_in_a_network_is_not_executed(self, tmp_path):
        detector = tiny_f_anogan().fit(NORMAL)
        import keras

        image = keras.Input((32, 32, 1))
        output = keras.layers.Lambda(lambda x: x * 2)(image)
        detector.encoder = keras.Model(image, output)
        detector.save(tmp_path)
        with zipfile.ZipFile(tmp_path / "encoder.keras") as archive:
            assert "__lambda__" in archive.read("config.json").decode()
        with pytest.raises(ValueError, match=r"unsafe|safe_mode"):
            detectors.load(tmp_path)

    def test_the_description_is_plain_json(self, kept):
        description = json.loads((kept / "detector.json").read_text())
        assert description["detector"] == "pca"
        assert description["settings"] == {"n_components": 4, "pooling": "mean"}
