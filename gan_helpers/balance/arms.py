"""What to feed a classifier when defective parts are few: the arms of lesson 06.

An arm turns hundreds of good parts and ten defective ones into a training set. Every arm gets the same parts, and none
sees any other: what is to be balanced, made or augmented comes from these alone, after the split.

>>> images, labels, class_weight, augment = arms.class_weight(good, ten, seed=1)
>>> DefectClassifier().fit(images, labels, class_weight=class_weight, augment=augment)
"""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gan_helpers.balance.diff_augment import diff_augment
from gan_helpers.balance.forging import Forger
from gan_helpers.balance.pasting import paste_defects

GENTLE = ("brightness", "contrast", "translation")
GENTLE_STRENGTH = 0.25
SMOTE_NEIGHBOURS = 5


class TrainingSet(NamedTuple):
    """What a classifier is fitted on: ``fit(images, labels, class_weight=..., augment=...)``."""

    images: np.ndarray  # float32 (n, h, w, c) in [0, 1]
    labels: np.ndarray  # int (n,), 0 = good, 1 = defective
    class_weight: dict | None = None
    augment: Callable | None = None


def nothing(good, defective, masks=None, *, seed):
    """Take the parts as they are."""
    return TrainingSet(np.concatenate([good, defective]), _labels(good, defective))


def class_weight(good, defective, masks=None, *, seed):
    """Let each defective part count so much more that both classes count alike.

    The weights are ``n / (2 n_k)`` for a class of n_k among n parts (King & Zeng 2001,
    doi:10.1093/oxfordjournals.pan.a004868).
    """
    n = len(good) + len(defective)
    weight = {0: n / (2 * len(good)), 1: n / (2 * len(defective))}
    return nothing(good, defective, seed=seed)._replace(class_weight=weight)


def oversampling(good, defective, masks=None, *, seed):
    """Show the defective parts as often as the good ones, by imbalanced-learn's `RandomOverSampler`."""
    from imblearn.over_sampling import RandomOverSampler

    images, labels, *_ = nothing(good, defective, seed=seed)
    rows, balanced = RandomOverSampler(random_state=seed).fit_resample(np.arange(len(images))[:, None], labels)
    return TrainingSet(images[rows[:, 0]], balanced)


def smote(good, defective, masks=None, *, seed):
    """Mix defective parts pixel by pixel: a warning, since the mean of two photographs is a double exposure.

    `imblearn.over_sampling.SMOTE` draws points between neighbours (Chawla et al. 2002, doi:10.1613/jair.953). That is
    made for tables of features; pixels are no such features.
    """
    from imblearn.over_sampling import SMOTE

    images, labels, *_ = nothing(good, defective, seed=seed)
    neighbours = min(SMOTE_NEIGHBOURS, len(defective) - 1)
    if neighbours < 1:
        raise ValueError("There is one defective part; mixing needs at least two.")
    sampler = SMOTE(random_state=seed, k_neighbors=neighbours)
    flat, balanced = sampler.fit_resample(images.reshape(len(images), -1), labels)
    return TrainingSet(flat.reshape(-1, *images.shape[1:]).astype(np.float32), balanced)


def classic(good, defective, masks=None, *, seed):
    """Oversample, then mirror, move and light every part a little differently each time it is seen.

    Good parts as well: if only the defective ones were changed, the change itself would be the sign of a defect.
    """
    return oversampling(good, defective, seed=seed)._replace(augment=mirror_and_vary)


def strong(good, defective, masks=None, *, seed):
    """Oversample, then change every part by the whole of DiffAugment, holes cut at random included.

    A trap where a missing or an extra hole is a defect: what is cut at random means nothing any more.
    """
    return oversampling(good, defective, seed=seed)._replace(augment=diff_augment)


def pasted(good, defective, masks=None, *, seed):
    """Paste the true defects on other good parts, turned around the middle; half of what is shown is the real ones."""
    made, _ = paste_defects(good, defective, masks, seed=seed)
    return with_made(good, defective, made, seed=seed)


def forged(good, defective, masks=None, *, seed):
    """Forge defects on good parts and leave the real ones out: the arm that needs no defective part at all."""
    made, _ = Forger(good.shape[1]).forge(good, seed=seed)
    return TrainingSet(np.concatenate([good, made]), _labels(good, made), augment=mirror_and_vary)


def forged_and_real(good, defective, masks=None, *, seed):
    """Forge defects on good parts; half of the defective parts that are shown are the real ones."""
    made, _ = Forger(good.shape[1]).forge(good, seed=seed)
    return with_made(good, defective, made, seed=seed)


def with_made(good, defective, made, *, seed, real_share=0.5):
    """Show as many defective parts as good ones, some of them real and the others made by whatever means.

    Parameters
    ----------
    good, defective : numpy.ndarray
        Float (n, h, w, c) in [0, 1]; real parts.
    made : numpy.ndarray
        Float (m, h, w, c) in [0, 1]; made defective parts, such as a GAN's.
    seed : int
    real_share : float
        Share of real ones among the defective parts that are shown; they are repeated as often as it takes.

    Returns
    -------
    TrainingSet
        With the gentle augmentation of `classic`, so that arms differ in the defects alone.

    Raises
    ------
    ValueError
        If nothing was made.
    """
    if not len(made):
        raise ValueError("There is no made part; a filter that keeps none says that the generator is of no use.")
    rng = np.random.default_rng(seed)
    n_real = round(real_share * len(good))
    shown = [defective[_evenly(len(defective), n_real, rng)], made[_evenly(len(made), len(good) - n_real, rng)]]
    shown = np.concatenate(shown)
    shown = shown.astype(np.float32)
    return TrainingSet(np.concatenate([good, shown]), _labels(good, shown), augment=mirror_and_vary)


def mirror_and_vary(pictures, seed):
    """Mirror half of the pictures, then move and light each a little: the classic augmentation of round parts.

    Parameters
    ----------
    pictures : tensor
        Float (n, h, w, c) in [-1, 1].
    seed : keras.random.SeedGenerator

    Returns
    -------
    tensor
        Float (n, h, w, c).
    """
    import keras

    flip = keras.random.uniform((keras.ops.shape(pictures)[0], 1, 1, 1), seed=seed) < 0.5
    pictures = keras.ops.where(flip, pictures[:, :, ::-1], pictures)
    return functools.partial(diff_augment, policy=GENTLE, strength=GENTLE_STRENGTH)(pictures, seed)


ARMS = {
    "nothing": nothing,
    "class_weight": class_weight,
    "oversampling": oversampling,
    "smote": smote,
    "classic": classic,
    "strong": strong,
    "pasted": pasted,
    "forged": forged,
    "forged_and_real": forged_and_real,
}


def _evenly(available, wanted, rng):
    """Draw rows so that each comes as often as the next, within one."""
    rounds = -(-wanted // available)
    return np.concatenate([rng.permutation(available) for _ in range(rounds)])[:wanted]


def _labels(good, defective):
    return np.repeat([0, 1], [len(good), len(defective)])
