"""The check of the photographs: a dozen questions or so, one line each, with advice."""

from dataclasses import dataclass

import pandas as pd

from gan_helpers.capstone import counting, looking
from gan_helpers.capstone.counting import LOOK, MEND, OK
from gan_helpers.lesson import cards

SIGNS = {OK: "✓ ok", LOOK: "● look", MEND: "✗ mend"}  # the sign says what the colour says
COLOURS = {OK: cards.GOOD, LOOK: cards.SOFT_INK, MEND: cards.WARN}


@dataclass(frozen=True)
class PhotographCheck:
    """What `check_photographs` found; shown as a table in a notebook.

    Attributes
    ----------
    findings : tuple of Finding
        ``looked_at``, ``found``, ``verdict`` (ok, look, mend), ``advice``.
    """

    findings: tuple

    @property
    def table(self):
        """The findings, a row each, as a pandas.DataFrame."""
        return pd.DataFrame(self.findings).set_index("looked_at")

    @property
    def to_mend(self):
        """What has to be mended before a promise holds: tuple of Finding."""
        return tuple(finding for finding in self.findings if finding.verdict == MEND)

    def sentence(self):
        """Count the verdicts."""
        counts = {verdict: sum(f.verdict == verdict for f in self.findings) for verdict in (OK, LOOK, MEND)}
        return f"{counts[OK]} in order, {counts[LOOK]} to look at, {counts[MEND]} to mend."

    def __repr__(self):
        lines = [f"{SIGNS[f.verdict]:7} {f.looked_at}: {f.found}. {f.advice}" for f in self.findings]
        return "\n".join([self.sentence(), *lines])

    def _repr_html_(self):
        def cell(text, colour=None):
            colour = f' style="color:{colour};font-weight:600;white-space:nowrap"' if colour else ""
            return f"<span{colour}>{cards.html.escape(text)}</span>"

        rows = [
            (cell(f.looked_at), cell(SIGNS[f.verdict], COLOURS[f.verdict]), cell(f.found), cell(f.advice))
            for f in self.findings
        ]
        table = cards.table(("looked at", "verdict", "found", "advice"), rows)
        return cards.card("The photographs", cards.text(f"**{self.sentence()}**"), [table])


def check_photographs(split):
    """Look at the photographs of a split before anything is trained on them.

    Parameters
    ----------
    split : datasets.Split

    Returns
    -------
    PhotographCheck
        Counts (to learn from, to calibrate, to test, by kind, cut by lot, size of the smallest defect) and looks
        (sharpness, exposure, drift, good beside defective, alignment, duplicates, strangers among the good). The reason
        of each limit stands beside it in `capstone.counting` and `capstone.looking`.
    """
    findings = (ask(split) for ask in (*counting.QUESTIONS, *looking.QUESTIONS))
    return PhotographCheck(tuple(finding for finding in findings if finding is not None))
