"""Each cleaning step undoes exactly the trouble it is named after."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from gan_helpers.datasets import (
    DataError,
    PartSet,
    clean,
    drop_duplicates,
    flat_field,
    from_tanh,
    illumination,
    match_brightness,
    standardise,
    to_tanh,
)

RNG = np.random.default_rng(0)
IMAGES = arrays(np.float32, (2, 3, 4, 1), elements=st.floats(0, 1, width=32))


def vignette(size=16):
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    return (1 - 0.3 * (x**2 + y**2))[..., None].astype(np.float32)


class TestDropDuplicates:
    def test_the_first_of_equal_images_stays_and_the_rest_is_noted(self):
        images = RNG.random((5, 4, 4, 1))
        images[3] = images[0]
        parts = drop_duplicates(PartSet(images=images, labels=np.zeros(5, int)))
        assert parts.names.tolist() == ["0", "1", "2", "4"]
        assert parts.notes == ("drop_duplicates left out 1 of 5: 3 = 0.",)

    def test_parts_without_duplicates_come_back_as_they_are(self):
        parts = PartSet(images=RNG.random((3, 4, 4, 1)), labels=[0, 0, 1])
        assert drop_duplicates(parts) is parts

    def test_one_image_under_two_labels_is_an_error_that_names_both(self):
        with pytest.raises(DataError, match=r"0 \(good\) and 1 \(defective\)"):
            drop_duplicates(PartSet(images=np.zeros((2, 4, 4, 1)), labels=[0, 1]))


class TestFlatField:
    def test_a_blank_sheet_under_a_vignette_comes_out_flat(self):
        sheet = 0.8 * vignette()[None]
        np.testing.assert_allclose(flat_field(sheet, sheet[0]), sheet.mean(), rtol=1e-5)

    def test_light_estimated_from_parts_removes_the_vignette_but_not_the_defect(self):
        good = 0.7 * vignette() * (1 + 0.05 * RNG.standard_normal((200, 16, 16, 1)))
        light = illumination(np.clip(good, 0, 1), degree=2)
        part = 0.7 * vignette()[None].copy()
        part[0, 5, 5] *= 0.5
        even = flat_field(part, light)
        sound = np.delete(even.ravel(), 5 * 16 + 5)
        assert np.ptp(sound) < 0.2 * np.ptp(part[0, :, 0])
        assert even[0, 5, 5, 0] < 0.6 * sound.min()

    def test_without_a_degree_the_light_is_the_mean_image(self):
        images = RNG.random((7, 5, 5, 3)).astype(np.float32)
        np.testing.assert_allclose(illumination(images), images.mean(axis=0), rtol=1e-6)

    def test_a_bowl_of_light_is_found_exactly_in_every_channel(self):
        light = np.concatenate([vignette(), 0.5 * vignette(), 0.2 + 0 * vignette()], axis=2)
        np.testing.assert_allclose(illumination(light[None], degree=2), light, atol=1e-5)

    def test_where_the_reference_is_black_or_nan_the_image_stays(self):
        images = RNG.random((3, 4, 4, 1)).astype(np.float32)
        reference = np.full((4, 4, 1), 0.5)
        reference[0, 0], reference[1, 1] = 0, np.nan
        even = flat_field(images, reference)
        assert np.isfinite(even).all()
        np.testing.assert_allclose(even, images, rtol=1e-6)

    @given(IMAGES, arrays(np.float32, (3, 4, 1), elements=st.floats(0, 1, width=32)).filter(lambda a: a.max() > 0.01))
    def test_the_result_is_always_an_image(self, images, reference):
        even = flat_field(images, reference)
        assert even.shape == images.shape and even.min() >= 0 and even.max() <= 1

    @pytest.mark.parametrize(("reference", "cure"), [(np.ones((3, 3, 1)), "same size"), (np.zeros((4, 4, 1)), "black")])
    def test_a_reference_that_cannot_serve_is_refused(self, reference, cure):
        with pytest.raises(DataError, match=cure):
            flat_field(np.ones((1, 4, 4, 1)), reference)


class TestMatchBrightness:
    def test_a_lamp_that_drifts_is_undone(self):
        part = 0.2 + 0.3 * RNG.random((1, 8, 8, 1))
        lamps = np.array([0.6, 1.0, 1.5]).reshape(3, 1, 1, 1)
        even = match_brightness(part * lamps, np.median(part))
        np.testing.assert_allclose(even, np.repeat(part, 3, axis=0), rtol=1e-5)

    def test_a_dark_defect_does_not_brighten_the_rest(self):
        part = np.full((1, 10, 10, 1), 0.5)
        part[0, :4] = 0.1
        np.testing.assert_allclose(match_brightness(part, 0.5), part, rtol=1e-6)

    def test_a_black_image_stays_black(self):
        assert not match_brightness(np.zeros((1, 4, 4, 1)), 0.5).any()

    @pytest.mark.parametrize("level", [0, -1, 1.5, np.nan])
    def test_a_level_that_is_no_brightness_is_refused(self, level):
        with pytest.raises(DataError, match="level"):
            match_brightness(np.ones((1, 4, 4, 1)), level)


class TestScales:
    def test_standardised_training_images_have_mean_0_and_deviation_1(self):
        images = RNG.random((50, 4, 4, 1)) * 0.5 + 0.2
        result = standardise(images, images.mean(axis=0), images.std(axis=0))
        np.testing.assert_allclose(result.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(result.std(axis=0), 1, rtol=1e-4)

    def test_a_pixel_that_never_changes_needs_a_floor(self):
        with pytest.raises(DataError, match="floor"):
            standardise(np.ones((2, 4, 4, 1)), 1.0, 0.0)

    def test_the_ends_of_the_tanh_range_are_black_and_white(self):
        assert to_tanh(np.array([0, 0.5, 1]).reshape(3, 1, 1, 1)).ravel().tolist() == [-1, 0, 1]

    @given(IMAGES)
    def test_from_tanh_undoes_to_tanh(self, images):
        np.testing.assert_allclose(from_tanh(to_tanh(images)), images, atol=1e-6)

    def test_from_tanh_clips_what_overshoots(self):
        assert from_tanh(np.array([-1.2, 1.3]).reshape(2, 1, 1, 1)).ravel().tolist() == [0, 1]

    def test_one_image_without_its_first_axis_is_refused(self):
        with pytest.raises(DataError, match=r"image\[None\]"):
            to_tanh(np.zeros((4, 4, 1)))


class TestClean:
    def test_steps_run_in_order_and_are_noted(self):
        parts = PartSet(images=np.full((2, 4, 4, 1), 0.4), labels=[0, 1])
        result = clean(parts, {"halve": lambda images: images / 2, "lift": lambda images: images + 0.5})
        np.testing.assert_allclose(result.images, 0.7, rtol=1e-6)
        assert result.notes == (
            "halve: grey values changed by 0.2000 on average.",
            "lift: grey values changed by 0.5000 on average.",
        )
        np.testing.assert_allclose(parts.images, 0.4, rtol=1e-6)

    def test_a_step_that_leaves_the_range_or_the_shape_is_refused(self):
        parts = PartSet(images=np.full((2, 4, 4, 1), 0.4), labels=[0, 1])
        with pytest.raises(DataError, match=r"into \[0, 1\]"):
            clean(parts, {"tanh": to_tanh, "more": lambda images: images * 3})
        with pytest.raises(DataError, match="keeps the shape"):
            clean(parts, {"crop": lambda images: images[:, 1:]})
