"""Photographs of any kind: a split and a card, never a traceback."""

import shutil

import numpy as np
import pytest
from PIL import Image

from gan_helpers import capstone
from gan_helpers.datasets.names import told_by


def photograph(path, seed=0, shape=(24, 24), mode="L"):
    path.parent.mkdir(parents=True, exist_ok=True)
    values = np.random.default_rng(seed).integers(0, 256, (*shape, 3), dtype=np.uint8)
    Image.fromarray(values).convert(mode).save(path)
    return path


@pytest.fixture
def folder(tmp_path):
    for i in range(16):
        photograph(tmp_path / "mine" / "good" / f"{i:02d}.png", i)
    for i in range(4):
        photograph(tmp_path / "mine" / "scratch" / f"{i:02d}.png", 50 + i)
    return tmp_path / "mine"


class TestWhatCanBeUsed:
    def test_without_a_folder_the_solar_cells_come_without_a_complaint(self):
        loaded = capstone.load_photographs(None, size=32)
        assert not loaded.own
        assert loaded.problem == ""
        assert "solar" in loaded.title

    def test_a_folder_of_ones_own(self, folder):
        loaded = capstone.load_photographs(folder, size=32)
        assert loaded.own
        assert len(loaded.split.test.defective) == 4

    def test_a_zip_of_it(self, folder, tmp_path):
        archive = shutil.make_archive(str(tmp_path / "packed"), "zip", folder)
        loaded = capstone.load_photographs(archive, size=32)
        assert loaded.own
        assert len(loaded.split.test.defective) == 4

    def test_photographs_side_by_side_are_told_apart_by_their_names(self, tmp_path):
        for i in range(14):
            photograph(tmp_path / "flat" / f"part_{i}.png", i)
        for i, name in enumerate(("bad_1", "IMG-7-nok", "not ok 3"), start=14):
            photograph(tmp_path / "flat" / f"{name}.png", i)
        loaded = capstone.load_photographs(tmp_path / "flat", size=32)
        assert loaded.own
        assert len(loaded.split.test.defective) == 3
        assert any("defective: 3 (" in note and "side by side" in note for note in loaded.notes)

    def test_what_is_odd_is_noted_not_dropped(self, folder):
        photograph(folder / "good" / "wide.png", 99, shape=(24, 40))
        (folder / "good" / "notes.txt").write_text("hello")
        notes = " ".join(capstone.load_photographs(folder, size=32).notes)
        assert "wide.png" in notes
        assert "notes.txt" in notes

    @pytest.mark.parametrize(
        ("stem", "told"),
        [
            ("bad_01", "bad"),
            ("IMG_7-NOK", "bad"),
            ("not_ok_3", "bad"),
            ("nicht gut 4", "bad"),
            ("Ausschuß 2", "bad"),
            ("n.i.O. 3", "bad"),
            ("part_1.bad", "bad"),
            ("A.bad", "bad"),
            ("part_no_5_bad", "bad"),
            ("No. 5 defect", "bad"),
            ("no_12_ok", "good"),
            ("i.O. 5", "good"),
            ("okay_3", "good"),
            ("defect_free_03", "good"),
            ("no_defect_07", "good"),
            ("non_defective_3", "good"),
            ("kein_nio", "good"),
            ("badge_4", ""),
            ("scratch_02", ""),
            ("7", ""),
        ],
    )
    def test_whole_words_count_in_a_name_and_a_no_turns_them_round(self, stem, told):
        assert told_by(stem) == told

    def test_where_no_name_says_bad_it_tells_how_the_names_begin(self, tmp_path):
        for i in range(14):
            photograph(tmp_path / "flat" / f"{('part', 'crack')[i > 9]}_{i}.png", i)
        (tmp_path / "flat" / "prices.csv").write_text("1")
        (note, *others) = capstone.load_photographs(tmp_path / "flat", size=32).notes
        assert "14 photographs" in note
        assert "the other 14" in note
        assert "begin with part (10), crack (4)" in note
        assert any("prices.csv" in other for other in others)

    def test_only_what_is_read_is_counted(self, tmp_path):
        for i in range(12):
            file = photograph(tmp_path / "phone" / f"IMG_{i}.png", i)
            file.with_suffix(".HEIC").write_bytes(b"the same")
        loaded = capstone.load_photographs(tmp_path / "phone", size=32)
        assert loaded.own
        assert "12 photographs" in loaded.notes[0]
        assert "the other 12" in loaded.notes[0]

    def test_names_of_files_go_before_that_of_their_folder(self, tmp_path):
        for i in range(14):
            photograph(tmp_path / "defects" / f"ok_{i}.png", i)
        assert capstone.load_photographs(tmp_path / "defects", size=32).own

    def test_it_says_which_folders_were_taken_for_defective(self, folder):
        assert "Taken for defective: scratch (4)." in capstone.load_photographs(folder, size=32).notes


