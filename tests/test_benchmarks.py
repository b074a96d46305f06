"""The benchmark of detectors: it runs what is missing, keeps every row, and its tables add nothing to the figures."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_helpers import datasets, detectors, measured

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"

sys.path.insert(0, str(BENCHMARKS))

import detector_run  # noqa: E402
import detector_table  # noqa: E402

pytestmark = pytest.mark.slow

_spec = importlib.util.spec_from_file_location("benchmark_of_detectors", BENCHMARKS / "detectors.py")
benchmark = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(benchmark)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Thirty plain parts to train on and ten to test, five of them with a bright square."""
    root = tmp_path_factory.mktemp("data") / "plain"
    draws = np.random.default_rng(0)
    for name, count in (("train/good", 30), ("test/good", 5), ("test/square", 5)):
        (root / name).mkdir(parents=True)
        for i in range(count):
            image = (100 + 5 * draws.standard_normal((32, 32))).astype(np.uint8)
            if name == "test/square":
                image[8:16, 8:16] = 255
            Image.fromarray(image).save(root / name / f"{i}.png")
    return root


class TestRuns:
    def test_it_runs_what_is_missing_and_writes_the_table(self, folder, tmp_path, capfd):
        command = ["--data", str(folder), "--size", "32", "--methods", "pca,mean_brightness", "--out", str(tmp_path)]
        assert benchmark.main(command) == 0
        rows = pd.read_csv(tmp_path / "plain.csv")
        assert sorted(rows["method"]) == ["mean_brightness", "pca"]
        assert (rows["auroc"] == 1).all()
        assert (rows["n_train"] + rows["n_calibration"] == 30).all()
        table = (tmp_path / "README.md").read_text()
        assert table.index("| mean_brightness |") < table.index("| pca |")
        assert "2 runs to do" in capfd.readouterr().out
        assert benchmark.main(command) == 0
        assert "0 runs to do" in capfd.readouterr().out

    def test_a_run_that_is_repeated_replaces_its_own_row_alone(self, tmp_path):
        path = tmp_path / "solar.csv"
        runs = [detector_run.Run("solar", "f_anogan", seed, cut=cut) for seed in (0, 1) for cut in (27, 0)]
        for auroc in (0.1, 0.2):
            for run in runs[: 4 if auroc == 0.1 else 1]:
                measured.keep_rows(path, [run.key | {"auroc": auroc}], run.key)
        assert sorted(pd.read_csv(path)["auroc"]) == [0.1, 0.1, 0.1, 0.2]
        assert all(benchmark._known(run, tmp_path) for run in runs)
        assert not benchmark._known(detector_run.Run("solar", "f_anogan", 0, cut=1), tmp_path)
        assert not benchmark._known(detector_run.Run("solar", "f_anogan", 0, cut=27, size=128), tmp_path)

    def test_seeds_are_for_methods_that_draw_and_cuts_for_solar_cells(self):
        options = benchmark._options(["--one", "{}", "--methods", "pca,f_anogan", "--seeds", "0,1", "--cuts", "27,0"])
        runs = benchmark.planned(options)
        assert [(run.method, run.seed) for run in runs if run.data == "parts"] == [
            ("pca", None),
            ("f_anogan", 0),
            ("f_anogan", 1),
        ]
        assert {(run.data, run.cut) for run in runs} == {("parts", None)} | {
            (cells, cut) for cells in ("solar", "solar_poly") for cut in (27, 0)
        }

    def test_repair_gans_are_measured_at_128_pixels_unless_told_otherwise(self):
        options = ["--one", "{}", "--methods", "pca,repair_gan", "--seeds", "0", "--data", "parts"]
        assert [run.size for run in benchmark.planned(benchmark._options(options))] == [64, 128]
        told = benchmark._options([*options, "--size", "32"])
        assert [run.size for run in benchmark.planned(told)] == [32, 32]

    def test_a_method_that_would_repeat_another_is_left_out(self):
        options = benchmark._options(["--one", "{}", "--methods", "repair_gan,repair_as_they_are", "--seeds", "0"])
        planned = {(run.data, run.method) for run in benchmark.planned(options)}
        assert {data for data, method in planned if method == "repair_as_they_are"} == {"solar", "solar_poly"}
        for data in detector_run.OWN:
            enough = len(detector_run.load(data, size=64).train) >= detectors.repair_gan.ENOUGH
            assert enough == ((data, "repair_as_they_are") in detector_run.THE_SAME)

    def test_what_is_left_out_is_said(self, tmp_path, capfd):
        assert benchmark.main(["--data", "parts", "--methods", "repair_as_they_are", "--out", str(tmp_path)]) == 0
        told = capfd.readouterr().out
        assert "parts repair_as_they_are: not run, there it is the same as repair_gan." in told
        assert "0 runs to do" in told

    def test_dark_cells_are_suspicious_and_plates_of_any_other_brightness(self):
        sides = {name: detector_run.make(detector_run.Run(name, "mean_brightness")).side for name in detector_run.OWN}
        assert sides == {"parts": "both", "solar": "dark", "solar_poly": "dark"}

    def test_both_kinds_of_cells_are_loaded_and_told_apart_in_headings(self):
        for name, kind in (("solar", "monocrystalline"), ("solar_poly", "polycrystalline")):
            assert detector_run.load(name, size=32).train.title == detector_run.title_of(name) == f"{kind} solar cells"

    def test_every_method_can_be_made(self):
        for name in detector_run.available():
            seed = 3 if detector_run.takes(name, "seed") else None
            made = detector_run.make(detector_run.Run("parts", name, seed))
            assert isinstance(made, detectors.Detector)
            assert getattr(made, "seed", None) == seed

    @pytest.mark.parametrize(
        ("arguments", "word"),
        [
            (["--methods", "oracle"], "no method 'oracle'"),
            (["--size", "40"], "invalid choice: 40"),
            (["--at-once", "0"], "at least 1"),
            (["--data", "nowhere"], "There is no folder"),
        ],
    )
    def test_bad_arguments_are_met_with_a_sentence(self, arguments, word, capsys):
        with pytest.raises(SystemExit):
            benchmark.main(arguments)
        assert word in capsys.readouterr().err

    def test_a_failed_run_is_told_and_the_others_go_on(self, folder, tmp_path, monkeypatch, capfd):
        monkeypatch.setattr(benchmark.sys, "executable", "false")
        command = ["--data", str(folder), "--size", "32", "--methods", "pca", "--out", str(tmp_path)]
        assert benchmark.main(command) == 1
        assert "1 of 1 runs failed" in capfd.readouterr().out

    def test_a_folder_called_like_a_data_set_of_the_course_keeps_its_own_file(self):
        assert detector_run.Run("parts", "pca").title == "parts"
        assert detector_run.Run("elsewhere/parts", "pca").title == "parts_folder"


