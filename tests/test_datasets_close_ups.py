"""Close-ups of defects: rendered apart from the set that is tested on."""

import numpy as np
import pytest

from gan_helpers import datasets, parts, settings
from gan_helpers.datasets import close_ups as room

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def close_ups():
    return datasets.load_close_ups(6, held_out_per_kind=4)


def test_every_kind_comes_as_often(close_ups):
    for of, n in zip(close_ups, (6, 4), strict=True):
        assert {kind: int((of.kinds == kind).sum()) for kind in set(of.kinds)} == dict.fromkeys(
            ("good", *parts.DEFECT_KINDS), n
        )
        assert of.images.shape[1:] == (32, 32, 1)


def test_train_and_held_out_share_no_lot(close_ups):
    train, held_out = close_ups
    assert not set(train.groups) & set(held_out.groups)


def test_the_defect_is_in_the_picture(close_ups):
    train, _ = close_ups
    defective = train.labels == 1
    assert train.masks[defective].any(axis=(1, 2)).mean() > 0.95
    assert not train.masks[~defective].any()


def test_no_part_is_one_of_the_set_that_is_tested_on(close_ups):
    known = set(datasets.load_parts(size=32).test.table["seed"])
    assert not known & {seed for of in close_ups for seed in of.table["seed"]}


def test_the_same_seed_gives_the_same(close_ups):
    again = datasets.load_close_ups(6, held_out_per_kind=4)
    np.testing.assert_array_equal(again[0].images, close_ups[0].images)


def test_good_ones_come_in_any_number():
    for of, n in zip(datasets.load_close_ups(1, good=5, held_out_per_kind=1, held_out_good=3), (5, 3), strict=True):
        assert (of.labels == 0).sum() == n
        assert (of.labels == 1).sum() == len(parts.DEFECT_KINDS)


def test_good_ones_are_cut_at_many_places_however_few_defects_are_kept(monkeypatch):
    """Cut at the places of eight defects, good close-ups are told from any others by the place alone."""
    cut, photographed = room.close_ups_of, []

    def watched(whole, *arguments, **options):
        photographed.append(whole)
        return cut(whole, *arguments, **options)

    monkeypatch.setattr(room, "close_ups_of", watched)
    datasets.load_close_ups(1, good=5, held_out_per_kind=1)
    for whole in photographed:
        assert whole.masks[whole.labels == 1].any(axis=(1, 2)).sum() > 0.8 * len(parts.DEFECT_KINDS) * room.PLACES


def test_a_window_is_cut_around_a_known_defect():
    split = datasets.load_parts(size=128)
    whole = split.test.defective[:20]
    cut = datasets.close_ups_of(whole, 40, seed=1)
    assert cut.images.shape == (20, 40, 40, 1)
    np.testing.assert_array_equal(cut.kinds, whole.kinds)
    for picture, mask, image in zip(cut.images, cut.masks, whole.images, strict=True):
        windows = np.lib.stride_tricks.sliding_window_view(image[..., 0], (40, 40))
        assert (windows[..., 0, 0] == picture[0, 0, 0]).any()
        assert mask.any()
    again = datasets.close_ups_of(whole, 40, seed=1)
    np.testing.assert_array_equal(again.images, cut.images)


def test_what_cannot_be_had_is_named():
    with pytest.raises(ValueError, match=r"only \d+ parts of kind"):
        datasets.load_close_ups(100_000)
    with pytest.raises(ValueError, match=r"data/parts"):
        datasets.load_close_ups(2, seed=settings.SEED)
    with pytest.raises(ValueError, match="16 to 128"):
        datasets.load_close_ups(2, size=200)
