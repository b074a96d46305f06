"""A few defective parts, as a line has them before anyone has collected more: rendered afresh, with masks."""

import numpy as np

from gan_helpers import parts
from gan_helpers.datasets.partset import GOOD, PartSet
from gan_helpers.settings import SEED

CAMPAIGN, LOT_SIZE = 20_000, 200
SIDES = (32, 64, 128)  # photographs have 128 pixels; smaller ones are means of whole blocks of them


def few_defects(n=10, *, size=64, seed):
    """Let the line run on other days and keep the first defective parts of a random order.

    Kinds come as often as the line makes them, so with ten parts some kinds are usually missing. No part is in
    ``data/parts``, neither in train nor in test.

    Parameters
    ----------
    n : int
        Defective parts.
    size : int
        Side in pixels: 32, 64 or 128, made smaller as `datasets.load_parts` does.
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
    if seed == SEED:
        raise ValueError(f"The seed {seed} is that of data/parts, so test parts would be among these; take another.")
    if size not in SIDES:
        raise ValueError(f"size = {size} pixels; choose one of {', '.join(map(str, SIDES))}.")
    campaign = parts.simulate_line(CAMPAIGN, seed, lot_size=LOT_SIZE)
    made = campaign[campaign["kind"] != GOOD]
    if not 1 <= n <= len(made):
        raise ValueError(f"n = {n}; the campaign made {len(made)} defective parts, so ask for 1 to {len(made)}.")
    table = made.iloc[np.random.default_rng(seed).permutation(len(made))[:n]].reset_index(drop=True)
    photographs, masks = parts.render_parts(table, SIDES[-1])
    block = SIDES[-1] // size
    blocks = (n, size, block, size, block)
    return PartSet(
        images=(photographs.reshape(blocks).mean(axis=(2, 4)) / 255)[..., None].astype(np.float32),
        labels=np.ones(n, dtype=int),
        kinds=table["kind"].to_numpy(str),
        groups=table["lot"].to_numpy(str),
        masks=masks.reshape(blocks).any(axis=(2, 4)),
        table=table,
        title="a few defective parts",
        licence="MIT",
        source="rendered by gan_helpers.parts",
    )
