"""Rendered parts: the committed ones in ``data/parts``, or the same rendered afresh where they are missing."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd

from gan_helpers import settings
from gan_helpers.datasets.folder import deal, read_folder
from gan_helpers.datasets.layout import Problems
from gan_helpers.datasets.partset import DataError, PartSet, Split

CALIBRATION_SHARE = 0.25  # of the lots in train
LICENCE = "MIT"
SOURCE = "rendered by gan_helpers.parts"
TABLE = "process.csv"


def load_parts(size=64, *, folder=None, seed=settings.SEED):
    """Load the rendered cover plates with masks, lots and process data; render them first if they are missing.

    Parameters
    ----------
    size : int
        Side in pixels; the files have 128.
    folder : path, optional
        A folder of that kind: MVTec AD layout with a ``process.csv`` whose columns ``name`` and ``lot`` say which
        image (``train/good/0000.png``) comes from which lot. Without it, the course's own.
    seed : int
        Decides which lots calibrate.

    Returns
    -------
    Split
        ``groups`` holds the lot; train, calibration (a quarter of the lots in train) and test share none.
        ``table`` holds the process data, one row a part.

    Raises
    ------
    DataError
        If table and images do not fit together, or a lot stands on both sides.
    """
    folder = Path(folder) if folder else rendered_folder()
    problems = Problems(folder)
    parts, sides, identities = read_folder(folder, size, True, problems, title="rendered parts")
    table = _table_of(folder, parts.names)
    parts = PartSet(
        images=parts.images,
        labels=parts.labels,
        kinds=parts.kinds,
        groups=table["lot"].to_numpy(str),
        names=parts.names,
        masks=parts.masks,
        has_mask=parts.has_mask if parts.masks is not None else None,
        table=table,
        title=parts.title,
        licence=LICENCE,
        source=SOURCE,
    )
    sides = deal(parts, sides, identities, CALIBRATION_SHARE, seed, problems)
    problems.tell()
    split = Split(*(parts[sides == side] for side in ("train", "calibration", "test")))
    if split.shared_groups:
        raise DataError(
            f"{folder / TABLE} puts lot {split.shared_groups[0]} on two sides of the split; a lot belongs either to "
            "train or to test."
        )
    return split


def rendered_folder():
    """Return the folder of the rendered parts: the repository's, or the learner's own, rendered on first use."""
    folder = settings.data_folder() / "parts"
    if (folder / TABLE).is_file():
        return folder
    folder = settings.home() / "data" / "parts"
    if not (folder / TABLE).is_file():
        from gan_helpers import parts

        unfinished = folder.with_name("parts.unfinished")  # so that an interrupted rendering is never taken for whole
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        parts.write_dataset(unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    return folder


def _table_of(folder, names):
    """Read process.csv and bring its rows into the order of ``names``."""
    path = folder / TABLE
    if not path.is_file():
        raise DataError(f"{path} is missing; rendered parts come with it, other folders are for load_folder.")
    table = pd.read_csv(path, dtype={"name": str, "lot": str})
    for column in ("name", "lot"):
        if column not in table:
            raise DataError(f"{path} has no column {column!r}; it has {', '.join(table.columns)}.")
    if twice := table["name"][table["name"].duplicated()].tolist():
        raise DataError(f"{path} has two rows for {twice[0]}; keep one.")
    if missing := sorted(set(names) - set(table["name"])):
        raise DataError(f"{path} has no row for {missing[0]} ({len(missing)} such images); render the parts again.")
    if missing := sorted(set(table["name"]) - set(names)):
        raise DataError(f"{missing[0]} of {path} is no file ({len(missing)} such rows); render the parts again.")
    table = table.set_index("name").loc[np.asarray(names).tolist()].reset_index()
    if table["lot"].isna().any():
        raise DataError(f"{path} gives no lot for {table['name'][table['lot'].isna()].iloc[0]}; fill it in.")
    return table
