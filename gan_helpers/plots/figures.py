"""Every figure of the course: one look, colours that colour-blind readers can tell apart, alt text on each.

Functions draw and return a Matplotlib figure; `show` turns it into a picture with alt text. Colours are those of Okabe
and Ito (2008): blue for good, vermilion for defective, and shapes or words say the same again.
"""

import io

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from scipy.ndimage import binary_dilation

GOOD_COLOUR, DEFECTIVE_COLOUR, NEUTRAL, ACCENT = "#0072B2", "#D55E00", "#5F6368", "#009E73"
SERIES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
LOOK = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": NEUTRAL,
    "axes.labelcolor": "#303134",
    "xtick.color": NEUTRAL,
    "ytick.color": NEUTRAL,
    "legend.frameon": False,
    "figure.dpi": 100,
}
MIN_ALT = 30  # characters: an alt text that says what is to be seen is no shorter


def show(fig, *, alt):
    """Turn a figure into a picture with alternative text.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
    alt : str
        What a reader who can't see the picture should know: the finding, not the kind of picture.

    Returns
    -------
    IPython.display.Image
        Shown by the notebook when it is the last value of a cell.

    Raises
    ------
    ValueError
        If the text is too short to say anything.
    """
    from IPython.display import Image

    if len(alt.strip()) < MIN_ALT:
        raise ValueError(f"The alt text {alt!r} is too short; say in a sentence what the figure shows.")
    picture = io.BytesIO()
    fig.savefig(picture, format="png", dpi=110, bbox_inches="tight", facecolor="white")
    width = int.from_bytes(picture.getvalue()[16:20], "big")
    return Image(picture.getvalue(), alt=alt, width=min(width, 980))


def panels(rows, columns, *, width=9.0, row_height=2.6, **keywords):
    """Make a figure with ``rows`` x ``columns`` axes in the course's look; returns (figure, axes (rows, columns))."""
    with matplotlib.rc_context(LOOK):
        fig = Figure(figsize=(width, rows * row_height), layout="constrained")
        axes = fig.subplots(rows, columns, squeeze=False, **keywords)
    return fig, axes


def gallery(images, titles=None, *, columns=8, colours=None, side=1.25):
    """Show pictures in a grid.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    titles : sequence of str, optional
        One a picture.
    columns : int
    colours : sequence of str, optional
        Colour of each title and frame.
    side : float
        Inches a picture.
    """
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = side + (0.25 if titles is not None else 0.05)
    fig, axes = panels(rows, columns, width=columns * side, row_height=height)
    for i, axis in enumerate(axes.flat):
        axis.axis("off")
        if i >= len(images):
            continue
        picture(axis, images[i])
        if titles is not None:
            colour = colours[i] if colours is not None else "#303134"
            axis.set_title(titles[i], fontsize=8.5, fontweight="normal", color=colour, loc="center", pad=3)
        if colours is not None:
            frame(axis, colours[i])
    return fig


