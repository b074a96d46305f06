"""One photograph: whatever its colours, bits and shape, what goes in comes out."""

import io
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from gan_helpers.datasets import DataError, load_image, reading

SIDES = st.integers(1, 40)
same_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=40
)


def saved(folder, image, name="part.png", **options):
    path = folder / name
    image.save(path, **options)
    return path


def grey(values, dtype=np.uint8):
    return Image.fromarray(np.asarray(values, dtype))


class TestWhatGoesInComesOut:
    @same_folder
    @given(pixels=arrays(np.uint8, (8, 8)), suffix=st.sampled_from([".png", ".bmp", ".tif", ".pgm", ".PNG"]))
    def test_grey_of_8_bits(self, tmp_path, pixels, suffix):
        image = load_image(saved(tmp_path, grey(pixels), "part" + suffix), 8)
        assert (image.shape, image.dtype) == ((8, 8, 1), np.float32)
        np.testing.assert_allclose(image[..., 0], pixels / 255, atol=1e-6)

    @same_folder
    @given(pixels=arrays(np.uint16, (8, 8)), suffix=st.sampled_from([".png", ".tif", ".pgm"]))
    def test_grey_of_16_bits_by_its_own_full_range(self, tmp_path, pixels, suffix):
        image = load_image(saved(tmp_path, grey(pixels, np.uint16), "part" + suffix), 8)
        np.testing.assert_allclose(image[..., 0], pixels / 65535, atol=1e-6)

    @same_folder
    @given(arrays(np.uint8, (8, 8, 3)))
    def test_colour(self, tmp_path, pixels):
        image = load_image(saved(tmp_path, Image.fromarray(pixels)), 8, grey=False)
        np.testing.assert_allclose(image, pixels / 255, atol=1e-6)

    @same_folder
    @given(arrays(np.uint8, (8, 8, 4)))
    def test_transparent_pixels_lie_on_white(self, tmp_path, pixels):
        image = load_image(saved(tmp_path, Image.fromarray(pixels)), 8, grey=False)
        opacity = pixels[..., 3:] / 255
        np.testing.assert_allclose(image, pixels[..., :3] / 255 * opacity + 1 - opacity, atol=2 / 255)

    @same_folder
    @given(arrays(bool, (8, 8)))
    def test_one_bit(self, tmp_path, pixels):
        image = load_image(saved(tmp_path, Image.fromarray(pixels)), 8)
        np.testing.assert_array_equal(image[..., 0], pixels)

    def test_floats_that_are_already_in_0_to_1(self, tmp_path):
        pixels = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
        np.testing.assert_array_equal(
            load_image(saved(tmp_path, Image.fromarray(pixels), "part.tif"), 8)[..., 0], pixels
        )

    def test_palette_and_cmyk_show_their_colours(self, tmp_path):
        red = Image.new("RGB", (8, 8), (250, 10, 20))
        for name, image in (("palette.png", red.quantize(4)), ("cmyk.tif", red.convert("CMYK"))):
            result = load_image(saved(tmp_path, image, name), 8)
            np.testing.assert_allclose(result, np.broadcast_to([250 / 255, 10 / 255, 20 / 255], (8, 8, 3)), atol=0.01)

    @pytest.mark.parametrize("bits", [8, 16])
    def test_a_grey_value_that_stands_for_transparent_is_white(self, tmp_path, bits):
        pixels = np.full((8, 8), 40 * 2 ** (bits - 8), np.uint8 if bits == 8 else np.uint16)
        pixels[2, 3] = 7
        image = load_image(saved(tmp_path, Image.fromarray(pixels), transparency=7), 8)
        assert image[2, 3, 0] == 1
        np.testing.assert_allclose(np.delete(image.ravel(), 19), pixels[0, 0] / (2**bits - 1), atol=1e-6)

    def test_a_palette_with_transparency_lies_on_white(self, tmp_path):
        image = Image.new("P", (8, 8), 1)
        image.putpalette([0, 0, 0, 200, 0, 0])
        image.putpixel((0, 0), 0)
        result = load_image(saved(tmp_path, image, transparency=0), 8)
        np.testing.assert_allclose(result[0, 0], 1)
        np.testing.assert_allclose(result[1, 1], [200 / 255, 0, 0], atol=1e-6)

    def test_colour_turns_grey_as_the_eye_weighs_it(self, tmp_path):
        path = saved(tmp_path, Image.new("RGB", (8, 8), (255, 0, 0)))
        np.testing.assert_allclose(load_image(path, 8, grey=True), 0.299, atol=1e-6)

    def test_grey_saved_as_rgb_is_grey(self, tmp_path):
        assert load_image(saved(tmp_path, Image.new("RGB", (8, 8), (90, 90, 90))), 8).shape == (8, 8, 1)


