"""Any folder of photographs: both layouts, what is held out, and one sentence for every kind of bad input."""

import stat
import warnings
import zipfile
from collections import namedtuple

import numpy as np
import pytest
from PIL import Image

from gan_helpers.datasets import DataError, DataWarning, folder, load_folder, load_parts

RNG = np.random.default_rng(0)


def photo(path, shape=(12, 12)):
    """Write an image of its own at ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RNG.integers(0, 256, shape, dtype=np.uint8)).save(path)


def photos(root, count, shape=(12, 12)):
    for i in range(count):
        photo(root / f"{i:03d}.png", shape)


def draw_mask(path, shape=(12, 12), marked=(slice(3, 6), 4)):
    path.parent.mkdir(parents=True, exist_ok=True)
    mask = np.zeros(shape, np.uint8)
    if marked:
        mask[marked] = 255
    Image.fromarray(mask).save(path)


@pytest.fixture
def mvtec(tmp_path):
    """Make a folder in MVTec AD layout: cracks with masks, dents without."""
    root = tmp_path / "plates"
    photos(root / "train" / "good", 12)
    photos(root / "test" / "good", 4)
    photos(root / "test" / "crack", 3)
    photos(root / "test" / "dent", 2)
    for i in range(3):
        draw_mask(root / "ground_truth" / "crack" / f"{i:03d}_mask.png")
    return root


@pytest.fixture
def two_folders(tmp_path):
    root = tmp_path / "cups"
    photos(root / "good", 40)
    photos(root / "defective", 6)
    return root


def zipped(root, archive, below=""):
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(root.rglob("*")):
            if path.is_file():
                file.write(path, below + path.relative_to(root).as_posix())
    return archive


def all_names(split):
    return sorted(name for side in (split.train, split.calibration, split.test) for name in side.names.tolist())


@pytest.fixture(autouse=True)
def no_unexpected_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


class TestMVTecLayout:
    def test_every_image_is_loaded_once_with_its_kind(self, mvtec):
        split = load_folder(mvtec, size=8)
        assert all_names(split) == sorted(
            p.relative_to(mvtec).as_posix() for p in mvtec.rglob("*.png") if "ground_truth" not in p.parts
        )
        assert (len(split.train), len(split.calibration)) == (9, 3)
        assert {kind: int((split.test.kinds == kind).sum()) for kind in ("good", "crack", "dent")} == {
            "good": 4,
            "crack": 3,
            "dent": 2,
        }
        assert all(
            name.startswith(f"test/{kind}/") for name, kind in zip(split.test.names, split.test.kinds, strict=True)
        )
        assert split.test.title == "plates"

    def test_masks_are_known_where_there_is_a_file(self, mvtec):
        test = load_folder(mvtec, size=12).test
        assert test.has_mask.tolist() == [kind != "dent" for kind in test.kinds]
        assert (test.masks.sum(axis=(1, 2)) == np.where(test.kinds == "crack", 3, 0)).all()
        assert test.masks[test.kinds == "crack"][0][3:6, 4].all()

    def test_masks_may_be_called_like_their_image(self, mvtec):
        for mask in list((mvtec / "ground_truth" / "crack").iterdir()):
            mask.rename(mask.with_name(mask.name.replace("_mask", "")))
        assert load_folder(mvtec, size=12).test.has_mask.sum() == 4 + 3

    def test_without_ground_truth_there_are_no_masks(self, two_folders):
        assert load_folder(two_folders, size=8).test.masks is None

    def test_a_mask_of_an_all_black_good_part_is_welcome(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "good" / "000_mask.png", marked=None)
        assert load_folder(mvtec, size=8).test.has_mask[load_folder(mvtec, size=8).test.labels == 0].all()

    def test_a_validation_folder_is_the_calibration_set(self, mvtec):
        photos(mvtec / "validation" / "good", 5)
        split = load_folder(mvtec, size=8)
        assert len(split.train) == 12
        assert (
            all(name.startswith("validation/good/") for name in split.calibration.names) and len(split.calibration) == 5
        )

    def test_without_good_parts_for_test_some_are_held_out(self, mvtec):
        (mvtec / "test" / "good").rename(mvtec / "train" / "good" / "monday")
        split = load_folder(mvtec, size=8)
        assert len(split.test.good) > 0
        assert len(split.train) + len(split.calibration) + len(split.test.good) == 16

    def test_lots_in_sub_folders_stay_together(self, tmp_path):
        for lot in range(8):
            photos(tmp_path / "train" / "good" / f"lot_{lot}", 3)
        photos(tmp_path / "test" / "good" / "lot_8", 3)
        photos(tmp_path / "test" / "crack" / "lot_8", 3)
        split = load_folder(tmp_path, size=8)
        assert split.shared_groups == []
        assert (len(split.train.group_names), len(split.calibration.group_names)) == (6, 2)

    def test_a_lot_on_both_sides_is_pointed_out(self, mvtec):
        photos(mvtec / "train" / "good" / "lot_1", 3)
        photos(mvtec / "test" / "good" / "lot_1", 3)
        with pytest.warns(DataWarning, match="'lot_1' stand in train and in test"):
            load_folder(mvtec, size=8)


class TestTwoFolders:
    def test_good_parts_are_held_out_for_calibration_and_test(self, two_folders):
        split = load_folder(two_folders, size=8)
        assert (len(split.train), len(split.calibration), len(split.test.good)) == (21, 7, 12)
        assert split.test.defective.kinds.tolist() == ["defective"] * 6
        assert len(set(all_names(split))) == 46

    @pytest.mark.parametrize(
        ("good", "bad"),
        [("ok", "nok"), ("Normal", "Anomaly"), ("good", "bad"), ("GOOD", "scratch"), ("pass", "not ok")],
    )
    def test_common_names_are_understood(self, tmp_path, good, bad):
        photos(tmp_path / good, 6)
        photos(tmp_path / bad, 2)
        split = load_folder(tmp_path, size=8)
        assert len(split.train) + len(split.calibration) + len(split.test.good) == 6
        assert split.test.defective.kinds.tolist() == [bad, bad]

    def test_folders_below_the_defective_ones_are_kinds(self, tmp_path):
        photos(tmp_path / "good", 6)
        photos(tmp_path / "defective" / "crack", 2)
        photos(tmp_path / "defective" / "dent", 1)
        draw_mask(tmp_path / "ground_truth" / "defective" / "crack" / "001_mask.png")
        test = load_folder(tmp_path, size=8).test
        assert test.defective.kinds.tolist() == ["crack", "crack", "dent"]
        assert test.defective.has_mask.tolist() == [False, True, False]

    def test_folders_below_the_defective_ones_are_lots_where_the_good_ones_have_them(self, tmp_path):
        for lot in "ABC":
            photos(tmp_path / "good" / lot, 6)
        photos(tmp_path / "defective" / "A", 3)
        photos(tmp_path / "defective" / "dent", 2)
        bad = load_folder(tmp_path, size=8).test.defective
        assert sorted(zip(bad.kinds, bad.groups, strict=True)) == [("defective", "A")] * 3 + [("dent", "")] * 2

    def test_folders_within_a_lot_don_t_tear_it_apart(self, tmp_path):
        for lot in "ABC":
            for side in ("front", "back"):
                photos(tmp_path / "good" / lot / side, 4)
        photos(tmp_path / "bad", 2)
        split = load_folder(tmp_path, size=8)
        assert [len(parts) for parts in (split.train, split.calibration, split.test.good)] == [8, 8, 8]
        assert {*split.train.group_names, *split.calibration.group_names, *split.test.good.group_names} == set("ABC")

    def test_of_two_lots_the_smaller_one_tests_and_the_reader_hears_that_three_are_needed(self, tmp_path):
        photos(tmp_path / "good" / "small", 8)
        photos(tmp_path / "good" / "large", 40)
        photos(tmp_path / "bad", 2)
        with pytest.warns(DataWarning, match="calibration is held out part by part .* three lots"):
            splits = [load_folder(tmp_path, size=8, seed=seed) for seed in range(4)]
        assert {tuple(split.test.good.group_names) for split in splits} == {("small",)}
        assert {len(split.calibration) for split in splits} == {10}

    def test_a_seed_gives_one_cut_and_another_seed_another(self, two_folders):
        first, again, other = (load_folder(two_folders, size=8, seed=seed) for seed in (1, 1, 2))
        assert first.train.names.tolist() == again.train.names.tolist()
        assert set(first.train.names.tolist()) != set(other.train.names.tolist())

    @pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
    def test_the_calibration_share_is_met(self, two_folders, share):
        split = load_folder(two_folders, size=8, calibration_share=share)
        assert abs(len(split.calibration) - share * 28) <= 0.5

    def test_good_parts_alone_will_do_but_say_nothing_about_escapes(self, tmp_path):
        photos(tmp_path / "good", 6)
        photos(tmp_path / "good" / "late", 0)
        with pytest.warns(DataWarning, match="no defective part"):
            split = load_folder(tmp_path, size=8)
        assert len(split.test.good) == 2 and len(split.test.defective) == 0

    def test_copies_of_one_photograph_stay_on_one_side(self, tmp_path):
        photos(tmp_path / "good", 8)
        photos(tmp_path / "bad", 1)
        for i in range(8):
            (tmp_path / "good" / f"copy_{i}.png").write_bytes((tmp_path / "good" / f"{i:03d}.png").read_bytes())
        with pytest.warns(DataWarning, match=r"8 files are exact copies, such as good/000\.png and good/copy_0\.png"):
            split = load_folder(tmp_path, size=8)
        sides = [{name[-5] for name in side.good.names} for side in (split.train, split.calibration, split.test)]
        assert sorted(number for side in sides for number in side) == list("01234567")


class TestColoursAndSizes:
    def test_one_colour_image_makes_the_set_a_colour_set(self, two_folders):
        assert load_folder(two_folders, size=8).train.images.shape[1:] == (8, 8, 1)
        photo(two_folders / "good" / "red.png", (12, 12, 3))
        assert load_folder(two_folders, size=8).train.images.shape[1:] == (8, 8, 3)
        assert load_folder(two_folders, size=8, grey=True).train.images.shape[1:] == (8, 8, 1)

    def test_mixed_sizes_are_loaded_with_a_sentence_that_names_two_of_them(self, mvtec):
        photo(mvtec / "test" / "dent" / "wide.png", (10, 30))
        with pytest.warns(
            DataWarning, match=r"is 12x12 but test/dent/wide\.png is 30x10; all are scaled and padded to 8x8"
        ):
            split = load_folder(mvtec, size=8)
        assert "test/dent/wide.png" in split.test.names

    def test_12_bits_in_a_file_of_16_are_pointed_out(self, mvtec):
        dark = RNG.integers(0, 4096, (12, 12), dtype=np.uint16)
        Image.fromarray(dark).save(mvtec / "test" / "dent" / "dark.png")
        with pytest.warns(DataWarning, match=r"1 images, such as test/dent/dark\.png, use 12 of their 16 bits"):
            load_folder(mvtec, size=8)

    def test_every_dark_image_counts_even_beside_bright_ones(self, two_folders):
        Image.fromarray(RNG.integers(0, 4096, (12, 12), dtype=np.uint16)).save(two_folders / "good" / "dark.png")
        Image.fromarray(RNG.integers(0, 65536, (12, 12), dtype=np.uint16)).save(two_folders / "good" / "bright.png")
        with pytest.warns(DataWarning, match=r"1 images, such as good/dark\.png, use 12 of their 16 bits"):
            load_folder(two_folders, size=8)

    def test_a_size_that_tells_good_from_defective(self, tmp_path):
        photos(tmp_path / "good", 9, (12, 12))
        photos(tmp_path / "bad", 9, (18, 18))
        alone = r"size alone tells good from defective \(12x12 pixels against 18x18"
        with pytest.warns(DataWarning, match="crop them alike"), pytest.warns(DataWarning, match=alone):
            load_folder(tmp_path, size=8)

    def test_a_colour_that_tells_good_from_defective(self, tmp_path):
        photos(tmp_path / "good", 9, (12, 12))
        photos(tmp_path / "bad", 9, (12, 12, 3))
        with pytest.warns(DataWarning, match=r"colour alone tells good from defective \(grey against in colour\)"):
            load_folder(tmp_path, size=8)


class TestZip:
    @pytest.mark.parametrize("below", ["", "plates/", "delivery/plates/"])
    def test_an_archive_gives_what_its_folder_gives(self, mvtec, tmp_path, below):
        split, direct = load_folder(zipped(mvtec, tmp_path / "set.zip", below), size=8), load_folder(mvtec, size=8)
        np.testing.assert_array_equal(split.train.images, direct.train.images)
        assert split.test.names.tolist() == direct.test.names.tolist()
        assert split.test.title == "set"

    @pytest.mark.parametrize(
        "name", ["../evil.png", "/evil.png", "good/../../evil.png", "C:\\evil.png", "..\\evil.png"]
    )
    def test_a_path_that_points_outside_is_refused_and_nothing_is_written(self, tmp_path, name):
        archive = tmp_path / "deep" / "set.zip"
        archive.parent.mkdir()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("good/a.png", b"")
            file.writestr(name, b"evil")
        with pytest.raises(DataError, match=r"points outside the archive; make the archive again"):
            load_folder(archive)
        assert not list(tmp_path.rglob("evil*"))

    def test_a_time_in_a_file_s_name_is_no_drive(self, two_folders, tmp_path):
        archive = tmp_path / "set.zip"
        zipped(two_folders, archive)
        with zipfile.ZipFile(archive, "a") as file:
            file.write(two_folders / "good" / "000.png", "good/2026-05-01 12:30:06.png")
            file.write(two_folders / "good" / "001.png", "good/again.png")
        with pytest.warns(DataWarning, match="2 files are exact copies"):
            assert len(all_names(load_folder(archive, size=8))) == 48

    def test_a_link_in_an_archive_is_refused(self, tmp_path):
        link = zipfile.ZipInfo("good/secret.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
            file.writestr(link, "/etc/hostname")
        with pytest.raises(DataError, match="points outside"):
            load_folder(tmp_path / "set.zip")

    def test_a_damaged_archive_is_named(self, mvtec, tmp_path):
        archive = zipped(mvtec, tmp_path / "set.zip")
        data = bytearray(archive.read_bytes())
        data[60:90] = bytes(30)
        archive.write_bytes(data)
        with pytest.raises(DataError, match=r"set\.zip cannot be unpacked"):
            load_folder(archive)

    def test_an_archive_larger_than_the_disk_is_refused(self, mvtec, tmp_path, monkeypatch):
        usage = namedtuple("usage", "total used free")(10_000, 9_900, 100)
        monkeypatch.setattr("gan_helpers.datasets.layout.shutil.disk_usage", lambda folder: usage)
        with pytest.raises(DataError, match=r"set\.zip unpacks to .* GB"):
            load_folder(zipped(mvtec, tmp_path / "set.zip"))


class TestBadInput:
    """Each kind of bad input gets a sentence that names the file and the cure."""

    def refused(self, root, sentence, **options):
        with pytest.raises(DataError, match=sentence) as caught:
            load_folder(root, size=8, **options)
        assert isinstance(caught.value, ValueError)
        return str(caught.value)

    def test_no_folder(self, tmp_path):
        self.refused(tmp_path / "plaets", r"There is no folder .*plaets; check the spelling")

    def test_a_file_instead_of_a_folder(self, mvtec):
        self.refused(mvtec / "train" / "good" / "000.png", r"000\.png is a file; give the folder")

    def test_an_empty_folder(self, tmp_path):
        self.refused(tmp_path, "holds no folder; it needs train/good and test, or one folder of good parts")

    def test_no_folder_that_is_called_good(self, tmp_path):
        photos(tmp_path / "apples", 2)
        photos(tmp_path / "pears", 2)
        self.refused(tmp_path, r"holds apples, pears; it needs train/good and test.* \(good, ok, okay, normal\)")

    def test_two_folders_that_are_called_good(self, two_folders):
        photos(two_folders / "ok", 2)
        self.refused(two_folders, "holds defective, good, ok; it needs .* one folder of good parts")

    @pytest.mark.parametrize("name", ["test", "validation", "good_lot2", "OK 3"])
    def test_a_folder_that_is_no_kind_of_defect(self, two_folders, name):
        photos(two_folders / name, 3)
        self.refused(two_folders, rf"{name} (stands beside good, and is no|would be taken for a) kind of defect")

    def test_a_good_folder_that_is_empty(self, tmp_path):
        (tmp_path / "good").mkdir()
        photos(tmp_path / "bad", 5)
        with pytest.warns(DataWarning, match="good is empty"):
            self.refused(tmp_path, "holds no good part to learn from")

    def test_a_lot_of_good_parts_among_the_kinds_of_defect(self, mvtec):
        photos(mvtec / "test" / "good_lot2", 3)
        self.refused(mvtec, "good_lot2 would be taken for a kind of defect; .* test/good/good_lot2")

    def test_sides_without_train_are_no_lots(self, tmp_path):
        for side in ("training", "testing"):
            photos(tmp_path / side / "good", 3)
        self.refused(tmp_path, "it needs train/good and test")

    def test_good_ones_below_defective_ones(self, mvtec):
        photos(mvtec / "test" / "monday" / "good", 3)
        self.refused(mvtec, "test/monday/good lies below a folder of defective parts; move")

    def test_lots_that_hold_good_and_bad(self, tmp_path):
        for lot in "AB":
            photos(tmp_path / lot / "good", 3)
            photos(tmp_path / lot / "bad", 3)
        self.refused(tmp_path, "turn it round: good/A, good/B")

    def test_german_names(self, tmp_path):
        photos(tmp_path / "train" / "Gut", 9)
        photos(tmp_path / "test" / "gut", 3)
        photos(tmp_path / "test" / "Ausschuß", 3)
        split = load_folder(tmp_path, size=8)
        assert (len(split.test.good), len(split.test.defective)) == (3, 3)

    def test_one_photograph_in_two_lots(self, tmp_path):
        for lot in "ABC":
            photos(tmp_path / "good" / lot, 6)
        (tmp_path / "good" / "C" / "copy.png").write_bytes((tmp_path / "good" / "A" / "000.png").read_bytes())
        self.refused(tmp_path, r"good/A/000\.png and good/C/copy\.png are the same file; remove one")

    def test_folders_without_images(self, tmp_path):
        (tmp_path / "train" / "good").mkdir(parents=True)
        with pytest.warns(DataWarning, match="train/good is empty"):
            self.refused(tmp_path, "There is no image in")

    def test_images_beside_the_folders(self, two_folders):
        photo(two_folders / "late.png")
        self.refused(two_folders, r"late\.png lies beside the folders; move it into the folder of its class")

    def test_images_without_a_class_in_train_and_test(self, mvtec):
        photo(mvtec / "train" / "a.png")
        photo(mvtec / "test" / "b.png")
        text = self.refused(mvtec, "2 problems")
        assert "train/a.png has no class; move it to train/good" in text and "test/b.png has no class" in text

    @pytest.mark.parametrize("count", [1, 2])
    def test_a_single_image(self, tmp_path, count):
        photos(tmp_path / "good", count)
        self.refused(tmp_path, "has too few good images .* give 3 at the very least")

    def test_no_good_part_in_train(self, mvtec):
        for file in (mvtec / "train" / "good").iterdir():
            file.unlink()
        (mvtec / "train" / "good").rmdir()
        self.refused(mvtec, "plates holds no good part to learn from; put some into train/good")

    def test_broken_files_are_all_listed(self, mvtec):
        for i in (1, 4):
            file = mvtec / "train" / "good" / f"{i:03d}.png"
            file.write_bytes(file.read_bytes()[:70])
        (mvtec / "test" / "dent" / "000.png").write_bytes(b"")
        text = self.refused(mvtec, "3 problems in plates")
        assert all(name in text for name in ("train/good/001.png", "train/good/004.png", "test/dent/000.png"))
        assert "good/000.png" not in text

    def test_of_many_broken_files_ten_are_listed_and_the_rest_counted(self, two_folders):
        for i in range(17):
            (two_folders / "good" / f"{i:03d}.png").write_bytes(b"broken" + bytes([i]))
        text = self.refused(two_folders, "17 problems")
        assert len(text.splitlines()) == 12 and text.endswith("and 7 more.")

    def test_defects_in_train(self, mvtec):
        photos(mvtec / "train" / "crack", 3)
        self.refused(
            mvtec, "train/crack holds 3 images, but a detector learns from good parts only; move them to test/crack"
        )

    def test_defects_in_validation(self, mvtec):
        photos(mvtec / "validation" / "good", 3)
        photos(mvtec / "validation" / "crack", 1)
        self.refused(mvtec, "validation/crack holds 1 images")

    def test_a_mask_without_an_image(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "crack" / "777_mask.png")
        draw_mask(mvtec / "ground_truth" / "bubble" / "000_mask.png")
        text = self.refused(mvtec, "2 problems")
        assert "ground_truth/crack/777_mask.png fits no image; name it like its image, or remove it" in text
        assert "ground_truth/bubble/000_mask.png fits no image" in text

    def test_a_mask_of_another_size(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "crack" / "001_mask.png", shape=(24, 12))
        self.refused(mvtec, r"crack/001_mask\.png is 12x24, but its image test/crack/001\.png is 12x12; draw the mask")

    def test_a_mask_without_a_mark(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "crack" / "001_mask.png", marked=None)
        self.refused(mvtec, r"crack/001_mask\.png is all black, but test/crack/001\.png has a defect; draw the defect")

    def test_a_mark_on_a_good_part(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "good" / "000_mask.png")
        self.refused(mvtec, r"good/000_mask\.png marks a defect on a good part")

    def test_two_masks_for_one_image(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "crack" / "001.png")
        self.refused(mvtec, r"second mask of the image crack/001; keep one")

    def test_a_broken_mask(self, mvtec):
        (mvtec / "ground_truth" / "crack" / "001_mask.png").write_bytes(b"")
        self.refused(mvtec, r"ground_truth/crack/001_mask\.png is not an image or is broken")

    def test_a_mask_that_marks_everything_is_loaded_with_a_question(self, mvtec):
        draw_mask(mvtec / "ground_truth" / "crack" / "001_mask.png", marked=(slice(None),))
        with pytest.warns(DataWarning, match=r"crack/001_mask\.png marks every pixel; if that is not meant, invert it"):
            load_folder(mvtec, size=8)

    def test_one_photograph_in_train_and_in_test(self, mvtec):
        (mvtec / "test" / "good" / "900.png").write_bytes((mvtec / "train" / "good" / "003.png").read_bytes())
        text = self.refused(mvtec, "are the same file; remove one, because a test on parts that were trained on")
        assert "train/good/003.png" in text and "test/good/900.png" in text

    def test_one_photograph_under_two_labels(self, two_folders):
        (two_folders / "defective" / "x.png").write_bytes((two_folders / "good" / "003.png").read_bytes())
        self.refused(
            two_folders, r"defective/x\.png and good/003\.png are the same file under two labels; remove the wrong"
        )

    @pytest.mark.parametrize("name", ["phone.HEIC", "camera.nef", "film.mp4"])
    def test_photographs_in_a_format_that_cannot_be_read(self, two_folders, name):
        (two_folders / "good" / name).write_bytes(b"data")
        self.refused(two_folders, rf"good/{name} is in a format that cannot be read; save it as PNG or JPEG")

    def test_a_film_beside_its_photograph_is_named_and_not_read(self, two_folders):
        (two_folders / "good" / "000.MOV").write_bytes(b"film")
        with pytest.warns(DataWarning, match=r"Not read: good/000\.MOV; the photograph of the same name"):
            assert len(all_names(load_folder(two_folders, size=8))) == 46

    def test_more_images_than_fit_into_memory(self, two_folders, monkeypatch):
        monkeypatch.setattr(folder, "MANY", 10)
        memory = namedtuple("memory", "available")(1_000_000)
        monkeypatch.setattr(folder.psutil, "virtual_memory", lambda: memory)
        text = ""
        with pytest.raises(DataError, match=r"46 images at 256x256 need .* GB .* choose size=(\d+) or less") as caught:
            load_folder(two_folders, size=256)
        text = str(caught.value)
        fits = int(text.split("size=")[1].split()[0])
        assert load_folder(two_folders, size=fits).train.images.shape[1] == fits

    @pytest.mark.parametrize("share", [0, 1, -0.1, 1.5])
    def test_a_calibration_share_that_leaves_nothing(self, two_folders, share):
        self.refused(two_folders, f"calibration_share is {share}", calibration_share=share)


class TestNothingIsDroppedSilently:
    def test_files_that_are_no_images_are_named(self, two_folders):
        (two_folders / "good" / "notes.txt").write_text("shift 2")
        with pytest.warns(DataWarning, match=r"Not read, because they are no images: good/notes\.txt"):
            load_folder(two_folders, size=8)

    def test_folders_without_a_role_are_named(self, mvtec):
        photos(mvtec / "backup", 2)
        with pytest.warns(DataWarning, match="neither train nor test: backup"):
            load_folder(mvtec, size=8)

    @pytest.mark.parametrize(
        "name", [".DS_Store", "Thumbs.db", "desktop.ini", "._000.png", "__MACOSX/000.png", "@eaDir/000.png"]
    )
    def test_what_the_operating_system_leaves_behind_is_not(self, two_folders, name):
        file = two_folders / "good" / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(b"system")
        assert len(all_names(load_folder(two_folders, size=8))) == 46

    def test_every_image_suffix_counts_in_upper_case_too(self, two_folders):
        for suffix in ("PNG", "JPG", "JPEG", "BMP", "TIF", "webp", "gif", "PGM"):
            photo(two_folders / "good" / f"extra_{suffix}.{suffix}")
        assert len(all_names(load_folder(two_folders, size=8))) == 46 + 8


class TestRenderedParts:
    @pytest.fixture
    def rendered(self, tmp_path):
        """Make a tiny set as gan_helpers.parts writes it, with its table in another order than the files."""
        root = tmp_path / "parts"
        rows = ["name,split,kind,lot,wear"]
        for split, kind, lots in (("train", "good", range(8)), ("test", "good", (8, 9)), ("test", "dent", (8, 9))):
            for i in range(4 * len(lots)):
                name = f"{split}/{kind}/{i:04d}.png"
                photo(root / name)
                rows.append(f"{name},{split},{kind},lot_{lots[i % len(lots)]:02d},{i / 100}")
        for i in range(8):
            draw_mask(root / "ground_truth" / "dent" / f"{i:04d}_mask.png")
        (root / "process.csv").write_text("\n".join(rows[:1] + rows[:0:-1]) + "\n")
        return root

    def test_lots_never_share_a_side_and_a_quarter_of_them_calibrates(self, rendered):
        split = load_parts(8, folder=rendered)
        assert split.shared_groups == []
        assert (len(split.train.group_names), len(split.calibration.group_names)) == (6, 2)
        assert split.test.group_names == ["lot_08", "lot_09"]

    def test_each_part_has_its_own_row_of_the_table(self, rendered):
        test = load_parts(8, folder=rendered).test
        assert test.table["name"].tolist() == test.names.tolist()
        assert test.table["lot"].tolist() == test.groups.tolist()
        assert test.table["kind"].tolist() == test.kinds.tolist()
        assert test.has_mask.all() and test.masks.any(axis=(1, 2)).sum() == 8

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda text: text.replace("test/dent/0003.png", "test/dent/0333.png"), r"no row for test/dent/0003\.png"),
            (lambda text: text + "test/dent/0999.png,test,dent,lot_09,0\n", r"test/dent/0999\.png .* is no file"),
            (lambda text: text + "test/dent/0003.png,test,dent,lot_09,0\n", r"two rows for test/dent/0003\.png"),
            (lambda text: text.replace("lot,", "batch,", 1), "no column 'lot'; it has name, split, kind, batch, wear"),
            (lambda text: text.replace("train,good,lot_03", "train,good,lot_09"), "lot lot_09 on two sides"),
            (lambda text: text.replace("dent,lot_09", "dent,", 1), "gives no lot for test/dent"),
        ],
    )
    def test_a_table_that_does_not_fit_the_images_is_refused(self, rendered, change, sentence):
        table = rendered / "process.csv"
        table.write_text(change(table.read_text()))
        with pytest.raises(DataError, match=sentence):
            load_parts(8, folder=rendered)

    def test_a_folder_without_a_table_is_for_load_folder(self, mvtec):
        with pytest.raises(DataError, match=r"process\.csv is missing; .* load_folder"):
            load_parts(8, folder=mvtec)

    def test_missing_parts_are_rendered_once_into_the_learner_s_folder(
        self, rendered, empty_home, tmp_path, monkeypatch
    ):
        calls = []

        def write_dataset(target):
            calls.append(target)
            for file in rendered.rglob("*"):
                if file.is_file():
                    (target / file.relative_to(rendered)).parent.mkdir(parents=True, exist_ok=True)
                    (target / file.relative_to(rendered)).write_bytes(file.read_bytes())

        monkeypatch.setattr("gan_helpers.settings.data_folder", lambda: tmp_path / "nowhere")
        monkeypatch.setattr("gan_helpers.parts.write_dataset", write_dataset)
        first, again = load_parts(8), load_parts(8)
        assert len(calls) == 1
        assert first.train.names.tolist() == again.train.names.tolist()
        assert (empty_home / "data" / "parts" / "process.csv").is_file()

    def test_an_interrupted_rendering_is_not_taken_for_whole(self, empty_home, tmp_path, monkeypatch):
        def stopped(target):
            photo(target / "train" / "good" / "0000.png")
            (target / "process.csv").write_text("name,lot\n")
            raise KeyboardInterrupt

        monkeypatch.setattr("gan_helpers.settings.data_folder", lambda: tmp_path / "nowhere")
        monkeypatch.setattr("gan_helpers.parts.write_dataset", stopped)
        with pytest.raises(KeyboardInterrupt):
            load_parts(8)
        assert not (empty_home / "data" / "parts").exists()