def picture(axis, image, suspicion=None, mask=None, *, strongest=1.0):
    """Draw one picture; lay a map of suspicion over it and the outline of the true defect, where given.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    image : numpy.ndarray
        Float (h, w, c) in [0, 1].
    suspicion : numpy.ndarray, optional
        Float (h, w), at least 0: transparent at 0, glowing at ``strongest``.
    mask : numpy.ndarray, optional
        Bool (h, w); outlined by a dashed line at a little distance.
    strongest : float
        Value of the map that is drawn in full.
    """
    image = np.asarray(image)
    axis.imshow(image.squeeze(), cmap="gray" if image.shape[-1] == 1 else None, vmin=0, vmax=1)
    if suspicion is not None:
        share = np.clip(np.asarray(suspicion) / strongest, 0, 1)
        axis.imshow(share, cmap="inferno", vmin=0, vmax=1, alpha=np.clip(1.4 * share, 0, 0.85))
    if mask is not None and mask.any():
        around = binary_dilation(mask, iterations=max(1, mask.shape[0] // 32))  # so that the line hides no defect
        axis.contour(around, levels=[0.5], colors="#56B4E9", linewidths=1.0, linestyles="--")
    axis.set_xticks([])
    axis.set_yticks([])


def inspection(images, again, maps, p_values, *, alarm=0.05, kinds=None, masks=None, strongest=None):
    """Show what a reconstructing detector sees: the photograph, the part as it should look, the map and the verdict.

    Parameters
    ----------
    images, again : numpy.ndarray
        Float (n, h, w, c) in [0, 1]: photographs and the detector's reconstructions.
    maps : numpy.ndarray
        Float (n, h, w).
    p_values : numpy.ndarray
        Float (n,): conformal p-values; a part is rejected at ``alarm`` or below.
    alarm : float
    kinds : sequence of str, optional
        What each part really is, written above it.
    masks : numpy.ndarray, optional
        Bool (n, h, w); true defects are outlined.
    strongest : float, optional
        Value of the map that is drawn in full; the highest shown if not given.
    """
    n = len(images)
    fig, axes = panels(3, n, width=1.28 * n + 0.6, row_height=1.42)
    strongest = maps.max() if strongest is None else strongest
    for i in range(n):
        rejected = p_values[i] <= alarm
        colour = DEFECTIVE_COLOUR if rejected else GOOD_COLOUR
        picture(axes[0, i], images[i])
        picture(axes[1, i], again[i])
        picture(axes[2, i], images[i], maps[i], masks[i] if masks is not None else None, strongest=strongest)
        if kinds is not None:
            axes[0, i].set_title(kinds[i].replace("_", " "), fontsize=9, fontweight="normal", loc="center")
        for axis in axes[:2, i]:
            axis.axis("off")
        frame(axes[2, i], colour)
        verdict = f"{'✗ reject' if rejected else '✓ accept'}\np = {p_values[i]:.3f}"
        axes[2, i].set_xlabel(verdict, fontsize=9, color=colour)
    for axis, name in zip(axes[:, 0], ("photograph", "redrawn", "suspicion"), strict=True):
        axis.text(-0.08, 0.5, name, transform=axis.transAxes, rotation=90, va="center", ha="right", fontsize=9)
    return fig


def frame(axis, colour, width=2.2):
    """Draw a coloured frame around a picture."""
    axis.axis("on")
    for spine in axis.spines.values():
        spine.set(visible=True, color=colour, linewidth=width)


def scores(axis, labels, values, threshold=None, *, title="", log=False):
    """Draw how good and defective parts score: two histograms back to back and the threshold between them.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    labels, values : numpy.ndarray
        (n,): 0 good, 1 defective; scores.
    threshold : float, optional
    title : str
    log : bool
        Logarithmic score axis.
    """
    labels, values = np.asarray(labels), np.asarray(values, dtype=float)
    low, high = np.quantile(values, [0.0, 0.995])
    edges = np.geomspace(max(low, 1e-9), high, 40) if log else np.linspace(low, high, 40)
    shown = np.clip(values, edges[0], edges[-1])
    for label, sign, colour, name in ((0, 1, GOOD_COLOUR, "good"), (1, -1, DEFECTIVE_COLOUR, "defective")):
        counts, _ = np.histogram(shown[labels == label], edges)
        share = counts / max((labels == label).sum(), 1)
        axis.bar(edges[:-1], sign * share, np.diff(edges), align="edge", color=colour, label=name, alpha=0.9)
    axis.axhline(0, color=NEUTRAL, linewidth=0.8)
    if threshold is not None:
        axis.axvline(threshold, color="#303134", linestyle="--", linewidth=1.3)
        axis.text(threshold, axis.get_ylim()[1], " threshold", va="top", fontsize=8.5, color="#303134")
    if log:
        axis.set_xscale("log")
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.set_xlabel("score (higher is more suspicious)")
    axis.set_title(title)
    axis.legend(loc="upper right", fontsize=8.5)


def roc(axis, labels, named_scores):
    """Draw ROC curves: share of defects found against share of good parts rejected, with the area in the legend.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    labels : numpy.ndarray
        (n,).
    named_scores : dict of str to numpy.ndarray
        Scores (n,) a method.
    """
    from sklearn.metrics import roc_auc_score, roc_curve

    axis.plot([0, 1], [0, 1], color=NEUTRAL, linewidth=0.8, linestyle=":")
    for (name, values), colour in zip(named_scores.items(), SERIES, strict=False):
        false_alarms, found, _ = roc_curve(labels, values)
        axis.plot(false_alarms, found, color=colour, label=f"{name} {roc_auc_score(labels, values):.2f}")
    axis.set(xlabel="good parts rejected (overkill rate)", ylabel="defects found (1 - escape rate)", aspect="equal")
    axis.legend(loc="lower right", fontsize=8.5, title="AUROC", title_fontsize=8.5)


def intervals(axis, rows, *, chance=0.5, xlabel="AUROC"):
    """Draw figures with their intervals, one row a method.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    rows : dict of str to (float, float, float)
        Name -> (value, low, high).
    chance : float, optional
        Where a coin would stand; a dotted line.
    xlabel : str
    """
    names = list(rows)[::-1]
    for y, name in enumerate(names):
        value, low, high = rows[name]
        axis.plot([low, high], [y, y], color=GOOD_COLOUR, linewidth=2.4, solid_capstyle="round")
        axis.plot(value, y, "o", color=GOOD_COLOUR, markersize=7)
        axis.annotate(f"{value:.2f}", (value, y), xytext=(0, 8), textcoords="offset points", ha="center", fontsize=9)
    if chance is not None:
        axis.axvline(chance, color=NEUTRAL, linestyle=":", linewidth=1)
        axis.text(chance, len(names) - 0.45, " coin", fontsize=8.5, color=NEUTRAL)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(-0.6, len(names) - 0.2)
    axis.set_xlabel(xlabel)


def comparison(tables, *, lowest=0.4):
    """Draw `intervals` for several data sets side by side, on the same scale.

    Parameters
    ----------
    tables : dict of str to dict
        Data set -> rows as `intervals` takes them.
    lowest : float
        Where the axis of the figures begins; it ends at 1.
    """
    fig, axes = panels(1, len(tables), width=4.75 * len(tables), row_height=2.5)
    for axis, (title, rows) in zip(axes[0], tables.items(), strict=True):
        intervals(axis, rows)
        axis.set(title=title, xlim=(lowest, 1))
    return fig


def duel(axis, curves, title=""):
    """Draw how the two players fare: D's mean output for real and for made data, round by round.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
    curves : pandas.DataFrame
        With the columns ``real_output`` and ``made_output``, a row a round (`gan.Curves`); may be empty.
    title : str
    """
    for column, colour, style, name in (
        ("real_output", GOOD_COLOUR, "-", "real"),
        ("made_output", DEFECTIVE_COLOUR, "--", "made"),
    ):
        if column in curves:
            smooth = curves[column].rolling(max(1, len(curves) // 50), min_periods=1).mean()
            axis.plot(curves.index, smooth, color=colour, linestyle=style, label=name)
    axis.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    axis.set(xlabel="round", ylabel="output of D")
    axis.set_title(title, fontsize=9.5)
    if len(curves):
        axis.legend(loc="best", fontsize=8.5, ncols=2)


def over_time(steps, grids, *, columns=8, side=1.0):
    """Show what was drawn from the same noise at several times, or by several models: a row each.

    Parameters
    ----------
    steps : sequence of int or str
        Written beside the rows.
    grids : sequence of numpy.ndarray
        Float (n, h, w, c) in [0, 1] each.
    columns : int
        How many of the n are shown.
    side : float
        Inches a picture.
    """
    fig, axes = panels(len(steps), columns, width=columns * side + 0.7, row_height=side)
    for row, (step, images) in enumerate(zip(steps, grids, strict=True)):
        for column in range(columns):
            picture(axes[row, column], images[column])
            axes[row, column].axis("off")
        name = step if isinstance(step, str) else f"{step:,}"
        first = axes[row, 0]
        first.text(-0.1, 0.5, name, transform=first.transAxes, va="center", ha="right", fontsize=9)
    return fig
