"""What was measured, as benchmarks write it and lessons read it: each run once, means and ranges, nothing mixed."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gan_helpers import measured, settings
from gan_helpers.measured import METHODS, detector_rows, detector_table

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))

import detector_run


def row(method="pca", seed=np.nan, size=64, budget="full", cut=np.nan, auroc=0.8, **more):
    figures = {"auroc": auroc, "auroc_low": auroc - 0.1, "auroc_high": auroc + 0.1, "minutes": 1.0, "one_ms": 2.0}
    return {"method": method, "seed": seed, "size": size, "budget": budget, "cut": cut} | figures | more


@pytest.fixture
def shipped(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    (tmp_path / "benchmarks").mkdir()

    def write(rows, name="parts"):
        columns = list(row())
        pd.DataFrame(rows, columns=columns if not rows else None).to_csv(tmp_path / "benchmarks" / f"{name}.csv")

    return write


class TestReading:
    def test_a_missing_file_names_the_command_that_makes_it(self, shipped):
        with pytest.raises(FileNotFoundError, match=r"benchmarks/detectors\.py --data solar"):
            detector_rows("solar")

    def test_an_unknown_data_set_is_named(self):
        with pytest.raises(ValueError, match="'plates'; choose one of parts, solar"):
            detector_rows("plates")

    def test_an_empty_file_is_no_benchmark(self, shipped):
        shipped([])
        with pytest.raises(ValueError, match="holds no row"):
            detector_rows("parts")

    def test_other_cuts_of_the_cells_are_left_out(self, shipped):
        shipped([row(cut=27, auroc=0.7), row(cut=3, auroc=0.9)], "solar")
        assert detector_rows("solar")["auroc"].tolist() == [0.7]


class TestRows:
    def test_a_repeated_run_replaces_its_own_row_alone(self, tmp_path):
        path, key = tmp_path / "made" / "rows.csv", ["arm", "seed"]
        for auroc in (0.1, 0.2):
            measured.keep_rows(path, [{"arm": "gan", "seed": 0, "auroc": auroc}], key)
            measured.keep_rows(path, [{"arm": "gan", "seed": None, "auroc": auroc + 1}], key)
            measured.keep_rows(path, [{"arm": "classic", "seed": 0, "auroc": 0.5}], key)
        rows = pd.read_csv(path).sort_values("auroc")
        assert rows["auroc"].tolist() == [0.2, 0.5, 1.2]
        assert rows["arm"].tolist() == ["gan", "classic", "gan"]

    def test_a_row_is_known_by_its_key_and_by_empty_cells(self, tmp_path):
        path = tmp_path / "rows.csv"
        assert not measured.known_row(path, {"arm": "gan"})
        measured.keep_rows(path, [{"arm": "gan", "seed": 1}, {"arm": "pca", "seed": None}], ["arm", "seed"])
        assert measured.known_row(path, {"arm": "gan", "seed": 1})
        assert measured.known_row(path, {"arm": "pca", "seed": None})
        assert not measured.known_row(path, {"arm": "gan", "seed": None})
        assert not measured.known_row(path, {"arm": "gan", "seed": 1, "cut": 27})

    def test_an_unknown_table_is_named(self):
        with pytest.raises(ValueError, match="no table 'arms'; choose one of parts, solar"):
            measured.shipped_rows("arms")

    @pytest.mark.parametrize("name", measured.COMMANDS)
    def test_every_command_names_a_benchmark_that_is_there(self, name):
        script = measured.COMMANDS[name].split()[1]
        assert (Path(__file__).resolve().parent.parent / script).is_file()


class TestTable:
    def test_mean_and_range_are_over_seeds(self):
        table = detector_table(pd.DataFrame([row("repair_gan", seed, auroc=0.9 + seed / 100) for seed in (0, 1, 5)]))
        line = table.loc["repair GAN"]
        assert line["seeds"] == 3
        figures = line[["AUROC", "least", "largest", "low", "high"]].astype(float).tolist()
        assert figures == pytest.approx([0.92, 0.90, 0.95, 0.82, 1.02])

    def test_other_sizes_and_budgets_are_rows_of_their_own(self):
        rows = pd.DataFrame([row(size=64), row(size=128), row(budget="lesson")])
        assert detector_table(rows).index.tolist() == ["PCA", "PCA, budget lesson", "PCA, 128 pixels"]

    def test_trivial_methods_stand_first_whatever_the_file_s_order(self):
        table = detector_table(pd.DataFrame([row("repair_gan", 0), row("mean_brightness"), row("f_anogan", 0)]))
        assert table.index.tolist() == ["mean brightness", "f-AnoGAN", "repair GAN"]

    def test_only_the_methods_asked_for_are_shown(self):
        rows = pd.DataFrame([row("pca"), row("repair_no_average", 0)])
        table = detector_table(rows, ["repair_no_average"])
        assert table.index.tolist() == ["repair GAN, one look, without moving average"]

    def test_figures_that_were_not_measured_are_not_a_number(self):
        line = detector_table(pd.DataFrame([row("pca")])).loc["PCA"]
        assert np.isnan(line["AUPRO"])
        assert np.isnan(line["chosen on test"])


def test_every_method_of_the_benchmark_has_a_name_in_words():
    assert set(detector_run.METHODS) <= set(METHODS)
