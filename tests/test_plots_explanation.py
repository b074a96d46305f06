"""Figures of explanations."""

import numpy as np
import pandas as pd
import pytest

from gan_helpers import plots
from gan_helpers.explain import Card, Curves

RNG = np.random.default_rng(0)
IMAGES, MAPS = RNG.random((3, 16, 16, 1)), RNG.normal(size=(3, 16, 16))
FACTS = {
    "part": "test/burr/0001.png",
    "lot": "lot_007",
    "verdict": "reject",
    "p_value": 0.01,
    "score": 5.0,
    "calibrated_on": 99,
    "place": "lower left",
    "row": 12,
    "column": 2,
    "area_share": 0.02,
    "likely_kind": "missing_hole",
    "kind_probabilities": {"missing_hole": 0.8, "burr": 0.2},
    "kind_accuracy": 0.75,
    "kind_measured_on": 80,
    "nearest_good_part": "train/good/0042.png",
    "nearest_good_lot": "lot_002",
    "settings": {"tool_wear": {"value": 0.31, "unit": "mm", "usual": 0.2}},
}


def words(figure):
    return "\n".join(text.get_text() for axis in figure.axes for text in [*axis.texts, axis.title])


def test_a_row_a_method_and_a_column_a_part():
    figure = plots.attribution_rows(IMAGES, {"SHAP": MAPS, "LIME": -MAPS}, masks=MAPS > 1, kinds=["a_b", "c", "d"])
    assert len(figure.axes) == 3 * 3
    assert {"part", "SHAP", "LIME"} <= set(words(figure).splitlines())
    assert figure.axes[0].get_title() == "a b"


def test_a_map_without_anything_positive_is_drawn_as_nothing():
    figure = plots.attribution_rows(IMAGES, {"nothing": np.zeros_like(MAPS)})
    overlay = figure.axes[3].images[1]
    assert overlay.get_array().max() == 0


def test_the_card_says_in_words_what_it_knows():
    card = Card(IMAGES[0], IMAGES[1], np.abs(MAPS[0]), IMAGES[2], 1.0, FACTS)
    said = words(plots.explanation_card(card))
    for piece in ("✗ REJECT", "p = 0.010", "of 99 good parts, 0", "lower left", "missing hole", "75%", "0.31 mm"):
        assert piece in said
    accepted = Card(
        IMAGES[0], IMAGES[1], np.abs(MAPS[0]), IMAGES[2], 1.0, FACTS | {"verdict": "accept", "settings": {}}
    )
    assert "✓ ACCEPT" in words(plots.explanation_card(accepted))
    assert "not recorded" in words(plots.explanation_card(accepted))


def test_curves_start_and_end_where_they_must():
    shares = np.linspace(0, 1, 5)
    curves = Curves(shares, np.stack([5 - 4 * shares] * 2), np.stack([1 + 4 * shares] * 2))
    figure = plots.faithfulness_curves({"straight": curves})
    for axis, ends in zip(figure.axes, ((1, 0), (0, 1)), strict=True):
        drawn = axis.lines[0].get_ydata()
        assert (drawn[0], drawn[-1]) == pytest.approx(ends)


def test_effects_have_a_panel_a_setting_and_kind_of_data():
    table = pd.DataFrame(RNG.random((5, 2)), columns=["tool_wear", "coolant_flow"])
    both = (table.assign(defective=0), table, table)
    figure = plots.setting_effects({"operation": both, "experiment": both})
    assert len(figure.axes) == 4
    assert figure.axes[0].get_xlabel() == "tool wear"
