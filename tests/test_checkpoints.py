"""Shipped detectors: there, small, safe, and as good as their cards say."""

import numpy as np
import pandas as pd
import pytest

from gan_helpers import checkpoints, datasets, decisions, settings

MEBIBYTE = 2**20


@pytest.mark.parametrize("name", checkpoints.LOADERS)
class TestShipped:
    def test_every_file_is_small_and_there_is_a_card(self, name):
        files = [path for path in checkpoints.folder_of(name).iterdir() if path.is_file()]
        assert {checkpoints.CARD, checkpoints.FIGURES, "detector.json"} <= {path.name for path in files}
        assert max(path.stat().st_size for path in files) < 5 * MEBIBYTE
        assert sum(path.stat().st_size for path in files) < 8 * MEBIBYTE

    def test_it_scores_the_test_set_as_its_card_says(self, name):
        detector, split = checkpoints.load(name), checkpoints.LOADERS[name]()
        kept = checkpoints.figures(name).query("method == 'f_anogan'").iloc[0]
        measured = decisions.auroc(split.test.labels, detector.score(split.test.images))
        assert kept["seed"] == checkpoints.SEEDS[0]
        assert measured == pytest.approx(kept["auroc"], abs=0.01)

    def test_three_seeds_and_the_trivial_baselines_were_measured(self, name):
        table = checkpoints.figures(name)
        counts = table["method"].value_counts()
        assert counts["f_anogan"] == 3
        assert {"mean_brightness", "pca", "nearest_neighbour"} <= set(counts.index)
        assert (table["auroc_low"] <= table["auroc"]).all()
        assert (table["auroc"] <= table["auroc_high"]).all()

    def test_the_card_holds_the_figures(self, name):
        card = (checkpoints.folder_of(name) / checkpoints.CARD).read_text(encoding="utf-8")
        for auroc in checkpoints.figures(name)["auroc"]:
            assert f"{auroc:.3f}" in card

    def test_it_was_made_with_the_full_budget(self, name):
        detector = checkpoints.load(name)
        assert detector.gan_steps == 1500
        assert detector.encoder_steps == 2000


def test_solar_cells_reproduce_their_trivial_figures():
    figures = checkpoints.figures("solar").set_index("method")["auroc"]
    assert figures["mean_brightness"] == pytest.approx(0.76, abs=0.03)
    assert figures["pca"] == pytest.approx(0.85, abs=0.03)
    assert figures["nearest_neighbour"] == pytest.approx(0.75, abs=0.03)


def test_a_missing_checkpoint_names_the_command_that_makes_it(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match=r"python -m gan_helpers\.checkpoints solar"):
        checkpoints.load("solar")
    with pytest.raises(FileNotFoundError, match=r"python -m gan_helpers\.checkpoints parts"):
        checkpoints.figures("parts")


def test_an_unknown_checkpoint_names_those_there_are():
    with pytest.raises(ValueError, match="parts, solar"):
        checkpoints.load("bolts")


def test_making_a_checkpoint_leaves_a_detector_figures_and_a_card(monkeypatch, tmp_path):
    few = datasets.load_parts(32)
    every = np.arange(0, len(few.test), 35)
    small = datasets.Split(few.train[:30], few.calibration[:30], few.test[every])
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    monkeypatch.setitem(checkpoints.LOADERS, "parts", lambda size: small)
    monkeypatch.setenv("GAN_QC_BUDGET", "smoke")
    table = checkpoints.make("parts", seeds=(3,), log=lambda *_, **__: None)
    pd.testing.assert_frame_equal(checkpoints.figures("parts"), table, check_dtype=False, rtol=1e-4)
    detector = checkpoints.load("parts")
    assert detector.seed == 3
    measured = decisions.auroc(small.test.labels, detector.score(small.test.images))
    assert measured == pytest.approx(table.iloc[-1]["auroc"], abs=1e-6)
