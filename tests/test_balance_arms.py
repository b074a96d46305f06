"""Ten defective parts put to use: what each arm shows, where pastes go, what the filter lets through."""

import numpy as np
import pytest
from scipy.ndimage import binary_dilation

from gan_helpers import balance
from gan_helpers.balance import arms
from gan_helpers.balance.pasting import likely_places

RNG = np.random.default_rng(0)
GOOD = RNG.uniform(0.3, 0.5, (40, 32, 32, 1)).astype(np.float32)
TEN = RNG.uniform(0.3, 0.5, (10, 32, 32, 1)).astype(np.float32)
MASKS = np.zeros((10, 32, 32), dtype=bool)
MASKS[:, 10:14, 20:26] = True
TEN[MASKS] = 1.0


@pytest.mark.parametrize("name", balance.ARMS)
def test_every_arm_gives_parts_a_classifier_can_take(name):
    images, labels, class_weight, _ = balance.ARMS[name](GOOD, TEN, MASKS, seed=1)
    assert images.dtype == np.float32 and images.shape[1:] == GOOD.shape[1:] and len(images) == len(labels)
    assert images.min() >= 0 and images.max() <= 1
    assert set(np.unique(labels)) == {0, 1}
    assert np.array_equal(images[labels == 0][: len(GOOD)], GOOD)
    assert class_weight is None or set(class_weight) == {0, 1}


@pytest.mark.parametrize("name", balance.ARMS)
def test_the_same_seed_gives_the_same_parts(name):
    first, second = (balance.ARMS[name](GOOD, TEN, MASKS, seed=4) for _ in range(2))
    assert np.array_equal(first.images, second.images)


@pytest.mark.parametrize("name", [name for name in balance.ARMS if name not in ("nothing", "class_weight")])
def test_all_others_show_both_classes_alike(name):
    labels = balance.ARMS[name](GOOD, TEN, MASKS, seed=1).labels
    assert labels.mean() == pytest.approx(0.5)


def test_weights_make_both_classes_count_alike():
    _, labels, weight, _ = arms.class_weight(GOOD, TEN, seed=1)
    assert weight == {0: 50 / 80, 1: 50 / 20}
    assert weight[0] * np.sum(labels == 0) == weight[1] * np.sum(labels == 1)


def test_oversampling_shows_the_ten_and_nothing_else():
    images, labels, *_ = arms.oversampling(GOOD, TEN, seed=1)
    known = {part.tobytes() for part in TEN}
    assert {part.tobytes() for part in images[labels == 1]} == known


def test_smote_makes_double_exposures():
    images, labels, *_ = arms.smote(GOOD, TEN, seed=1)
    made = images[labels == 1][10:]
    pairs = (TEN[:, None] + np.zeros_like(TEN[None])).reshape(-1, 1024), np.tile(TEN.reshape(10, -1), (10, 1))
    towards = pairs[1] - pairs[0]
    share = ((made[0].ravel() - pairs[0]) * towards).sum(axis=1) / np.maximum((towards**2).sum(axis=1), 1e-9)
    on_the_line = pairs[0] + np.clip(share, 0, 1)[:, None] * towards
    assert np.abs(on_the_line - made[0].ravel()).max(axis=1).min() < 1e-4


def test_the_arms_with_made_parts_show_every_real_one():
    made = np.zeros((7, 32, 32, 1), np.float32)
    images, labels, *_ = balance.with_made(GOOD, TEN, made, seed=1)
    shown = images[labels == 1]
    counts = [(shown == part).all(axis=(1, 2, 3)).sum() for part in (*TEN, made[0])]
    assert counts == [2] * 10 + [20]
    with pytest.raises(ValueError, match="no made part"):
        balance.with_made(GOOD, TEN, made[:0], seed=1)


def test_forging_needs_no_real_defect():
    images, labels, *_ = arms.forged(GOOD, TEN, seed=1)
    assert not {part.tobytes() for part in images[labels == 1]} & {part.tobytes() for part in TEN}


def test_a_paste_changes_what_its_mask_says_and_hardly_anything_else():
    pasted, masks = balance.paste_defects(GOOD[:1], TEN, MASKS, n=30, seed=1)
    change = np.abs(pasted - GOOD[:1]).max(axis=-1)
    assert (change[masks] > 0.25).mean() > 0.4  # the cut is one pixel wider than the defect
    assert masks.any(axis=(1, 2)).all()
    far = ~np.array([binary_dilation(mask, iterations=4) for mask in masks])
    assert change[far].max() < 1e-3


def test_pastes_move_turn_and_stay_whole():
    _, masks = balance.paste_defects(GOOD, TEN, MASKS, n=60, seed=2)
    assert set(masks.sum(axis=(1, 2)).tolist()) == {4 * 6 + 2 * (4 + 6)}  # the piece and a rim of one pixel, always
    assert len({mask.tobytes() for mask in masks}) > 20


def test_without_masks_the_strangest_place_is_cut_out():
    found = likely_places(GOOD, TEN)
    assert (found & MASKS).sum() == MASKS.sum()
    assert found.sum(axis=(1, 2)).max() == 64
    pasted, _ = balance.paste_defects(GOOD, TEN, seed=1)
    assert (pasted == 1).any(axis=(1, 2, 3)).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((GOOD, TEN[:, :16], None), "load them alike"),
        ((GOOD, TEN, MASKS[:3]), "one a defective part"),
        ((GOOD, TEN, np.zeros_like(MASKS)), "empty"),
    ],
)
def test_pastes_that_cannot_be_are_told(arguments, message):
    with pytest.raises(ValueError, match=message):
        balance.paste_defects(*arguments, seed=1)


SHIFT = np.array([6.0, 0.0, 0.0, 0.0])


def plain(images):
    return images.reshape(len(images), -1)


def test_the_filter_finds_rubbish_good_parts_and_copies():
    rng = np.random.default_rng(3)
    good = rng.normal(0, 1, (200, 1, 1, 4))
    bad = rng.normal(0, 1, (20, 1, 1, 4)) + SHIFT
    fresh = rng.normal(0, 0.5, (20, 1, 1, 4)) + SHIFT
    made = {"fresh": fresh, "rubbish": fresh + 40, "good": good[:20] + 1e-3, "copies": bad}
    passed = {name: balance.sort_made(pictures, good, bad, features=plain).shares() for name, pictures in made.items()}
    assert passed["fresh"]["keep"] > 0.5
    assert passed["rubbish"]["looks_real"] == 0
    assert passed["good"]["looks_defective"] < 0.1
    assert passed["copies"]["is_new"] == 0
    assert all(passed[name]["keep"] < 0.1 for name in ("rubbish", "good", "copies"))


def test_the_worth_of_made_parts_is_what_they_teach_about_real_ones():
    rng = np.random.default_rng(4)
    good, bad = rng.normal(0, 1, (100, 1, 1, 4)), rng.normal(0, 1, (10, 1, 1, 4)) + SHIFT / 2
    right, wrong = (rng.normal(0, 1, (50, 1, 1, 4)) + shift for shift in (SHIFT / 2, -SHIFT / 2))
    worth = balance.worth_of_made(right, good, bad, seed=1, features=plain)
    assert set(worth) == {"made", "real", "both"} and worth["made"] > 0.9
    assert balance.worth_of_made(wrong, good, bad, seed=1, features=plain)["made"] < 0.2
    with pytest.raises(ValueError, match="at least two"):
        balance.worth_of_made(right, good, bad[:1], seed=1, features=plain)
