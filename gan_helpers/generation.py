"""How good are made pictures? Distance of distributions, precision and recall, copies, and what a classifier learns.

Every figure compares *features*, float (n, d), one row a picture. `random_features` gives some that need no download
and no training; the features of a discriminator or of a classifier of your own parts serve as well. Figures in
different features can't be compared with each other, and none of them with published ones, which use a network trained
on ImageNet.
"""

import math

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gan_helpers.settings import SEED

WIDTHS = (16, 32, 64)  # channels of the random network, halving the picture each time


def random_features(images, *, seed=SEED):
    """Describe pictures by a fixed network with random weights: no training, no download, the same on every call.

    Three strided convolutions with ReLU; of each layer the mean and the maximum over the picture. They answer to edges,
    spots, contrast and grain, and know nothing of parts.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, w, c) in [0, 1].
    seed : int
        Another seed, another network.

    Returns
    -------
    numpy.ndarray
        float32 (n, 224).
    """
    from gan_helpers.settings import quiet_tensorflow

    quiet_tensorflow()
    import keras
    from keras import layers

    image = keras.Input(images.shape[1:])
    x, pooled = image * 2 - 1, []
    for place, width in enumerate(WIDTHS):
        weights = keras.initializers.HeNormal(seed=seed + place)
        x = layers.Conv2D(width, 5, strides=2, padding="same", activation="relu", kernel_initializer=weights)(x)
        pooled += [layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)]
    network = keras.Model(image, layers.Concatenate()(pooled))
    batches = (images[first : first + 128] for first in range(0, len(images), 128))
    return np.concatenate([np.asarray(network(batch, training=False)) for batch in batches])


def kernel_inception_distance(real, made):
    """Measure how far two sets of features lie apart: squared maximum mean discrepancy, unbiased.

    With the cubic kernel ``k(a, b) = (a·b / d + 1)³``::

        KID = mean_{i≠j} k(x_i, x_j) + mean_{i≠j} k(y_i, y_j) - 2 mean_{i,j} k(x_i, y_j)

    Unbiased: for two samples of one distribution it is zero on average, so a single figure may be slightly negative.

    Parameters
    ----------
    real, made : numpy.ndarray
        Float (n, d) and (m, d), at least two rows each.

    Returns
    -------
    float
        0 for equal distributions, larger the further they are apart.

    Raises
    ------
    ValueError
        If the features don't fit each other or are too few.

    References
    ----------
    Binkowski et al. 2018, arXiv:1801.01401, section 4; Gretton et al. 2012, JMLR 13, 723, lemma 6.
    """
    real, made = _checked(real, made, at_least=2)

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    def mean_off_diagonal(values):
        n = len(values)
        return (values.sum() - np.trace(values)) / (n * (n - 1))

    within = mean_off_diagonal(kernel(real, real)) + mean_off_diagonal(kernel(made, made))
    return float(within - 2 * kernel(real, made).mean())


def precision_recall(real, made, *, neighbours=3):
    """Say how many made pictures look real (precision), and how much of the real variety is made (recall).

    A ball around each real picture reaches to its k-th nearest real neighbour; precision is the share of made pictures
    in at least one ball. Recall is the same with the roles exchanged. A collapsed generator has precision without
    recall.

    Parameters
    ----------
    real, made : numpy.ndarray
        Float (n, d) and (m, d), more than ``neighbours`` rows each.
    neighbours : int
        The k of the balls.

    Returns
    -------
    precision, recall : float
        In [0, 1].

    References
    ----------
    Kynkäänniemi et al. 2019, arXiv:1904.06991, equations 1 and 2.
    """
    real, made = _checked(real, made, at_least=neighbours + 1)
    return _share_covered(real, made, neighbours), _share_covered(made, real, neighbours)


def _share_covered(centres, points, neighbours):
    radii = NearestNeighbors(n_neighbors=neighbours + 1).fit(centres).kneighbors(centres)[0][:, -1]
    squared = np.square(points).sum(axis=1)[:, None] + np.square(centres).sum(axis=1) - 2 * points @ centres.T
    distances = np.sqrt(np.maximum(squared, 0))
    return float(np.mean((distances <= radii + 1e-9).any(axis=1)))


