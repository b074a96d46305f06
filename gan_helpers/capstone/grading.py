"""The rubric: what a trial is worth, computed point by point, and how to get the missing ones."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from gan_helpers.capstone.counting import ENOUGH_TO_CALIBRATE, ENOUGH_TO_TRAIN, OK
from gan_helpers.capstone.deciding import BY_COST
from gan_helpers.capstone.exporting import parity
from gan_helpers.capstone.trying import GAN
from gan_helpers.capstone.worst import worst_parts
from gan_helpers.lesson import cards

FEWEST_WORDS = {"reason": 8, "limits": 20}  # below that nothing is said that a table doesn't say
PARTS_LOOKED_AT = 4
WELL, PASSED = 0.85, 0.6  # of all points
DEFAULT_PRICES = {"defect_rate": 0.02, "cost_escape": 100.0, "cost_overkill": 4.0}  # those that the lesson begins with


class Criterion(NamedTuple):
    """One line of the rubric."""

    criterion: str
    points: int
    of: int
    found: str
    missing: str  # how to get the missing points; empty if none is missing


@dataclass(frozen=True)
class Grade:
    """What `grade` gives; shown as a table in a notebook."""

    criteria: tuple

    @property
    def points(self):
        """Points reached."""
        return sum(criterion.points for criterion in self.criteria)

    @property
    def of(self):
        """Points that can be reached."""
        return sum(criterion.of for criterion in self.criteria)

    @property
    def table(self):
        """The criteria, a row each, as a pandas.DataFrame."""
        return pd.DataFrame(self.criteria).set_index("criterion")

    def sentence(self):
        """Say what it is worth."""
        share = self.points / self.of
        word = "This can be shown to a manager." if share >= WELL else "A good start." if share >= PASSED else "Go on."
        return f"{self.points} of {self.of} points. {word}"

    def __repr__(self):
        lines = [f"{c.points} of {c.of}  {c.criterion}: {c.found} {c.missing}".rstrip() for c in self.criteria]
        return "\n".join([self.sentence(), *lines])

    def _repr_html_(self):
        rows = [
            tuple(cards.html.escape(text) for text in (c.criterion, f"{c.points} of {c.of}", c.found, c.missing))
            for c in self.criteria
        ]
        table = cards.table(("criterion", "points", "found", "to get the rest"), rows)
        return cards.card("The rubric", cards.text(f"**{self.sentence()}**"), [table])


def grade(photographs, trial, decision, check, *, exported=None, report=None, own_limits="", reason="", remarks=None):
    """Grade a trial.

    Parameters
    ----------
    photographs : Photographs
    trial : Trial
    decision : Decision
    check : PhotographCheck
    exported : deploy.ExportedDetector, optional
    report : path-like, optional
        The report that was written.
    own_limits, reason : str
        The learner's own words: what was not tested, and why these prices.
    remarks : dict of str to str, optional
        Name of a part -> what was seen on it; only the worst parts of the report count.

    Returns
    -------
    Grade
    """
    return Grade(
        (
            _own(photographs),
            _to_learn(trial),
            _to_calibrate(trial),
            _by_lot(check),
            _mended(check),
            _rivals(trial),
            _honest(decision),
            _priced(decision, reason),
            _looked_at(trial, decision, remarks or {}),
            _limits(own_limits),
            _delivered(trial, decision, exported, report),
        )
    )


def _own(photographs):
    own = photographs.own
    return _line(
        "own photographs",
        2 * own,
        2,
        f"'{photographs.title}'." if own else "The solar cells that the lesson brings along.",
        "Name a folder of your own parts in the cell that begins with `photographs = None`.",
    )


def _to_learn(trial):
    n = len(trial.split.train)
    return _line("good parts to learn from", int(n >= ENOUGH_TO_TRAIN), 1, f"{n}.", f"Take {ENOUGH_TO_TRAIN} or more.")


def _to_calibrate(trial):
    n = len(trial.split.calibration)
    points = (n >= 19) + (n >= ENOUGH_TO_CALIBRATE)  # 19 make 5 % possible, 100 make it narrow
    return _line(
        "good parts to calibrate", points, 2, f"{n}.", f"19 make 5 % possible, {ENOUGH_TO_CALIBRATE} make it firm."
    )


def _by_lot(check):
    finding = next(f for f in check.findings if f.looked_at == "cut by lot")
    known = "none shared" in finding.found
    return _line(
        "cut by lot", 2 * known, 2, f"{finding.found.capitalize()}.", "Put each lot or day into a folder of its own."
    )


def _mended(check):
    n = len(check.to_mend)
    good = sum(finding.verdict == OK for finding in check.findings)
    found = f"{good} of {len(check.findings)} in order, {n} to mend."
    return _line("photographs in order", 2 if n == 0 else int(n == 1), 2, found, "Mend what the check names.")


def _rivals(trial):
    rivals = [name for name in trial.table.index if name != GAN]
    known = not trial.table[["low", "high"]].isna().any(axis=None)
    points = (len(rivals) >= 2) + bool(known)
    found = f"{len(rivals)} plain rivals in the table, {'with' if known else 'without'} intervals."
    return _line("plain rivals, with intervals", points, 2, found, "It takes good and defective test parts.")


def _honest(decision):
    by_cost, known = decision.basis == BY_COST, not np.isnan(decision.escape[0])
    if by_cost:
        found = "Chosen by cost, judged on parts that had no say in it."
    elif known:
        found = "Chosen by a promise on good parts; no defect had a say in it."
    else:
        found = "Chosen by a promise; nobody knows what escapes."
    return _line("threshold judged on other parts", 2 if known else 1, 2, found, "Photograph defective parts.")


def _priced(decision, reason):
    n, own = len(set(reason.casefold().split())), decision.prices != DEFAULT_PRICES
    said = n >= FEWEST_WORDS["reason"]
    found = f"{'Own prices' if own else 'The prices that the lesson begins with'}; {n} words of reason."
    missing = (
        f"Ask your accounts for the prices, and say in {FEWEST_WORDS['reason']} words or more where they come from."
    )
    return _line("prices with a reason", own + said, 2, found, missing)


def _looked_at(trial, decision, remarks):
    worst = {part.name for parts in worst_parts(trial, decision).values() for part in parts}
    seen = {name for name, remark in remarks.items() if name in worst and str(remark).strip()}
    needed = min(PARTS_LOOKED_AT, len(worst))
    points = 2 if len(seen) >= needed else int(bool(seen))
    strangers = sorted(set(remarks) - worst)
    found = f"Remarks on {len(seen)} of the worst parts."
    if strangers:
        found += f" Not among them: {', '.join(map(str, strangers[:3]))}."
    missing = f"Say of {needed} of them what you see: a speck, a glare, a doubtful label?"
    return _line("worst parts looked at", points, 2, found, missing)


def _limits(own_limits):
    n = len(set(own_limits.casefold().split()))
    points = 0 if not n else 3 if n >= FEWEST_WORDS["limits"] else 1
    missing = f"Say in {FEWEST_WORDS['limits']} different words which parts, light, cameras and defects it never saw."
    return _line("limits in own words", points, 3, f"{n} different words.", missing)


def _delivered(trial, decision, exported, report):
    same = exported is not None and parity(trial, decision, exported) < 0.01
    same = same and exported.threshold == decision.threshold
    written = report is not None and _is_report(report)
    file = "A file that answers as the detector does" if same else "No valid file"
    found = f"{file}, {'a' if written else 'no'} report."
    return _line(
        "file and report", same + written, 2, found, "Run export and write_report again, after your last change."
    )


def _is_report(path):
    return Path(path).is_file() and "<h2>Limits of validity</h2>" in Path(path).read_text(encoding="utf-8")


def _line(criterion, points, of, found, missing):
    return Criterion(criterion, int(points), of, found, "" if points == of else missing)
