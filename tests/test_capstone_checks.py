"""The check of photographs: each fault that is put in is found, and a sound set is left in peace."""

import numpy as np
import pytest
from scipy import ndimage

from gan_helpers.capstone import check_photographs, counting, looking
from gan_helpers.capstone.counting import LOOK, MEND, OK
from gan_helpers.datasets import PartSet, Split

RNG = np.random.default_rng(3)
SHAPE = ndimage.gaussian_filter(RNG.uniform(0, 1, (64, 64)), 2)
SHAPE = 0.2 + 0.6 * (SHAPE - SHAPE.min()) / np.ptp(SHAPE)


def photographs(n, seed):
    noise = np.random.default_rng(seed).normal(0, 0.02, (n, 64, 64))
    return np.clip(SHAPE + noise, 0.01, 0.99)[..., None].astype(np.float32)


def parts(n, seed, *, images=None, bad=0, prefix="p", groups=None, masks=None):
    images = photographs(n, seed) if images is None else images
    labels = np.repeat([0, 1], [n - bad, bad])
    kinds = np.where(labels, np.where(np.arange(n) % 2, "crack", "dent"), "good")
    names = [f"{prefix}{i}" for i in range(n)]
    return PartSet(images=images, labels=labels, kinds=kinds, names=names, groups=groups, masks=masks)


def lots(prefix, n):
    return np.array([f"{prefix}{i % 4}" for i in range(n)])


def sound(**changed):
    masks = np.zeros((80, 64, 64), bool)
    masks[40:, 10:16, 10:16] = True
    sides = {
        "train": parts(120, 0, groups=lots("a", 120), prefix="t"),
        "calibration": parts(110, 1, groups=lots("b", 110), prefix="c"),
        "test": parts(80, 2, bad=40, groups=lots("d", 80), masks=masks, prefix="e"),
    }
    return Split(**(sides | changed))


def test_a_sound_set_is_left_in_peace():
    check = check_photographs(sound())
    assert {finding.looked_at: finding.verdict for finding in check.findings if finding.verdict != OK} == {}
    assert list(check.table.columns) == ["found", "verdict", "advice"]
    assert all(finding.advice for finding in check.findings)


class TestCounts:
    @pytest.mark.parametrize(("n", "verdict"), [(12, MEND), (18, MEND), (19, LOOK), (99, LOOK), (100, OK)])
    def test_nineteen_calibration_parts_make_five_percent_possible(self, n, verdict):
        assert counting.to_calibrate(sound(calibration=parts(n, 1))).verdict == verdict

    def test_with_too_few_it_says_what_can_be_promised(self):
        assert "least that can be promised is 7.7%" in counting.promise(12)

    def test_with_a_hundred_it_says_how_wide_the_promise_is(self):
        assert "between 2.0% and 8.9%" in counting.promise(100)

    @pytest.mark.parametrize(("bad", "verdict"), [(0, MEND), (9, MEND), (20, LOOK), (40, OK)])
    def test_defective_parts(self, bad, verdict):
        assert counting.to_test(sound(test=parts(80, 2, bad=bad))).verdict == verdict

    def test_a_kind_of_a_few_parts_is_named(self):
        found = counting.kinds_of_defect(sound(test=parts(50, 2, bad=6)))
        assert found.verdict == LOOK
        assert "crack" in found.advice

    def test_a_lot_on_two_sides_is_named(self):
        found = counting.cut_by_lot(sound(calibration=parts(110, 1, groups=lots("a", 110))))
        assert found.verdict == MEND
        assert "a0" in found.found

    def test_two_lots_cannot_stand_on_three_sides(self):
        split = sound(
            train=parts(120, 0, groups=np.repeat("a", 120)),
            calibration=parts(110, 1, groups=np.repeat("a", 110)),
            test=parts(80, 2, bad=40, groups=np.repeat("b", 80)),
        )
        found = counting.cut_by_lot(split)
        assert found.verdict == LOOK
        assert "need three lots; photograph another" in found.advice

    def test_lots_that_nobody_knows(self):
        split = Split(*(parts(80, seed, bad=bad) for seed, bad in ((0, 0), (1, 0), (2, 40))))
        assert counting.cut_by_lot(split).verdict == LOOK

    def test_a_defect_below_three_pixels(self):
        masks = np.zeros((80, 64, 64), bool)
        masks[40:, 10:12, 10] = True
        assert counting.smallest_defect(sound(test=parts(80, 2, bad=40, masks=masks))).verdict == MEND


