"""Figures of explanations: maps beside each other, deletion and insertion, the card of a rejected part."""

import numpy as np

from gan_helpers.plots.figures import (
    ACCENT,
    DEFECTIVE_COLOUR,
    GOOD_COLOUR,
    NEUTRAL,
    SERIES,
    frame,
    panels,
    picture,
)

STRONGEST = 0.995  # quantile of a map's values that is drawn in full, so that one pixel doesn't dim the rest


def attribution_rows(images, named_maps, *, masks=None, kinds=None, side=1.2):
    """Show maps of several methods on the same parts: a row a method, a column a part.

    Only what raises the score is drawn, and each map on its own scale: methods differ in unit, and where they point to
    is what is compared.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    named_maps : dict of str to numpy.ndarray
        Float (n, h, w) each.
    masks : numpy.ndarray, optional
        Bool (n, h, w); true defects are outlined.
    kinds : sequence of str, optional
        Written above the parts.
    side : float
        Inches a picture.
    """
    n = len(images)
    fig, axes = panels(1 + len(named_maps), n, width=side * n + 1.2, row_height=side)
    for column in range(n):
        mask = None if masks is None else masks[column]
        picture(axes[0, column], images[column])
        if kinds is not None:
            axes[0, column].set_title(kinds[column].replace("_", " "), fontsize=9, loc="center")
        for row, maps in enumerate(named_maps.values(), start=1):
            shown = np.maximum(maps[column], 0)
            strongest = max(float(np.quantile(shown, STRONGEST)), 1e-12)
            picture(axes[row, column], images[column], shown, mask, strongest=strongest)
    for row, name in enumerate(["part", *named_maps]):
        first = axes[row, 0]
        first.text(-0.08, 0.5, name, transform=first.transAxes, va="center", ha="right", fontsize=8.5)
    for axis in axes.flat:
        axis.axis("off")
    return fig


def faithfulness_curves(named_curves):
    """Draw deletion and insertion curves, averaged over the parts and made relative: 0 the baseline, 1 the part.

    Parameters
    ----------
    named_curves : dict of str to Curves
        As `explain.deletion_insertion` gives them; six at most can be told apart.
    """
    fig, axes = panels(1, 2, width=8.5, row_height=3.0)
    names = ("deletion", "what is left of the score"), ("insertion", "what has come back")
    for axis, (which, label) in zip(axes[0], names, strict=True):
        for (name, curves), colour, style in zip(named_curves.items(), SERIES, "-" * len(SERIES), strict=False):
            whole, masked = (end.mean() for end in curves.ends)
            relative = (getattr(curves, which).mean(axis=0) - masked) / (whole - masked)
            axis.plot(np.sqrt(curves.shares), relative, style, color=colour, label=name)
        ticks = (0, 0.01, 0.05, 0.2, 0.5, 1)
        axis.set_xticks(np.sqrt(ticks), [f"{tick:.0%}" for tick in ticks])
        axis.set(xlabel="share of the pixels, the most important first", ylabel=label, title=which)
        axis.axhline(0, color=NEUTRAL, linewidth=0.8, linestyle=":")
    axes[0, 1].legend(loc="lower right", fontsize=8.5, frameon=False)
    return fig


def setting_effects(effects):
    """Draw what each setting contributes to the log-odds of a defect: SHAP of a model beside the truth.

    Parameters
    ----------
    effects : dict of str to (DataFrame, DataFrame, DataFrame)
        Name of the data -> settings, SHAP values, true values; a row of panels each, a dot a part.
    """
    names = list(next(iter(effects.values()))[1].columns)
    fig, axes = panels(len(effects), len(names), width=2.75 * len(names), row_height=2.1, sharey=True)
    for line, (kind, (at, found, true)) in zip(axes, effects.items(), strict=True):
        for axis, name in zip(line, names, strict=True):
            order = np.argsort(at[name].to_numpy())
            axis.plot(at[name], found[name], ".", color=DEFECTIVE_COLOUR, markersize=3.5, label="SHAP of the model")
            along = at[name].iloc[order], true[name].iloc[order]
            axis.plot(*along, "x", color=GOOD_COLOUR, markersize=3, markeredgewidth=0.7, label="truth")
            axis.set_xlabel(name.replace("_", " "), fontsize=9)
        line[0].set_ylabel(f"{kind}\nshare in log-odds", fontsize=9)
    axes[0, 0].legend(fontsize=8, frameon=False)
    return fig


def explanation_card(card):
    """Draw the card of one part: photograph, map, repaired part, nearest good part, and the facts in words.

    Parameters
    ----------
    card : gan_helpers.explain.Card
    """
    facts = card.facts
    rejected = facts["verdict"] == "reject"
    colour = DEFECTIVE_COLOUR if rejected else GOOD_COLOUR
    fig, axes = panels(2, 4, width=9.6, row_height=2.3, height_ratios=[1.4, 1])
    nearest = f"nearest good part\n{_short(facts['nearest_good_part'])}"
    titles = ["photograph", "where the suspicion lies", "as it should look", nearest]
    for axis, title in zip(axes[0], titles, strict=True):
        axis.set_title(title, fontsize=9.5, fontweight="normal", loc="center")
    picture(axes[0, 0], card.image)
    picture(axes[0, 1], card.image, card.anomaly_map, strongest=card.strongest)
    picture(axes[0, 2], card.repaired)
    picture(axes[0, 3], card.nearest_good)
    frame(axes[0, 1], colour)
    for axis in axes[0]:
        axis.set_xticks([])
        axis.set_yticks([])
    for axis in axes[1]:
        axis.axis("off")
    verdict = f"{'✗ REJECT' if rejected else '✓ ACCEPT'}   p = {facts['p_value']:.3f}"
    axes[1, 0].text(0, 1, verdict, fontsize=13, fontweight="bold", color=colour, va="top")
    axes[1, 0].text(0, 0.78, "\n".join(_facts(facts)), fontsize=9, va="top", linespacing=1.5)
    axes[1, 2].text(0, 1, "settings at the time", fontsize=9.5, fontweight="bold", va="top", color=ACCENT)
    axes[1, 2].text(0, 0.83, "\n".join(_settings(facts)), fontsize=9, va="top", linespacing=1.5)
    for text in [*axes[1, 0].texts, *axes[1, 2].texts]:
        text.set_in_layout(False)  # it may run on below the next picture
    return fig


def _short(name):
    return name if len(name) <= 28 else "…" + name[-27:]


def _facts(facts):
    yield f"part {_short(facts['part'])}, {facts['lot'].replace('_', ' ')}"
    beyond = f"of {facts['calibrated_on']} good parts, {round(facts['p_value'] * (facts['calibrated_on'] + 1)) - 1}"
    yield f"{beyond} look as suspicious"
    yield f"suspicious place: {facts['place']}, {facts['area_share']:.1%} of the picture"
    kind = facts["likely_kind"].replace("_", " ")
    guesses = ", ".join(f"{name.replace('_', ' ')} {p:.0%}" for name, p in facts["kind_probabilities"].items())
    yield f"likely kind: {kind}" + (f" ({guesses})" if guesses else "")
    if "kind_accuracy" in facts:
        right, n = facts["kind_accuracy"], facts["kind_measured_on"]
        yield f"named kinds are right in {right:.0%} of cases (measured on {n})"


def _settings(facts):
    if not facts["settings"]:
        yield "not recorded"
    for name, setting in facts["settings"].items():
        name, unit = name.replace("_", " "), setting["unit"]
        yield f"{name}  {setting['value']:.4g} {unit}  (usual {setting['usual']:g})"
