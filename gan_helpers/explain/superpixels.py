"""LIME: switch pieces of the picture on and off at random and fit a straight line to what the score does.

The pieces ("superpixels") come from SLIC, which also works on grey pictures; LIME's own choice makes only a handful of
them on small ones. The weight of a piece in the line, fitted best near the picture as it is, is its share in the score
(Ribeiro, Singh & Guestrin 2016, arXiv:1602.04938; SLIC: Achanta et al. 2012, doi:10.1109/TPAMI.2012.120).
"""

from unittest import mock

import numpy as np

PIECES = 100
SAMPLES = 300
COMPACTNESS = (0.1, 1.0, 10.0)  # low: pieces follow the edges; high: they are squares
ENOUGH = 0.4  # share of the wanted pieces; on grain, pieces that follow every edge melt into one
BATCH = 64


def superpixels(image, pieces=PIECES):
    """Cut a picture (h, w, c) into about so many pieces: int (h, w), counted from 0."""
    from skimage.segmentation import slic

    for compactness in COMPACTNESS:
        cut = slic(image, n_segments=pieces, compactness=compactness, channel_axis=-1, start_label=0)
        if cut.max() + 1 >= ENOUGH * pieces:
            break
    return cut


def lime(score, images, baseline, *, pieces=PIECES, samples=SAMPLES, seed=0):
    """Explain scores by a line over the pieces of each picture.

    Parameters
    ----------
    score : callable
        Images (n, h, w, c) -> (n,).
    images, baseline : numpy.ndarray
        Float (n, h, w, c); a piece that is switched off shows the baseline.
    pieces, samples : int
        Pieces a picture, and how many random choices of them are scored.
    seed : int

    Returns
    -------
    numpy.ndarray
        float32 (n, h, w): each pixel holds its piece's weight divided by the piece's size, so that the map adds up to
        the sum of the weights.
    """
    from lime import lime_image

    maps = np.zeros(images.shape[:3], dtype=np.float32)
    with mock.patch.object(lime_image, "tqdm", iter):  # it draws a progress bar for each picture and has no switch
        for i, (image, instead) in enumerate(zip(images, baseline, strict=True)):
            explainer = lime_image.LimeImageExplainer(random_state=seed, feature_selection="none")
            explanation = explainer.explain_instance(
                image,
                lambda views: np.asarray(score(views.astype(np.float32)))[:, None],
                labels=(0,),
                top_labels=None,
                hide_color=instead,  # an image serves as well as a colour, and a missing one fails on grey pictures
                num_samples=samples,
                batch_size=BATCH,
                segmentation_fn=lambda picture: superpixels(picture, pieces),
                random_seed=seed,
            )
            for piece, weight in explanation.local_exp[0]:
                inside = explanation.segments == piece
                maps[i][inside] = weight / inside.sum()
    return maps