class TestOrientation:
    @pytest.mark.parametrize(
        ("tag", "undo"),
        [
            (1, lambda a: a),
            (2, np.fliplr),
            (3, lambda a: np.rot90(a, 2)),
            (4, np.flipud),
            (5, lambda a: a.T),
            (6, lambda a: np.rot90(a, -1)),
            (7, lambda a: np.rot90(a, 2).T),
            (8, np.rot90),
        ],
    )
    def test_the_camera_s_orientation_is_obeyed(self, tmp_path, tag, undo):
        pixels = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4
        exif = Image.Exif()
        exif[0x0112] = tag
        image = load_image(saved(tmp_path, grey(pixels), exif=exif), 8)
        np.testing.assert_allclose(image[..., 0], undo(pixels) / 255, atol=1e-6)

    def test_width_and_height_are_those_of_the_upright_image(self, tmp_path):
        exif = Image.Exif()
        exif[0x0112] = 6
        path = saved(tmp_path, Image.new("L", (1000, 600), 90), "part.jpg", exif=exif)
        _, width, height, _ = reading.read_image(path, 16)
        assert (width, height) == (600, 1000)


class TestGeometry:
    @same_folder
    @given(width=SIDES, height=SIDES, size=st.integers(4, 32), value=st.integers(0, 255))
    def test_an_even_image_of_any_shape_stays_even(self, tmp_path, width, height, size, value):
        image = load_image(saved(tmp_path, Image.new("L", (width, height), value)), size)
        assert image.shape == (size, size, 1)
        np.testing.assert_allclose(image, value / 255, atol=1e-6)

    @same_folder
    @given(pixels=arrays(np.uint8, (16, 16)))
    def test_shrinking_averages_areas(self, tmp_path, pixels):
        means = pixels.reshape(4, 4, 4, 4).mean(axis=(1, 3)) / 255
        np.testing.assert_allclose(load_image(saved(tmp_path, grey(pixels)), 4)[..., 0], means, atol=1e-5)

    def test_a_long_image_is_padded_with_its_border_and_nothing_is_cut(self, tmp_path):
        pixels = np.full((4, 16), 200)
        pixels[1:3, 4:12] = 50
        image = load_image(saved(tmp_path, grey(pixels)), 16)[..., 0] * 255
        np.testing.assert_allclose(image[6:10], pixels, atol=1e-4)
        np.testing.assert_allclose(np.delete(image, range(6, 10), axis=0), 200, atol=1e-4)

    def test_huge_images_are_read_as_if_they_were_small(self, tmp_path):
        small = np.random.default_rng(0).integers(0, 256, (16, 12), dtype=np.uint8)
        huge = Image.fromarray(small).resize((12 * 256, 16 * 256), Image.Resampling.NEAREST)
        expected = load_image(saved(tmp_path, grey(small)), 16)
        np.testing.assert_allclose(load_image(saved(tmp_path, huge, "huge.png"), 16), expected, atol=1 / 255)
        np.testing.assert_allclose(load_image(saved(tmp_path, huge, "huge.jpg", quality=95), 16), expected, atol=0.05)

    @pytest.mark.parametrize("size", [0, 3, 10_000, 64.0, "64", None])
    def test_a_size_that_is_none_is_refused(self, tmp_path, size):
        with pytest.raises(DataError, match="whole number from 4 to 4096"):
            load_image(saved(tmp_path, Image.new("L", (8, 8))), size)


