"""All explanations of a score behind one call: which places of the picture raise it, and by how much."""

from typing import Any, NamedTuple

import numpy as np

from gan_helpers.detectors.base import check_images
from gan_helpers.explain import controls, occlusion, shap_values, superpixels
from gan_helpers.explain.baselines import baseline_of
from gan_helpers.settings import SEED, quiet_tensorflow

EXPLANATIONS = ("shap_gradient", "shap_partition", "lime", "occlusion")
CONTROLS = ("random", "centre", "edge")
METHODS = (*EXPLANATIONS, *CONTROLS)


class Explained(NamedTuple):
    """What a model gives to be explained: a score, and the network behind it for methods that need slopes."""

    score: Any
    network: Any


def attribute(method, score, images, *, baseline=None, network=None, seed=SEED, **effort):
    """Say which places of a picture raise its score.

    Parameters
    ----------
    method : str
        ``"shap_gradient"``, ``"shap_partition"``, ``"lime"``, ``"occlusion"``, or one of the controls, which look at
        no model: ``"random"``, ``"centre"``, ``"edge"``.
    score : callable
        Images (n, h, w, c) -> (n,); a detector's or a classifier's ``score``.
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    baseline : {"grey", "blurred"} or numpy.ndarray, optional
        What masked places are replaced with; see `baseline_of`.
    network : keras.Model, optional
        Images in [0, 1] -> (n, 1), for ``"shap_gradient"``; `explained` makes it.
    seed : int
    **effort
        How hard to try: ``samples`` (shap_gradient, lime), ``evaluations`` (shap_partition), ``pieces`` (lime),
        ``patch`` and ``stride`` (occlusion).

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w); positive where the part's look raises its score above that of the baseline, negative where it
        lowers it.

    Raises
    ------
    ValueError
        If the method is unknown, the images or the baseline don't fit, or a network is missing.

    Examples
    --------
    >>> score, network = explained(detector)
    >>> attribute("occlusion", score, images, baseline=detector.reconstruct(images))
    """
    if method not in METHODS:
        raise ValueError(f"There is no explanation {method!r}; choose one of {', '.join(METHODS)}.")
    images = check_images(images)
    if method in CONTROLS:
        if method == "random":
            return controls.random_maps(images, seed)
        return controls.centre_maps(images) if method == "centre" else controls.edge_maps(images)
    baseline = baseline_of(images, baseline)
    if method == "shap_gradient":
        if network is None:
            raise ValueError("shap_gradient needs slopes; give network=, as explained(model).network does.")
        return shap_values.gradient_shap(network, images, baseline, seed=seed, **effort)
    if method == "shap_partition":
        return shap_values.partition_shap(score, images, baseline, **effort)
    if method == "lime":
        return superpixels.lime(score, images, baseline, seed=seed, **effort)
    return occlusion.occlusion(score, images, baseline, **effort)


def explained(model):
    """Give a model's score and, as one network of images in [0, 1], what computes it.

    Parameters
    ----------
    model : detector or classifier
        A detector made of networks (its ``network()`` gives ``[score, map]``), or a classifier whose ``network`` takes
        images in [-1, 1] to one logit.

    Returns
    -------
    Explained
        ``score`` and ``network``; unpack it.

    Raises
    ------
    ValueError
        If there is no network behind the score; the other methods need none.
    """
    quiet_tensorflow()
    import keras

    network = getattr(model, "network", None)
    if network is None:
        raise ValueError(
            f"{type(model).__name__} has no network, so it has no slopes; pass its score alone to the other methods."
        )
    if isinstance(network, keras.Model):
        image = keras.Input(network.input_shape[1:], name="image")
        output = network(image * 2.0 - 1.0, training=False)
    else:
        whole = network()
        image, output = whole.inputs[0], whole.outputs[0]
    single = keras.Model(image, keras.layers.Reshape((1,))(output), name="score_alone")
    return Explained(model.score, single)


def smoothed(maps):
    """Blur maps as detectors blur theirs, so that all are judged at one grain: float32 (n, h, w).

    Single pixels of a gradient alternate in sign; what they add up to over a small neighbourhood doesn't.
    """
    from gan_helpers.detectors.base import blurred

    return blurred(np.asarray(maps, dtype=np.float32))