class Improving(detectors.MeanBrightness):
    """Right at the second look, wrong at the others and at the end."""

    factor = 1

    def _fit(self, normal):
        super()._fit(normal)
        for look, factor in enumerate((-1, 1, -1), start=1):
            self.factor, self.image_shape = factor, normal.shape[1:]
            self.watch(self, look / 3)

    def _score(self, images):
        return self.factor * super()._score(images)


class TestMeasuring:
    def test_what_choosing_on_test_would_have_claimed_stands_beside_the_honest_figure(self, folder, monkeypatch):
        monkeypatch.setattr(detector_run, "make", lambda run: Improving())
        row, looks = detector_run.measure(detector_run.Run(str(folder), "mean_brightness", size=32))
        assert [look["auroc_on_test"] for look in looks] == [0, 1, 0]
        assert (row["auroc"], row["auroc_chosen_on_test"]) == (0, 1)

    @pytest.mark.parametrize(("n", "with_threshold"), [(18, False), (19, True)])
    def test_a_threshold_that_can_not_be_promised_is_left_out(self, n, with_threshold):
        good = datasets.PartSet(np.random.default_rng(0).random((n, 32, 32, 1)), np.zeros(n))
        bad = datasets.PartSet(np.ones((4, 32, 32, 1)), np.ones(4))
        test = datasets.PartSet(np.concatenate([good.images, bad.images]), np.concatenate([good.labels, bad.labels]))
        split = datasets.Split(good, good, test)
        row = detector_run.judge(detectors.MeanBrightness().fit(good.images), split)
        assert row["auroc"] == 1
        assert ("threshold" in row) == ("escape_rate" in row) == with_threshold


def rows(method, aurocs, **more):
    basis = {"size": 64, "cut": np.nan, "budget": "full", "machine": "this one"}
    basis |= {"n_train": 9, "n_calibration": 9, "n_good": 5, "n_defective": 5, "average_precision": 0.5}
    basis |= {"minutes": 2.0, "one_ms": 1.5, "batch_ms": 0.25} | more
    return pd.DataFrame(
        [
            basis | {"method": method, "seed": seed, "auroc": a, "auroc_low": a - 0.1, "auroc_high": a + 0.02}
            for seed, a in enumerate(aurocs)
        ]
    )


class TestTables:
    def test_a_line_is_the_mean_of_its_runs_with_the_least_and_the_largest(self):
        text = detector_table.figures({"parts": rows("f_anogan", [0.9, 0.8, 0.95], auroc_chosen_on_test=0.95)})
        assert "## Rendered cover plates, 64x64\n" in text
        cells = "| f_anogan | 3 | 0.883 (0.800 to 0.950) | 0.783 to 0.903 | 0.500 | 2.0 | 1.5 | 0.25 | +0.067 |"
        assert cells in text

    def test_cuts_stand_alone_and_together(self):
        cuts = pd.concat([rows("pca", [0.8], cut=27.0), rows("pca", [0.6], cut=0.0)])
        text = detector_table.figures({"solar": cuts})
        assert "cut 27\n" in text
        assert "all 2 cuts together\n" in text
        assert "| pca | 2 | 0.700 (0.600 to 0.800) |" in text

    def test_runs_of_other_size_or_budget_are_not_mixed(self):
        both = pd.concat([rows("repair_gan", [0.9], size=128), rows("repair_gan", [0.8], budget="lesson")])
        text = detector_table.figures({"parts": both})
        assert "128x128\n" in text and "budget `lesson`\n" in text
        assert "| repair_gan | 1 | 0.900 |" in text
        assert "| repair_gan | 1 | 0.800 |" in text

    def test_what_is_written_around_the_tables_is_kept(self, tmp_path):
        rows("pca", [0.8]).to_csv(tmp_path / "parts.csv", index=False)
        detector_table.write(tmp_path)
        page = tmp_path / "README.md"
        page.write_text(page.read_text() + "\n## Verdict\n")
        rows("pca", [0.7]).to_csv(tmp_path / "parts.csv", index=False)
        detector_table.write(tmp_path)
        assert page.read_text().count("| pca | 1 | 0.700 |") == 1
        assert "0.800" not in page.read_text()
        assert page.read_text().endswith("## Verdict\n")
        page.write_text("nothing of it left")
        with pytest.raises(ValueError, match="lost the marks"):
            detector_table.write(tmp_path)
