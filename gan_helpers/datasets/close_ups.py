"""Close-ups of rendered defects, kind by kind, for GANs that learn defects as well as good parts.

They come from a campaign of the line of their own: none of its parts is in ``data/parts``.
"""

from dataclasses import replace

import numpy as np

from gan_helpers import parts, settings
from gan_helpers.datasets.partset import GOOD, PartSet

CAMPAIGN = 200_000  # parts; enough of the rarest kind
LOT_SIZE = 200
PART_SIDE = 128
WHOLE_SIDES = (32, 64, 128)
JITTER = 5  # pixels: the defect is not always in the middle


def load_close_ups(
    per_kind=150, *, good=None, held_out_per_kind=60, held_out_good=None, size=32, seed=settings.SEED + 1
):
    """Render parts of every kind and cut out where their defect is; good parts are cut where others have defects.

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
    if seed == settings.SEED:
        raise ValueError(f"The seed {seed} is that of data/parts, so test parts would be among these; take another.")
    if not 16 <= size <= PART_SIDE:
        raise ValueError(f"size = {size} pixels: a close-up has 16 to {PART_SIDE}.")
    campaign = parts.simulate_line(CAMPAIGN, seed, lot_size=LOT_SIZE)
    rng = np.random.default_rng(seed)
    lots = rng.permutation(campaign["lot"].unique().astype(str))
    in_train = campaign["lot"].isin(lots[: len(lots) * 2 // 3]).to_numpy()
    return tuple(
        close_ups_of(photographed(_choose(campaign[side], n, n if n_good is None else n_good, rng)), size, seed=rng)
        for side, n, n_good in ((in_train, per_kind, good), (~in_train, held_out_per_kind, held_out_good))
    )


def _choose(campaign, n_defective, n_good, rng):
    rows = []
    for kind in (GOOD, *parts.DEFECT_KINDS):
        n = n_good if kind == GOOD else n_defective
        found = np.flatnonzero((campaign["kind"] == kind).to_numpy())
        if len(found) < n:
            raise ValueError(f"The campaign holds {len(found)} parts of kind {kind!r}; ask for no more than that.")
        rows.append(rng.choice(found, n, replace=False))
    return campaign.iloc[np.concatenate(rows)].reset_index(drop=True)


def photographed(table, size=PART_SIDE, *, title="rendered parts"):
    """Render the parts of a campaign, masks and all.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of `parts.simulate_line`.
    size : int
        Side in pixels, of `WHOLE_SIDES`. Smaller pictures are means of whole blocks, as `load_parts` makes them:
        rendered at once at that size they would have more noise, and a network would tell them apart by that alone.
    title : str

    Raises
    ------
    ValueError
        If the size is another.
    """
    if size not in WHOLE_SIDES:
        raise ValueError(f"size = {size} pixels; choose one of {', '.join(map(str, WHOLE_SIDES))}.")
    photographs, masks = parts.render_parts(table, PART_SIDE)
    blocks = (len(table), size, PART_SIDE // size, size, PART_SIDE // size)
    kinds = table["kind"].to_numpy(str)
    return PartSet(
        images=(photographs.reshape(blocks).mean(axis=(2, 4)) / 255)[..., None].astype(np.float32),
        labels=(kinds != GOOD).astype(int),
        kinds=kinds,
        groups=table["lot"].to_numpy(str),
        masks=masks.reshape(blocks).any(axis=(2, 4)),
        table=table,
        title=title,
        licence="MIT",
        source="rendered by gan_helpers.parts",
    )


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
