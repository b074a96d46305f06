"""Deploy: exported files answer as the detector does, say what they are, and refuse what doesn't fit."""

import json
import subprocess
import sys

import numpy as np
import pytest
from test_detectors import NORMAL, SPOILED, tiny_f_anogan

from gan_helpers import decisions, deploy, detectors

pytestmark = pytest.mark.slow

IMAGES = np.concatenate([NORMAL, SPOILED])
LABELS = np.repeat([0, 1], [len(NORMAL), len(SPOILED)])
KINDS = ("onnx", "litert", "litert_int8")


@pytest.fixture(scope="module")
def detector():
    return tiny_f_anogan(pooling="max").fit(NORMAL)


@pytest.fixture(scope="module")
def exports(detector, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exports")
    return {
        "onnx": deploy.export_onnx(detector, folder / "onnx", calibration=NORMAL),
        "litert": deploy.export_litert(detector, folder / "litert", calibration=NORMAL),
        "litert_int8": deploy.export_litert(
            detector, folder / "int8", int8=True, representative=NORMAL, calibration=NORMAL
        ),
    }


class TestParity:
    @pytest.mark.parametrize("kind", ["onnx", "litert"])
    def test_float_files_answer_as_the_detector_does(self, detector, exports, kind):
        np.testing.assert_allclose(exports[kind].score(IMAGES), detector.score(IMAGES), rtol=1e-4)
        np.testing.assert_allclose(exports[kind].anomaly_map(IMAGES), detector.anomaly_map(IMAGES), atol=1e-5)

    def test_int8_answers_nearly_as_the_detector_does(self, detector, exports):
        row = deploy.parity(detector, exports["litert_int8"], IMAGES, LABELS)
        assert row["mean_score_difference"] < 0.1 * row["score_spread"]
        assert row["rank_correlation"] > 0.9
        assert abs(row["auroc_difference"]) < 0.02

    def test_int8_does_not_cut_a_loud_defect_off_at_the_loudest_good_part(self, detector, exports):
        loud = NORMAL[:4].copy()
        loud[:, 8:24, 8:24] = 0.0
        loudest_good = detector.score(NORMAL).max()
        assert detector.score(loud).min() > 2 * loudest_good
        assert exports["litert_int8"].score(loud).min() > 2 * loudest_good

    def test_int8_answers_a_defect_over_most_of_the_part_as_the_detector_does(self, detector, exports):
        white = NORMAL[:4].copy()
        white[:, 2:30, 2:30] = 1.0
        assert detector.score(white).min() > 1.5 * detector.score(NORMAL).max()
        np.testing.assert_allclose(exports["litert_int8"].score(white), detector.score(white), rtol=0.1)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_part_alone_scores_as_in_a_batch_of_any_size(self, exports, kind):
        many = np.concatenate([IMAGES] * 3)
        together = exports[kind].score(many)
        alone = np.concatenate([exports[kind].score(IMAGES[i : i + 1]) for i in range(len(IMAGES))])
        np.testing.assert_allclose(together, np.tile(alone, 3), rtol=1e-4)

    def test_a_detector_differs_from_itself_by_nothing(self, detector):
        row = deploy.parity(detector, detector, IMAGES, LABELS)
        differences = [value for name, value in row.items() if "difference" in name]
        assert differences == [0.0] * 5
        assert row["rank_correlation"] == pytest.approx(1)
        assert row["auroc"] == decisions.auroc(LABELS, detector.score(IMAGES))

    def test_one_part_is_too_few_to_compare(self, detector):
        with pytest.raises(ValueError, match="at least two"):
            deploy.parity(detector, detector, IMAGES[:1])

    def test_networks_in_bfloat16_are_exported_in_float32(self, tmp_path):
        half = HalfPrecision()
        network = half.network()
        assert "bfloat16" in {layer.compute_dtype for layer in network.get_layer("eye").layers}
        exported = deploy.export_onnx(half, tmp_path)
        score = network(IMAGES)[0].numpy()
        np.testing.assert_allclose(exported.score(IMAGES), score, rtol=0.05)


class HalfPrecision(detectors.MeanBrightness):
    """A method with one network, built in mixed precision."""

    image_shape = NORMAL.shape[1:]
    _network = None

    def network(self):
        if self._network is None:
            import keras

            eye = keras.Sequential(
                [keras.Input(self.image_shape), keras.layers.Conv2D(1, 3, padding="same", dtype="mixed_bfloat16")],
                name="eye",
            )
            image = keras.Input(self.image_shape)
            residual = keras.ops.square(image - keras.ops.cast(eye(image), "float32"))[..., 0]
            self._network = keras.Model(image, [keras.ops.mean(residual, axis=(1, 2)), residual])
        return self._network


class TestFiles:
    def test_int8_is_really_int8(self, exports):
        from ai_edge_litert.interpreter import Interpreter

        path = exports["litert_int8"].folder / "network.tflite"
        tensors = Interpreter(str(path)).get_tensor_details()
        kernels = [t["dtype"] for t in tensors if len(t["shape"]) == 4 and min(t["shape"][1:3]) in (3, 4, 5)]
        assert kernels
        assert set(kernels) == {np.int8}
        assert exports["litert_int8"].kilobytes < 0.6 * exports["litert"].kilobytes

    def test_the_card_says_what_the_file_is(self, detector, exports):
        for kind, exported in exports.items():
            card = json.loads((exported.folder / "exported.json").read_text())
            assert (card["kind"], card["method"], card["image_shape"]) == (kind, "f_anogan", [32, 32, 1])
            assert card["settings"] == detector.settings()
            assert "keras" in card["versions"]
            assert repr(exported).startswith(f"ExportedDetector f_anogan ({kind}): (32, 32, 1)")

    @pytest.mark.parametrize("kind", KINDS)
    def test_loading_again_gives_the_same_answers(self, exports, kind):
        again = deploy.load_exported(exports[kind].folder, threads=2)
        np.testing.assert_allclose(again.score(IMAGES), exports[kind].score(IMAGES), rtol=1e-5)
        assert again.threshold == exports[kind].threshold

    @pytest.mark.parametrize("kind", KINDS)
    def test_an_exported_detector_needs_no_tensorflow(self, exports, kind):
        code = f"""
import sys
import numpy as np
from gan_helpers import deploy
deploy.load_exported({str(exports[kind].folder)!r}).score(np.zeros((1, 32, 32, 1), np.float32))
print("tensorflow" in sys.modules, "keras" in sys.modules)
"""
        spoken = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert spoken.stdout.split() == ["False", "False"]
        assert spoken.stderr == ""


class TestThreshold:
    @pytest.mark.parametrize("kind", KINDS)
    def test_it_comes_from_the_scores_of_the_file_itself(self, exports, kind):
        scores = exports[kind].score(NORMAL)
        assert exports[kind].threshold == decisions.conformal_threshold(scores, 0.05)
        np.testing.assert_allclose(exports[kind].p_value(SPOILED), 1 / (len(NORMAL) + 1))
        assert exports[kind].p_value(NORMAL).max() == 1

    def test_it_is_kept(self, detector, tmp_path):
        exported = deploy.export_onnx(detector, tmp_path)
        assert exported.threshold is None
        with pytest.raises(RuntimeError, match="calibrate"):
            exported.p_value(NORMAL)
        threshold = exported.calibrate(NORMAL, false_alarm_rate=0.2)
        assert deploy.load_exported(tmp_path).threshold == threshold
        with pytest.raises(ValueError, match="at least 99"):
            exported.calibrate(NORMAL, false_alarm_rate=0.01)


class TestBadInput:
    @pytest.mark.parametrize(
        ("images", "word"),
        [
            (np.zeros((1, 16, 16, 1), np.float32), "same size"),
            (np.zeros((1, 32, 32, 3), np.float32), "colour"),
            (NORMAL[0], r"image\[None\]"),
            (NORMAL * 255, "bring them to"),
        ],
    )
    def test_images_that_do_not_fit_are_met_at_the_door(self, exports, images, word):
        with pytest.raises(ValueError, match=word):
            exports["onnx"].score(images)

    def test_an_unfitted_detector_is_refused(self, tmp_path):
        with pytest.raises(RuntimeError, match="not fitted"):
            deploy.export_onnx(tiny_f_anogan(), tmp_path)

    def test_a_method_without_a_network_is_refused(self, tmp_path):
        with pytest.raises(ValueError, match="pca has no network"):
            deploy.export_litert(detectors.PCAReconstruction(4).fit(NORMAL), tmp_path)

    @pytest.mark.parametrize(
        ("representative", "word"),
        [
            (None, "needs representative"),
            (NORMAL[:9], "at least 10"),
            (np.zeros((20, 64, 64, 1), np.float32), "same size"),
        ],
    )
    def test_int8_says_which_images_it_needs(self, detector, tmp_path, representative, word):
        with pytest.raises(ValueError, match=word):
            deploy.export_litert(detector, tmp_path, int8=True, representative=representative)

    def test_int8_needs_networks_inside_the_network(self, tmp_path, monkeypatch):
        flat = HalfPrecision()
        monkeypatch.setattr(flat, "network", lambda: HalfPrecision().network().get_layer("eye"))
        with pytest.raises(ValueError, match="model of its own"):
            deploy.export_litert(flat, tmp_path, int8=True, representative=NORMAL)

    @pytest.mark.parametrize(
        ("module", "package", "export"),
        [
            ("tf2onnx", "tf2onnx", deploy.export_onnx),
            ("onnxruntime", "onnxruntime", deploy.export_onnx),
            ("ai_edge_litert.interpreter", "ai-edge-litert", deploy.export_litert),
        ],
    )
    def test_a_missing_package_is_named(self, detector, tmp_path, monkeypatch, module, package, export):
        monkeypatch.setitem(sys.modules, module, None)
        with pytest.raises(ImportError, match=f"pip install {package}"):
            export(detector, tmp_path)

    def test_an_empty_folder_is_named(self, tmp_path):
        with pytest.raises(FileNotFoundError, match="no exported detector"):
            deploy.load_exported(tmp_path)

    @pytest.mark.parametrize(
        ("text", "word"),
        [("{", "damaged"), ("[]", "damaged"), ('{"format": 1}', "damaged"), ('{"format": 9}', "later")],
    )
    def test_a_card_that_can_not_be_used_is_named(self, tmp_path, text, word):
        (tmp_path / "exported.json").write_text(text)
        with pytest.raises(ValueError, match=word):
            deploy.load_exported(tmp_path)

    def test_a_card_of_another_network_is_refused(self, detector, tmp_path):
        deploy.export_litert(detector, tmp_path)
        deploy.export_onnx(detector, tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["exported.json", "network.onnx"]
        with (tmp_path / "network.onnx").open("ab") as file:
            file.write(b"x")
        with pytest.raises(ValueError, match="isn't the network"):
            deploy.load_exported(tmp_path)

    def test_threads_are_counted_from_one(self, exports):
        with pytest.raises(ValueError, match="threads is 0"):
            deploy.load_exported(exports["onnx"].folder, threads=0)


class TestLatency:
    def test_it_times_every_way_for_one_part_and_for_a_batch(self, detector, exports):
        table = deploy.latency_table(detector, exports.values(), NORMAL[:4], repeats=3)
        assert table.index.tolist() == [
            "Keras, model.predict",
            "Keras, model(x)",
            "tf.function",
            "ONNX Runtime, 1 thread",
            "ONNX Runtime, 2 threads",
            "LiteRT",
            "LiteRT, int8",
        ]
        for kind in ("one_ms", "batch_ms"):
            assert (table[f"{kind}_low"] <= table[kind]).all()
            assert (table[kind] <= table[f"{kind}_high"]).all()
        assert table.loc["LiteRT, int8", "kB"] < table.loc["LiteRT", "kB"]

    def test_exports_alone_can_be_timed_from_their_folders(self, exports):
        folders = [exports["onnx"].folder, exports["onnx"].folder]
        table = deploy.latency_table(None, folders, NORMAL[:2], repeats=1)
        assert table.index.tolist()[-1] == "ONNX Runtime, 2 threads (onnx)"
        with pytest.raises(ValueError, match="repeats is 0"):
            deploy.latency_table(None, folders, NORMAL, repeats=0)
