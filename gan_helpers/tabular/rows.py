"""Tables to search for unusual rows: production of the simulated line with measured signals, and a medical one.

The signals are made up for the course. They follow from the settings as a machine's would: a worn tool draws more
current and shakes more, pressure fills the mould better, one press is slower and casts heavier than the other. Two of
them have heavy tails, and one column is no number at all.
"""

import numpy as np

from gan_helpers.parts import SETTINGS, simulate_line

SIGNALS = {"spindle_current": "A", "vibration": "mm/s", "plate_mass": "g", "cycle_time": "s"}
PRESS = "press"
SHARE_OF_PRESS_B = 0.35
# Kinds of anomalies as Han et al. 2022, arXiv:2206.09426, tell them apart, and one that only mixed tables have.
KINDS = {
    "global": "one value far outside",
    "dependency": "one signal of another part",
    "cluster": "a fault that many rows share, each value a little off",
    "wrong press": "the other press in the record",
}
_FAULT = {"coolant_flow": -1.6, "spindle_current": 1.6, "vibration": 1.6}  # a tired coolant pump, in spreads


def process_rows(n, seed):
    """Let the line produce, and record a row a part: settings, press and measured signals.

    Parameters
    ----------
    n : int
        Rows, at least one.
    seed : int
        Same seed, same table; another seed is another day.

    Returns
    -------
    pandas.DataFrame
        (n, 9): the four settings, the four `SIGNALS`, and ``press``, "A" or "B".
    """
    rng = np.random.default_rng(seed)
    # every seventh part is measured, so that the tool's whole life is in the table
    table = simulate_line(7 * n, seed)[list(SETTINGS)].iloc[::7].reset_index(drop=True)
    slow = rng.random(n) < SHARE_OF_PRESS_B
    wear, coolant = table["tool_wear"].to_numpy(), table["coolant_flow"].to_numpy()
    filled = 0.02 * (table["mould_pressure"] - 760) - 0.04 * (table["melt_temperature"] - 712)
    table["spindle_current"] = (3.2 + 4.0 * wear - 0.12 * (coolant - 8)) * rng.lognormal(0, 0.04, n)
    table["vibration"] = 0.8 * np.exp(2.5 * wear) * rng.lognormal(0, 0.15, n)
    table["plate_mass"] = 182 + filled + 1.5 * slow + rng.normal(0, 0.25, n)
    table["cycle_time"] = 19.2 + 2.5 * slow + rng.lognormal(-1, 0.7, n)
    table[PRESS] = np.where(slow, "B", "A")
    return table


def unusual_rows(table, kind, seed):
    """Spoil every row of a table of `process_rows` in one way.

    Parameters
    ----------
    table : pandas.DataFrame
        Left as it is.
    kind : str
        Of `KINDS`. ``global``: one number moved by 4 to 6 of its spreads. ``dependency``: one signal taken from another
        row, so that each value is usual and their combination isn't. ``cluster``: a weak coolant pump, every row off by
        about 1.6 spreads in the same three columns. ``wrong press``: "A" for "B", "B" for "A".
    seed : int

    Returns
    -------
    pandas.DataFrame
        Of the same shape.

    Raises
    ------
    ValueError
        If there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"There is no kind of unusual row {kind!r}; choose one of {', '.join(KINDS)}.")
    rng = np.random.default_rng(seed)
    spoiled, n = table.copy(), len(table)
    if kind == "wrong press":
        spoiled[PRESS] = np.where(table[PRESS] == "A", "B", "A")
        return spoiled
    spreads = table.std(numeric_only=True)
    if kind == "cluster":
        for name, shift in _FAULT.items():
            spoiled[name] += spreads[name] * (shift + rng.normal(0, 0.3, n))
        return spoiled
    names = np.array(list(SIGNALS) if kind == "dependency" else list(SETTINGS) + list(SIGNALS))
    which = rng.choice(names, n)
    for name in names:
        rows = which == name
        if kind == "dependency":
            spoiled.loc[rows, name] = rng.permutation(table[name].to_numpy())[rows]
        else:
            away = rng.uniform(4, 6, n) * rng.choice([-1, 1], n)
            spoiled.loc[rows, name] += (spreads[name] * away)[rows]
    return spoiled


def breast_tissue():
    """Load a real medical table that comes with scikit-learn: cells of breast tissue, measured under the microscope.

    Returns
    -------
    table : pandas.DataFrame
        (569, 30): mean, standard error and worst of ten measures of the cells' nuclei.
    malignant : numpy.ndarray
        Bool (569,): 212 true.

    References
    ----------
    Street, Wolberg & Mangasarian 1993, doi:10.1117/12.148698.
    """
    from sklearn.datasets import load_breast_cancer

    loaded = load_breast_cancer(as_frame=True)
    return loaded.data, loaded.target.to_numpy() == 0
