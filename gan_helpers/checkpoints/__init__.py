"""What is shipped: which checkpoints there are, how to load one, how to make them again.

``python -m gan_helpers.checkpoints`` (or ``make checkpoints``) makes them all: ``inspectors``, which judge parts, and
``generators``, which draw them. Each folder in ``data/checkpoints`` holds networks, ``figures.csv`` and a model card.
Only the student is made by ``benchmarks/compression.py``: its figures are rows of that benchmark, and so is its card.
"""

from gan_helpers.checkpoints.compressed import STUDENT, load_student, student_folder, write_student_card
from gan_helpers.checkpoints.generators import (
    GENERATORS,
    kind_classifier,
    load_gan,
    make_gan,
    measure_gan,
    recognise,
)
from gan_helpers.checkpoints.inspectors import (
    CARD,
    DETECTORS,
    FIGURES,
    LOADERS,
    SEEDS,
    figures,
    folder_of,
    load,
    make,
    make_detector,
    measure,
    model_card,
)

__all__ = [
    "CARD",
    "DETECTORS",
    "FIGURES",
    "GENERATORS",
    "LOADERS",
    "SEEDS",
    "STUDENT",
    "figures",
    "folder_of",
    "kind_classifier",
    "load",
    "load_gan",
    "load_student",
    "make",
    "make_detector",
    "make_gan",
    "measure",
    "measure_gan",
    "model_card",
    "recognise",
    "student_folder",
    "write_student_card",
]
