"""What the benchmarks measured and the course ships in ``data/benchmarks``: reading the rows, and summing them up.

Lessons show these rows where a training takes longer than a lesson. `COMMANDS` says how each table is made again.

>>> rows = measured.shipped_rows("learning_curve")
"""

from gan_helpers.measured.arms import ARM_TITLES, paired_gain, summed_up
from gan_helpers.measured.detectors import METHODS, detector_rows, detector_table
from gan_helpers.measured.explanations import explanation_rows
from gan_helpers.measured.rows import COMMANDS, keep_rows, known_row, path_of, shipped_rows

__all__ = [
    "ARM_TITLES",
    "COMMANDS",
    "METHODS",
    "detector_rows",
    "detector_table",
    "explanation_rows",
    "keep_rows",
    "known_row",
    "paired_gain",
    "path_of",
    "shipped_rows",
    "summed_up",
]
