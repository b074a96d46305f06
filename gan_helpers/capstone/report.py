"""The report: one HTML file for those who decide, verdict first."""

import platform
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from gan_helpers import plots
from gan_helpers.capstone import page
from gan_helpers.capstone.checking import SIGNS as CHECK_SIGNS
from gan_helpers.capstone.deciding import BY_COST
from gan_helpers.capstone.verdicts import SIGNS, limits, per_thousand, percent, verdict
from gan_helpers.capstone.worst import ESCAPE, FALSE_ALARM, FOUND, alt_text, worst_figure, worst_parts

PACKAGES = ("gan-helpers", "numpy", "scikit-learn", "keras", "tensorflow", "onnxruntime")
TITLES = {
    ESCAPE: "Defective parts that were accepted (escapes), the least suspicious first",
    FALSE_ALARM: "Good parts that were rejected (false alarms), the most suspicious first",
    FOUND: "Defective parts that were found, the most suspicious first",
}


def write_report(path, trial, decision, check, *, exported=None, own_limits="", reason="", remarks=None, author=""):
    """Write the report of a trial: one self-contained HTML file, for the screen and for A4 paper.

    Parameters
    ----------
    path : path-like
        Of the file; its folder is made if missing.
    trial : Trial
    decision : Decision
    check : PhotographCheck
    exported : deploy.ExportedDetector, optional
        For its checksum and for how to use it.
    own_limits, reason : str
        In the learner's own words: what was not tested, and why these prices.
    remarks : dict of str to str, optional
        Name of a part -> what was seen on it.
    author : str

    Returns
    -------
    pathlib.Path
    """
    path = Path(path)
    told = verdict(trial, decision, check)
    title = f"Visual inspection of {trial.split.test.title}"
    when = datetime.now().astimezone()
    by = f" · {author}" if author else ""
    body = [
        f"<h1>{page.escape(title)}</h1>",
        page.paragraph(f"Trial of a detector · {when:%Y-%m-%d %H:%M %Z}{by}", soft=True),
        page.boxed(told.level, SIGNS[told.level], told.headline, told.reasons),
        *_figures(trial, decision, reason),
        *_detectors(trial),
        *_parts(trial, decision, remarks or {}),
        *_photographs(check),
        page.heading("Limits of validity"),
        page.items(limits(trial, decision, check)),
        page.paragraph("What those who made the trial add:"),
        page.quoted(own_limits if own_limits.strip() else "(Nothing yet.)"),
        *_technical(trial, decision, exported),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.page(title, body), encoding="utf-8")
    return path


def _figures(trial, decision, reason):
    prices = decision.prices
    rows = [
        ("Defective parts that escape", percent(decision.escape)),
        ("Good parts that are rejected", percent(decision.overkill)),
        (
            "... of the calibration parts, which had no say in a threshold by cost",
            percent(decision.calibration_overkill),
        ),
        ("Cost of wrong decisions", per_thousand(decision.cost)),
        ("Cost of shipping all without inspection", per_thousand(decision.cost_without_inspection)),
        ("Cost of rejecting all", per_thousand(decision.cost_of_rejecting_all)),
    ]
    if decision.basis == BY_COST:
        rows.insert(
            4, ("... on the parts that chose the threshold (flattered)", per_thousand(decision.cost_same_parts))
        )
    fig, axes = plots.panels(1, 1, width=7.2, row_height=2.5)
    plots.scores(axes[0, 0], trial.labels, trial.scores[decision.detector], decision.threshold)
    return [
        page.heading("What it would do at the line"),
        page.table(("Figure", "Value (95 % interval)"), rows),
        page.paragraph(
            f"Assumed: {100 * prices['defect_rate']:.3g} % of the parts are defective; an escape costs "
            f"{prices['cost_escape']:,.4g}, a good part rejected {prices['cost_overkill']:,.4g}. {decision.why}"
        ),
        page.paragraph(f"Why these prices: {reason.strip()}" if reason.strip() else "Why these prices: nobody said."),
        page.figure(
            fig,
            f"Scores of good and defective test parts with the threshold at {decision.threshold:.3g}: "
            f"{percent(decision.escape)} of the defective parts lie below it, {percent(decision.overkill)} of the good "
            "ones above.",
            f"Scores by '{decision.detector}'. Right of the dashed line a part is rejected.",
        ),
    ]


