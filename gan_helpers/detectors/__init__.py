"""Detectors: one file a method, all behind the protocol of `gan_helpers.detectors.base.Detector`.

>>> detector = PCAReconstruction().fit(split.train.images)
>>> detector.score(split.test.images).shape
"""

from pathlib import Path

from gan_helpers.detectors.base import Detector, check_images, read_description
from gan_helpers.detectors.simple import MeanBrightness, NearestNeighbour, PCAReconstruction

__all__ = ["Detector", "FAnoGAN", "MeanBrightness", "NearestNeighbour", "PCAReconstruction", "check_images", "load"]


def __getattr__(name):
    if name == "FAnoGAN":  # needs TensorFlow, which takes seconds to import
        from gan_helpers.detectors.f_anogan import FAnoGAN

        return FAnoGAN
    raise AttributeError(f"gan_helpers.detectors has no {name!r}; it offers {', '.join(__all__)}.")


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
    from gan_helpers.detectors.f_anogan import FAnoGAN

    methods = {method.name: method for method in (MeanBrightness, PCAReconstruction, NearestNeighbour, FAnoGAN)}
    if description["detector"] not in methods:
        raise ValueError(
            f"{folder} holds a detector {description['detector']!r}, which this version doesn't know; "
            f"it knows {', '.join(methods)}."
        )
    return methods[description["detector"]]._restore(Path(folder), description)