class TestLooks:
    def test_a_blurred_photograph_is_named(self):
        images = photographs(120, 0)
        images[7] = ndimage.gaussian_filter(images[7], (3, 3, 0))
        found = looking.sharpness(sound(train=parts(120, 0, images=images, prefix="t")))
        assert found.verdict == LOOK
        assert "t7" in found.found

    def test_burnt_out_parts_but_not_a_white_backdrop(self):
        burnt = photographs(120, 0)
        burnt[:, 20:44, 20:44] = 1.0
        assert looking.exposure(sound(train=parts(120, 0, images=burnt))).verdict == LOOK
        backdrop = np.stack([photographs(n, s) for n, s in ((120, 0),)])[0]
        backdrop[:, :20] = 1.0
        white = {"calibration": photographs(110, 1), "test": photographs(80, 2)}
        for images in white.values():
            images[:, :20] = 1.0
        split = sound(
            train=parts(120, 0, images=backdrop),
            calibration=parts(110, 1, images=white["calibration"]),
            test=parts(80, 2, images=white["test"], bad=40),
        )
        assert looking.exposure(split).verdict == OK

    def test_a_lamp_that_faded(self):
        darker = parts(110, 1, images=photographs(110, 1) * 0.9)
        found = looking.drift(sound(calibration=darker))
        assert found.verdict == MEND
        assert "calibration -" in found.found

    def test_shifts_are_measured_to_the_pixel(self):
        moved = np.stack([np.roll(SHAPE, (down, right), (0, 1)) for down, right in ((3, -2), (0, 0), (-4, 5))])
        shifts, peaks = looking.phase_shifts(moved, SHAPE)
        np.testing.assert_array_equal(shifts, [(3, -2), (0, 0), (-4, 5)])
        assert (peaks > looking.CLEAR_PEAK).all()

    def test_parts_that_lie_anywhere(self):
        moves = np.random.default_rng(1).integers(-10, 11, (120, 2))
        images = np.stack([np.roll(SHAPE, move, (0, 1)) for move in moves])[..., None]
        assert looking.alignment(sound(train=parts(120, 0, images=images))).verdict != OK

    def test_a_twin_on_two_sides(self):
        images = photographs(110, 1)
        images[5] = np.clip(photographs(120, 0)[9] + 0.001, 0, 1)
        found = looking.duplicates(sound(calibration=parts(110, 1, images=images, prefix="c")))
        assert found.verdict == MEND
        assert "t9 and c5" in found.found

    def test_a_part_and_the_same_one_scratched_are_two(self):
        images = photographs(80, 2)
        images[50] = images[3]
        assert looking.duplicates(sound(test=parts(80, 2, images=images, bad=40))).verdict == OK

    def test_parts_of_a_steady_line_are_no_twins_but_a_photograph_saved_again_is(self):
        rng = np.random.default_rng(7)
        steady = np.clip(SHAPE + rng.normal(0, 0.003, (60, 64, 64)), 0, 1)  # less than a grey step apart
        assert looking.twins(steady) == []
        again = steady[4] + rng.normal(0, 0.0005, (64, 64))
        assert looking.twins(np.stack([*steady, again])) == [(4, 60)]

    def test_twins_are_found_where_every_photograph_is_there_twice_and_where_there_are_two(self):
        noise = np.random.default_rng(8).normal(0, 0.0005, (60, 64, 64))
        images = photographs(60, 5)[..., 0]
        assert looking.twins(np.concatenate([images, images + noise])) == [(i, 60 + i) for i in range(60)]
        assert looking.twins(np.stack([images[0], images[0] + noise[0]])) == [(0, 1)]

    @pytest.mark.parametrize(("brighter", "verdict"), [(0.0, OK), (0.15, MEND)])
    def test_a_border_that_gives_the_defect_away(self, brighter, verdict):
        images = photographs(80, 2)
        images[40:] = np.clip(images[40:] + brighter, 0, 1)
        assert looking.good_beside_defective(sound(test=parts(80, 2, images=images, bad=40))).verdict == verdict

    def test_a_tint_of_the_border_that_gives_the_defect_away(self):
        images = np.repeat(photographs(80, 2), 3, axis=3)
        images[40:, ..., 0] += 0.1
        images[40:, ..., 1] -= 0.1
        test = parts(80, 2, images=np.clip(images, 0, 1), bad=40)
        others = (parts(20, seed, images=np.repeat(photographs(20, seed), 3, axis=3)) for seed in (0, 1))
        found = looking.good_beside_defective(Split(*others, test))
        assert found.verdict == MEND
        assert "colour of the border" in found.found

    def test_a_stranger_among_the_good(self):
        images = photographs(120, 0)
        images[11, 20:40, 20:40] = 0.95
        found = looking.strangers(sound(train=parts(120, 0, images=images, prefix="t")))
        assert found.verdict == LOOK
        assert "t11" in found.found
