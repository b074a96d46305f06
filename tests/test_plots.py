"""Figures: alt text always, pictures that show what they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gan_helpers import plots

IMAGES = np.random.default_rng(0).uniform(size=(5, 16, 16, 1)).astype(np.float32)


def test_a_shown_figure_is_a_picture_with_its_alt_text():
    alt = "Five grey squares of noise in one row."
    shown = plots.show(plots.gallery(IMAGES), alt=alt)
    data, metadata = shown._repr_mimebundle_()
    assert data["image/png"]
    assert metadata["image/png"]["alt"] == alt


def test_an_alt_text_that_says_nothing_is_refused():
    with pytest.raises(ValueError, match="too short"):
        plots.show(plots.gallery(IMAGES), alt="a plot")


def test_a_gallery_shows_every_picture_once():
    figure = plots.gallery(IMAGES, titles=list("abcde"), columns=3)
    shown = [axis.images[0].get_array() for axis in figure.axes if axis.images]
    assert len(shown) == 5
    for image, given in zip(shown, IMAGES, strict=True):
        np.testing.assert_array_equal(image, given.squeeze())


def test_verdicts_are_told_by_word_and_colour():
    maps = np.zeros((5, 16, 16), np.float32)
    maps[:, 3:6, 3:6] = 1
    p_values = np.array([0.01, 0.05, 0.06, 0.5, 1.0])
    figure = plots.inspection(IMAGES, IMAGES, maps, p_values, kinds=["good"] * 5)
    bottom = figure.axes[10:]
    assert ["reject" in axis.get_xlabel() for axis in bottom] == [True, True, False, False, False]
    frames = [to_hex(axis.spines["left"].get_edgecolor()) for axis in bottom]
    assert frames == [plots.DEFECTIVE_COLOUR.lower()] * 2 + [plots.GOOD_COLOUR.lower()] * 3


def test_histograms_count_every_part():
    _, axes = plots.panels(1, 1)
    plots.scores(axes[0, 0], np.array([0, 0, 1, 1]), np.array([0.0, 0.2, 0.8, 1.0]), threshold=0.5)
    heights = np.array([bar.get_height() for bar in axes[0, 0].patches])
    assert heights[heights > 0].sum() == pytest.approx(1)
    assert heights[heights < 0].sum() == pytest.approx(-1)


def test_intervals_stand_where_the_figures_are():
    _, axes = plots.panels(1, 1)
    plots.intervals(axes[0, 0], {"a": (0.7, 0.6, 0.8), "b": (0.5, 0.4, 0.6)})
    bars = [line.get_xdata() for line in axes[0, 0].lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 2.4]
    np.testing.assert_allclose(bars, [[0.4, 0.6], [0.6, 0.8]])
    assert [label.get_text() for label in axes[0, 0].get_yticklabels()] == ["b", "a"]


def test_a_roc_curve_tells_its_area():
    _, axes = plots.panels(1, 1)
    plots.roc(axes[0, 0], [0, 0, 1, 1], {"perfect": [0.1, 0.2, 0.8, 0.9], "reversed": [0.9, 0.8, 0.2, 0.1]})
    labels = [text.get_text() for text in axes[0, 0].get_legend().get_texts()]
    assert labels == ["perfect 1.00", "reversed 0.00"]


def test_data_sets_are_compared_on_one_scale():
    figure = plots.comparison({"cells": {"a": (0.7, 0.6, 0.8)}, "plates": {"a": (0.9, 0.8, 1.0)}}, lowest=0.3)
    assert [axis.get_title() for axis in figure.axes] == ["cells", "plates"]
    assert {axis.get_xlim() for axis in figure.axes} == {(0.3, 1.0)}
