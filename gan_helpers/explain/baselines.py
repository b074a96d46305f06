"""What a masked place is replaced with: grey, a blurred view of the part, or the part as it should be.

To ask what a place contributes, one has to take it away, and no photograph has a place that isn't there. So something
else is put in, and the explanation is a comparison with that something: the *baseline*. A grey patch on a plate is a
defect itself; the plate as a repair GAN redraws it is not, where it redraws well.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from gan_helpers.detectors.base import check_images

BASELINES = ("grey", "blurred")
BLUR = 1 / 8  # of the side: wide enough for most defects to melt away


def baseline_of(images, baseline=None):
    """Return what the places of these images are replaced with when they are masked.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    baseline : {"grey", "blurred"} or numpy.ndarray, optional
        ``"grey"`` (the default): each image's own mean, per colour. ``"blurred"``: the image without its details. Or
        images of your own, one a part, such as a detector's ``reconstruct(images)``, or one for all.

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w, c).

    Raises
    ------
    ValueError
        If the name is unknown, or your own have another shape or leave [0, 1].
    """
    images = check_images(images)
    if isinstance(baseline, str) and baseline not in BASELINES:
        raise ValueError(
            f"The baseline is {baseline!r}; choose one of {', '.join(BASELINES)}, or give images of your own, such as "
            "detector.reconstruct(images)."
        )
    if baseline is None or isinstance(baseline, str):
        if baseline == "blurred":
            blur = BLUR * images.shape[1]
            return gaussian_filter(images, sigma=(0, blur, blur, 0), mode="nearest")
        return np.broadcast_to(images.mean(axis=(1, 2), keepdims=True), images.shape).astype(np.float32)
    baseline = np.asarray(baseline)
    baseline = baseline[None] if baseline.ndim == images.ndim - 1 else baseline
    if baseline.shape not in (images.shape, (1, *images.shape[1:])):
        raise ValueError(
            f"The baseline has shape {baseline.shape}, the images {images.shape}; give one image a part, or one for "
            "all."
        )
    return np.broadcast_to(check_images(baseline), images.shape)
