"""The parts that a report has to show: escapes, false alarms, and what is most suspicious, with maps beside them."""

from typing import NamedTuple

import numpy as np

from gan_helpers import decisions, plots

ESCAPE, FALSE_ALARM, FOUND = "escape", "false alarm", "found"
SHOWN = 6
FULL_GLOW = 0.999  # of the calibration maps' pixels lie below what is drawn in full


class Part(NamedTuple):
    """One test part as a report lists it."""

    what: str  # escape, false alarm, found
    row: int  # in the test set
    name: str
    kind: str
    score: float
    p_value: float


def worst_parts(trial, decision, n=SHOWN):
    """List the worst test parts at the threshold.

    Parameters
    ----------
    trial : Trial
    decision : Decision
    n : int
        At most so many of each.

    Returns
    -------
    dict of str to list of Part
        ``"escape"``: defective parts that are accepted, the least suspicious first. ``"false alarm"``: good parts that
        are rejected, the most suspicious first. ``"found"``: defective parts that are rejected, most suspicious first.
    """
    test, scores = trial.split.test, trial.scores[decision.detector]
    p_values = decisions.conformal_p_values(trial.good_scores[decision.detector], scores)
    rejected, rising = scores > decision.threshold, np.argsort(scores, kind="stable")
    rows = {
        ESCAPE: rising[(test.labels == 1)[rising] & ~rejected[rising]],
        FALSE_ALARM: rising[::-1][(test.labels == 0)[rising[::-1]] & rejected[rising[::-1]]],
        FOUND: rising[::-1][(test.labels == 1)[rising[::-1]] & rejected[rising[::-1]]],
    }

    def part(what, i):
        return Part(what, int(i), str(test.names[i]), str(test.kinds[i]), float(scores[i]), float(p_values[i]))

    return {what: [part(what, i) for i in found[:n]] for what, found in rows.items()}


def worst_figure(trial, decision, parts):
    """Draw parts with the map of suspicion below each; Matplotlib figure.

    Parameters
    ----------
    trial : Trial
    decision : Decision
    parts : list of Part
        As `worst_parts` lists them, one at least.
    """
    detector, split = trial.detectors[decision.detector], trial.split
    rows = [part.row for part in parts]
    maps = detector.anomaly_map(split.test.images[rows])
    strongest = max(float(np.quantile(detector.anomaly_map(split.calibration.images), FULL_GLOW)), 1e-9)
    columns = max(len(parts), SHOWN)
    fig, axes = plots.panels(2, columns, width=1.35 * columns, row_height=1.45)
    for axis in axes.flat:
        axis.axis("off")
    for i, (part, row) in enumerate(zip(parts, rows, strict=True)):
        masks = split.test.masks
        plots.picture(axes[0, i], split.test.images[row])
        plots.picture(
            axes[1, i], split.test.images[row], maps[i], None if masks is None else masks[row], strongest=strongest
        )
        rejected = part.score > decision.threshold
        for axis in axes[:, i]:
            plots.frame(axis, plots.DEFECTIVE_COLOUR if rejected else plots.GOOD_COLOUR)
        axes[0, i].set_title(part.what, fontsize=9, fontweight="normal", loc="center")
        axes[1, i].set_xlabel(f"{'✗ reject' if rejected else '✓ accept'}\np = {part.p_value:.3f}", fontsize=9)
    return fig


def alt_text(parts):
    """Say what `worst_figure` shows."""
    counts = {what: sum(part.what == what for part in parts) for what in (ESCAPE, FALSE_ALARM, FOUND)}
    told = ", ".join(
        f"{count} {what}{'s' if count > 1 and what != FOUND else ''}" for what, count in counts.items() if count
    )
    return f"Photographs of {told}, and below each the detector's map of suspicion with verdict and p-value."
