"""Rows of a benchmark: written one by one, so that it can be stopped, and read where they are shown."""

from pathlib import Path

import pandas as pd

from gan_helpers import settings

COMMANDS = {  # table -> what makes it
    "parts": "python benchmarks/detectors.py --data parts",
    "solar": "python benchmarks/detectors.py --data solar",
    "solar_poly": "python benchmarks/detectors.py --data solar_poly",
    "parts_chosen_on_test": "python benchmarks/detectors.py --data parts",
    "solar_chosen_on_test": "python benchmarks/detectors.py --data solar",
    "imbalance": "python benchmarks/imbalance.py",
    "imbalance_many": "python benchmarks/imbalance.py --many",
    "few_defects": "python benchmarks/few_defects.py",
    "compression": "python benchmarks/compression.py",
    "learning_curve": "python benchmarks/learning_curve.py",
    "explanations": "python benchmarks/explanations.py",
    "process_normal": "python benchmarks/process.py",
    "process_shifts": "python benchmarks/process.py",
    "process_search": "python benchmarks/process.py --search",
    "scaling": "python benchmarks/scaling.py",
    "tables": "python benchmarks/tables.py",
}


def path_of(name):
    """Return where the rows of a table lie, whether they are there or not.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    if name not in COMMANDS:
        raise ValueError(f"There is no table {name!r}; choose one of {', '.join(COMMANDS)}.")
    return settings.data_folder() / "benchmarks" / f"{name}.csv"


def shipped_rows(name):
    """Read the rows of a table, a row a run, with the benchmark's own columns.

    Parameters
    ----------
    name : str
        A key of `COMMANDS`.

    Returns
    -------
    pandas.DataFrame
        At least one row.

    Raises
    ------
    FileNotFoundError
        If they aren't there; the message names the command that makes them.
    ValueError
        If there is no such table, or its file holds no row.
    """
    path = path_of(name)
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; make it with `{COMMANDS[name]}`.")
    rows = pd.read_csv(path)
    if rows.empty:
        raise ValueError(f"{path} holds no row; make it again with `{COMMANDS[name]}`.")
    return rows


def known_row(path, wanted):
    """Say whether a file holds a row with these values; a value of None or NaN stands for an empty cell.

    Parameters
    ----------
    path : path-like
        A CSV; it needn't be there.
    wanted : dict of str to object
        Column -> value.
    """
    path = Path(path)
    return path.is_file() and bool(_same(pd.read_csv(path), wanted).any())


def keep_rows(path, rows, key):
    """Put rows into a file, in place of earlier ones with the same values in the columns of the key.

    So a benchmark that writes each row as it comes in can be stopped, goes on where it was, and holds nothing twice.

    Parameters
    ----------
    path : path-like
        A CSV; made if missing, with its folder.
    rows : list of dict
    key : sequence of str
        Columns that tell runs apart; a missing one is empty.
    """
    path, table = Path(path), pd.DataFrame(rows)
    if path.is_file():
        earlier = pd.read_csv(path)
        for run in table.reindex(columns=list(key)).drop_duplicates().to_dict("records"):
            earlier = earlier[~_same(earlier, run)]
        table = pd.concat([earlier, table], ignore_index=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(path, index=False, float_format="%.6g", lineterminator="\n")


def _same(rows, wanted):
    same = pd.Series(True, index=rows.index)
    for name, value in wanted.items():
        column = rows[name] if name in rows else pd.Series(float("nan"), index=rows.index)
        same &= column.isna() if pd.isna(value) else column == value
    return same