class TestMasks:
    @given(
        height=SIDES,
        width=SIDES,
        size=st.integers(4, 40),
        row=st.floats(0, 1, exclude_max=True),
        column=st.floats(0, 1),
    )
    def test_one_marked_pixel_never_vanishes_and_stays_where_it_is(self, height, width, size, row, column):
        mask = np.zeros((height, width), bool)
        y, x = int(row * height), min(int(column * width), width - 1)
        mask[y, x] = True
        result = reading.letterbox_mask(mask, size)
        new_height, new_width = reading.fitted(height, width, size)
        top, left = (size - new_height) // 2, (size - new_width) // 2
        centre = int(top + (y + 0.5) * new_height / height), int(left + (x + 0.5) * new_width / width)
        assert result[centre]
        assert result.sum() <= (new_height // height + 2) * (new_width // width + 2)

    @given(arrays(bool, st.tuples(SIDES, SIDES)))
    def test_at_its_own_size_a_mask_is_only_padded(self, mask):
        size = max(*mask.shape, 4)
        result = reading.letterbox_mask(mask, size)
        if max(mask.shape) == size:
            assert result.sum() == mask.sum()
        assert result.any() == mask.any()

    def test_a_scratch_of_one_pixel_survives_a_thirtyfold_reduction(self):
        mask = np.zeros((1000, 1000), bool)
        mask[440, 100:900] = True
        result = reading.letterbox_mask(mask, 32)
        assert result.any(axis=1).sum() == 1 and result.any(axis=0).sum() == 26

    @pytest.mark.parametrize(
        "draw",
        [
            lambda m: Image.fromarray((m * 255).astype(np.uint8)),
            lambda m: Image.fromarray(m.astype(np.uint8)),  # 0 and 1: black to the eye
            lambda m: Image.fromarray(m),
            lambda m: Image.fromarray((m * 65535).astype(np.uint16)),
            lambda m: Image.fromarray(np.stack([m * 255, 0 * m, 0 * m], axis=2).astype(np.uint8)),
            lambda m: Image.fromarray(np.stack([m * 255] * 4, axis=2).astype(np.uint8)),
        ],
        ids=["8 bits", "0 and 1", "1 bit", "16 bits", "red", "drawn on a clear layer"],
    )
    def test_masks_of_every_make_mark_the_same(self, tmp_path, draw):
        mask = np.zeros((8, 8), bool)
        mask[2:5, 3] = True
        result, width, height, share = reading.read_mask(saved(tmp_path, draw(mask)), 8)
        np.testing.assert_array_equal(result, mask)
        assert (width, height, share) == (8, 8, 3 / 64)


class TestBadFiles:
    def test_a_file_that_is_cut_short_is_named_with_the_cure(self, tmp_path):
        path = saved(tmp_path, Image.effect_noise((64, 64), 50))
        path.write_bytes(path.read_bytes()[:1000])
        with pytest.raises(DataError, match=r"part\.png is broken or cut short .*copy it again or remove it"):
            load_image(path)

    @pytest.mark.parametrize("content", [b"", b"not an image", b"\x89PNG\r\n\x1a\n"])
    def test_a_file_that_is_no_image_is_named_with_the_cure(self, tmp_path, content):
        (tmp_path / "part.png").write_bytes(content)
        with pytest.raises(DataError, match=r"part\.png is .*broken"):
            load_image(tmp_path / "part.png")

    @same_folder
    @given(
        cut=st.floats(0, 0.99), flip=st.integers(0, 10_000), suffix=st.sampled_from(["png", "jpg", "tif", "gif", "bmp"])
    )
    def test_damage_of_any_kind_gives_an_image_or_a_sentence(self, tmp_path, cut, flip, suffix):
        buffer = io.BytesIO()
        Image.effect_noise((24, 24), 50).save(buffer, {"jpg": "JPEG", "tif": "TIFF"}.get(suffix, suffix.upper()))
        data = bytearray(buffer.getvalue())
        data[flip % len(data)] ^= 0xFF
        path = tmp_path / f"part.{suffix}"
        path.write_bytes(data[: max(1, int(len(data) * (1 - cut)))])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own remarks about damaged metadata
            try:
                image = load_image(path, 8)
            except DataError as problem:
                assert path.name in str(problem)
            else:
                assert image.shape[:2] == (8, 8) and image.min() >= 0 and image.max() <= 1

    def test_several_images_in_one_file_are_refused(self, tmp_path):
        frames = [Image.new("L", (8, 8), value) for value in (0, 100, 200)]
        path = saved(tmp_path, frames[0], "part.tif", save_all=True, append_images=frames[1:])
        with pytest.raises(DataError, match=r"part\.tif holds 3 images; save each"):
            load_image(path)

    def test_of_a_phone_s_photograph_with_a_picture_behind_it_the_first_counts(self, tmp_path):
        front, behind = Image.new("RGB", (16, 16), (200, 200, 200)), Image.new("RGB", (16, 16))
        path = saved(tmp_path, front, "part.jpg", format="MPO", save_all=True, append_images=[behind])
        np.testing.assert_allclose(load_image(path, 8), 200 / 255, atol=0.01)

    @pytest.mark.parametrize(("width", "height"), [(10_001, 10_000), (20_000, 20_000)])
    def test_an_image_beyond_100_megapixels_is_refused_before_it_is_decoded(self, tmp_path, width, height):
        header = f"P5 {width} {height} 255\n".encode()  # a PGM that promises more than it holds
        (tmp_path / "scan.pgm").write_bytes(header + b"0")
        with pytest.raises(DataError, match=r"scan\.pgm has .*100 megapixels; crop or shrink it"):
            load_image(tmp_path / "scan.pgm")

    @pytest.mark.parametrize("pixels", [np.full((8, 8), 3.5), np.full((8, 8), np.nan), np.full((8, 8), -1.0)])
    def test_floats_of_unknown_range_are_refused(self, tmp_path, pixels):
        with pytest.raises(DataError, match="8 or 16 bits"):
            load_image(saved(tmp_path, Image.fromarray(pixels.astype(np.float32)), "part.tif"))

    def test_integers_of_32_bits_are_refused(self, tmp_path):
        with pytest.raises(DataError, match=r"70000.*8 or 16 bits"):
            load_image(saved(tmp_path, Image.fromarray(np.full((8, 8), 70_000, np.int32)), "part.tif"))
