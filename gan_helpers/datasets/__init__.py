"""Photographs of parts as arrays: any folder, real solar cells, rendered parts, and named steps to clean them.

>>> split = load_folder("my_parts")           # train/good, test/good, test/<defect>; or good and bad
>>> split = load_solar_cells()                # real, from the package elpv-dataset
>>> split = load_parts()                      # rendered, from data/parts

Each of these gives a `Split` of `PartSet`s: good parts to learn from, other good parts to set the threshold
with, and a test set to touch once. `draw_points` gives points of a plane, for lesson 02, `load_colour_images` small
colour pictures, for lesson 03. `few_defects` and `fresh_parts` let the line run on other days.
"""

from gan_helpers.datasets.campaigns import few_defects, fresh_parts, photographed
from gan_helpers.datasets.cleaning import (
    clean,
    drop_duplicates,
    flat_field,
    from_tanh,
    illumination,
    match_brightness,
    standardise,
    to_tanh,
)
from gan_helpers.datasets.close_ups import close_ups_of, in_all_orientations, load_close_ups
from gan_helpers.datasets.colour import ColourImages, load_colour_images
from gan_helpers.datasets.folder import load_folder
from gan_helpers.datasets.partset import DataError, DataWarning, PartSet, Split
from gan_helpers.datasets.points import MODES, SHAPES, draw_points
from gan_helpers.datasets.reading import load_image
from gan_helpers.datasets.rendered import load_parts
from gan_helpers.datasets.solar import load_solar_cells

__all__ = [
    "MODES",
    "SHAPES",
    "ColourImages",
    "DataError",
    "DataWarning",
    "PartSet",
    "Split",
    "clean",
    "close_ups_of",
    "draw_points",
    "drop_duplicates",
    "few_defects",
    "flat_field",
    "fresh_parts",
    "from_tanh",
    "illumination",
    "in_all_orientations",
    "load_close_ups",
    "load_colour_images",
    "load_folder",
    "load_image",
    "load_parts",
    "load_solar_cells",
    "match_brightness",
    "photographed",
    "standardise",
    "to_tanh",
]
