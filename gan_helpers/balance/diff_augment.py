"""DiffAugment: change pictures at random, in a way that gradients pass through.

A discriminator that has seen the same few pictures often learns them by heart. If every picture, real or made, is
changed by the same law whenever the discriminator looks, there is nothing to learn by heart, and the generator, whose
gradient passes back through the change, still learns to draw *unchanged* pictures (Zhao et al. 2020, arXiv:2006.10738).

What is changed at random is no longer a sign of anything: a network that is shown holes cut at random learns that holes
mean nothing. So leave out whatever looks like a defect of your part.
"""

POLICY = ("brightness", "saturation", "contrast", "translation", "cutout")
BRIGHTNESS, SATURATION, CONTRAST = 0.5, 1.0, 0.5  # half ranges around 0, 1 and 1, at strength 1
TRANSLATION, CUTOUT = 1 / 8, 1 / 2  # shares of the side, at strength 1


def diff_augment(images, seed=None, *, policy=POLICY, strength=1.0):
    """Change every picture of a batch at random; gradients pass through.

    ======================  ==================================================  ====================
    name                    what happens, ``m`` a mean                           range at strength 1
    ======================  ==================================================  ====================
    ``brightness``          ``x + b``                                           b in [-0.5, 0.5]
    ``saturation``          ``m + s (x - m)``, m over the colours of a pixel    s in [0, 2]
    ``contrast``            ``m + c (x - m)``, m over the picture               c in [0.5, 1.5]
    ``translation``         moved, grey (0) moves in                            up to 1/8 of the side
    ``cutout``              a square becomes grey (0)                           1/2 of the side
    ======================  ==================================================  ====================

    Parameters
    ----------
    images : tensor
        Float (n, h, w, c) in [-1, 1].
    seed : keras.random.SeedGenerator or int, optional
        A generator gives another change at every call; a number the same one. `gan.GAN` and `DefectClassifier` hand in
        their own.
    policy : sequence of str
        Of `POLICY`; done in that order. On grey pictures saturation does nothing.
    strength : float
        At least 0; scales all ranges; 0 leaves pictures as they are.

    Returns
    -------
    tensor
        Float (n, h, w, c); brightness and contrast may lead out of [-1, 1], as in the paper's own programme.

    Raises
    ------
    ValueError
        If the policy names something else, or the strength is negative.

    References
    ----------
    Zhao et al. 2020, arXiv:2006.10738, section 4; the ranges are those of their published programme.

    Examples
    --------
    >>> gan.GAN(generator, discriminator, augment=balance.diff_augment)
    >>> gentle = functools.partial(balance.diff_augment, policy=("translation",), strength=0.5)
    """
    if isinstance(policy, str) or set(policy) - set(POLICY):
        raise ValueError(f"policy = {policy!r}; give a list of some of {', '.join(POLICY)}.")
    if not strength >= 0:
        raise ValueError(f"strength = {strength}; give a number of at least 0.")
    import keras

    if not isinstance(seed, keras.random.SeedGenerator):
        seed = keras.random.SeedGenerator(seed)
    images = keras.ops.convert_to_tensor(images)
    for name in POLICY:
        if name in policy and strength:
            images = _CHANGES[name](images, seed, strength)
    return images


def _around(images, seed, centre, half_range):
    """Draw one number a picture: (n, 1, 1, 1) in [centre - half_range, centre + half_range]."""
    import keras

    shape = (keras.ops.shape(images)[0], 1, 1, 1)
    drawn = keras.random.uniform(shape, centre - half_range, centre + half_range, dtype="float32", seed=seed)
    return keras.ops.cast(drawn, images.dtype)


def _brightness(images, seed, strength):
    return images + _around(images, seed, 0.0, BRIGHTNESS * strength)


def _saturation(images, seed, strength):
    mean = _mean(images, -1)
    return mean + _around(images, seed, 1.0, SATURATION * strength) * (images - mean)


def _contrast(images, seed, strength):
    mean = _mean(images, (1, 2, 3))
    return mean + _around(images, seed, 1.0, CONTRAST * strength) * (images - mean)


def _mean(images, axis):
    from keras import ops

    return ops.mean(images, axis=axis, keepdims=True)


def _translation(images, seed, strength):
    """Move by whole pixels: a product with a matrix of ones along a diagonal, fast and twice differentiable."""
    from keras import ops

    down = _moving(images, 1, seed, strength)
    right = _moving(images, 2, seed, strength)
    moved = ops.einsum("nij,njkc->nikc", down, images)
    return ops.einsum("nij,nkjc->nkic", right, moved)


def _moving(images, axis, seed, strength):
    from keras import ops

    side = images.shape[axis]
    place = ops.arange(side)
    by = _whole_numbers(images, seed, -round(TRANSLATION * strength * side), round(TRANSLATION * strength * side))
    return ops.cast(place[None, :, None] - by[:, None, None] == place[None, None, :], images.dtype)


def _cutout(images, seed, strength):
    from keras import ops

    sides = images.shape[1:3]
    inside = []
    for side in sides:
        size = round(CUTOUT * strength * side)
        centre = _whole_numbers(images, seed, 0, side)
        first = (centre - size // 2)[:, None]
        place = ops.arange(side)[None]
        inside.append(ops.logical_and(place >= first, place < first + size))
    cut = ops.logical_and(inside[0][:, :, None], inside[1][:, None, :])[..., None]
    return images * ops.cast(ops.logical_not(cut), images.dtype)


def _whole_numbers(images, seed, least, largest):
    import keras

    n = keras.ops.shape(images)[0]
    return keras.random.randint((n,), least, largest + 1, dtype="int32", seed=seed)


_CHANGES = {
    "brightness": _brightness,
    "saturation": _saturation,
    "contrast": _contrast,
    "translation": _translation,
    "cutout": _cutout,
}