def _detectors(trial):
    rows = []
    for name, row in trial.table.iterrows():
        figures = [percent(tuple(row.iloc[first : first + 3])) for first in (0, 3)]
        sign = "recommended" if name == trial.recommended else ""
        rows.append((name, *figures, f"{row['minutes of training']:.1f}", sign))
    pieces = [
        page.heading("Detectors on the same parts"),
        page.paragraph(
            "A detector is worth its trouble if it beats what a spreadsheet could do. Ranking: in how many of 100 "
            "pairs of a defective and a good part the defective one is more suspicious (AUROC); a coin gets 50."
        ),
        page.table(("Detector", "Ranking", "Found at 5 % false alarms", "Minutes of training", ""), rows, numbers=(4,)),
        page.paragraph(trial.why),
    ]
    if not trial.table["AUROC"].isna().any():
        fig, axes = plots.panels(1, 1, width=7.2, row_height=2.5)
        plots.intervals(axes[0, 0], {name: tuple(row.iloc[:3]) for name, row in trial.table.iterrows()})
        best = trial.table["AUROC"].idxmax()
        alt = f"AUROC of {len(trial.table)} detectors with intervals; the highest is that of {best}. {trial.why}"
        pieces.append(page.figure(fig, alt, "AUROC with its 95 % interval over test parts."))
    return pieces


def _parts(trial, decision, remarks):
    pieces = [
        page.heading("Parts to look at"),
        page.paragraph(
            "The p-value says: of good parts, what share looks at least as strange as this one? Below each photograph "
            "is the detector's map; it glows where the suspicion lies."
        ),
    ]
    for what, parts in worst_parts(trial, decision).items():
        pieces.append(f"<h3>{page.escape(TITLES[what])}</h3>")
        if not parts:
            pieces.append(page.paragraph("None."))
            continue
        pieces.append(page.figure(worst_figure(trial, decision, parts), alt_text(parts)))
        rows = [
            (i, part.name, part.kind, f"{part.score:.3g}", f"{part.p_value:.4f}", remarks.get(part.name, ""))
            for i, part in enumerate(parts, start=1)
        ]
        headings = ("From left", "Photograph", "Truth", "Score", "p-value", "Remark")
        pieces.append(page.table(headings, rows, numbers=(3, 4)))
    return pieces


def _photographs(check):
    rows = [(f.looked_at, CHECK_SIGNS[f.verdict], f.found, f.advice) for f in check.findings]
    return [
        page.heading("The photographs"),
        page.paragraph(check.sentence()),
        page.table(("Looked at", "Verdict", "Found", "Advice"), rows, numbers=(1,)),
    ]


def _technical(trial, decision, exported):
    detector = trial.detectors[decision.detector]
    settings = ", ".join(f"{name} {value}" for name, value in detector.settings().items())
    rows = [
        ("Detector", f"{decision.detector} ({settings})"),
        ("Threshold", f"{decision.threshold:.6g}, by {decision.basis}"),
        ("Calibration scores", _spread(trial.good_scores[decision.detector])),
        ("Source of the photographs", trial.split.test.source),
        ("Licence of the photographs", trial.split.test.licence or "not stated"),
        ("Versions", ", ".join([f"Python {platform.python_version()}", *(f"{p} {_version(p)}" for p in PACKAGES)])),
    ]
    if exported is not None:
        rows.insert(2, ("Checksum of network.onnx (SHA-256)", exported.card["sha256"]))
    pieces = [page.heading("Technical"), page.table(("What", "Value"), rows)]
    if exported is not None:
        pieces += [
            page.paragraph("The exported detector scores new photographs without the course that made it:"),
            page.code("pip install -r requirements.txt\npython score.py FOLDER"),
        ]
    return pieces


def _spread(scores):
    low, middle, high = np.quantile(scores, (0, 0.5, 1))
    return f"{len(scores)}, from {low:.3g} over {middle:.3g} (median) to {high:.3g}"


def _version(package):
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
