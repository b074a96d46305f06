"""Shipped detectors: there, small, safe, and as good as their cards say."""

import numpy as np
import pandas as pd
import pytest

from gan_helpers import checkpoints, datasets, decisions, detectors, measured, settings

pytestmark = pytest.mark.slow

MEBIBYTE = 2**20


@pytest.fixture(scope="module", params=checkpoints.DETECTORS)
def shipped(request):
    """Data set, method, seeds."""
    return checkpoints.DETECTORS[request.param]


class TestShipped:
    def test_every_file_is_small_and_there_is_a_card(self, shipped):
        files = [path for path in checkpoints.folder_of(*shipped[:2]).iterdir() if path.is_file()]
        assert {checkpoints.CARD, checkpoints.FIGURES, "detector.json"} <= {path.name for path in files}
        assert max(path.stat().st_size for path in files) < 5 * MEBIBYTE
        assert sum(path.stat().st_size for path in files) < 8 * MEBIBYTE

    def test_it_scores_the_test_set_as_its_card_says(self, shipped):
        name, method, seeds = shipped
        detector = checkpoints.load(name, method)
        split = checkpoints.LOADERS[name](size=detector.image_shape[0])
        kept = checkpoints.figures(name, method).query("method == @method").iloc[0]
        auroc = decisions.auroc(split.test.labels, detector.score(split.test.images))
        assert kept["seed"] == detector.seed == seeds[0]
        assert auroc == pytest.approx(kept["auroc"], abs=0.01)

    def test_every_seed_and_the_trivial_baselines_were_measured(self, shipped):
        table = checkpoints.figures(*shipped[:2])
        counts = table["method"].value_counts()
        assert counts[shipped[1]] == len(shipped[2])
        assert {"mean_brightness", "pca", "nearest_neighbour"} <= set(counts.index)
        assert (table["auroc_low"] <= table["auroc"]).all()
        assert (table["auroc"] <= table["auroc_high"]).all()

    def test_the_card_holds_the_figures(self, shipped):
        card = (checkpoints.folder_of(*shipped[:2]) / checkpoints.CARD).read_text(encoding="utf-8")
        for auroc in checkpoints.figures(*shipped[:2])["auroc"]:
            assert f"{auroc:.3f}" in card

    def test_it_was_made_with_the_full_budget(self, shipped):
        description = detectors.read_description(checkpoints.folder_of(*shipped[:2]))
        assert description["about"]["budget"] == "full"


def test_the_student_scores_the_test_set_as_its_card_says():
    card = (checkpoints.student_folder() / checkpoints.CARD).read_text(encoding="utf-8")
    line = next(line for line in card.splitlines() if line.startswith("| slim, inherited, longer | LiteRT |"))
    student, split = checkpoints.load_student(), datasets.load_parts(128)
    auroc = decisions.auroc(split.test.labels, student.score(split.test.images))
    assert auroc == pytest.approx(float(line.split("|")[5]), abs=0.005)
    assert f"Kept**: seed {student.seed}," in card


def test_the_students_card_is_what_its_rows_say(monkeypatch, tmp_path):
    shipped = (checkpoints.student_folder() / checkpoints.CARD).read_text(encoding="utf-8")
    student, rows = checkpoints.load_student(), measured.shipped_rows("compression")
    monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
    student.save(checkpoints.student_folder())
    checkpoints.write_student_card(rows, "slim, inherited, longer")
    assert (checkpoints.student_folder() / checkpoints.CARD).read_text(encoding="utf-8") == shipped


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
    with pytest.raises(ValueError, match="f_anogan, repair_gan"):
        checkpoints.load("parts", "magic")


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


class TestGenerators:
    @pytest.mark.parametrize("name", ["plates", "close_ups"])
    def test_a_shipped_gan_draws_as_its_card_says(self, name):
        from gan_helpers.checkpoints import generators

        _, train, held_out = generators.build(name, seed=0, base=8)
        model = checkpoints.load_gan(name)
        measured = checkpoints.measure_gan(model, train, held_out)
        card = pd.read_csv(generators.folder(name) / checkpoints.FIGURES).iloc[0]
        for figure in ("precision", "recall", "copies"):
            assert measured[figure] == pytest.approx(card[figure], abs=0.05)
        assert measured["copies"] < 0.2
        assert int(model.step) == generators.ROUNDS[name]

    @pytest.mark.parametrize("name", checkpoints.GENERATORS)
    def test_files_are_small_and_there_is_a_card(self, name):
        from gan_helpers.checkpoints import generators

        files = [path for path in generators.folder(name).iterdir() if path.is_file()]
        assert {checkpoints.CARD, checkpoints.FIGURES} <= {path.name for path in files}
        assert max(path.stat().st_size for path in files) < 5 * MEBIBYTE

    def test_the_classifier_knows_real_close_ups(self):
        _, held_out = datasets.load_close_ups()
        said = checkpoints.recognise(held_out.images)
        shares = [np.mean(said[held_out.kinds == kind] == kind) for kind in np.unique(held_out.kinds)]
        assert np.mean(shares) > 0.8
        assert min(shares) > 0.5

    def test_missing_and_unknown_ones_are_named(self, monkeypatch, tmp_path):
        monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
        with pytest.raises(FileNotFoundError, match=r"python -m gan_helpers\.checkpoints plates"):
            checkpoints.load_gan("plates")
        with pytest.raises(FileNotFoundError, match=r"python -m gan_helpers\.checkpoints kinds"):
            checkpoints.kind_classifier()
        with pytest.raises(ValueError, match="kinds, plates, close_ups"):
            checkpoints.load_gan("bolts")

    def test_making_one_leaves_networks_figures_and_a_card(self, monkeypatch, tmp_path):
        data = settings.data_folder()
        (tmp_path / "parts").symlink_to(data / "parts")
        monkeypatch.setattr(settings, "data_folder", lambda: tmp_path)
        monkeypatch.setenv("GAN_QC_BUDGET", "smoke")
        table = checkpoints.make_gan("plates", log=lambda *_, **__: None)
        made = tmp_path / "checkpoints" / "plates-gan"
        assert {path.name for path in made.iterdir()} == {
            "generator.keras",
            "discriminator.keras",
            "gan.json",
            checkpoints.FIGURES,
            checkpoints.CARD,
        }
        assert np.isfinite(table.iloc[0].to_numpy(float)).all()
        assert checkpoints.load_gan("plates").sample(2).shape == (2, 64, 64, 1)
