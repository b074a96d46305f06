"""Production over time: the line as it should run, and shifts in which one setting goes astray at a known part.

The line runs at its usual settings, with the tool changed at 0.2 mm. A fault moves one setting away from there, for
good: the odds of defects follow from the line's own equations, and everything else stays as it was.
"""

from dataclasses import dataclass

import numpy as np

from gan_helpers import parts

SHIFT_PARTS = 1200  # at 20 seconds a part, six hours and forty minutes
SET_POINTS = {"tool_wear": 0.1}  # mean wear in mm: a tool is changed at twice that
WEAR_PER_PART = 0.0008  # mm
LINE_SETTINGS = {name: knob.usual for name, knob in parts.SETTINGS.items()} | SET_POINTS
FIRST_BEGIN, LAST_BEGIN = 300, 550  # a fault begins at a part in between
NORMAL_RUNS, NORMAL_SEED = 15, 9000
SHIFT_RUNS, SHIFT_SEED = 20, 9500


@dataclass(frozen=True)
class Fault:
    """What goes astray: the setting, where it ends, how many parts it takes to get there, and why."""

    setting: str
    ends_at: float
    over: int
    story: str


FAULTS = {
    "tool_wear": Fault("tool_wear", 0.4, 250, "the change of the tool is forgotten, and it wears on"),
    "mould_pressure": Fault("mould_pressure", 400.0, 200, "a valve leaks, and the mould pressure falls"),
    "melt_temperature": Fault("melt_temperature", 740.0, 200, "a heater sticks, and the melt gets too hot"),
    "coolant_flow": Fault("coolant_flow", 16.0, 200, "a valve sticks, and the coolant floods the part"),
}


def normal_production(n_parts, seed):
    """Let the line run as it should: the process table of `parts.simulate_line`, defects of every day included."""
    return parts.simulate_line(n_parts, seed, setpoints=SET_POINTS, wear_per_part=WEAR_PER_PART)


def faulty_shift(fault, seed, n_parts=SHIFT_PARTS):
    """Let the line run a shift in which a setting goes astray.

    Parameters
    ----------
    fault : str
        One of `FAULTS`, named after the setting.
    seed : int
        Same fault and seed, same shift.
    n_parts : int
        More than `LAST_BEGIN`.

    Returns
    -------
    pandas.DataFrame
        As from `normal_production`, and ``faulty`` (bool): True from the part on with which the fault begins.

    Raises
    ------
    ValueError
        If there is no such fault, or the shift ends before it must have begun.
    """
    if fault not in FAULTS:
        raise ValueError(f"There is no fault {fault!r}; choose one of {', '.join(FAULTS)}.")
    if n_parts <= LAST_BEGIN:
        raise ValueError(f"n_parts = {n_parts}: a fault may begin as late as part {LAST_BEGIN}; make more parts.")
    table = normal_production(n_parts, seed)
    rng = np.random.default_rng([seed, list(FAULTS).index(fault)])
    begin = int(rng.integers(FIRST_BEGIN, LAST_BEGIN))
    if fault == "tool_wear":  # it begins where the tool should have been changed
        changes = np.flatnonzero(np.diff(table["tool_wear"]) < 0) + 1
        begin = int(changes[changes >= FIRST_BEGIN][0])
    table["faulty"] = np.arange(n_parts) >= begin
    _go_astray(table, FAULTS[fault], begin)
    _make_again(table, begin, rng)
    return table


def _go_astray(table, fault, begin):
    """Move the setting from its usual place to where the fault ends; what made it wander goes on."""
    knob = parts.SETTINGS[fault.setting]
    values = table[fault.setting].to_numpy(copy=True)
    since = np.arange(len(table)) - begin
    share = np.clip(since / fault.over, 0, 1)
    if fault.setting == "tool_wear":
        changed_at = 2 * SET_POINTS["tool_wear"]
        moved = changed_at + (fault.ends_at - changed_at) * share
    else:
        moved = values + (fault.ends_at - knob.usual) * share
    table[fault.setting] = np.where(since >= 0, np.clip(moved, knob.low, knob.high), values).round(4)


def _make_again(table, begin, rng):
    """Draw kinds and severities once more from where the fault begins, at the odds that it brings."""
    outcomes = parts.defect_probabilities(table)
    draw = rng.uniform(size=(len(table), 1))
    chosen = (outcomes.to_numpy().cumsum(axis=1) < draw).sum(axis=1).clip(max=len(parts.DEFECT_KINDS))
    kinds = outcomes.columns.to_numpy()[chosen]
    severity = np.where(kinds == parts.GOOD, 0.0, rng.beta(1.6, 1.6, size=len(table)).round(4))  # as the line draws it
    later = np.arange(len(table)) >= begin
    table["kind"] = np.where(later, kinds, table["kind"])
    table["severity"] = np.where(later, severity, table["severity"])


def runs():
    """Yield what ``benchmarks/process.py`` scores: table, number of the run, function that makes the process table."""
    for run in range(max(NORMAL_RUNS, SHIFT_RUNS)):
        if run < NORMAL_RUNS:
            yield "process_normal", run, lambda run=run: normal_production(SHIFT_PARTS, NORMAL_SEED + run)
        if run < SHIFT_RUNS:
            yield "process_shifts", run, lambda run=run: faulty_shift(fault_of(run), SHIFT_SEED + run)


def fault_of(run):
    """Name the fault of a run of ``process_shifts``: the four of them in turn."""
    return list(FAULTS)[run % len(FAULTS)]