def copy_share(train, held_out, made, *, level=0.05):
    """Say how many made pictures lie suspiciously near to a training picture.

    Held-out real pictures set the scale: only a share ``level`` of them lies nearer to training than the distance
    from which a made picture counts as a copy. A generator that copies nothing has about ``level``; one that copies
    has more.

    Parameters
    ----------
    train, held_out, made : numpy.ndarray
        Float (n, d) each; features, or the pictures themselves laid out in rows.
    level : float
        In (0, 1).

    Returns
    -------
    float
        Share of made pictures that count as copies, in [0, 1].
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; give a share above 0 and below 1.")
    train, held_out = _checked(train, held_out, at_least=1)
    train, made = _checked(train, made, at_least=1)
    search = NearestNeighbors(n_neighbors=1).fit(train)
    scale = np.quantile(search.kneighbors(held_out)[0], level)
    return float(np.mean(search.kneighbors(made)[0] < scale))


def train_on_made_test_on_real(made, made_kinds, real, real_kinds):
    """Train a classifier on made pictures, test it on real ones, and say what it has learned.

    Logistic regression on standardised features. Compare with the same classifier trained on real pictures.

    Parameters
    ----------
    made, real : numpy.ndarray
        Float (n, d), (m, d).
    made_kinds, real_kinds : sequence of str
        (n,), (m,); at least two kinds, and the same ones in both.

    Returns
    -------
    float
        Balanced accuracy: the mean share found over the kinds; 1 / number of kinds is guessing.

    References
    ----------
    Esteban, Hyland & Rätsch 2017, arXiv:1706.02633 (train on synthetic, test on real).
    """
    made, real = _checked(made, real, at_least=2)
    if set(made_kinds) != set(real_kinds) or len(set(made_kinds)) < 2:
        raise ValueError(
            f"Made pictures show {sorted(set(made_kinds))}, real ones {sorted(set(real_kinds))}; "
            "give the same kinds in both, at least two."
        )
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return float(balanced_accuracy_score(real_kinds, classifier.fit(made, made_kinds).predict(real)))


def _checked(first, second, *, at_least):
    pair = [np.asarray(features, dtype=np.float64) for features in (first, second)]
    for features in pair:
        if features.ndim != 2:
            raise ValueError(f"Features have shape {features.shape}; give one row a picture, (n, d).")
        if len(features) < at_least:
            raise ValueError(f"There are {len(features)} pictures; this figure needs at least {at_least}.")
        if not np.isfinite(features).all():
            raise ValueError("Some features are not finite; check the pictures for NaN.")
    if pair[0].shape[1] != pair[1].shape[1]:
        raise ValueError(f"Features have {pair[0].shape[1]} and {pair[1].shape[1]} columns; use the same for both.")
    return pair


def energy_distance(real, made):
    """Measure how far two sets of points lie apart.

    With points x of the one set and y of the other::

        sqrt(2 mean |x - y| - mean |x - x'| - mean |y - y'|)

    the means being over all pairs, those of a point with itself included. In the unit of the plane; it is zero only for
    equal sets, so two samples of one shape have a little.

    Parameters
    ----------
    real, made : numpy.ndarray
        Float (n, d), (m, d).

    Returns
    -------
    float
        At least 0.

    References
    ----------
    Székely & Rizzo 2013, doi:10.1016/j.jspi.2013.03.018. In one dimension it is `scipy.stats.energy_distance`.
    """
    squared = 2 * cdist(real, made).mean() - cdist(real, real).mean() - cdist(made, made).mean()
    return math.sqrt(max(float(squared), 0.0))


def mode_coverage(points, modes, *, spread):
    """Count the modes that a generator has found, and the share of its points that belong to any.

    A point belongs to its nearest mode if it lies within three standard deviations. A mode is found if it has at least
    a fifth of the points that it would have if all modes got the same.

    Parameters
    ----------
    points : numpy.ndarray
        Float (n, 2).
    modes : numpy.ndarray
        Float (m, 2), the centres.
    spread : float
        Standard deviation of each mode, in the points' unit.

    Returns
    -------
    found : int
        0 to m.
    share : float
        In [0, 1].

    References
    ----------
    The share is that of Srivastava et al. 2017 (VEEGAN), arXiv:1705.07761, section 5; they count a mode as found from a
    single point on, which a generator that sprays points anywhere fulfils as well.
    """
    distances, nearest = NearestNeighbors(n_neighbors=1).fit(modes).kneighbors(points)
    belongs = distances[:, 0] <= 3 * spread
    counts = np.bincount(nearest[belongs, 0], minlength=len(modes))
    return int(np.sum(counts >= 0.2 * len(points) / len(modes))), float(belongs.mean())


def checkerboard(images):
    """Say how much stronger a pattern of every other pixel is than its neighbours among the finest patterns.

    The power spectrum, averaged over pictures, on the lines of the highest frequency (a period of two pixels), divided
    by the power on the lines next to them. Photographs have about 1; transposed convolutions whose kernel overlaps
    unevenly leave far more.

    Parameters
    ----------
    images : numpy.ndarray
        Float (n, h, w, c), of even height and width of at least 8.

    Returns
    -------
    float

    References
    ----------
    Odena, Dumoulin & Olah 2016, doi:10.23915/distill.00003, explain the pattern; the figure is this course's own.
    """
    height, width = images.shape[1:3]
    if height % 2 or width % 2 or min(height, width) < 8:
        raise ValueError(f"The pictures have {height}x{width} pixels; give an even number of at least 8 each way.")
    grey = images.mean(axis=-1)
    power = np.mean(np.abs(np.fft.fft2(grey - grey.mean(axis=(1, 2), keepdims=True))) ** 2, axis=0)
    rows, columns = height // 2, width // 2
    highest = (power[rows].mean() + power[:, columns].mean()) / 2
    beside = (power[[rows - 2, rows - 1]].mean() + power[:, [columns - 2, columns - 1]].mean()) / 2
    return float(highest / beside)


def standardised(reference, *others):
    """Give every feature of a reference the mean 0 and the standard deviation 1, and treat others by the same numbers.

    Otherwise a few features with large values decide about distances alone. Returns as many arrays as given.
    """
    mean, deviation = reference.mean(axis=0), reference.std(axis=0)
    deviation = np.where(deviation > 1e-9, deviation, 1.0)  # a feature that never changes stays as it is
    return tuple((features - mean) / deviation for features in (reference, *others))
