"""The simulated line: four process settings, the odds of each defect, what a part costs, a table of production.

A cover plate is cast, its face is turned and its holes are drilled. Four settings steer it. Each has a normalised form
``u = 2 (setting - low) / (high - low) - 1`` in [-1, 1]; the log-odds of each defect against "good" are quadratic in
``u``, so the odds form a multinomial logit and the best settings can be computed instead of guessed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize

GOOD = "good"


@dataclass(frozen=True)
class Setting:
    """A knob of the line: its unit, the range it may be turned in, where it stands by default, how far it wanders."""

    unit: str
    low: float
    high: float
    usual: float
    wander: float


SETTINGS = {
    "melt_temperature": Setting("°C", 660.0, 740.0, 712.0, 5.0),
    "mould_pressure": Setting("bar", 400.0, 1000.0, 760.0, 35.0),
    "tool_wear": Setting("mm", 0.0, 0.4, 0.2, 0.0),
    "coolant_flow": Setting("l/min", 4.0, 16.0, 8.0, 0.7),
}

DEFECT_KINDS = ("scratch", "dent", "crack", "porosity", "stain", "chip", "missing_hole", "burr")

# log-odds against "good": constant, then per setting (linear, quadratic) in u; the story is told in data/README.md
_LOG_ODDS = {
    #                const    melt temp.   pressure      wear         coolant
    "scratch": (-6.0, (0.0, 0.0), (0.0, 0.0), (1.4, 0.5), (-0.8, 0.2)),
    "dent": (-5.6, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
    "crack": (-6.2, (-1.1, 0.9), (0.5, 0.3), (0.3, 0.0), (-1.3, 0.7)),
    "porosity": (-5.8, (1.5, 0.8), (-1.4, 0.6), (0.0, 0.0), (0.0, 0.0)),
    "stain": (-5.9, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (1.6, 0.6)),
    "chip": (-6.3, (-0.6, 0.3), (0.0, 0.0), (1.2, 0.6), (0.0, 0.0)),
    "missing_hole": (-7.2, (0.0, 0.0), (0.0, 0.0), (1.5, 0.4), (-0.3, 0.0)),
    "burr": (-6.0, (0.7, 0.2), (1.3, 0.5), (1.3, 0.4), (0.0, 0.0)),
}

SECONDS_PER_PART = 20.0
SCRAP_COST = 40.0  # euro for each defective part
TOOL_COST = 0.08  # euro a part at u = 0; a tool changed at little wear costs more per part
RUNNING_COST = {"melt_temperature": 0.05, "mould_pressure": 0.06, "coolant_flow": 0.07}  # euro a part per unit of u


def normalised(settings):
    """Map settings to ``u`` in [-1, 1].

    Parameters
    ----------
    settings : pandas.DataFrame or mapping
        One column (or number) per name in `SETTINGS`, in its unit.

    Returns
    -------
    numpy.ndarray
        float64 (n, 4), in the order of `SETTINGS`.

    Raises
    ------
    ValueError
        If a setting is missing, not finite, or outside its range.
    """
    columns = []
    for name, knob in SETTINGS.items():
        if name not in settings:
            raise ValueError(f"The setting {name!r} is missing; give it in {knob.unit}.")
        value = np.atleast_1d(np.asarray(settings[name], dtype=float))
        if not np.all((value >= knob.low) & (value <= knob.high)):
            wrong = value[~((value >= knob.low) & (value <= knob.high))][0]
            raise ValueError(
                f"{name} = {wrong:g} {knob.unit} is outside the line's range; keep it in {knob.low:g} to {knob.high:g}."
            )
        columns.append(2 * (value - knob.low) / (knob.high - knob.low) - 1)
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


def defect_probabilities(settings):
    """Say how likely each outcome is at these settings.

    Multinomial logit: ``p_k = exp(eta_k) / (1 + sum_j exp(eta_j))`` with ``eta_k`` quadratic in the settings; "good"
    has ``eta = 0``.

    Returns
    -------
    pandas.DataFrame
        (n, 9): a column per outcome, "good" first; rows sum to one.
    """
    u = normalised(settings)
    odds = {GOOD: np.ones(len(u))}
    for kind, (constant, *effects) in _LOG_ODDS.items():
        linear, quadratic = np.array(effects).T
        odds[kind] = np.exp(constant + u @ linear + u**2 @ quadratic)
    table = pd.DataFrame(odds)
    return table.div(table.sum(axis=1), axis=0)


def expected_cost(settings):
    """Give the expected cost of a part in euro: scrap, tools, energy, pressure and coolant. Returns float64 (n,)."""
    u = normalised(settings)
    names = list(SETTINGS)
    scrap = SCRAP_COST * (1 - defect_probabilities(settings)[GOOD].to_numpy())
    tools = TOOL_COST * np.exp(-1.2 * u[:, names.index("tool_wear")])
    running = sum(price * (1 + u[:, names.index(name)]) for name, price in RUNNING_COST.items())
    return scrap + tools + running


def best_settings():
    """Compute the settings with the lowest expected cost, and that cost, from the line's own equations.

    Returns
    -------
    settings : dict of str to float
    cost : float
        Euro a part.
    """
    knobs = SETTINGS.values()

    def cost_at(u):
        return expected_cost(dict(zip(SETTINGS, _from_normalised(u), strict=True)))[0]

    found = min(
        (minimize(cost_at, start, bounds=[(-1, 1)] * len(knobs)) for start in ([0.0] * 4, [-0.5] * 4, [0.5] * 4)),
        key=lambda result: result.fun,
    )
    return dict(zip(SETTINGS, map(float, _from_normalised(found.x)), strict=True)), float(found.fun)


def _from_normalised(u):
    return [
        np.clip(knob.low + (x + 1) / 2 * (knob.high - knob.low), knob.low, knob.high)
        for x, knob in zip(u, SETTINGS.values(), strict=True)
    ]


def simulate_line(n_parts, seed, *, lot_size=40, setpoints=None, wear_per_part=0.0004):
    """Let the line produce: one row a part, in the order of time.

    Melt temperature, pressure and coolant flow wander around their set points (AR(1), correlation 0.98 from part to
    part); the tool wears with each part and is changed when it reaches twice its set point, so that the set point is
    the mean wear. The light over the conveyor drifts from lot to lot: brightness, the balance between the four lamps
    and where they stand.

    Parameters
    ----------
    n_parts : int
    seed : int
        Same seed, same table.
    lot_size : int
        Parts per lot.
    setpoints : dict of str to float, optional
        Overrides for ``SETTINGS[name].usual``.
    wear_per_part : float
        Millimetres of flank wear per part.

    Returns
    -------
    pandas.DataFrame
        ``part`` (int), ``time`` (datetime64), ``lot`` (str), the four settings, ``light_gain``, ``light_turn``
        (radians), ``light_balance_x``, ``light_balance_y``, ``kind`` (str), ``severity`` in [0, 1] (0 for good parts)
        and ``seed`` (the part's own).
    """
    if n_parts < 1 or lot_size < 1:
        raise ValueError(f"n_parts = {n_parts} and lot_size = {lot_size}: both must be at least 1.")
    setpoints = {name: knob.usual for name, knob in SETTINGS.items()} | (setpoints or {})
    normalised(setpoints)  # meets a wrong name or value at the door
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"part": np.arange(n_parts)})
    table["time"] = pd.Timestamp("2026-03-02 06:00") + pd.to_timedelta(table["part"] * SECONDS_PER_PART, unit="s")
    lot = table["part"].to_numpy() // lot_size
    table["lot"] = [f"lot_{number:03d}" for number in lot]
    for name, knob in SETTINGS.items():
        if name == "tool_wear":
            life = max(2 * setpoints[name], wear_per_part)
            values = (rng.uniform(0, life) + wear_per_part * table["part"].to_numpy()) % life
        else:
            values = setpoints[name] + knob.wander * _wandering(rng, n_parts, correlation=0.98)
        table[name] = np.clip(values, knob.low, knob.high).round(4)
    n_lots = lot[-1] + 1
    for name, spread in (
        ("light_gain", 0.06),
        ("light_turn", 0.10),
        ("light_balance_x", 0.12),
        ("light_balance_y", 0.12),
    ):
        table[name] = (spread * _wandering(rng, n_lots, correlation=0.6))[lot].round(5)
    table["light_gain"] += 1
    outcomes = defect_probabilities(table)
    draw = rng.uniform(size=(n_parts, 1))
    chosen = (outcomes.to_numpy().cumsum(axis=1) < draw).sum(axis=1).clip(max=len(DEFECT_KINDS))
    table["kind"] = outcomes.columns.to_numpy()[chosen]
    severity = rng.beta(1.6, 1.6, size=n_parts).round(4)
    table["severity"] = np.where(table["kind"] == GOOD, 0.0, severity)
    table["seed"] = rng.integers(2**31, size=n_parts)
    return table


def _wandering(rng, n, correlation):
    """Draw a stationary AR(1) series with unit variance, clipped at 2.5 standard deviations; float64 (n,)."""
    from scipy.signal import lfilter

    shocks = rng.standard_normal(n) * np.sqrt(1 - correlation**2)
    shocks[0] = rng.standard_normal()
    return np.clip(lfilter([1.0], [1.0, -correlation], shocks), -2.5, 2.5)
