"""Other days of the simulated line: parts that are in no data set of the course, rendered with masks.

A campaign is a run of production. Its seed must not be that of ``data/parts``, or test parts would be among its own.
"""

from dataclasses import replace

import numpy as np

from gan_helpers import parts
from gan_helpers.datasets.partset import GOOD, PartSet
from gan_helpers.settings import SEED

CAMPAIGN, SHORT_CAMPAIGN = 200_000, 20_000  # parts; the long one holds enough of the rarest kind
LOT_SIZE = 200
PART_SIDE = 128
WHOLE_SIDES = (32, 64, 128)


def fresh_parts(per_kind, *, seed, size=64, good=0):
    """Render labelled parts of a campaign of their own: none of them is in ``data/parts``.

    Parameters
    ----------
    per_kind, good : int
        Parts of each kind of defect, and good ones.
    seed : int
    size : int
        Side in pixels: 32, 64 or 128, made smaller as `load_parts` does.

    Returns
    -------
    PartSet
        With masks and the process table, in the order of time.

    Raises
    ------
    ValueError
        If the seed is that of the shipped set, or the campaign made too few parts of a kind.
    """
    n_of = {GOOD: good, **dict.fromkeys(parts.DEFECT_KINDS, per_kind)}
    table = of_kinds(produced(CAMPAIGN, seed), n_of, np.random.default_rng(seed))
    table = table.sort_values("part", ignore_index=True)
    whole = photographed(table, size, title="fresh rendered parts")
    return replace(whole, has_mask=(whole.labels == 0) | whole.masks.any(axis=(1, 2)))


def few_defects(n=10, *, size=64, seed):
    """Let the line run on other days and keep the first defective parts of a random order.

    Kinds come as often as the line makes them, so with ten parts some kinds are usually missing. No part is in
    ``data/parts``, neither in train nor in test.

    Parameters
    ----------
    n : int
        Defective parts.
    size : int
        Side in pixels: 32, 64 or 128, made smaller as `load_parts` does.
    seed : int
        Of the campaign; another seed, other parts. It must not be that of ``data/parts``.

    Returns
    -------
    PartSet
        Defective parts only, with masks, kinds, lots and process data.

    Raises
    ------
    ValueError
        If the seed is that of the course's own parts, the size is unknown or the campaign has too few defects.

    Examples
    --------
    >>> ten = few_defects(10, seed=1)
    """
    campaign = produced(SHORT_CAMPAIGN, seed)
    made = campaign[campaign["kind"] != GOOD]
    if not 1 <= n <= len(made):
        raise ValueError(f"n = {n}; the campaign made {len(made)} defective parts, so ask for 1 to {len(made)}.")
    table = made.iloc[np.random.default_rng(seed).permutation(len(made))[:n]].reset_index(drop=True)
    return photographed(table, size, title="a few defective parts")


def produced(n, seed):
    """Let the line make n parts; a table as `parts.simulate_line` gives it.

    Raises
    ------
    ValueError
        If the seed is that of ``data/parts``.
    """
    if seed == SEED:
        raise ValueError(f"The seed {seed} is that of data/parts, so test parts would be among these; take another.")
    return parts.simulate_line(n, seed, lot_size=LOT_SIZE)


def of_kinds(campaign, n_of, rng):
    """Draw parts of a campaign, so many of each kind, in the order of the kinds.

    Parameters
    ----------
    campaign : pandas.DataFrame
        Rows of `parts.simulate_line`.
    n_of : dict of str to int
        Kind -> number.
    rng : numpy.random.Generator

    Raises
    ------
    ValueError
        If the campaign holds too few of a kind.
    """
    rows = []
    for kind, n in n_of.items():
        found = np.flatnonzero((campaign["kind"] == kind).to_numpy())
        if len(found) < n:
            raise ValueError(f"The campaign made only {len(found)} parts of kind {kind!r}; ask for no more than that.")
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
