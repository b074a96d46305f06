"""Close-ups of rendered defects, kind by kind, for GANs that learn defects as well as good parts.

They come from a campaign of the line of their own: none of its parts is in ``data/parts``.
"""

from dataclasses import replace

import numpy as np

from gan_helpers import parts, settings
from gan_helpers.datasets.campaigns import CAMPAIGN, PART_SIDE, of_kinds, photographed, produced
from gan_helpers.datasets.partset import GOOD

JITTER = 5  # pixels: the defect is not always in the middle
PLACES = 50  # defects of each kind at least, where the good ones are cut; fewer, and the place would tell good from bad


def load_close_ups(
    per_kind=150, *, good=None, held_out_per_kind=60, held_out_good=None, size=32, seed=settings.SEED + 1
):
    """Render parts of every kind and cut out where their defect is; good parts are cut where others have defects.

    At least `PLACES` defects of each kind say where, however few of them are kept.

    Parameters
    ----------
    per_kind, held_out_per_kind : int
        Close-ups of each of the nine kinds (eight defects and ``"good"``).
    good, held_out_good : int, optional
        Another number of good ones.
    size : int
        Side of the close-up in pixels; the whole part has 128.
    seed : int
        Of the campaign; it must not be that of ``data/parts``.

    Returns
    -------
    train, held_out : PartSet
        From different lots; ``groups`` holds the lot, ``masks`` what is visible of the defect.

    Raises
    ------
    ValueError
        If the campaign holds too few parts of a kind, or the close-up doesn't fit into the part.
    """
    if not 16 <= size <= PART_SIDE:
        raise ValueError(f"size = {size} pixels: a close-up has 16 to {PART_SIDE}.")
    campaign = produced(CAMPAIGN, seed)
    rng = np.random.default_rng(seed)
    lots = rng.permutation(campaign["lot"].unique().astype(str))
    in_train = campaign["lot"].isin(lots[: len(lots) * 2 // 3]).to_numpy()

    def views(side, n, n_good):
        n_of = {GOOD: n if n_good is None else n_good, **dict.fromkeys(parts.DEFECT_KINDS, max(n, PLACES))}
        cut = close_ups_of(photographed(of_kinds(campaign[side], n_of, rng)), size, seed=rng)
        wanted = n_of | dict.fromkeys(parts.DEFECT_KINDS, n)
        return cut[np.concatenate([np.flatnonzero(cut.kinds == kind)[:many] for kind, many in wanted.items()])]

    return views(in_train, per_kind, good), views(~in_train, held_out_per_kind, held_out_good)


def close_ups_of(whole, size=32, *, seed):
    """Cut a window out of every part, around its defect, a little beside the middle.

    Parameters
    ----------
    whole : PartSet
        Parts with masks. Good ones are cut where others of the set have their defects, defective ones without anything
        to be seen of the defect in the middle.
    size : int
        Side of the window in pixels.
    seed : int or numpy.random.Generator

    Returns
    -------
    PartSet
        The same parts, pictures and masks of size x size.
    """
    rng = np.random.default_rng(seed)
    side = whole.images.shape[1]
    centres = np.array([np.argwhere(mask).mean(axis=0) if mask.any() else (np.nan, np.nan) for mask in whole.masks])
    good, known = np.flatnonzero(whole.labels == 0), np.flatnonzero(~np.isnan(centres[:, 0]))
    if len(good):
        centres[good] = centres[rng.choice(known, len(good))]
    wanted = centres - size / 2 + rng.uniform(-JITTER, JITTER, centres.shape)
    corners = np.clip(np.nan_to_num(wanted.round(), nan=(side - size) / 2), 0, side - size).astype(int)

    def windows(images):
        return np.stack([image[y : y + size, x : x + size] for image, (y, x) in zip(images, corners, strict=True)])

    return replace(whole, images=windows(whole.images), masks=windows(whole.masks), title=f"close-ups of {whole.title}")


def in_all_orientations(images, kinds):
    """Turn every picture by quarters and mirror it: eight for one, for parts that look alike from all sides.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, h, c).
    kinds : numpy.ndarray
        (n,).

    Returns
    -------
    images, kinds : numpy.ndarray
        (8 n, h, h, c), (8 n,).
    """
    turned = [np.rot90(images, quarters, axes=(1, 2)) for quarters in range(4)]
    return np.concatenate(turned + [view[:, :, ::-1] for view in turned]), np.tile(kinds, 8)
