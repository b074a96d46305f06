"""The simulated line: process settings -> part with exact mask.

``line`` decides what is produced, ``surface`` builds the plate, ``defects`` spoil it, ``camera`` photographs it,
``render`` joins them, ``dataset`` writes the set that the course ships.
"""

from gan_helpers.parts.dataset import write_dataset
from gan_helpers.parts.line import (
    DEFECT_KINDS,
    GOOD,
    SETTINGS,
    best_settings,
    defect_probabilities,
    expected_cost,
    simulate_line,
)
from gan_helpers.parts.render import render_parts

__all__ = [
    "DEFECT_KINDS",
    "GOOD",
    "SETTINGS",
    "best_settings",
    "defect_probabilities",
    "expected_cost",
    "render_parts",
    "simulate_line",
    "write_dataset",
]
