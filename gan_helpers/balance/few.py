"""A few defective parts, as a line has them before anyone has collected more: rendered afresh, with masks."""

import numpy as np

from gan_helpers import parts
from gan_helpers.datasets.close_ups import photographed
from gan_helpers.datasets.partset import GOOD
from gan_helpers.settings import SEED

CAMPAIGN, LOT_SIZE = 20_000, 200


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
    campaign = parts.simulate_line(CAMPAIGN, seed, lot_size=LOT_SIZE)
    made = campaign[campaign["kind"] != GOOD]
    if not 1 <= n <= len(made):
        raise ValueError(f"n = {n}; the campaign made {len(made)} defective parts, so ask for 1 to {len(made)}.")
    table = made.iloc[np.random.default_rng(seed).permutation(len(made))[:n]].reset_index(drop=True)
    return photographed(table, size, title="a few defective parts")
