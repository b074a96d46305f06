"""SHAP: share the difference between the score of a part and the score of its baseline out among the pixels.

The Shapley value of a place is what it adds to the score, averaged over all orders in which the places could be
uncovered (Lundberg & Lee 2017, arXiv:1705.07874). Thousands of pixels have too many orders, so there are two
short cuts:

- `gradient_shap` walks straight from baseline to part and adds up slope times change ("expected gradients", Erion et
  al. 2021, arXiv:1906.10670; with one baseline it is integrated gradients, Sundararajan et al. 2017, arXiv:1703.01365);
  it needs the network,
- `partition_shap` uncovers halves, quarters, eighths ... of the picture (Owen values); a score is all that it needs.
"""

import warnings

import numpy as np

SAMPLES = 50
EVALUATIONS = 300
BATCH = 50


def gradient_shap(network, images, baseline, *, samples=SAMPLES, seed=0):
    """Share the score of a network out by its slopes.

    Parameters
    ----------
    network : keras.Model
        Images (n, h, w, c) -> (n, 1).
    images, baseline : numpy.ndarray
        float32 (n, h, w, c).
    samples : int
        Points on the way from baseline to part.
    seed : int

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w), summed over the colours; a map adds up to the score of the part minus that of the baseline,
        but for the error of so many samples.
    """
    import shap

    explainer = shap.GradientExplainer(network, baseline[:1], batch_size=samples)
    maps, state = [], np.random.get_state()  # noqa: NPY002 - shap seeds the global generator
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The structure of `inputs`")  # shap wraps the input into a list
        for image, instead in zip(images, baseline, strict=True):
            explainer.explainer.data = [instead[None]]  # a new explainer a part would compile the network each time
            values = explainer.shap_values(image[None], nsamples=samples, rseed=seed)
            maps.append(np.asarray(values).reshape(image.shape).sum(axis=-1))
    np.random.set_state(state)  # noqa: NPY002
    return np.stack(maps).astype(np.float32)


def partition_shap(score, images, baseline, *, evaluations=EVALUATIONS):
    """Share a score out over ever smaller rectangles.

    Parameters
    ----------
    score : callable
        Images (n, h, w, c) -> (n,).
    images, baseline : numpy.ndarray
        float32 (n, h, w, c); what is covered shows the baseline.
    evaluations : int
        Scores a part; the rectangles that matter most are divided first.

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w), summed over the colours; a map adds up to the score of the part minus that of the baseline.
    """
    import shap

    def score_of(views):
        return np.asarray(score(np.asarray(views, dtype=np.float32)))

    maps = []
    for image, instead in zip(images, baseline, strict=True):
        explainer = shap.PartitionExplainer(score_of, shap.maskers.Image(np.array(instead), image.shape))
        explanation = explainer(image[None], max_evals=evaluations, batch_size=BATCH, silent=True)
        maps.append(explanation.values.reshape(image.shape).sum(axis=-1))
    return np.stack(maps).astype(np.float32)
