"""Every figure of the course: one look, colours that colour-blind readers can tell apart, alt text on each.

``figures`` holds the look, `show` and what most lessons draw; ``explanation`` the maps of lesson 08 and the card of a
rejected part. Functions draw and return a Matplotlib figure; `show` turns it into a picture with alt text.
"""

from gan_helpers.plots.explanation import attribution_rows, explanation_card, faithfulness_curves, setting_effects
from gan_helpers.plots.figures import (
    ACCENT,
    DEFECTIVE_COLOUR,
    GOOD_COLOUR,
    LOOK,
    MIN_ALT,
    NEUTRAL,
    SERIES,
    comparison,
    duel,
    frame,
    gallery,
    inspection,
    intervals,
    over_time,
    panels,
    picture,
    roc,
    scores,
    show,
)

__all__ = [
    "ACCENT",
    "DEFECTIVE_COLOUR",
    "GOOD_COLOUR",
    "LOOK",
    "MIN_ALT",
    "NEUTRAL",
    "SERIES",
    "attribution_rows",
    "comparison",
    "duel",
    "explanation_card",
    "faithfulness_curves",
    "frame",
    "gallery",
    "inspection",
    "intervals",
    "over_time",
    "panels",
    "picture",
    "roc",
    "scores",
    "setting_effects",
    "show",
]
