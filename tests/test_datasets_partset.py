"""PartSet and Split keep what belongs together together, and refuse what does not fit."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_helpers.datasets import DataError, PartSet, Split


def some_parts(kinds=("good", "good", "crack", "dent"), **fields):
    n = len(kinds)
    images = np.linspace(0, 1, n * 16, dtype=np.float32).reshape(n, 4, 4, 1)
    masks = np.zeros((n, 4, 4), bool)
    masks[[kind != "good" for kind in kinds], 1, 2] = True
    return PartSet(
        **{
            "images": images,
            "labels": [int(kind != "good") for kind in kinds],
            "kinds": kinds,
            "groups": [f"lot_{i // 2}" for i in range(n)],
            "names": [f"{i:02d}.png" for i in range(n)],
            "masks": masks,
            "table": pd.DataFrame({"wear": np.arange(n) / 10}),
            "title": "plates",
            **fields,
        }
    )


class TestPartSet:
    def test_it_sums_itself_up(self):
        assert repr(some_parts()) == (
            "PartSet 'plates': 4 parts 4x4x1, 2 good, 2 defective (crack 1, dent 1), 2 of them with mask, 2 groups"
        )

    def test_what_is_not_given_has_a_sensible_default(self):
        parts = PartSet(images=np.zeros((2, 3, 5, 3)), labels=[0, 1])
        assert parts.kinds.tolist() == ["good", "defective"]
        assert parts.names.tolist() == ["0", "1"]
        assert parts.groups.tolist() == ["", ""] and parts.group_names == []
        assert parts.masks is None and not parts.has_mask.any()
        assert (parts.images.dtype, parts.labels.dtype) == (np.float32, np.int8)

    @given(
        st.one_of(
            st.slices(6),
            st.lists(st.booleans(), min_size=6, max_size=6).map(np.array),
            st.lists(st.integers(-6, 5), max_size=9),
            st.integers(-6, 5),
        )
    )
    def test_any_index_picks_the_same_rows_of_every_field(self, index):
        parts = some_parts(("good", "crack", "good", "dent", "good", "crack"))
        rows = np.atleast_1d(np.arange(6)[np.asarray(index, int) if isinstance(index, list) else index])
        chosen = parts[index]
        for field in ("images", "labels", "kinds", "groups", "names", "masks", "has_mask"):
            np.testing.assert_array_equal(getattr(chosen, field), getattr(parts, field)[rows])
        assert chosen.table["wear"].tolist() == parts.table["wear"].iloc[rows].tolist()

    @pytest.mark.parametrize(("index", "error"), [(6, IndexError), ([True, False], IndexError), ([0.5], TypeError)])
    def test_an_index_that_fits_nothing_is_refused(self, index, error):
        with pytest.raises(error):
            some_parts()[index]

    def test_good_and_defective_share_out_all_parts(self):
        parts = some_parts()
        assert parts.good.names.tolist() == ["00.png", "01.png"]
        assert parts.defective.kinds.tolist() == ["crack", "dent"]

    def test_its_arrays_cannot_be_changed_by_accident(self):
        mine = np.zeros((1, 4, 4, 1), np.float32)
        parts = PartSet(images=mine, labels=[0])
        with pytest.raises(ValueError, match="read-only"):
            parts.images[0] = 1
        mine[0] = 0.5  # the caller's own array stays as writable as it was

    def test_a_mask_is_known_for_good_parts_and_for_marked_defects(self):
        masks = np.zeros((3, 4, 4), bool)
        masks[1, 0, 0] = True
        parts = some_parts(("good", "crack", "crack"), masks=masks)
        assert parts.has_mask.tolist() == [True, True, False]

    @pytest.mark.parametrize(
        ("field", "value", "cure"),
        [
            ("images", np.zeros((4, 4, 4), np.float32), r"images\[..., None\]"),
            ("images", np.zeros((4, 4, 4, 2), np.float32), r"c = 1 \(grey\) or 3"),
            ("images", np.zeros((4, 4, 4, 1), np.uint8), "images / 255"),
            ("images", np.full((4, 4, 4, 1), 1.5), r"into \[0, 1\]"),
            ("images", np.full((4, 4, 4, 1), np.nan), "replace NaN"),
            ("labels", [0, 0, 1], "one label an image"),
            ("labels", [0, 0, 1, 2], "0 for good and 1 for defective"),
            ("labels", [0, 1, 1, 1], r"kinds\[1\] is 'good' but labels\[1\] is 1"),
            ("names", ["a"], "names has shape"),
            ("groups", ["a"], "groups has shape"),
            ("masks", np.zeros((4, 3, 4), bool), "one mask an image"),
            ("masks", np.zeros((4, 4, 4)), "masks > 0"),
            ("masks", np.ones((4, 4, 4), bool), r"masks\[0\] marks a defect on a good part"),
            ("has_mask", [True, False, True, True], r"has_mask\[1\] is False"),
            ("has_mask", [1, 1, 1, 1], "give bool"),
            ("table", pd.DataFrame({"wear": [1, 2]}), "one row an image"),
        ],
    )
    def test_a_field_that_does_not_fit_is_named_with_the_cure(self, field, value, cure):
        with pytest.raises(DataError, match=cure):
            some_parts(**{field: value})

    def test_known_masks_without_masks_are_refused(self):
        with pytest.raises(DataError, match="masks is None"):
            some_parts(masks=None, has_mask=np.ones(4, bool))


class TestSplit:
    def test_it_shows_its_three_sides(self):
        parts = some_parts()
        text = repr(Split(parts.good[:1], parts.good[1:], parts))
        assert [line.split()[0] for line in text.splitlines()] == ["Split", "train", "calibration", "test"]

    def test_it_tells_which_groups_stand_on_two_sides(self):
        parts = some_parts(("good", "good", "good", "good", "crack", "dent"))
        assert Split(parts[:2], parts[2:4], parts[4:]).shared_groups == []
        assert Split(parts[:3], parts[3:4], parts[4:]).shared_groups == ["lot_1"]

    @pytest.mark.parametrize("side", ["train", "calibration"])
    def test_defects_may_be_in_test_only(self, side):
        parts = some_parts()
        sides = {"train": parts.good, "calibration": parts.good, "test": parts, side: parts}
        with pytest.raises(DataError, match=rf"{side} holds 2 defective parts, such as '02.png'.* move them to test"):
            Split(**sides)

    def test_an_empty_side_is_refused(self):
        parts = some_parts()
        with pytest.raises(DataError, match="calibration holds no part"):
            Split(parts.good, parts[:0], parts)

    def test_images_of_another_size_are_refused(self):
        parts = some_parts()
        large = PartSet(images=np.zeros((2, 8, 8, 1)), labels=[0, 0])
        with pytest.raises(DataError, match="same size"):
            Split(large, parts.good, parts)
