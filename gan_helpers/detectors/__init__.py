"""Detectors: one file a method, all behind the protocol of `gan_helpers.detectors.base.Detector`.

>>> detector = PCAReconstruction().fit(split.train.images)
>>> detector.score(split.test.images).shape
"""

from importlib import import_module
from pathlib import Path

from gan_helpers.detectors.base import Detector, check_images, read_description
from gan_helpers.detectors.exam import ForgedExam
from gan_helpers.detectors.simple import MeanBrightness, NearestNeighbour, PCAReconstruction

METHODS = {  # what a saved detector calls itself -> where its class is
    "mean_brightness": "simple:MeanBrightness",
    "pca": "simple:PCAReconstruction",
    "nearest_neighbour": "simple:NearestNeighbour",
    "autoencoder": "autoencoding:AutoencoderDetector",
    "vae": "autoencoding:VAEDetector",
    "patch_neighbours": "patches:PatchNeighbours",
    "anogan": "anogan:AnoGAN",
    "f_anogan": "f_anogan:FAnoGAN",
    "ganomaly": "ganomaly:GANomaly",
    "repair_gan": "repair_gan:RepairGAN",
    "repair_pair": "repair_pair:RepairPair",
    "few_defects": "few_defects:FewDefects",
    "student": "student:Student",
}

__all__ = [
    "METHODS",
    "AnoGAN",
    "AutoencoderDetector",
    "Detector",
    "FAnoGAN",
    "FewDefects",
    "ForgedExam",
    "GANomaly",
    "MeanBrightness",
    "NearestNeighbour",
    "PCAReconstruction",
    "PatchNeighbours",
    "RepairGAN",
    "RepairPair",
    "Student",
    "VAEDetector",
    "check_images",
    "load",
    "method",
]


def __getattr__(name):
    for method_name, place in METHODS.items():  # most need TensorFlow, which takes seconds to import
        if place.endswith(f":{name}"):
            return method(method_name)
    raise AttributeError(f"gan_helpers.detectors has no {name!r}; it offers {', '.join(__all__)}.")


def method(name):
    """Return the class of a method by its name in `METHODS`; ValueError if there is none."""
    if name not in METHODS:
        raise ValueError(f"There is no method {name!r}; choose one of {', '.join(METHODS)}.")
    module, class_name = METHODS[name].split(":")
    return getattr(import_module(f"gan_helpers.detectors.{module}"), class_name)


def load(folder):
    """Load a detector that `Detector.save` wrote; nothing in the folder is executed.

    Raises
    ------
    FileNotFoundError
        If the folder holds no detector.
    ValueError
        If its description is damaged, of a later version, or names an unknown method.
    """
    description = read_description(folder)
    if description["detector"] not in METHODS:
        raise ValueError(
            f"{folder} holds a detector {description['detector']!r}, which this version doesn't know; "
            f"it knows {', '.join(METHODS)}."
        )
    return method(description["detector"])._restore(Path(folder), description)
