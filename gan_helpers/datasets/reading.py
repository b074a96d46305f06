"""One image file in, one array out: bit depths, colours, transparency, orientation and geometry."""

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from gan_helpers.datasets.partset import DataError

SUFFIXES = (".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".tif", ".tiff", ".webp", ".gif", ".pgm", ".ppm")
MEGAPIXELS = 100  # a larger photograph is a scan or a bomb; decoding it would take gigabytes
ORIENTATION, QUARTER_TURNS = 0x0112, (5, 6, 7, 8)  # EXIF tag, and its values that swap width and height
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as every "convert to grey" does
ROUGH = 4  # a photograph is first brought to this many times the wanted side, fast and with little memory


def load_image(path, size=64, *, grey=None):
    """Read one photograph the way `load_folder` reads thousands.

    Parameters
    ----------
    path : path of an image file
        8 or 16 bits, grey, RGB, palette, CMYK or 1 bit, with or without transparency.
    size : int
        Side of the result in pixels.
    grey : bool or None
        True gives one channel, False three. None gives one if the image is grey.

    Returns
    -------
    array of float32, (size, size, c)
        In [0, 1]. The aspect ratio is kept: what is not square is padded with the median colour of the border,
        so that nothing is cut off. Larger images are shrunk by averaging areas, smaller ones enlarged linearly.

    Raises
    ------
    DataError
        If the file cannot be read as one image.

    Notes
    -----
    The camera's orientation (EXIF) is obeyed. Transparent pixels are laid on white. Grey of 16 bits is divided
    by 65,535, the file's own full range; of colour with 16 bits only the upper eight are kept.
    """
    return to_channels([read_image(path, checked_size(size))[0]], grey)[0]


def to_channels(images, grey):
    """Stack images of one or three channels as all grey or all RGB; ``grey=None`` is grey if all of them are."""
    if grey is None:
        grey = all(image.shape[2] == 1 for image in images)
    if grey:
        return np.stack([image if image.shape[2] == 1 else (image @ LUMA)[..., None] for image in images])
    return np.stack([np.broadcast_to(image, (*image.shape[:2], 3)) for image in images])


def read_image(path, size, name=None):
    """Read ``path`` as (float32 (size, size, 1 or 3) in [0, 1], width, height, brightest value if of 16 bits)."""
    name = name or Path(path).name
    image, width, height = _open(path, name, draft=ROUGH * size)
    image = _flat(image, name)
    if image.mode in ("L", "RGB") and (factor := max(image.size) // (ROUGH * size)) > 1:
        image = image.reduce(factor)
    values = _scaled(image, name)
    brightest = float(values.max()) if image.mode.startswith("I") else None
    values = letterbox(values, size, (height, width))
    if values.shape[2] == 3 and np.ptp(values, axis=2).max() == 0:
        values = values[..., :1]
    return values, width, height, brightest


def checked_size(size):
    """Return ``size`` if images can have that side."""
    if not isinstance(size, int | np.integer) or not 4 <= size <= 4096:
        raise DataError(f"size is {size!r}; give the side of the images in pixels, a whole number from 4 to 4096.")
    return int(size)


def read_mask(path, size, name=None):
    """Read ``path`` as (bool (size, size), width, height, share marked); every pixel that is not black counts.

    A pixel of the result is marked if the mask marks any pixel that it covers, so that a thin crack stays.
    In a JPEG, which smears, a pixel counts from half brightness on.
    """
    name = name or Path(path).name
    image, width, height = _open(path, name)
    lossy = image.format in ("JPEG", "MPO")
    if image.mode not in ("1", "L", "RGB", "F", "I", "I;16", "I;16B", "I;16L") or "transparency" in image.info:
        try:
            image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image.convert("RGBA")).convert("RGB")
        except ValueError:
            raise DataError(f"{name} is in colour mode {image.mode}; save it as a grey PNG.") from None
    values = np.asarray(image)
    marked = values > (127 if lossy else 0)
    if marked.ndim == 3:
        marked = marked.any(axis=2)
    return letterbox_mask(marked, size), width, height, float(marked.mean())


def _open(path, name, draft=None):
    """Return the image at ``path``, decoded and upright, with its full width and height, or say why not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # met by our own limit below
            opened = Image.open(path)
        with opened as image:
            width, height = image.size
            if width * height > MEGAPIXELS * 1e6:
                raise DataError(
                    f"{name} has {width}x{height} pixels, more than {MEGAPIXELS} megapixels; crop or shrink it."
                )
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and image.format != "MPO":  # phones add a depth image or thumbnail behind the photograph
                raise DataError(f"{name} holds {frames} images; save each as a file of its own.")
            if draft and image.format in ("JPEG", "MPO"):
                image.draft(None, (draft, draft))  # decodes a large JPEG at a fraction of the memory
            image.load()
            turned = image.getexif().get(ORIENTATION, 1) in QUARTER_TURNS
            ImageOps.exif_transpose(image, in_place=True)
            return (image, height, width) if turned else (image, width, height)
    except Image.DecompressionBombError:
        raise DataError(f"{name} has more than {MEGAPIXELS} megapixels; crop or shrink it.") from None
    except UnidentifiedImageError:
        raise DataError(f"{name} is not an image or is broken; save it again or remove it.") from None
    except (DataError, MemoryError):
        raise
    except Exception as problem:  # Pillow's readers raise OSError, SyntaxError, struct.error and more
        raise DataError(f"{name} is broken or cut short ({problem}); copy it again or remove it.") from None


def _flat(image, name):
    """Bring any colour mode to L, RGB, or grey of more than 8 bits; transparent pixels are laid on white."""
    if image.mode.startswith("I"):  # of 16 bits; one grey value may stand for "transparent"
        if (clear := image.info.get("transparency")) is None:
            return image
        values = np.asarray(image)
        return Image.fromarray(np.where(values == clear, 65535, values).astype(np.uint16))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("L", "RGB", "F"):
        return image
    try:
        return image.convert("RGB")
    except ValueError:  # older versions of Pillow cannot convert every mode
        raise DataError(f"{name} is in colour mode {image.mode}; save it as a grey or RGB PNG.") from None


def _scaled(image, name):
    """Return the pixels as float32 (h, w, c) in [0, 1]."""
    values = np.asarray(image)
    if values.dtype == np.uint8:
        full_range = 255
    elif image.mode == "F":
        full_range = 1
    else:
        full_range = 65535
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= full_range):
        raise DataError(
            f"{name} holds values from {low:g} to {high:g}, which is neither 8 nor 16 bits nor "
            "floats in [0, 1]; save it as PNG with 8 or 16 bits."
        )
    values = values.astype(np.float32) / np.float32(full_range)
    return values[..., None] if values.ndim == 2 else values


def letterbox(values, size, shape=None):
    """Scale (h, w, c) into (size, size, c), padding the short side with the median colour of the border.

    ``shape`` is the full (height, width) where ``values`` are already shrunk, and decides the aspect ratio.
    """
    height, width, channels = values.shape
    new_height, new_width = fitted(*(shape or (height, width)), size)
    if (new_height, new_width) != (height, width):
        smaller = new_height * new_width < height * width
        how = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
        planes = [
            np.asarray(Image.fromarray(values[..., k]).resize((new_width, new_height), how)) for k in range(channels)
        ]
        values = np.clip(np.stack(planes, axis=-1), 0, 1)
    if new_height == new_width:
        return np.ascontiguousarray(values)
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    padded = np.empty((size, size, channels), np.float32)
    padded[:] = np.median(border, axis=0)
    top, left = (size - new_height) // 2, (size - new_width) // 2
    padded[top : top + new_height, left : left + new_width] = values
    return padded


def letterbox_mask(mask, size):
    """Take a bool mask (h, w) through the geometry of `letterbox`; a pixel that covers any marked one is marked."""
    new_height, new_width = fitted(*mask.shape, size)
    mask = _any_by_rows(_any_by_rows(mask, new_height).T, new_width).T
    padded = np.zeros((size, size), bool)
    top, left = (size - new_height) // 2, (size - new_width) // 2
    padded[top : top + new_height, left : left + new_width] = mask
    return padded


def fitted(height, width, size):
    """Return the height and width with which an image fits into a square of ``size``, at least one pixel each."""
    longest = max(height, width)
    return max(1, round(height * size / longest)), max(1, round(width * size / longest))


def _any_by_rows(mask, rows):
    """Shrink or stretch axis 0 to ``rows``; a row is the union of those that it covers, even by a fraction."""
    i = np.arange(rows)
    first, behind = i * len(mask) // rows, -(-(i + 1) * len(mask) // rows)
    padded = np.concatenate([mask, np.zeros((1, mask.shape[1]), bool)])  # so that ``behind`` is always a row
    return np.logical_or.reduceat(padded, np.column_stack([first, behind]).ravel(), axis=0)[::2]
