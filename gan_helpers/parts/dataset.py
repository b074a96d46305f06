"""The set that the course ships: sampled from one long campaign of the line, written in MVTec AD layout."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from gan_helpers.parts.line import DEFECT_KINDS, GOOD, simulate_line
from gan_helpers.parts.render import render_parts
from gan_helpers.settings import SEED

LOT_SIZE = 200
TRAIN_LOTS, GOOD_PER_TRAIN_LOT = 25, 40
TEST_LOTS, TEST_GOOD, TEST_PER_KIND = 200, 300, 50
CHECKSUMS = "SHA256SUMS"


def sample_campaign(seed=SEED):
    """Choose the parts of the set from a campaign of 45,000.

    Lots are dealt to train and test at random, so both see the same drift and share no lot. Good parts are drawn evenly
    over the lots, defective ones as the line made them: a kind that comes with worn tools comes with worn tools here.

    Returns
    -------
    pandas.DataFrame
        The process table plus ``name`` (path inside the set) and ``split`` ("train" or "test").
    """
    campaign = simulate_line((TRAIN_LOTS + TEST_LOTS) * LOT_SIZE, seed, lot_size=LOT_SIZE)
    rng = np.random.default_rng(seed)
    lots = rng.permutation(campaign["lot"].unique().astype(str))
    in_train = campaign["lot"].isin(lots[:TRAIN_LOTS])
    good = campaign["kind"] == GOOD
    chosen = {
        ("train", GOOD): _evenly(campaign[in_train & good], TRAIN_LOTS * GOOD_PER_TRAIN_LOT, rng),
        ("test", GOOD): _evenly(campaign[~in_train & good], TEST_GOOD, rng),
    }
    for kind in DEFECT_KINDS:
        made = campaign[~in_train & (campaign["kind"] == kind)]
        if len(made) < TEST_PER_KIND:
            raise ValueError(f"The campaign of seed {seed} made only {len(made)} of {kind!r}; use another seed.")
        chosen["test", kind] = made.iloc[rng.choice(len(made), TEST_PER_KIND, replace=False)]
    tables = []
    for (split, kind), table in chosen.items():
        table = table.sort_values("time").reset_index(drop=True)
        table.insert(0, "name", [f"{split}/{kind}/{i:04d}.png" for i in range(len(table))])
        table.insert(1, "split", split)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _evenly(table, n, rng):
    """Draw n rows with every lot giving as many as the next, within one."""
    shuffled = table.iloc[rng.permutation(len(table))]
    turn = shuffled.groupby("lot").cumcount().to_numpy()
    return shuffled.iloc[np.argsort(turn, kind="stable")[:n]]


def write_dataset(folder, *, size=128, seed=SEED, per_kind=None):
    """Render the set into a folder in MVTec AD layout.

    Parameters
    ----------
    folder : path-like
        Receives ``train/good``, ``test/<kind>``, ``ground_truth/<kind>/<stem>_mask.png``, ``process.csv`` and
        ``SHA256SUMS``. It must be new or empty.
    size : int
        Side of the pictures in pixels.
    seed : int
    per_kind : int, optional
        Keep only so many of each split and kind, spread over the lots: a small set for a quick look.

    Returns
    -------
    pandas.DataFrame
        The process table that was written.

    Raises
    ------
    ValueError
        If the folder holds anything.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty; name a new folder, or empty this one first.")
    table = sample_campaign(seed)
    if per_kind is not None:
        groups = [group for _, group in table.groupby(["split", "kind"], sort=False)]
        spread = [np.unique(np.linspace(0, len(group) - 1, per_kind).astype(int)) for group in groups]
        table = pd.concat([group.iloc[rows] for group, rows in zip(groups, spread, strict=True)], ignore_index=True)
    images, masks = render_parts(table, size)
    for name, kind, image, mask in zip(table["name"], table["kind"], images, masks, strict=True):
        _write_png(folder / name, image)
        if kind != GOOD:
            stem = Path(name).stem
            _write_png(folder / "ground_truth" / kind / f"{stem}_mask.png", mask.astype(np.uint8) * 255)
    table.to_csv(folder / "process.csv", index=False, lineterminator="\n")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}" for path in files]
    (folder / CHECKSUMS).write_text("\n".join(sums) + "\n", encoding="utf-8", newline="\n")
    return table


def _write_png(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, optimize=True)