class TestWhatCannot:
    def refused(self, photographs, *words):
        loaded = capstone.load_photographs(photographs, size=32)
        assert not loaded.own
        assert all(word in loaded.problem for word in words), loaded.problem
        assert "goes on with the solar cells" in repr(loaded)
        assert "goes on with the solar cells" in loaded._repr_html_()

    def test_no_such_folder(self, tmp_path):
        self.refused(tmp_path / "nowhere", "no folder", "spelling")

    @pytest.mark.parametrize("nothing", ["", "  ", 3])
    def test_no_path_at_all(self, nothing):
        self.refused(nothing, "quotation marks")

    def test_a_folder_of_defective_ones_alone(self, tmp_path):
        for i in range(6):
            photograph(tmp_path / "bad" / f"{i}.png", i)
        self.refused(tmp_path / "bad", "no good ones", "the folder above it")

    def test_the_note_about_names_survives_a_refusal(self, tmp_path):
        for i in range(6):
            photograph(tmp_path / "few" / f"bad_{i}.png", i)
            photograph(tmp_path / "few" / f"{i}.png", 10 + i)
        self.refused(tmp_path / "few", "to learn from", "Taken for defective: 6")

    def test_photographs_of_a_telephone(self, tmp_path):
        for i in range(12):
            photograph(tmp_path / "phone" / f"{i}.png", i).rename(tmp_path / "phone" / f"{i}.HEIC")
        self.refused(tmp_path / "phone", "12 files", "0.HEIC", "Most Compatible")

    def test_an_empty_folder(self, tmp_path):
        self.refused(tmp_path, tmp_path.name)

    def test_one_photograph_only(self, tmp_path):
        self.refused(photograph(tmp_path / "single" / "good" / "a.png").parent.parent, "too few")

    def test_one_photograph_without_a_folder(self, tmp_path):
        self.refused(photograph(tmp_path / "single" / "a.png").parent, "too few")

    def test_too_few_to_learn_from(self, tmp_path):
        for i in range(5):
            photograph(tmp_path / "few" / "good" / f"{i}.png", i)
        self.refused(tmp_path / "few", "to learn from", "4 at the very least")

    def test_a_photograph_cut_short_and_a_text_called_png(self, folder):
        whole = photograph(folder / "good" / "cut.jpg", shape=(64, 64), mode="RGB").read_bytes()
        (folder / "good" / "cut.jpg").write_bytes(whole[: len(whole) // 2])
        (folder / "good" / "text.png").write_text("not an image")
        self.refused(folder, "cut.jpg", "text.png")

    def test_defects_in_train(self, tmp_path):
        for i in range(8):
            photograph(tmp_path / "set" / "train" / "good" / f"{i}.png", i)
        photograph(tmp_path / "set" / "train" / "crack" / "0.png", 20)
        self.refused(tmp_path / "set", "train/crack", "test/crack")

    def test_a_broken_archive(self, tmp_path):
        (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 broken")
        self.refused(tmp_path / "x.zip", "x.zip")

    def test_a_name_with_html_in_it_is_escaped_on_the_card(self, tmp_path):
        card = capstone.load_photographs(tmp_path / "<b>x</b>", size=32)._repr_html_()
        assert "<b>x" not in card
        assert "&lt;b&gt;x" in card
