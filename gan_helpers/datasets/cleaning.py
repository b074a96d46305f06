"""Cleaning and normalising as named steps: small functions of images, and `clean`, which keeps the record.

What a step needs to know about the line (a reference image, a mean) is measured on training parts only, and then
used on all others. A step that looked at the test set would report a line that does not exist.
"""

from dataclasses import replace

import numpy as np

from gan_helpers.datasets.partset import DataError

DARK = 1e-3  # a pixel darker than this shows no light that a division could even out


def drop_duplicates(parts):
    """Keep the first of every image that occurs more than once, pixel for pixel, and note which ones went.

    Parameters
    ----------
    parts : PartSet

    Returns
    -------
    PartSet
        ``notes`` names the parts left out and those they equal.

    Raises
    ------
    DataError
        If one image occurs under two kinds: then one of the labels is wrong, and only you can tell which.
    """
    first, keep, dropped = {}, [], []
    for i, image in enumerate(parts.images):
        twin = first.setdefault(image.tobytes(), i)
        if twin == i:
            keep.append(i)
        elif parts.kinds[twin] != parts.kinds[i]:
            raise DataError(
                f"{parts.names[twin]} ({parts.kinds[twin]}) and {parts.names[i]} ({parts.kinds[i]}) are the same image "
                "under two labels; correct one."
            )
        else:
            dropped.append(f"{parts.names[i]} = {parts.names[twin]}")
    if not dropped:
        return parts
    note = f"drop_duplicates left out {len(dropped)} of {len(parts)}: {', '.join(dropped)}."
    return replace(parts[keep], notes=(*parts.notes, note))


def illumination(images, degree=None):
    """Estimate the light that falls on every pixel: the mean of many good parts.

    Parameters
    ----------
    images : array of float, (n, h, w, c)
        Good parts of the training set.
    degree : int, optional
        Fit a polynomial of this degree in x and y, which keeps only what changes slowly: 2 is enough for
        vignetting and a lamp that stands askew. Without it the estimate is the mean image itself, with the parts'
        own pattern in it, so that `flat_field` removes that too.

    Returns
    -------
    array of float32, (h, w, c)
    """
    mean = _images(images).mean(axis=0)
    if degree is None:
        return mean
    height, width, channels = mean.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    powers = [(i, j) for i in range(degree + 1) for j in range(degree + 1 - i)]
    terms = np.stack([(x**i * y**j).ravel() for i, j in powers], axis=1)
    weights = np.linalg.lstsq(terms, mean.reshape(-1, channels), rcond=None)[0]
    return (terms @ weights).reshape(mean.shape).astype(np.float32)


def flat_field(images, reference):
    """Even out fixed light and vignetting: ``image * mean(reference) / reference``, clipped to [0, 1].

    Parameters
    ----------
    images : array of float, (n, h, w, c)
        In [0, 1].
    reference : array of float, (h, w, c)
        The light on every pixel, from `illumination` or from the photograph of a blank sheet.

    Returns
    -------
    array of float32, (n, h, w, c)
        Where the reference is black (below 0.001) or not a number, the image stays as it is.
    """
    images, reference = _images(images), np.asarray(reference, np.float32)
    if reference.shape != images.shape[1:]:
        raise DataError(
            f"reference has shape {reference.shape}, but one image has {images.shape[1:]}; use the same size."
        )
    lit = reference > DARK  # False for NaN
    if not lit.any():
        raise DataError("reference is black; take the mean of good parts, or photograph a blank sheet.")
    gain = np.ones_like(reference)
    gain[lit] = reference[lit].mean() / reference[lit]
    return np.clip(images * gain, 0, 1)


def match_brightness(images, level):
    """Scale every image so that its median is ``level``: ``image * level / median(image)``, clipped to [0, 1].

    It takes away the drift of a lamp, and with it every defect that shows only as a change of overall brightness.
    The median is used because a defect that covers less than half of the part hardly moves it.

    Parameters
    ----------
    images : array of float, (n, h, w, c)
        In [0, 1].
    level : float
        The median to reach, in (0, 1]; for instance ``np.median(train.images)``.

    Returns
    -------
    array of float32, (n, h, w, c)
        An image whose median is black (below 0.001) stays as it is.
    """
    if not 0 < level <= 1:
        raise DataError(f"level is {level}; give a brightness above 0 and up to 1, such as the median of train.")
    images = _images(images)
    median = np.median(images, axis=(1, 2, 3), keepdims=True)
    gain = np.divide(level, median, out=np.ones_like(median), where=median > DARK)
    return np.clip(images * gain, 0, 1)


def standardise(images, mean, std):
    """Return ``(images - mean) / std``; the result is not bounded and is meant for a model, not for a `PartSet`.

    Parameters
    ----------
    images : array of float, (n, h, w, c)
    mean, std : float or array that broadcasts to (h, w, c)
        Of the training images. One number, one a channel, or one a pixel.

    Returns
    -------
    array of float32, (n, h, w, c)
    """
    std = np.asarray(std, np.float32)
    if not (std > 0).all():
        raise DataError(
            "std is not above 0 everywhere; a pixel that never changes in train needs a floor such as 0.01."
        )
    return (_images(images) - np.asarray(mean, np.float32)) / std


def to_tanh(images):
    """Map [0, 1] to [-1, 1], the range of a generator that ends in tanh: ``2 x - 1``."""
    return _images(images) * 2 - 1


def from_tanh(images):
    """Map [-1, 1] back to [0, 1]: ``(x + 1) / 2``, clipped, because a network without tanh may overshoot."""
    return np.clip((_images(images) + 1) / 2, 0, 1)


def clean(parts, steps):
    """Apply image steps in order and note what each one changed.

    Parameters
    ----------
    parts : PartSet
    steps : dict of str to function
        Each takes images (n, h, w, c) and returns as many, in [0, 1].

    Returns
    -------
    PartSet
        ``notes`` has one sentence a step.

    Examples
    --------
    >>> light = illumination(train.images, degree=2)
    >>> steps = {"flat field": lambda images: flat_field(images, light)}
    >>> train, test = clean(train, steps), clean(test, steps)
    """
    for name, step in steps.items():
        before, after = parts.images, step(parts.images)
        if after.shape != before.shape:
            raise DataError(f"The step {name!r} turns {before.shape} into {after.shape}; a step keeps the shape.")
        change = float(np.abs(after - before).mean()) if before.size else 0.0
        note = f"{name}: grey values changed by {change:.4f} on average."
        parts = replace(parts, images=after, notes=(*parts.notes, note))
    return parts


def _images(images):
    images = np.asarray(images, np.float32)
    if images.ndim != 4:
        raise DataError(f"images has shape {images.shape}; give (n, h, w, c), for one image by image[None].")
    return images
